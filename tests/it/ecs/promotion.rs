//! Promotion by digest: an image goes from one registry to another with its bytes, before the service that runs it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use snapdeploy::aws::{Account, ECR, ECS, Elsewhere, Sessions};
use snapdeploy::core::ErrorKind;
use snapdeploy::core::address::Address;
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Driver, Leash, Reply, Sending};
use snapdeploy::core::environment::{Access, Environment};
use snapdeploy::core::event::Events;
use snapdeploy::core::finding::{Finding, Weight};
use snapdeploy::core::means::Values;
use snapdeploy::core::moves::{Does, Move, Stage};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::{Fault, FaultKind, ImageSeed, RepositorySeed, Scenario, ServiceSeed};
use snapdeploy::store::MemoryObjects;

use crate::kinds::place::{perform, world};
use crate::world::{A, B, REGION, Unbounded, World, environment, scenario, sdk};

fn web() -> Address {
    Address::new("ecs/service", "main/web")
}

fn image(account: &str, tag: &str) -> String {
    format!("{account}.dkr.ecr.{REGION}.amazonaws.com/web:{tag}")
}

fn seed(tag: &str, platforms: &[&str]) -> ImageSeed {
    ImageSeed {
        repository: "web".into(),
        tag: tag.into(),
        platforms: platforms.iter().map(ToString::to_string).collect(),
        ..ImageSeed::default()
    }
}

const BOTH: &[&str] = &["linux/amd64", "linux/arm64"];

/// dev runs the image `2`, which is for two platforms and only in its own registry; prod runs `1`. The answer has the
/// digest of `2` too.
fn two(dev: ImageSeed) -> (Scenario, String) {
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

fn values() -> Values {
    let seal = snapdeploy::core::secret::Seal::new([7; 32]);
    Values { seal, owns: Selection::new(&["ecs/*".to_string()]).unwrap(), ..Values::default() }
}

/// Returns the environment `name`, as a configuration with the environments `known` binds it.
async fn bound(world: &World, name: &str, known: &[&str]) -> Box<dyn Driver> {
    let sessions = Arc::new(Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint())));
    let whole = |name: &str| Environment { values: values(), ..environment(name) };
    let account = sessions.account(&whole(name), Access::Write).await.unwrap();
    let elsewhere = Elsewhere::new(sessions, known.iter().map(|name| whole(name)).collect());
    snapdeploy::kinds::bind_among(account, &whole(name), elsewhere).await.unwrap()
}

async fn start(scenario: Scenario) -> World {
    let mut world = world(scenario, values()).await;
    (world.a, world.b) =
        (bound(&world, "dev", &["dev", "prod"]).await, bound(&world, "prod", &["dev", "prod"]).await);
    world
}

/// Returns the clients of somebody in the environment `name` who knows nothing of snapdeploy.
async fn somebody(world: &World, name: &str) -> Account {
    let sessions = Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint()));
    sessions.account(&environment(name), Access::Write).await.unwrap()
}

async fn planned(world: &World, dev: &Snapshot) -> Plan {
    let source = Source::of_snapshot("dev@latest", dev);
    plan_deploy(&world.means(&*world.b), "prod", &source, &Deployment::default()).await.unwrap()
}

/// Returns what ECR of `account` holds in the repository.
fn registry(world: &World, account: &str) -> Value {
    let state = world.sandbox.state();
    let found = find(&state, account).unwrap_or_else(|| panic!("{state}"));
    found.clone()
}

/// Returns the repository `us-east-1/web` in the part of a state that is of `account`.
fn find<'v>(state: &'v Value, account: &str) -> Option<&'v Value> {
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
fn changes(world: &World) -> Vec<String> {
    let calls = world.sandbox.calls();
    calls.iter().filter(|c| c.mutating && c.service == "ecr").map(|c| c.operation.clone()).collect()
}

fn notes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.message.as_str()).collect()
}

/// Returns the move that copies the image `digest` of dev to prod.
fn put(digest: &str, tags: &[&str]) -> Move {
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

async fn send(world: &World, m: &Move, lease: &dyn Leash) -> Reply {
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
async fn asked(world: &World, digest: &str) -> (Vec<Move>, Vec<Finding>) {
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
struct Stops {
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
async fn world_reads(_: &World, m: &Move, at: usize) -> u64 {
    let (scenario, _) = two(seed("2", BOTH));
    let world = start(scenario).await;
    world.sandbox.clear_calls();
    assert!(matches!(send(&world, m, &Unbounded).await, Reply::Done(None)));
    let calls = world.sandbox.calls();
    let own: Vec<bool> =
        calls.iter().filter(|c| c.service == "ecr" && c.account == B).map(|c| c.mutating).collect();
    own.iter().enumerate().filter(|(_, mutating)| **mutating).nth(at).unwrap().0 as u64
}

#[tokio::test(flavor = "current_thread")]
async fn a_layer_with_other_bytes_is_refused_and_nothing_is_put_in_its_place() {
    let (scenario, digest) = two(seed("2", &["linux/amd64"]));
    let world = start(scenario).await;
    let (account, before) = (somebody(&world, "dev").await, registry(&world, B));
    let ask = json!({ "repositoryName": "web", "imageIds": [{ "imageDigest": digest }] });
    let answer = account.ask(&ECR, "BatchGetImage", &ask).await.unwrap();
    let manifest: Value =
        serde_json::from_str(answer["images"][0]["imageManifest"].as_str().unwrap()).unwrap();
    let layer = &manifest["layers"][0];
    let ask = json!({ "repositoryName": "web", "layerDigest": layer["digest"] });
    account.ask(&ECR, "GetDownloadUrlForLayer", &ask).await.unwrap();
    let key = layer["digest"].as_str().unwrap().replace(':', "/");
    let size = layer["size"].as_u64().unwrap() as usize;
    for bytes in [vec![7; size], vec![7; size + 1], vec![7; 3]] {
        world.sandbox.spoil("ecr_layers", &key, bytes).unwrap();
        let reply = send(&world, &put(&digest, &["2"]), &Unbounded).await;
        let Reply::Refused(e) = reply else { panic!("{reply:?}") };
        assert_eq!(e.kind, ErrorKind::Corrupt);
        assert!(e.message.contains(layer["digest"].as_str().unwrap()), "{}", e.message);
        assert!(e.hint.as_deref().is_some_and(|hint| hint.contains("push the image again")), "{:?}", e.hint);
        let after = registry(&world, B);
        assert_eq!((&after["images"], &after["tags"]), (&before["images"], &before["tags"]));
        assert!(!after["layers"].as_array().unwrap().contains(&layer["digest"]));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_policy_that_forbids_it_is_said_with_what_to_write() {
    let (scenario, digest) = two(seed("2", BOTH));
    let mut world = start(scenario).await;
    world.b = bound(&world, "prod", &["prod"]).await;
    let (moves, said) = asked(&world, &digest).await;
    assert!(moves.is_empty());
    let [one] = &said[..] else { panic!("{said:?}") };
    assert_eq!(one.weight, Weight::Block);
    assert!(
        one.message.contains("cannot be copied: BatchGetImage: AccessDeniedException"),
        "{}",
        one.message
    );
    let hint = one.hint.as_deref().unwrap();
    assert!(hint.contains("read_role_arn") && hint.contains("ecr:GetDownloadUrlForLayer"), "{hint}");
    let reply = send(&world, &put(&digest, &[]), &Unbounded).await;
    assert!(matches!(&reply, Reply::Refused(e) if e.kind == ErrorKind::Denied), "{reply:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn where_no_environment_is_there_the_policy_of_the_repository_may_let_in() {
    let (mut scenario, digest) = two(seed("2", BOTH));
    let open = json!({ "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": B },
        "Action": ["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"],
    }] });
    let policy = Some(open.to_string());
    scenario.account(A).repository(RepositorySeed {
        name: "web".into(),
        policy,
        ..RepositorySeed::default()
    });
    let mut world = start(scenario).await;
    world.b = bound(&world, "prod", &["prod"]).await;
    let (moves, said) = asked(&world, &digest).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(matches!(send(&world, &moves[0], &Unbounded).await, Reply::Done(None)));
    assert_eq!(registry(&world, B)["tags"]["2"], digest);
}

#[tokio::test(flavor = "current_thread")]
async fn an_image_that_is_archived_or_gone_is_refused_with_what_to_type() {
    let archived = ImageSeed { archived: true, ..seed("old", BOTH) };
    let (mut scenario, _) = two(seed("2", BOTH));
    let old = scenario.account(A).image(archived);
    let world = start(scenario).await;
    let (moves, said) = asked(&world, &old).await;
    assert!(moves.is_empty() && said[0].weight == Weight::Block, "{said:?}");
    assert!(said[0].message.contains("ARCHIVED"), "{}", said[0].message);
    let hint = said[0].hint.as_deref().unwrap();
    let typed = format!(
        "aws ecr update-image-storage-class --registry-id {A} --region {REGION} --repository-name web --image-id imageDigest={old} --target-storage-class STANDARD"
    );
    assert_eq!(hint, typed);
    let gone = format!("sha256:{}", "ab".repeat(32));
    let (moves, said) = asked(&world, &gone).await;
    assert!(moves.is_empty() && said[0].weight == Weight::Block, "{said:?}");
    assert!(said[0].message.contains("has no web@sha256:abababababab…"), "{}", said[0].message);
    assert!(said[0].hint.as_deref().unwrap().contains("push these bits again"));
}

#[tokio::test(flavor = "current_thread")]
async fn a_target_without_the_repository_says_how_to_make_it() {
    let mut scenario = scenario();
    let digest = scenario.account(A).image(seed("2", BOTH));
    let world = start(scenario).await;
    let (moves, said) = asked(&world, &digest).await;
    assert!(moves.is_empty() && said[0].weight == Weight::Block, "{said:?}");
    let typed =
        format!("aws ecr create-repository --registry-id {B} --region {REGION} --repository-name web");
    assert_eq!(said[0].hint.as_deref(), Some(typed.as_str()));
}

#[tokio::test(flavor = "current_thread")]
async fn a_tag_that_names_other_bits_there_stays_and_is_said() {
    for mutability in ["IMMUTABLE", "MUTABLE"] {
        let (mut scenario, digest) = two(seed("2", BOTH));
        let taken =
            scenario.account(B).image(ImageSeed { text: "others".into(), ..seed("2", &["linux/amd64"]) });
        let name =
            RepositorySeed { name: "web".into(), mutability: mutability.into(), ..RepositorySeed::default() };
        scenario.account(B).repository(name);
        let world = start(scenario).await;
        let (moves, said) = asked(&world, &digest).await;
        let kept = format!("the tag 2 of web there is {}…, and stays so", &taken[..19]);
        assert!(notes(&said).contains(&kept.as_str()), "{said:?}");
        // One that gets another image's tag in the meantime leaves it too.
        let m = Move {
            args: json!({ "imageTags": ["2"], "imageDigest": digest, "registryId": B, "region": REGION,
            "repositoryName": "web", "from": moves[0].args["from"] }),
            ..moves[0].clone()
        };
        assert!(matches!(send(&world, &m, &Unbounded).await, Reply::Done(None)));
        let here = registry(&world, B);
        assert_eq!(here["tags"]["2"], taken);
        assert!(here["images"].get(&digest).is_some(), "{here}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_image_that_is_archived_in_the_target_is_restored_by_being_put_again() {
    let (mut scenario, digest) = two(seed("2", &["linux/amd64"]));
    let same = ImageSeed { archived: true, ..seed("2", &["linux/amd64"]) };
    assert_eq!(scenario.account(B).image(same), digest);
    let world = start(scenario).await;
    assert!(matches!(send(&world, &put(&digest, &[]), &Unbounded).await, Reply::Done(None)));
    assert_eq!(registry(&world, B)["images"][&digest]["storage"], "standard");
}

#[tokio::test(flavor = "current_thread")]
async fn the_plan_says_which_run_had_put_it_into_dev_and_what_was_asked_since() {
    let (scenario, digest) = two(seed("2", BOTH));
    let world = start(scenario).await;
    // Nobody knows who has put it there.
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    let [one] = &plan.proof[..] else { panic!("{:?}", plan.proof) };
    assert_eq!((&one.run, one.since), (&None, dev.manifest.taken_at));

    // A run takes dev back to 1, and one more to 2 again.
    let mut older = dev.clone();
    let documents = &mut older.documents;
    let of = documents.get_mut(&web()).unwrap();
    *of = world.a.with_image(&web(), of, None, ":1").await.unwrap();
    let mut runs = Vec::new();
    for snapshot in [&older, &dev, &older, &dev] {
        let source = Source::of_snapshot("dev@earlier", snapshot);
        let means = world.means(&*world.a);
        let plan = plan_deploy(&means, "dev", &source, &Deployment::default()).await.unwrap();
        assert!(plan.proof.is_empty(), "what stays at home has nothing to prove");
        let ended = begin(&means, &plan, None, OnFailure::Stop).await;
        let Ok(Ended::Done { run, .. }) = ended else { panic!("{ended:?}") };
        runs.push(run);
    }
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    let [one] = &plan.proof[..] else { panic!("{:?}", plan.proof) };
    assert_eq!((one.address.clone(), one.images.iter().next()), (web(), Some(&digest)));
    assert_eq!(one.run.as_ref(), runs.last());
    assert_eq!(one.by.as_deref(), Some(format!("arn:aws:iam::{A}:user/tester").as_str()));
    assert_eq!((one.environment.as_deref(), one.until), (Some("dev"), None));
    let names: Vec<(&str, bool)> = one.checks.iter().map(|c| (c.name.as_str(), c.healthy)).collect();
    assert!(names.contains(&("verdict", true)) && names.contains(&("health", true)), "{:?}", one.checks);
    assert_eq!(serde_json::to_value(&plan).unwrap()["proof"][0]["images"][0], digest);

    // What is not there any more says until when.
    let first = planned(&world, &older).await;
    assert!(first.proof.iter().all(|p| p.until.is_some()), "{:?}", first.proof);
}
