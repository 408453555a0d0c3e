//! What hurts in practice, each by its name: no default may do it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use snapdeploy::core::Address;
use snapdeploy::core::extract::{Extraction, OnGaps, extract};
use snapdeploy::core::finding::Weight;
use snapdeploy::core::loss::Accepted;
use snapdeploy::core::means::Means;
use snapdeploy::core::package::Package;
use snapdeploy::core::plan::{Action, Plan};
use snapdeploy::core::prune::{Cap, Prune};
use snapdeploy::core::release::{Deployment, Operational, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::{Fault, FaultKind, Kind, Scenario};

use crate::world::{A, B, REGION, World, assert_same, extraction, scenario, week};

fn globs(patterns: &[&str]) -> Selection {
    Selection::new(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
}

/// Queues of these names in dev and in prod, all on the same hours.
fn queues(dev: &[&str], prod: &[&str]) -> Scenario {
    let mut scenario = scenario();
    for (account, name, queues) in [(A, "dev", dev), (B, "prod", prod)] {
        let instance = scenario.account(account).instance(REGION, name);
        instance.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        let day = instance.id_of(Kind::Hours, "Day");
        for queue in queues {
            instance.queue(queue, json!({ "HoursOfOperationId": day }));
        }
    }
    scenario
}

/// Returns the plan of somebody who accepts, by name, that what it deletes is gone.
async fn planned(world: &World, source: &Source, deployment: &Deployment) -> Plan {
    let means = world.means(&*world.b);
    let first = plan_deploy(&means, "prod", source, deployment).await.unwrap();
    let gone = first.steps.iter().filter(|s| s.action == Action::Delete);
    let irreversible = Accepted::Named(gone.map(|s| s.address.to_string()).collect());
    plan_deploy(&Means { irreversible, ..means }, "prod", source, deployment).await.unwrap()
}

fn pruning(limit: Cap) -> Deployment {
    Deployment { prune: Prune::Within(limit), ..Deployment::default() }
}

fn deleted(plan: &Plan) -> Vec<&str> {
    let gone = plan.steps.iter().filter(|s| s.action == Action::Delete);
    gone.map(|s| s.address.name()).collect()
}

async fn perform(world: &World, plan: &Plan) {
    let ended = begin(&world.means(&*world.b), plan, None, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
}

fn names(state: &Value) -> BTreeSet<String> {
    let instances = state.as_object().unwrap().values();
    let queues = instances.flat_map(|i| i["queue"].as_object().into_iter().flat_map(|q| q.values()));
    queues.map(|q| q["Name"].as_str().unwrap().to_string()).collect()
}

/// Deploying to stage with `--prune` while prod lives in the same account, and even in the same instance.
#[tokio::test]
async fn pruning_stage_while_prod_lives_in_the_same_account() {
    let mut scenario = queues(&["stage-a"], &["stage-a", "stage-old", "prod-a", "prod-b"]);
    let other = scenario.account(B).instance(REGION, "live");
    other.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
    let day = other.id_of(Kind::Hours, "Day");
    other.queue("live-a", json!({ "HoursOfOperationId": day }));
    let mut world = World::new(scenario).await;
    world.values.owns = globs(&["connect/queue/stage-*"]);
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    let source = Source::of_snapshot("dev@latest", &dev);
    let plan = planned(&world, &source, &pruning(Cap::Percent(100))).await;
    assert_eq!((deleted(&plan), plan.blocks().count()), (vec!["stage-old"], 0), "{:#?}", plan.findings);
    perform(&world, &plan).await;
    let mut expected = names(&before);
    assert!(expected.remove("stage-old") && expected.contains("live-a") && expected.contains("prod-b"));
    assert_eq!(names(&world.sandbox.connect_state(B)), expected);

    assert!(matches!(world.roll_back().await, Ok(Ended::Done { .. })));
    assert_eq!(names(&world.sandbox.connect_state(B)), names(&before));

    // Nobody prunes without being told to, and an address keeps the rest safe.
    assert_eq!(deleted(&planned(&world, &source, &Deployment::default()).await), Vec::<&str>::new());
    let select = globs(&["connect/queue/stage-a"]);
    let one = Deployment { select, ..pruning(Cap::Percent(100)) };
    assert_eq!(deleted(&planned(&world, &source, &one).await), Vec::<&str>::new());
}

/// A partial extract taken as the whole: what was not taken is not what is not there.
#[tokio::test]
async fn a_partial_extract_taken_as_the_whole() {
    let world = World::new(queues(&["a", "b"], &["a", "b", "old"])).await;
    let before = world.sandbox.connect_state(B);
    let extracted = async |select: Selection, on_gaps| -> Snapshot {
        let what = Extraction { select, on_gaps, ..extraction("dev") };
        extract(&world.means(&*world.a), &what).await.unwrap().snapshot
    };
    let whole = extracted(Selection::all(), OnGaps::Refuse).await;
    let some = extracted(globs(&["connect/queue/*"]), OnGaps::Refuse).await;
    world.sandbox.fault(Fault::next("DescribeQueue", FaultKind::AccessDenied));
    let holes = extracted(Selection::all(), OnGaps::Allow).await;
    assert_eq!(holes.manifest.gaps.len(), 1);
    for partial in [&some, &holes] {
        let plan = planned(&world, &Source::of_snapshot("dev@x", partial), &pruning(Cap::Percent(100))).await;
        let blocks: Vec<_> = plan.blocks().map(|f| f.message.clone()).collect();
        assert_eq!((deleted(&plan), blocks.len()), (Vec::new(), 1), "{blocks:?}");
        assert!(blocks[0].starts_with("dev@x does not hold all of any kind"), "{blocks:?}");
    }
    let plan = planned(&world, &Source::of_snapshot("dev@x", &whole), &pruning(Cap::Percent(100))).await;
    assert_eq!((deleted(&plan), plan.blocks().count()), (vec!["old"], 0));

    // A package says of which kinds it is whole, and forgets it when a document is left out.
    let package = |select: &Selection| {
        let package = Package::of(&whole, select, &BTreeSet::new(), BTreeMap::new());
        let package = Package::from_bytes(&package.to_bytes().unwrap()).unwrap();
        Source::of_package("p.zip", "0", &package)
    };
    for (patterns, pruned) in [
        (&[][..], vec!["old"]),
        (&["connect/queue/*"], vec!["old"]),
        (&["connect/hours/*"], vec![]),
        (&["connect/queue/a"], vec![]),
        (&["connect/queue/?"], vec![]),
    ] {
        let plan = planned(&world, &package(&globs(patterns)), &pruning(Cap::Percent(100))).await;
        assert_eq!(deleted(&plan), pruned, "{patterns:?}");
    }
    assert_same(&world.sandbox.connect_state(B), &before);
}

/// Closing or opening queues by promoting their status.
#[tokio::test]
async fn closing_or_opening_queues_by_promoting_their_status() {
    let mut scenario = scenario();
    for (account, name, status, limit) in [(A, "dev", "DISABLED", 3), (B, "prod", "ENABLED", 70)] {
        let instance = scenario.account(account).instance(REGION, name);
        instance.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        let day = instance.id_of(Kind::Hours, "Day");
        let sales =
            json!({ "HoursOfOperationId": day, "Status": status, "MaxContacts": limit, "Description": name });
        instance.queue("Sales", sales);
        if name == "dev" {
            instance
                .queue("New", json!({ "HoursOfOperationId": day, "Status": status, "MaxContacts": limit }));
        }
    }
    let world = World::new(scenario).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    let source = Source::of_snapshot("dev@latest", &dev);
    let local = async |name: &str| {
        let prod = world.documents(&*world.b, "prod").await;
        let local = prod[&Address::new("connect/queue", name)].local.clone();
        (local["Status"].clone(), local.get("MaxContacts").cloned().unwrap_or_default())
    };
    let plan = planned(&world, &source, &Deployment::default()).await;
    assert_eq!(plan.blocks().count(), 0, "operational values are not asked for: {:#?}", plan.findings);
    perform(&world, &plan).await;
    assert_eq!(local("Sales").await, (json!("ENABLED"), json!(70)));
    assert_eq!(local("New").await, (json!("ENABLED"), Value::Null));

    let meant = Deployment { operational: Operational::Promoted, ..Deployment::default() };
    let plan = planned(&world, &source, &meant).await;
    assert_eq!(plan.steps[0].members, ["MaxContacts", "Status"]);
    perform(&world, &plan).await;
    assert_eq!(local("Sales").await, (json!("DISABLED"), json!(3)));
    assert_eq!(local("New").await, (json!("DISABLED"), json!(3)));
    for _ in 0..2 {
        assert!(matches!(world.roll_back().await, Ok(Ended::Done { .. })));
    }
    assert_same(&world.sandbox.connect_state(B), &before);
}

/// Pruning more than was meant: beyond the cap nothing goes, and all that would is named.
#[tokio::test]
async fn pruning_more_than_was_meant() {
    let old: Vec<String> = (0..40).map(|i| format!("q{i:02}")).collect();
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let world = World::new(queues(&old[3..], &old)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let source = Source::of_snapshot("dev@latest", &dev);
    let plan = planned(&world, &source, &pruning(Cap::default())).await;
    let blocks: Vec<_> = plan.blocks().map(|f| f.message.as_str()).collect();
    assert_eq!(
        blocks,
        ["3 of 40 connect/queue would be pruned, and 2 may be (5 %): connect/queue/q00, connect/queue/q01, \
          connect/queue/q02"]
    );
    assert!(plan.permitted().is_err());
    for more in [Cap::Count(3), Cap::Percent(8)] {
        assert_eq!(planned(&world, &source, &pruning(more)).await.blocks().count(), 0, "{more}");
    }
}

/// Pruning what something that stays still refers to, and what is archived.
#[tokio::test]
async fn pruning_what_is_still_in_use() {
    let mut scenario = queues(&["a"], &["a", "used", "rested on", "free"]);
    let b = scenario.account(B).instance(REGION, "prod");
    let uses = |b: &snapdeploy::sandbox::InstanceSeed, queue: &str| {
        let id = b.arn_of(Kind::Queue, queue);
        crate::world::content(&[("UpdateContactTargetQueue", json!({ "QueueId": id }))])
    };
    let (stays, goes) = (uses(b, "used"), uses(b, "rested on"));
    b.flow("Prod's own", "CONTACT_FLOW", &stays);
    b.flow("Old", "CONTACT_FLOW", &goes);
    b.flow_with("Older", "CONTACT_FLOW", &crate::world::content(&[]), json!({ "State": "ARCHIVED" }));
    let world = World::new(scenario).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    let source = Source::of_snapshot("dev@latest", &dev);
    let mut world = world;
    world.values.owns = globs(&["connect/queue/*", "connect/flow/Old*"]);
    let plan = planned(&world, &source, &pruning(Cap::Percent(100))).await;
    let blocks: Vec<_> =
        plan.blocks().map(|f| (f.address.clone().unwrap().to_string(), f.message.clone())).collect();
    assert_eq!(
        blocks,
        [(
            "connect/queue/used".to_string(),
            "would be pruned, and this refers to it: connect/flow/Prod's own".to_string()
        )]
    );

    // Without that one: the flow is archived, what it needs stays with it, the rest is deleted; and all comes back.
    let select = globs(&["connect/flow/*", "connect/queue/[!u]*", "connect/queue/free"]);
    let others = Deployment { select, ..pruning(Cap::Percent(100)) };
    let plan = planned(&world, &source, &others).await;
    assert_eq!((deleted(&plan), plan.blocks().count()), (vec!["free"], 0), "{:#?}", plan.findings);
    let archived: Vec<_> =
        plan.steps.iter().filter(|s| s.members == ["State"]).map(|s| s.address.name()).collect();
    assert_eq!(archived, ["Old"]);
    let notes: Vec<_> =
        plan.findings.iter().filter(|f| f.weight == Weight::Note).map(|f| f.message.as_str()).collect();
    assert!(notes.contains(&"is not in the source, and is archived already"), "{notes:?}");
    assert!(notes.iter().any(|n| n.ends_with("archived ones refer to it: connect/flow/Old")), "{notes:?}");
    perform(&world, &plan).await;
    let prod = world.documents(&*world.b, "prod").await;
    assert_eq!(prod[&Address::new("connect/flow", "Old")].portable["State"], "ARCHIVED");
    assert!(matches!(world.roll_back().await, Ok(Ended::Done { .. })));
    assert_eq!(names(&world.sandbox.connect_state(B)), names(&before));
    let prod = world.documents(&*world.b, "prod").await;
    assert_eq!(prod[&Address::new("connect/flow", "Old")].portable["State"], "ACTIVE");
}
