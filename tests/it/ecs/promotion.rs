//! Promotion by digest: an image goes from one registry to another with its bytes, before the service that runs it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use snapdeploy::aws::{Account, ECS, Elsewhere, Sessions};
use snapdeploy::core::ErrorKind;
use snapdeploy::core::address::Address;
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Driver, Leash, Reply, Sending};
use snapdeploy::core::environment::{Access, Environment};
use snapdeploy::core::event::Events;
use snapdeploy::core::finding::Finding;
use snapdeploy::core::means::Values;
use snapdeploy::core::moves::{Does, Move, Stage};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::{Fault, FaultKind, ImageSeed, Scenario, ServiceSeed};
use snapdeploy::store::MemoryObjects;

use crate::kinds::place::{perform, world};
use crate::world::{A, B, REGION, Unbounded, World, environment, scenario, sdk};

pub(super) fn web() -> Address {
    Address::new("ecs/service", "main/web")
}

pub(super) fn image(account: &str, tag: &str) -> String {
    format!("{account}.dkr.ecr.{REGION}.amazonaws.com/web:{tag}")
}

pub(super) fn seed(tag: &str, platforms: &[&str]) -> ImageSeed {
    ImageSeed {
        repository: "web".into(),
        tag: tag.into(),
        platforms: platforms.iter().map(ToString::to_string).collect(),
        ..ImageSeed::default()
    }
}

pub(super) const BOTH: &[&str] = &["linux/amd64", "linux/arm64"];

/// dev runs the image `2`, which is for two platforms and only in its own registry; prod runs `1`. The answer has the
/// digest of `2` too.
pub(super) fn two(dev: ImageSeed) -> (Scenario, String) {
    let mut scenario = scenario();
    let mut digest = String::new();
    for (account, tag) in [(A, "2"), (B, "1")] {
        let seeded = scenario.account(account);
        seeded.role("web-execution", None).role("web-task", None);
        seeded.image(seed("1", &["linux/amd64"]));
        if account == A {
            digest = seeded.image(dev.clone());
        }
        let service = ServiceSeed {
            images: vec![("app".into(), image(account, tag))],
            breaker: true,
            ..ServiceSeed::default()
        };
        seeded.service(&service).unwrap();
    }
    (scenario, digest)
}

pub(super) fn values() -> Values {
    let seal = snapdeploy::core::secret::Seal::new([7; 32]);
    Values { seal, owns: Selection::new(&["ecs/*".to_string()]).unwrap(), ..Values::default() }
}

/// Returns the environment `name`, as a configuration with the environments `known` binds it.
pub(super) async fn bound(world: &World, name: &str, known: &[&str]) -> Box<dyn Driver> {
    let sessions = Arc::new(Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint())));
    let whole = |name: &str| Environment { values: values(), ..environment(name) };
    let account = sessions.account(&whole(name), Access::Write).await.unwrap();
    let elsewhere = Elsewhere::new(sessions, known.iter().map(|name| whole(name)).collect());
    snapdeploy::kinds::bind_among(account, &whole(name), elsewhere).await.unwrap()
}

pub(super) async fn start(scenario: Scenario) -> World {
    let mut world = world(scenario, values()).await;
    (world.a, world.b) =
        (bound(&world, "dev", &["dev", "prod"]).await, bound(&world, "prod", &["dev", "prod"]).await);
    world
}

/// Returns the clients of somebody in the environment `name` who knows nothing of snapdeploy.
pub(super) async fn somebody(world: &World, name: &str) -> Account {
    let sessions = Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint()));
    sessions.account(&environment(name), Access::Write).await.unwrap()
}

pub(super) async fn planned(world: &World, dev: &Snapshot) -> Plan {
    let source = Source::of_snapshot("dev@latest", dev);
    plan_deploy(&world.means(&*world.b), "prod", &source, &Deployment::default()).await.unwrap()
}

/// Returns what ECR of `account` holds in the repository.
pub(super) fn registry(world: &World, account: &str) -> Value {
    let state = world.sandbox.state();
    let found = find(&state, account).unwrap_or_else(|| panic!("{state}"));
    found.clone()
}

/// Returns the repository `us-east-1/web` in the part of a state that is of `account`.
pub(super) fn find<'v>(state: &'v Value, account: &str) -> Option<&'v Value> {
    fn within(value: &Value) -> Option<&Value> {
        let members = value.as_object()?;
        let own = members.get("us-east-1/web").filter(|found| found["layers"].is_array());
        own.or_else(|| members.values().find_map(within))
    }
    let members = state.as_object()?;
    match members.get(account) {
        Some(own) => within(own),
        None => members.values().find_map(|value| find(value, account)),
    }
}

/// Returns the calls that changed something in ECR since they were last cleared.
pub(super) fn changes(world: &World) -> Vec<String> {
    let calls = world.sandbox.calls();
    calls.iter().filter(|c| c.mutating && c.service == "ecr").map(|c| c.operation.clone()).collect()
}

pub(super) fn notes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.message.as_str()).collect()
}

/// Returns the move that copies the image `digest` of dev to prod.
pub(super) fn put(digest: &str, tags: &[&str]) -> Move {
    let place = |account: &str| json!({ "registryId": account, "region": REGION, "repositoryName": "web" });
    let mut args = place(B);
    (args["imageDigest"], args["imageTags"], args["from"]) = (json!(digest), json!(tags), place(A));
    Move {
        address: web(),
        stage: Stage::Bring,
        does: Does::Prepare,
        call: "PutImage".into(),
        facet: Vec::new(),
        args,
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    }
}

pub(super) async fn send(world: &World, m: &Move, lease: &dyn Leash) -> Reply {
    let nowhere = MemoryObjects::new();
    let with = Sending {
        blobs: &Repository::new(&nowhere),
        vault: &snapdeploy::core::secret::Unkept,
        lease,
        events: &Events::silent(),
        patience: snapdeploy::core::following::PATIENCE,
        kind: snapdeploy::core::run::RunKind::Deploy,
        on_failure: snapdeploy::core::runs::OnFailure::Rollback,
        rungs: &snapdeploy::core::rung::NoRungs,
    };
    world.b.send(m, None, m.args.clone(), &with).await
}

/// Asks what prod needs of a service that runs the image `digest` of dev.
pub(super) async fn asked(world: &World, digest: &str) -> (Vec<Move>, Vec<Finding>) {
    let mut to = Document::default();
    let image = format!("@{{account}}.dkr.ecr.@{{region}}.amazonaws.com/web@{digest}");
    to.portable
        .insert("TaskDefinition".into(), json!({ "containerDefinitions": { "app": { "image": image } } }));
    let change = Change {
        address: &web(),
        uid: "",
        from: None,
        to: Some(&to),
        way: snapdeploy::core::run::RunKind::Deploy,
    };
    world.b.bring(&change, world.a.pin()).await.unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn an_image_for_two_platforms_arrives_with_its_digests_and_prod_ends_with_it_pinned() {
    let (scenario, digest) = two(seed("2", BOTH));
    let world = start(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    assert_eq!((plan.moves[0].call.as_str(), plan.moves[0].stage), ("PutImage", Stage::Bring));
    let said = notes(&plan.findings);
    let copies = format!("copies web@{}… from {A} (2 platforms, ", &digest[..19]);
    assert!(said.iter().any(|s| s.starts_with(&copies) && s.ends_with(" kB)")), "{said:?}");
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    let (there, here) = (registry(&world, A), registry(&world, B));
    let index = here["images"].as_object().unwrap();
    assert_eq!(index.len(), 4, "1, the index, and its two manifests: {here}");
    for (own, image) in index {
        assert_eq!(there["images"][own], *image, "{own}");
    }
    assert_eq!((&here["tags"]["2"], &here["tags"]["1"]), (&json!(digest), &there["tags"]["1"]));
    let account = somebody(&world, "prod").await;
    let ask = json!({ "cluster": "main", "services": ["web"] });
    let service = account.ask(&ECS, "DescribeServices", &ask).await.unwrap();
    let ask = json!({ "taskDefinition": service["services"][0]["taskDefinition"] });
    let now = account.ask(&ECS, "DescribeTaskDefinition", &ask).await.unwrap();
    let pinned = format!("{B}.dkr.ecr.{REGION}.amazonaws.com/web@{digest}");
    assert_eq!(now["taskDefinition"]["containerDefinitions"][0]["image"], pinned);
    let again = planned(&world, &dev).await;
    assert!(again.is_empty(), "{:#?}", again.moves);
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_there_is_not_sent_again() {
    let (scenario, digest) = two(seed("2", BOTH));
    let world = start(scenario).await;
    let m = put(&digest, &["2"]);
    assert!(matches!(send(&world, &m, &Unbounded).await, Reply::Done(None)));
    // Two configurations, and a layer that both manifests name.
    let sent = changes(&world);
    let count = |operation: &str| sent.iter().filter(|o| *o == operation).count();
    assert_eq!((count("InitiateLayerUpload"), count("CompleteLayerUpload"), count("PutImage")), (3, 3, 4));
    let whole = registry(&world, B);
    world.sandbox.clear_calls();
    assert!(matches!(send(&world, &m, &Unbounded).await, Reply::Done(None)));
    assert_eq!(changes(&world), Vec::<String>::new());
    assert_eq!(registry(&world, B), whole);
    let (moves, said) = asked(&world, &digest).await;
    assert!(moves.is_empty() && said.is_empty(), "{said:?}");
    assert_eq!(changes(&world), Vec::<String>::new());
}

#[tokio::test(flavor = "current_thread")]
async fn only_the_layers_that_are_missing_are_sent() {
    // The same text in another image: the same layer under another configuration.
    let arm = ImageSeed { text: "web:2".into(), ..seed("arm", &["linux/arm64"]) };
    let (mut scenario, digest) = two(seed("2", BOTH));
    scenario.account(B).image(arm);
    let world = start(scenario).await;
    let (moves, said) = asked(&world, &digest).await;
    assert_eq!(notes(&said), [format!("copies web@{}… from {A} (2 platforms, 1 kB)", &digest[..19])]);
    world.sandbox.clear_calls();
    assert!(matches!(send(&world, &moves[0], &Unbounded).await, Reply::Done(None)));
    let sent = changes(&world);
    assert_eq!(sent.iter().filter(|o| *o == "InitiateLayerUpload").count(), 1, "one configuration: {sent:?}");
}

/// A leash that ends the work before the call after so many.
pub(super) struct Stops {
    left: AtomicUsize,
}

impl Leash for Stops {
    fn until(&self) -> jiff::Timestamp {
        jiff::Timestamp::MAX
    }

    fn stop(&self) -> Option<String> {
        let gone = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        gone.is_err().then(|| "somebody asked to".to_string())
    }
}

#[tokio::test(flavor = "current_thread")]
async fn broken_off_at_any_call_it_ends_well_the_next_time() {
    let (scenario, digest) = two(seed("2", BOTH));
    let world = start(scenario).await;
    let m = put(&digest, &["2"]);
    assert!(matches!(send(&world, &m, &Unbounded).await, Reply::Done(None)));
    let (whole, calls) = (registry(&world, B), changes(&world).len());
    assert!(calls > 10, "{calls}");
    for at in 0..calls {
        let (scenario, _) = two(seed("2", BOTH));
        let world = start(scenario).await;
        let stopped = send(&world, &m, &Stops { left: AtomicUsize::new(at) }).await;
        assert!(
            matches!(&stopped, Reply::Refused(e) if e.kind == ErrorKind::Interrupted),
            "{at}: {stopped:?}"
        );
        assert_eq!(changes(&world).len(), at);
        assert!(matches!(send(&world, &m, &Unbounded).await, Reply::Done(None)), "stopped before call {at}");
        assert_eq!(registry(&world, B), whole, "stopped before call {at}");

        // The answer is lost, and nobody hears of it.
        let (scenario, _) = two(seed("2", BOTH));
        let world = start(scenario).await;
        let (service, account) = (Some("ecr".to_string()), Some(B.to_string()));
        let nth = 1 + world_reads(&world, &m, at).await;
        world.sandbox.fault(Fault {
            service,
            operation: None,
            account,
            nth,
            times: 1,
            kind: FaultKind::DropAfter,
        });
        let lost = send(&world, &m, &Unbounded).await;
        assert!(matches!(lost, Reply::Unknown(_) | Reply::Done(None)), "{at}: {lost:?}");
        assert!(matches!(send(&world, &m, &Unbounded).await, Reply::Done(None)), "lost answer of call {at}");
        assert_eq!(registry(&world, B), whole, "lost answer of call {at}");
    }
}

/// Returns how many calls B makes of ECR before its change number `at`: told by a copy that is made for that in a world of
/// its own.
pub(super) async fn world_reads(_: &World, m: &Move, at: usize) -> u64 {
    let (scenario, _) = two(seed("2", BOTH));
    let world = start(scenario).await;
    world.sandbox.clear_calls();
    assert!(matches!(send(&world, m, &Unbounded).await, Reply::Done(None)));
    let calls = world.sandbox.calls();
    let own: Vec<bool> =
        calls.iter().filter(|c| c.service == "ecr" && c.account == B).map(|c| c.mutating).collect();
    own.iter().enumerate().filter(|(_, mutating)| **mutating).nth(at).unwrap().0 as u64
}
