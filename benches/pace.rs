//! How close an extract and a deploy come to what AWS's quotas allow, in a sandbox that has them.
//!
//! `cargo bench --profile dev --bench pace` takes some minutes, since it waits as AWS makes one wait; with `-- small` it
//! takes one. Without `--profile dev` everything is built once more, optimised. Fails unless both need at most 1.1 times the bound: the time that the slowest operation takes for the calls
//! that were really made. Nothing may be throttled.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Value, json};

use snapdeploy::aws::{Pace, Sessions, Share};
use snapdeploy::core::Address;
use snapdeploy::core::ahead::Ahead;
use snapdeploy::core::clock::Clock;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::environment::{Access, Environment};
use snapdeploy::core::event::Events;
use snapdeploy::core::extract::{Extraction, OnGaps, extract};
use snapdeploy::core::lease::Stop;
use snapdeploy::core::means::{Means, Values};
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::run::Actor;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::{CallRecord, Kind, Sandbox, Scenario};
use snapdeploy::store::{MemoryLedger, MemoryObjects};

type Outcome<T> = Result<T, Box<dyn Error>>;

const DEV: &str = "111111111111";
const PROD: &str = "222222222222";
const REGION: &str = "us-east-1";
/// How much longer than the bound an extract or a deploy may take.
const RATIO: f64 = 1.1;
/// How many calls an extract may make beside those that no search can save.
const CALLS: usize = 60;
/// What is asked of each resource because no search answers it: the quick connects of a queue; the queues of a routing
/// profile, and when its agents are available (`SearchRoutingProfiles` leaves out `AgentAvailabilityTimer`); what a
/// security profile permits; the aliases of a module.
const NO_SEARCH: [&str; 10] = [
    "DescribeRoutingProfile",
    "ListContactFlowModuleAliases",
    "ListQueueQuickConnects",
    "ListRoutingProfileQueues",
    "ListRoutingProfileManualAssignmentQueues",
    "DescribeSecurityProfile",
    "ListSecurityProfilePermissions",
    "ListSecurityProfileApplications",
    "ListSecurityProfileFlowModules",
    "ListSecurityProfileAIAgents",
];

/// How large the instance is.
struct Size {
    flows: usize,
    modules: usize,
    queues: usize,
    hours: usize,
    routing_profiles: usize,
    quick_connects: usize,
    /// How many flows a deploy changes.
    changed: usize,
}

const LARGE: Size = Size {
    flows: 500,
    modules: 50,
    queues: 200,
    hours: 50,
    routing_profiles: 100,
    quick_connects: 100,
    changed: 100,
};
const SMALL: Size = Size {
    flows: 120,
    modules: 12,
    queues: 30,
    hours: 12,
    routing_profiles: 20,
    quick_connects: 20,
    changed: 12,
};

fn content(text: &str, queue: &str) -> String {
    let action = |id: &str, kind: &str, parameters: Value, next: Value| json!({ "Identifier": id, "Type": kind, "Parameters": parameters, "Transitions": next });
    let goes_to = |next: &str| json!({ "NextAction": next, "Errors": [], "Conditions": [] });
    json!({ "Version": "2019-10-30", "StartAction": "say", "Metadata": {}, "Actions": [
        action("say", "MessageParticipant", json!({ "Text": text }), goes_to("set")),
        action("set", "UpdateContactTargetQueue", json!({ "QueueId": queue }), goes_to("end")),
        action("end", "DisconnectParticipant", json!({}), json!({})),
    ] })
    .to_string()
}

/// Seeds one account with an instance; the first flows have `words`.
fn seed(scenario: &mut Scenario, account: &str, size: &Size, words: &str) {
    let instance = scenario.account(account).instance(REGION, "acme");
    for i in 0..size.hours {
        instance.hours(&format!("Hours {i}"), json!({}));
    }
    for i in 0..size.quick_connects {
        instance.quick_connect(&format!("Quick {i}"));
    }
    for i in 0..size.queues {
        let hours = instance.id_of(Kind::Hours, &format!("Hours {}", i % size.hours));
        let quick = instance.id_of(Kind::QuickConnect, &format!("Quick {}", i % size.quick_connects));
        instance
            .queue(&format!("Queue {i}"), json!({ "HoursOfOperationId": hours, "QuickConnectIds": [quick] }));
    }
    for i in 0..size.routing_profiles {
        let queue = instance.id_of(Kind::Queue, &format!("Queue {}", i % size.queues));
        let config = json!([{ "QueueReference": { "QueueId": queue, "Channel": "VOICE" }, "Priority": 1, "Delay": 0 }]);
        instance.resource(
            Kind::RoutingProfile,
            &format!("Profile {i}"),
            json!({ "DefaultOutboundQueueId": queue, "QueueConfigs": config }),
        );
    }
    for i in 0..size.modules {
        instance.module(&format!("Module {i}"));
    }
    for i in 0..size.flows {
        let queue = instance.arn_of(Kind::Queue, &format!("Queue {}", i % size.queues));
        let words = if i < size.changed { words } else { "The same everywhere." };
        instance.flow(&format!("Flow {i}"), "CONTACT_FLOW", &content(words, &queue));
    }
}

fn sdk(endpoint: &str, account: &str) -> SdkConfig {
    let credentials = Credentials::new(account, "sandbox", None, None, "bench");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

async fn driver(sandbox: &Sandbox, clock: &Clock, account: &str) -> Outcome<Box<dyn Driver>> {
    let environment = Environment {
        name: if account == DEV { "dev" } else { "prod" }.into(),
        account: account.into(),
        region: REGION.into(),
        role_arn: None,
        read_role_arn: None,
        external_id: None,
        instance: Some("acme".into()),
        endpoint: None,
        protected: false,
        on_failure: OnFailure::Stop,
        secrets: Default::default(),
        values: Values::default(),
    };
    let sessions = Sessions::with(clock, &sdk(&sandbox.endpoint(), account)).paced();
    let account = sessions.account(&environment, Access::Write).await?;
    Ok(snapdeploy::kinds::bind(account, &environment).await?)
}

/// What was measured of one verb.
struct Measured {
    name: &'static str,
    took: Duration,
    foretold: Duration,
    calls: BTreeMap<String, usize>,
    throttled: usize,
}

impl Measured {
    fn new(name: &'static str, took: Duration, foretold: Duration, calls: &[CallRecord]) -> Measured {
        let own = calls.iter().filter(|c| c.service == "connect");
        let mut by_operation: BTreeMap<String, usize> = BTreeMap::new();
        for call in own.clone() {
            *by_operation.entry(call.operation.clone()).or_default() += 1;
        }
        let throttled = own.filter(|c| c.status == 429).count();
        Measured { name, took, foretold, calls: by_operation, throttled }
    }

    /// Returns the operation that takes longest, and how long that is at least.
    fn bound(&self) -> (&str, Duration) {
        let pace = Pace::new(Share::default());
        let all = self.calls.iter().map(|(call, n)| (call.as_str(), pace.bound(*n)));
        all.max_by_key(|(_, bound)| *bound).unwrap_or_default()
    }

    fn ratio(&self) -> f64 {
        self.took.as_secs_f64() / self.bound().1.as_secs_f64().max(1.0)
    }

    #[expect(clippy::print_stdout, reason = "this is what it is for")]
    fn print(&self) {
        let (slowest, bound) = self.bound();
        println!("{}", self.name);
        println!("  took      {:8.1} s", self.took.as_secs_f64());
        println!("  bound     {:8.1} s   {slowest}", bound.as_secs_f64());
        println!("  ratio     {:8.3}     at most {RATIO}", self.ratio());
        println!("  foretold  {:8.1} s", self.foretold.as_secs_f64());
        println!("  throttled {:8}", self.throttled);
        for (call, n) in &self.calls {
            let why = if NO_SEARCH.contains(&call.as_str()) { "   no search has it" } else { "" };
            println!("  {n:5} {call}{why}");
        }
    }

    /// Returns what is not as it has to be.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.ratio() > RATIO {
            problems.push(format!("{}: {:.3} times the bound", self.name, self.ratio()));
        }
        if self.throttled > 0 {
            problems.push(format!("{}: {} calls were throttled", self.name, self.throttled));
        }
        problems
    }
}

fn means<'a>(
    driver: &'a dyn Driver,
    objects: &'a MemoryObjects,
    ledger: &'a MemoryLedger,
    clock: &'a Clock,
    events: &'a Events,
    values: &'a Values,
) -> Means<'a> {
    Means {
        driver,
        repository: Repository::new(objects),
        vault: &snapdeploy::core::secret::Unkept,
        losses: Default::default(),
        irreversible: Default::default(),
        ledger,
        clock,
        events,
        stop: Stop::new(),
        actor: Actor {
            identity: format!("arn:aws:iam::{DEV}:user/bench"),
            host: "bench@here".into(),
            ci: None,
            job: Default::default(),
        },
        process: snapdeploy::core::process::this(),
        values,
        patience: snapdeploy::core::following::PATIENCE,
        waivers: Default::default(),
        tool: "bench",
    }
}

/// Returns the most memory that this process has had, as Linux tells it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not told here".into(), |l| l.trim().to_string())
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
async fn measure(size: &Size) -> Outcome<Vec<String>> {
    let mut scenario = Scenario::empty();
    seed(&mut scenario, DEV, size, "New words.");
    seed(&mut scenario, PROD, size, "Old words.");
    scenario.switch("quotas", "aws")?;
    let sandbox = Sandbox::start(scenario)?;
    let (clock, objects) = (Clock::system(), MemoryObjects::new());
    let (ledger, events, values) = (MemoryLedger::new(clock.clone()), Events::silent(), Values::default());
    println!("the sandbox and its content: peak memory {}", peak());

    let dev = driver(&sandbox, &clock, DEV).await?;
    // What binding has spent is back by then.
    sandbox.advance(Duration::from_secs(10));
    sandbox.clear_calls();
    let what = Extraction {
        environment: "dev".into(),
        select: Selection::all(),
        name: None,
        note: None,
        on_gaps: OnGaps::Refuse,
    };
    let began = Instant::now();
    let means_dev = means(&*dev, &objects, &ledger, &clock, &events, &values);
    let snapshot: Snapshot = extract(&means_dev, &what).await?.snapshot;
    let took = began.elapsed();
    let mut ahead = Ahead::default();
    for kept in &snapshot.manifest.kept {
        ahead.read(kept.found.address.kind(), snapdeploy::core::driver::Freshness::Indexed, 1);
    }
    let extracted = Measured::new("extract", took, dev.least_time(&ahead), &sandbox.calls());
    extracted.print();
    let other: usize =
        extracted.calls.iter().filter(|(c, _)| !NO_SEARCH.contains(&c.as_str())).map(|(_, n)| n).sum();
    println!("  calls beside those that no search can save: {other}, at most {CALLS}");
    println!("  peak memory {}", peak());
    let mut problems = extracted.problems();
    if other > CALLS {
        problems.push(format!("extract: {other} calls that a search could save"));
    }

    let prod = driver(&sandbox, &clock, PROD).await?;
    sandbox.advance(Duration::from_secs(10));
    sandbox.clear_calls();
    let means_prod = means(&*prod, &objects, &ledger, &clock, &events, &values);
    let began = Instant::now();
    let source = Source::of_snapshot("dev@latest", &snapshot);
    let select = Selection::new(&["connect/flow/*".to_string()])?;
    let deployment = Deployment { select, ..Deployment::default() };
    let plan = plan_deploy(&means_prod, "prod", &source, &deployment).await?;
    let foretold = prod.least_time(&Ahead::of_run(&plan));
    let addresses: Vec<&Address> = plan.steps.iter().map(|s| &s.address).collect();
    if addresses.len() != size.changed {
        problems.push(format!("deploy: {} changes planned, not {}", addresses.len(), size.changed));
    }
    let ended = begin(&means_prod, &plan, None, OnFailure::Stop).await?;
    let took = began.elapsed();
    if !matches!(ended, Ended::Done { .. }) {
        problems.push(format!("deploy: it ended otherwise: {ended:?}"));
    }
    let deployed = Measured::new("deploy, with its plan", took, foretold, &sandbox.calls());
    deployed.print();
    println!("  peak memory {}", peak());
    problems.extend(deployed.problems());
    Ok(problems)
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn main() -> ExitCode {
    let size = if std::env::args().any(|a| a == "small") { SMALL } else { LARGE };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Into::into).and_then(|r| r.block_on(measure(&size)));
    match outcome {
        Ok(problems) if problems.is_empty() => ExitCode::SUCCESS,
        Ok(problems) => {
            println!("NOT GOOD ENOUGH\n{}", problems.join("\n"));
            ExitCode::FAILURE
        }
        Err(e) => {
            println!("it failed: {e}");
            ExitCode::FAILURE
        }
    }
}
