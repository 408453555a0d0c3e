//! The smallest release of everything: a contact centre, a function, a bot, a service and a site, each another in dev
//! than in prod, with a canary where prod keeps a secret.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use snapdeploy::core::Address;
use snapdeploy::core::chain::{breach, head_of};
use snapdeploy::core::ledger::{Act, Entry, Ledger};
use snapdeploy::core::means::Values;
use snapdeploy::core::objects::Objects;
use snapdeploy::core::secret::Seal;
use snapdeploy::core::select::Selection;
use snapdeploy::core::site::{Others, Site};
use snapdeploy::sandbox::{ImageSeed, Scenario, ServiceSeed};

use crate::crash::{Prints, prints};
use crate::ecs::place::image;
use crate::kinds::place::{bound, world};
use crate::lex::place::{archive, bot, newer};
use crate::secrets::hunt::{Hunt, Outcome};
use crate::site::place::{DEV, PROD, build, web};
use crate::small::small;
use crate::world::{A, B, REGION, World};

/// What two worlds keep secret alike, so that what they say of it can be compared.
const CANARIES: [&str; 2] = ["canary5b0c7e41d9f2a6380c15e7f4", "canary9e3d1f60b8a4c27516fd08a3"];

/// What stands between two states of an environment: its old one and its new one.
pub struct Ends {
    pub old: State,
    pub new: State,
}

/// What an environment is: its documents by digest, and Connect byte by byte.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    pub prints: Prints,
    pub connect: Value,
}

impl State {
    /// Returns where two states are not the same.
    pub fn differs(&self, other: &State) -> Vec<String> {
        let all: BTreeSet<&Address> = self.prints.keys().chain(other.prints.keys()).collect();
        let other = |a: &&&Address| self.prints.get(**a) != other.prints.get(**a);
        all.iter().filter(other).map(ToString::to_string).collect()
    }
}

pub async fn state(world: &World) -> State {
    State { prints: prints(world).await, connect: world.sandbox.connect_state(B) }
}

/// Returns the accounts; `hunt` gets what prod keeps secret.
pub fn scenario(hunt: &mut Hunt) -> Scenario {
    let mut scenario = small();
    scenario.account(crate::stores::aws::ACCOUNT);
    let account = scenario.account(A);
    account.bucket(REGION, "kept").table(REGION, "kept-audit").table(REGION, "kept-leases");
    let [function, service] = CANARIES;
    hunt.other("a function's variable", function);
    hunt.other("a service's variable", service);
    let later = newer("vocabulary");
    bot(&mut scenario, A, "dev", later.path());
    bot(&mut scenario, B, "prod", &archive("vocabulary"));
    for (account, name, text, tag) in [(A, "dev", "new", "2"), (B, "prod", "old", "1")] {
        let to = scenario.account(account);
        let seed = to.function(REGION, "stock").files(&[("index.js", text.as_bytes())]);
        let seed = seed.env(&[("API_TOKEN", function)]).settings(json!({ "Description": text }));
        seed.tag("team", text).publish().alias("live", "1");
        to.instance(REGION, name).lambda("stock");
        let group = format!("/{name}/web");
        to.log_group(REGION, &group).role("web-execution", None).role("web-task", None);
        for tag in ["1", "2"] {
            let (repository, tag) = ("web".into(), tag.into());
            to.image(ImageSeed { repository, tag, ..ImageSeed::default() });
        }
        let seed = ServiceSeed {
            images: vec![("app".into(), image(account, tag))],
            log_group: Some(group),
            environment: vec![("API_TOKEN".into(), service.into())],
            breaker: true,
            ..ServiceSeed::default()
        };
        to.service(&seed).unwrap();
    }
    for (account, bucket, version) in [(A, DEV, 2), (B, PROD, 1)] {
        scenario.account(account).bucket(REGION, bucket);
        for (path, kind, bytes) in build(version) {
            scenario.account(account).object(bucket, &path, &bytes, kind);
        }
    }
    for (name, ms) in [("ecs_stage_ms", "5"), ("ecs_healthy_after_ms", "5"), ("ecs_minute_ms", "1")] {
        scenario.switch(name, ms).unwrap();
    }
    for name in ["ecs_provision_ms", "ecs_pull_ms", "ecs_stop_ms"] {
        scenario.switch(name, "5").unwrap();
    }
    scenario
}

fn values(site: Site) -> Values {
    let owns = ["connect/*", "lex/*", "lambda/*", "ecs/*", "site/*"].map(String::from);
    Values {
        sites: [(web(), site)].into(),
        // One key, so that what two worlds say of a secret can be compared.
        seal: Seal::new([7; 32]),
        owns: Selection::new(&owns).unwrap(),
        ..Values::default()
    }
}

/// A world with everything, and what is hunted in it.
pub struct Scene {
    pub world: World,
    pub hunt: Hunt,
}

impl Scene {
    pub async fn new() -> Scene {
        let mut hunt = Hunt::default();
        let scenario = scenario(&mut hunt);
        let site = Site { others: Others::Retire, ..Site::new(PROD) };
        let mut world = world(scenario, values(site)).await;
        world.a = bound(&world, "dev", values(Site::new(DEV))).await;
        Scene { world, hunt }
    }

    /// Returns the audit, oldest first. Asserts that each entry follows the one before it, and that the head is the newest.
    pub async fn audit(&self, here: &str) -> Vec<Entry> {
        let (ledger, pin) = (&self.world.ledger, self.world.b.pin());
        let mut all = ledger.entries(pin, None, 1000).await.unwrap().items;
        all.reverse();
        for (i, entry) in all.iter().enumerate() {
            let before = i.checked_sub(1).map(|i| &all[i]);
            assert_eq!(breach(pin, before, entry).unwrap(), None, "{here}");
        }
        let newest = all.last().map(|e| head_of(e).unwrap());
        assert_eq!(ledger.head(pin).await.unwrap(), newest, "{here}: the head is the newest entry");
        all
    }

    /// Searches all that the run has written, and what the sandbox was never to hand on, for canaries.
    pub async fn search(&mut self) -> Outcome {
        let world = &self.world;
        for entry in self.audit("the search").await {
            self.hunt.take("audit", &serde_json::to_vec(&entry).unwrap());
            if let (Act::Start { .. }, Some(run)) = (&entry.what, &entry.run) {
                let rows = world.ledger.rows(run).await.unwrap();
                self.hunt.take("journal", &serde_json::to_vec(&rows).unwrap());
            }
        }
        let mut after = None;
        loop {
            let page = world.objects.list("", after.as_ref()).await.unwrap();
            for key in &page.items {
                let bytes = world.objects.read(key).await.unwrap();
                self.hunt.take(key.as_str(), &bytes);
            }
            after = page.items.last().cloned();
            if !page.more {
                break;
            }
        }
        self.hunt.search()
    }
}
