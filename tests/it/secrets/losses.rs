//! Values that could not be put back are not lost unawares.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::clock::Clock;
use snapdeploy::core::document::Document;
use snapdeploy::core::event::Events;
use snapdeploy::core::extract::{Extraction, OnGaps, extract};
use snapdeploy::core::lease::Stop;
use snapdeploy::core::loss::Accepted;
use snapdeploy::core::means::{Means, Values};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, plan_deploy};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::run::Actor;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::secret::{Unkept, Vault};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::core::{Error, Result};
use snapdeploy::store::{MemoryLedger, MemoryObjects};

use super::fake::{Fake, orders};

/// One service, one store, one process.
pub struct Bench {
    pub clock: Clock,
    pub objects: MemoryObjects,
    pub ledger: MemoryLedger,
    pub events: Events,
}

impl Bench {
    pub fn new() -> Bench {
        let clock = Clock::scaled(2000);
        let ledger = MemoryLedger::new(clock.clone());
        Bench { clock, objects: MemoryObjects::new(), ledger, events: Events::silent() }
    }

    pub fn means<'a>(&'a self, driver: &'a Fake, vault: &'a dyn Vault) -> Means<'a> {
        Means {
            driver,
            repository: Repository::new(&self.objects),
            vault,
            losses: Accepted::default(),
            irreversible: Accepted::default(),
            ledger: &self.ledger,
            clock: &self.clock,
            events: &self.events,
            stop: Stop::new(),
            actor: Actor {
                identity: "tester".into(),
                host: "here".into(),
                ci: None,
                job: Default::default(),
            },
            process: snapdeploy::core::process::this(),
            values: &driver.values,
            patience: snapdeploy::core::following::PATIENCE,
            waivers: Default::default(),
            tool: "test",
        }
    }
}

pub async fn taken(means: &Means<'_>) -> Snapshot {
    let what = Extraction {
        environment: "dev".into(),
        select: Selection::all(),
        name: None,
        note: None,
        on_gaps: OnGaps::Refuse,
    };
    extract(means, &what).await.unwrap().snapshot
}

/// Plans a deployment of `snapshot`, taken elsewhere, to where `means` work.
pub async fn planned(means: &Means<'_>, snapshot: &Snapshot) -> Result<Plan> {
    let source = snapdeploy::core::source::Source::of_snapshot("dev@latest", snapshot);
    plan_deploy(means, "prod", &source, &Deployment::default()).await
}

pub fn accepted(names: &[&str]) -> Accepted {
    Accepted::Named(names.iter().map(|n| n.to_string()).collect::<BTreeSet<_>>())
}

fn blocks(plan: &Plan) -> Vec<String> {
    plan.blocks().map(|f| format!("{} / {}", f.message, f.hint.clone().unwrap_or_default())).collect()
}

const PASSWORD: &str = "swordfish-4-breakfast";

/// Returns a service in prod that has what dev has, and a secret that dev does not.
fn prod(values: Values) -> Fake {
    Fake::new("prod", values).with(json!({ "PASSWORD": PASSWORD, "STAGE": "a-prod-stage-1" }))
}

fn dev(variables: Value) -> Fake {
    Fake::new("dev", Values::default()).with(variables)
}

#[tokio::test]
async fn a_document_says_only_that_there_is_a_secret_and_extract_counts_them() {
    let bench = Bench::new();
    let fake = prod(Values::default());
    let means = bench.means(&fake, &Unkept);
    let what = Extraction {
        environment: "prod".into(),
        select: Selection::all(),
        name: None,
        note: None,
        on_gaps: OnGaps::Refuse,
    };
    let extracted = extract(&means, &what).await.unwrap();
    assert_eq!(extracted.unrestorable, 2);
    let document: &Document = &extracted.snapshot.documents[&orders()];
    assert_eq!(document.portable["Environment"]["Variables"]["PASSWORD"], "@{secret}");
    let local = document.local["Environment"]["Variables"]["PASSWORD"].as_str().unwrap();
    assert!(local.starts_with("@{secret:") && local.len() == "@{secret:}".len() + 32, "{local}");
}

#[tokio::test]
async fn deleting_a_value_that_was_not_kept_blocks_unless_it_is_accepted_by_name() {
    let bench = Bench::new();
    let (from, to) = (dev(json!({ "STAGE": "a-dev-stage-1" })), prod(Values::default()));
    let snapshot = taken(&bench.means(&from, &Unkept)).await;
    let means = bench.means(&to, &Unkept);
    let plan = planned(&means, &snapshot).await.unwrap();
    let said = blocks(&plan);
    let flag = "--accept-loss 'fake/function/orders:Environment.Variables.PASSWORD'";
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("overwrite Environment.Variables.PASSWORD") && said[0].contains(flag),
        "{said:?}"
    );
    // What stays as it is, is not lost.
    assert!(!said[0].contains("STAGE"), "{said:?}");
    let of = "fake/function/orders:Environment.Variables.PASSWORD";
    for (losses, well) in [(accepted(&[of]), true), (accepted(&[&of[..of.len() - 1]]), false)] {
        let means = Means { losses, ..bench.means(&to, &Unkept) };
        let plan = planned(&means, &snapshot).await.unwrap();
        assert_eq!(blocks(&plan).is_empty(), well, "{:?}", plan.findings);
    }
    // An older version that keeps it is as good as a vault.
    to.held.lock().unwrap().insert(to.values.seal.secret(PASSWORD).fingerprint());
    assert!(blocks(&planned(&means, &snapshot).await.unwrap()).is_empty());
}

#[tokio::test]
async fn a_secret_that_the_target_lacks_blocks_with_the_lines_that_set_it() {
    let bench = Bench::new();
    let from = dev(json!({ "STAGE": "a-dev-stage-1", "API.KEY": "an-api-key-of-dev" }));
    let to = prod(Values::default());
    let snapshot = taken(&bench.means(&from, &Unkept)).await;
    let losses = accepted(&["fake/function/orders:Environment.Variables.PASSWORD"]);
    let means = Means { losses, ..bench.means(&to, &Unkept) };
    let plan = planned(&means, &snapshot).await.unwrap();
    let said = blocks(&plan);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("needs Environment.Variables.API.KEY, which is a secret"), "{said:?}");
    let lines = "[environments.prod.overlay.\"fake/function/orders\"]\n\
                 Environment.Variables.\"API.KEY\" = \"@{ssm:/prod/orders/API.KEY}\"";
    assert!(said[0].contains(lines), "{said:?}");
    assert!(!format!("{plan:?}").contains("an-api-key"));
}

#[tokio::test]
async fn a_rollback_keeps_what_it_cannot_put_back_only_if_that_is_accepted() {
    let bench = Bench::new();
    let to = prod(Values::default());
    let from = dev(json!({ "STAGE": "a-dev-stage-1", "PASSWORD": "a-dev-password-1" }));
    from.there.lock().unwrap().get_mut(&orders()).unwrap().insert("Description".into(), json!("new"));
    let snapshot = taken(&bench.means(&from, &Unkept)).await;
    let means = bench.means(&to, &Unkept);
    let plan = planned(&means, &snapshot).await.unwrap();
    assert!(matches!(begin(&means, &plan, None, OnFailure::Stop).await.unwrap(), Ended::Done { .. }));
    assert_eq!(to.variables()["PASSWORD"], PASSWORD, "the target keeps its own");
    // Somebody overwrites the password by hand: the way back would need the old one, and lose the new one.
    let wire = json!({ "PASSWORD": "another-password-9", "STAGE": "a-prod-stage-1" });
    let edit = |variables: Value| {
        let mut there = to.there.lock().unwrap();
        let wire = there.get_mut(&orders()).unwrap();
        wire["Environment"]["Variables"] = variables;
        wire["Description"] = json!("d");
    };
    let before = taken(&means).await;
    edit(wire);
    let source = snapdeploy::core::source::Source::of_snapshot("prod@latest", &before);
    let plan = plan_deploy(&means, "prod", &source, &Deployment::default()).await.unwrap();
    let said = blocks(&plan).join("\n");
    let of = "fake/function/orders:Environment.Variables.PASSWORD";
    assert!(said.contains("cannot get back Environment.Variables.PASSWORD"), "{said}");
    assert!(said.contains(&format!("--accept-loss '{of}'")), "{said}");
    let means = Means { losses: accepted(&[of]), ..bench.means(&to, &Unkept) };
    let plan = plan_deploy(&means, "prod", &source, &Deployment::default()).await.unwrap();
    let drift: Vec<String> = blocks(&plan).into_iter().filter(|b| b.contains("PASSWORD,")).collect();
    assert!(drift.is_empty(), "{drift:?}");
    let kept =
        plan.findings.iter().any(|f| f.message.contains("keeps Environment.Variables.PASSWORD as it is now"));
    assert!(kept, "{:?}", plan.findings);
}

#[tokio::test]
async fn a_run_that_fails_goes_back_without_a_question() {
    let bench = Bench::new();
    let to = prod(Values::default());
    let from = dev(json!({ "STAGE": "a-dev-stage-1" }));
    let snapshot = taken(&bench.means(&from, &Unkept)).await;
    let of = "fake/function/orders:Environment.Variables.PASSWORD";
    let means = Means { losses: accepted(&[of]), ..bench.means(&to, &Unkept) };
    let plan = planned(&means, &snapshot).await.unwrap();
    begin(&means, &plan, None, OnFailure::Stop).await.unwrap();
    assert_eq!(to.variables(), json!({ "STAGE": "a-prod-stage-1" }));
    // The way back by hand names what cannot come back.
    let means = bench.means(&to, &Unkept);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    let said = blocks(&back).join("\n");
    assert!(said.contains("cannot get back Environment.Variables.PASSWORD"), "{said}");
    assert!(!said.contains("--accept-loss"), "there is nothing that could be left: {said}");
    let _: &Error = &back.permitted().unwrap_err();
}
