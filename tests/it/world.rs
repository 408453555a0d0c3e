//! Two accounts in a sandbox, and what a run works with, for tests that drive the core.

use std::collections::BTreeMap;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Value, json};

use snapdeploy::aws::Sessions;
use snapdeploy::core::Result;
use snapdeploy::core::address::Address;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::clock::Clock;
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Driver, Leash, Reply, Sending};
use snapdeploy::core::environment::{Access, Environment};
use snapdeploy::core::event::Events;
use snapdeploy::core::extract::{Extraction, OnGaps, extract, take};
use snapdeploy::core::hold::Holds;
use snapdeploy::core::lease::Stop;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::{Means, Values, Waivers};
use snapdeploy::core::objects::Objects;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::portable::Resolver;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::run::{Actor, Process};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::core::survey;
use snapdeploy::sandbox::{Kind, Sandbox, Scenario};
use snapdeploy::store::{MemoryLedger, MemoryObjects};

pub const A: &str = "111111111111";
pub const B: &str = "222222222222";
pub const REGION: &str = "us-east-1";
/// Waits are this many times shorter.
pub const SCALE: u32 = 2000;

/// A sandbox with an instance `dev` in account A and `prod` in account B, each with a role `snapdeploy`.
pub struct World {
    pub sandbox: Sandbox,
    pub clock: Clock,
    pub objects: MemoryObjects,
    pub ledger: MemoryLedger,
    pub a: Box<dyn Driver>,
    pub b: Box<dyn Driver>,
    pub values: Values,
    pub events: Events,
}

/// Returns a scenario with both accounts and nothing in them.
pub fn scenario() -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.account(A).role("snapdeploy", None).instance(REGION, "dev");
    scenario.account(B).role("snapdeploy", Some("only-us")).instance(REGION, "prod");
    scenario
}

/// Returns the SDK's settings for the sandbox at `endpoint`, as account A.
pub fn sdk(endpoint: &str) -> SdkConfig {
    sdk_of(endpoint, A)
}

/// Returns the SDK's settings for the sandbox at `endpoint`, as `account`.
pub fn sdk_of(endpoint: &str, account: &str) -> SdkConfig {
    let credentials = Credentials::new(account, "sandbox", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

pub fn environment(name: &str) -> Environment {
    let account = if name == "dev" { A } else { B };
    Environment {
        name: name.into(),
        account: account.into(),
        region: REGION.into(),
        role_arn: Some(format!("arn:aws:iam::{account}:role/snapdeploy")),
        read_role_arn: None,
        external_id: (name == "prod").then(|| "only-us".to_string()),
        instance: Some(name.into()),
        endpoint: None,
        protected: false,
        on_failure: OnFailure::Rollback,
        secrets: Default::default(),
        values: Values::default(),
    }
}

impl World {
    pub async fn new(scenario: Scenario) -> World {
        let sandbox = Sandbox::start(scenario).unwrap();
        World::around(sandbox).await
    }

    async fn around(sandbox: Sandbox) -> World {
        let clock = Clock::scaled(SCALE);
        let sessions = Sessions::with(&clock, &sdk(&sandbox.endpoint()));
        let bind = async |name: &str| {
            let environment = environment(name);
            let account = sessions.account(&environment, Access::Write).await.unwrap();
            snapdeploy::kinds::bind(account, &environment).await.unwrap()
        };
        let (a, b) = (bind("dev").await, bind("prod").await);
        let ledger = MemoryLedger::new(clock.clone());
        let (values, events) = (Values::default(), Events::silent());
        World { sandbox, clock, objects: MemoryObjects::new(), ledger, a, b, values, events }
    }

    pub fn means<'a>(&'a self, driver: &'a dyn Driver) -> Means<'a> {
        self.means_with(driver, &self.objects, &self.ledger)
    }

    pub fn means_with<'a>(
        &'a self,
        driver: &'a dyn Driver,
        objects: &'a dyn Objects,
        ledger: &'a dyn Ledger,
    ) -> Means<'a> {
        Means {
            driver,
            repository: Repository::new(objects),
            vault: &snapdeploy::core::secret::Unkept,
            losses: Default::default(),
            irreversible: Default::default(),
            ledger,
            clock: &self.clock,
            events: &self.events,
            stop: Stop::new(),
            actor: Actor {
                identity: format!("arn:aws:iam::{A}:user/tester"),
                host: "tester@here".into(),
                ci: None,
                job: Default::default(),
            },
            process: snapdeploy::core::process::this(),
            values: &self.values,
            patience: snapdeploy::core::following::PATIENCE,
            // These tests deploy the same again and again. What is held has tests of its own.
            waivers: Waivers { holds: Holds::Released, ..Waivers::default() },
            tool: "test",
        }
    }

    /// Returns what is in the environment, committed as a snapshot.
    pub async fn extract(&self, driver: &dyn Driver, name: &str) -> Snapshot {
        extract(&self.means(driver), &extraction(name)).await.unwrap().snapshot
    }

    /// Returns the documents that are in the environment now.
    pub async fn documents(&self, driver: &dyn Driver, name: &str) -> BTreeMap<Address, Document> {
        take(&self.means(driver), &extraction(name)).await.unwrap().documents
    }

    /// Returns the plan that puts everything of `snapshot` into B.
    pub async fn plan(&self, snapshot: &Snapshot) -> Plan {
        let source = Source::of_snapshot("dev@latest", snapshot);
        plan_deploy(&self.means(&*self.b), "prod", &source, &Deployment::default()).await.unwrap()
    }

    /// Deploys everything of `snapshot` into B.
    pub async fn deploy(&self, snapshot: &Snapshot, on_failure: OnFailure) -> Result<Ended> {
        let plan = self.plan(snapshot).await;
        begin(&self.means(&*self.b), &plan, None, on_failure).await
    }

    /// Undoes the newest deployment into B.
    pub async fn roll_back(&self) -> Result<Ended> {
        let means = self.means(&*self.b);
        let past = newest(&means, &Selection::all()).await?;
        let plan = plan_back(&means, &past, &Selection::all()).await?;
        begin(&means, &plan, None, OnFailure::Stop).await
    }

    /// Deploys A into B and takes it back: everything arrives, nothing is left to do, B is as it was before.
    pub async fn there_and_back(&self) {
        let before = self.sandbox.connect_state(B);
        let dev = self.extract(&*self.a, "dev").await;
        let ended = self.deploy(&dev, OnFailure::Stop).await.unwrap();
        assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
        self.agrees(&dev).await;
        let ended = self.roll_back().await.unwrap();
        assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
        assert_same(&self.sandbox.connect_state(B), &before);
    }

    /// Asserts that B is what `dev` says, and that deploying it again is no change.
    pub async fn agrees(&self, dev: &Snapshot) {
        let prod = self.documents(&*self.b, "prod").await;
        for (address, document) in &dev.documents {
            let there = prod.get(address).map(Document::portable_digest);
            assert_eq!(there, Some(document.portable_digest()), "{address}");
        }
        let state = self.sandbox.connect_state(B).to_string();
        for trace in [A, self.a.pin().instance.as_str()] {
            assert!(!state.contains(trace), "{trace} is left in B");
        }
        let again = self.plan(dev).await;
        assert!(again.is_empty(), "{:#?}", again.steps);
    }

    /// Returns how many calls changed something in Connect since the calls were last cleared.
    pub fn mutations(&self) -> usize {
        self.sandbox.calls().iter().filter(|c| c.mutating && c.service == "connect").count()
    }
}

/// Returns a scenario in which so many queues of A have new words and those of B old ones; each costs one call.
pub fn words(queues: usize) -> Scenario {
    let mut scenario = scenario();
    for (account, name, words) in [(A, "dev", "new words"), (B, "prod", "old words")] {
        let instance = scenario.account(account).instance(REGION, name);
        instance.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        let day = instance.id_of(Kind::Hours, "Day");
        for i in 0..queues {
            instance.queue(&format!("Q{i}"), json!({ "HoursOfOperationId": day, "Description": words }));
        }
    }
    scenario
}

/// Who holds no lease may send for ever.
pub struct Unbounded;

impl Leash for Unbounded {
    fn until(&self) -> jiff::Timestamp {
        jiff::Timestamp::MAX
    }

    fn stop(&self) -> Option<String> {
        None
    }
}

/// Makes `address` of the environment what `to` says, as somebody would who knows nothing of snapdeploy.
pub async fn meddle(driver: &dyn Driver, address: &Address, to: Option<&Document>) {
    let (inventory, _) = survey::list(driver, &Events::silent()).await.unwrap();
    let from = match inventory.get(address) {
        Some(found) => Some(driver.read(found, &inventory).await.unwrap().document),
        None => None,
    };
    let change = Change {
        address,
        uid: "somebody",
        from: from.as_ref(),
        to,
        way: snapdeploy::core::run::RunKind::Deploy,
    };
    for m in driver.moves(&change).unwrap() {
        let args = Resolver { inventory: &inventory, accounts: &[], vars: &BTreeMap::new() };
        let (args, unresolved) = args.resolve(&m.args).unwrap();
        assert!(unresolved.is_empty());
        let nowhere = MemoryObjects::new();
        let blobs = Repository::new(&nowhere);
        let with = Sending {
            blobs: &blobs,
            vault: &snapdeploy::core::secret::Unkept,
            lease: &Unbounded,
            events: &Events::silent(),
            patience: snapdeploy::core::following::PATIENCE,
            kind: snapdeploy::core::run::RunKind::Deploy,
            on_failure: snapdeploy::core::runs::OnFailure::Rollback,
            rungs: &snapdeploy::core::rung::NoRungs,
        };
        let reply = driver.send(&m, inventory.get(address), args, &with).await;
        assert!(matches!(reply, Reply::Done(_)), "{reply:?}");
    }
}

pub fn extraction(name: &str) -> Extraction {
    Extraction {
        environment: name.into(),
        select: Selection::all(),
        name: None,
        note: None,
        on_gaps: OnGaps::Refuse,
    }
}

/// Asserts that both states are the same; shows where they differ.
pub fn assert_same(now: &Value, then: &Value) {
    let lines = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let (old, new) = (lines(then), lines(now));
    assert!(now == then, "{}", similar::TextDiff::from_lines(&old, &new).unified_diff());
}

/// A process of this boot that is surely dead.
pub fn dead() -> Process {
    Process { pid: u32::MAX, started: 1, ..snapdeploy::core::process::this() }
}

/// Returns the content of a flow with one action of each of `uses`: (type, parameters).
pub fn content(uses: &[(&str, Value)]) -> String {
    let end =
        json!({ "Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} });
    let mut actions: Vec<Value> = uses
        .iter()
        .enumerate()
        .map(|(i, (kind, parameters))| {
            let next = if i + 1 == uses.len() { "end".to_string() } else { format!("step {}", i + 1) };
            json!({
                "Identifier": format!("step {i}"), "Type": kind, "Parameters": parameters,
                "Transitions": { "NextAction": next, "Errors": [], "Conditions": [] },
            })
        })
        .collect();
    actions.push(end);
    let start = actions[0]["Identifier"].clone();
    json!({ "Version": "2019-10-30", "StartAction": start, "Metadata": {}, "Actions": actions }).to_string()
}

pub fn week(opens: u64) -> Value {
    let day = |day: &str| json!({ "Day": day, "StartTime": { "Hours": opens, "Minutes": 0 }, "EndTime": { "Hours": 18, "Minutes": 30 } });
    json!(["MONDAY", "TUESDAY", "FRIDAY"].map(day))
}
