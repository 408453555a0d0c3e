//! Drift: what somebody changed since the last run, and what a newer release put there, is named and not overwritten.

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};

use snapdeploy::core::drift::OnDrift;
use snapdeploy::core::finding::{Finding, Weight};
use snapdeploy::core::id::RunId;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::objects::{Created, Key, Objects, Page, Weighed};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::{Coverage, Snapshot};
use snapdeploy::core::{Address, Error, ErrorKind, Result};
use snapdeploy::sandbox::{Fault, FaultKind};
use snapdeploy::store::MemoryObjects;

use crate::world::{A, B, World, sdk_of, words};

pub fn queue(n: usize) -> Address {
    Address::new("connect/queue", format!("Q{n}"))
}

/// Somebody edits the description of a queue in the console of `account`.
pub async fn console(world: &World, account: &str, n: usize, words: &str) {
    let driver = if account == A { &world.a } else { &world.b };
    let found = driver.find(&queue(n)).await.unwrap().unwrap();
    let client = aws_sdk_connect::Client::new(&sdk_of(&world.sandbox.endpoint(), account));
    let call = client.update_queue_name().instance_id(&driver.pin().instance).queue_id(found.id);
    call.description(words).send().await.unwrap();
}

/// Somebody sets the most contacts of a queue of B: what no release from elsewhere writes.
async fn limit(world: &World, n: usize, most: i32) {
    let found = world.b.find(&queue(n)).await.unwrap().unwrap();
    let client = aws_sdk_connect::Client::new(&sdk_of(&world.sandbox.endpoint(), B));
    let call = client.update_queue_max_contacts().instance_id(&world.b.pin().instance).queue_id(found.id);
    call.max_contacts(most).send().await.unwrap();
}

pub async fn plan(world: &World, snapshot: &Snapshot, pattern: &str, on_drift: OnDrift) -> Plan {
    let source = Source::of_snapshot("dev@latest", snapshot);
    let select = Selection::new(&[pattern.to_string()]).unwrap();
    let deployment = Deployment { select, drift: on_drift, ..Deployment::default() };
    plan_deploy(&world.means(&*world.b), "prod", &source, &deployment).await.unwrap()
}

pub async fn perform(world: &World, plan: &Plan) -> RunId {
    match begin(&world.means(&*world.b), plan, None, OnFailure::Rollback).await {
        Ok(Ended::Done { run }) => run,
        other => panic!("{other:?}"),
    }
}

/// Gives a queue of dev other words, and extracts dev.
pub async fn release(world: &World, n: usize, words: &str) -> Snapshot {
    console(world, A, n, words).await;
    world.extract(&*world.a, "dev").await
}

/// A world in which dev has been deployed to prod.
pub async fn deployed() -> (World, RunId) {
    let world = World::new(words(2)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let run = perform(&world, &plan(&world, &dev, "*", OnDrift::Block).await).await;
    (world, run)
}

#[track_caller]
fn only_block(plan: &Plan) -> &Finding {
    let blocks: Vec<_> = plan.blocks().collect();
    assert_eq!(blocks.len(), 1, "{:#?}", plan.findings);
    blocks[0]
}

#[tokio::test]
async fn a_run_keeps_what_it_left_and_names_it() {
    let (world, run) = deployed().await;
    let after = world.ledger.run(&run).await.unwrap().finish.unwrap().after.unwrap();
    let kept = Repository::new(&world.objects).snapshot(world.b.pin(), &after).await.unwrap();
    let Coverage::After { run: of, scope } = &kept.manifest.coverage else {
        panic!("{:?}", kept.manifest.coverage)
    };
    assert_eq!((of, scope), (&run, &vec![queue(0), queue(1)]));
    let live = world.documents(&*world.b, "prod").await;
    assert_eq!(kept.documents.len(), 2);
    for (address, document) in &kept.documents {
        assert_eq!(document, &live[address], "{address}");
    }
    let ended = world.roll_back().await.unwrap();
    let Ended::Done { run: back } = ended else { panic!("{ended:?}") };
    assert!(
        world.ledger.run(&back).await.unwrap().finish.unwrap().after.is_some(),
        "a rollback keeps it too"
    );
}

#[tokio::test]
async fn a_change_since_the_last_run_blocks_and_the_flag_overwrites_it() {
    let (world, run) = deployed().await;
    console(&world, B, 1, "hotfix").await;
    let next = release(&world, 1, "newer words").await;
    let blocked = plan(&world, &next, "*", OnDrift::Block).await;
    let block = only_block(&blocked);
    assert_eq!(block.address, Some(queue(1)));
    let said = &block.message;
    assert!(said.starts_with(&format!("was changed since run {run} (deployed 2")), "{said}");
    assert!(said.ends_with("by user/tester): Description"), "{said}");
    let hint = block.hint.as_ref().unwrap();
    let after = world.ledger.run(&run).await.unwrap().finish.unwrap().after.unwrap();
    assert!(
        hint.starts_with(&format!("snapdeploy diff prod@{after} prod@live 'connect/queue/Q1'")),
        "{hint}"
    );
    assert!(hint.contains("--overwrite-drift"));
    world.sandbox.clear_calls();
    let refused = begin(&world.means(&*world.b), &blocked, None, OnFailure::Stop).await.unwrap_err();
    assert_eq!((refused.kind, world.mutations()), (ErrorKind::Blocked, 0));

    // What the release does not touch is nobody's business.
    assert_eq!(plan(&world, &next, "connect/queue/Q0", OnDrift::Block).await.findings, []);
    let over = plan(&world, &next, "*", OnDrift::Overwrite).await;
    assert_eq!(over.blocks().count(), 0);
    assert!(
        over.findings.iter().any(|f| f.weight == Weight::Warning && f.message == *said),
        "{:?}",
        over.findings
    );
    perform(&world, &over).await;
    // From then on that run is what counts.
    let next = release(&world, 1, "newest words").await;
    assert_eq!(plan(&world, &next, "*", OnDrift::Block).await.blocks().count(), 0);
}

#[tokio::test]
async fn a_hotfix_that_was_taken_into_the_release_is_no_drift() {
    let (world, _) = deployed().await;
    console(&world, B, 1, "hotfix").await;
    console(&world, A, 1, "hotfix").await;
    let mut next = world.extract(&*world.a, "dev").await;
    let document = next.documents.get_mut(&queue(1)).unwrap();
    document.portable.insert("Tags".into(), json!({ "team": "night" }));
    let taken = plan(&world, &next, "*", OnDrift::Block).await;
    assert_eq!((taken.steps.len(), taken.findings.len()), (1, 0), "{:?}", taken.findings);
    document_says(&mut next, "other words");
    only_block(&plan(&world, &next, "*", OnDrift::Block).await);
}

fn document_says(snapshot: &mut Snapshot, words: &str) {
    snapshot.documents.get_mut(&queue(1)).unwrap().portable.insert("Description".into(), json!(words));
}

#[tokio::test]
async fn a_local_change_is_drift_only_where_it_would_be_written() {
    let (world, _) = deployed().await;
    let prod = world.extract(&*world.b, "prod").await;
    limit(&world, 1, 7).await;
    let next = release(&world, 1, "newer words").await;
    let elsewhere = plan(&world, &next, "*", OnDrift::Block).await;
    assert_eq!((elsewhere.steps.len(), elsewhere.blocks().count()), (1, 0), "{:?}", elsewhere.findings);
    // At home the local part is written back, and with it somebody's limit.
    let home = plan(&world, &prod, "*", OnDrift::Block).await;
    assert!(only_block(&home).message.ends_with(": MaxContacts"), "{:?}", home.findings);
}

#[tokio::test]
async fn what_no_run_ever_wrote_is_held_against_the_last_extract_and_else_against_nothing() {
    let world = World::new(words(2)).await;
    let dev = world.extract(&*world.a, "dev").await;
    assert_eq!(plan(&world, &dev, "*", OnDrift::Block).await.findings, []);
    let seen = world.extract(&*world.b, "prod").await;
    assert_eq!(plan(&world, &dev, "*", OnDrift::Block).await.findings, []);
    console(&world, B, 0, "by hand").await;
    let blocked = plan(&world, &dev, "*", OnDrift::Block).await;
    let said = &only_block(&blocked).message;
    assert!(said.starts_with(&format!("was changed since the snapshot {} (", seen.manifest.id)), "{said}");
}

#[tokio::test]
async fn what_a_failed_run_put_back_is_no_drift() {
    let world = World::new(words(3)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let fault =
        Fault { nth: 2, account: Some(B.into()), ..Fault::next("UpdateQueueName", FaultKind::AccessDenied) };
    world.sandbox.fault(fault);
    let ended = world.deploy(&dev, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::RolledBack { .. })), "{ended:?}");
    let again = plan(&world, &dev, "*", OnDrift::Block).await;
    assert_eq!((again.steps.len(), again.findings.len()), (3, 0), "{:?}", again.findings);
    perform(&world, &again).await;
}

/// A store that keeps so many snapshots and refuses the rest.
struct Full<'a> {
    inner: &'a MemoryObjects,
    snapshots: std::sync::atomic::AtomicUsize,
}

#[async_trait]
impl Objects for Full<'_> {
    async fn create(&self, key: &Key, bytes: Bytes) -> Result<Created> {
        use std::sync::atomic::Ordering::SeqCst;
        if key.as_str().starts_with("snapshots/")
            && self.snapshots.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_err()
        {
            return Err(Error::failed("the store is full"));
        }
        self.inner.create(key, bytes).await
    }
    async fn read(&self, key: &Key) -> Result<Bytes> {
        self.inner.read(key).await
    }
    async fn has(&self, key: &Key) -> Result<bool> {
        self.inner.has(key).await
    }
    async fn link(&self, key: &Key, ttl: std::time::Duration) -> Result<Option<String>> {
        self.inner.link(key, ttl).await
    }
    async fn list(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Key>> {
        self.inner.list(prefix, after).await
    }
    async fn weigh(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Weighed>> {
        self.inner.weigh(prefix, after).await
    }
    async fn delete(&self, key: &Key) -> Result<()> {
        self.inner.delete(key).await
    }
    fn place(&self) -> String {
        self.inner.place()
    }
}

#[tokio::test]
async fn a_run_whose_after_snapshot_cannot_be_kept_has_succeeded_and_its_plan_still_tells_drift() {
    let world = World::new(words(2)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let first = plan(&world, &dev, "*", OnDrift::Block).await;
    let full = Full { inner: &world.objects, snapshots: 1.into() };
    let means = world.means_with(&*world.b, &full, &world.ledger);
    let Ok(Ended::Done { run }) = begin(&means, &first, None, OnFailure::Rollback).await else { panic!() };
    let finish = world.ledger.run(&run).await.unwrap().finish.unwrap();
    assert_eq!((finish.after, finish.message.as_str()), (None, "verified"));

    let next = release(&world, 1, "newer words").await;
    assert_eq!(plan(&world, &next, "*", OnDrift::Block).await.blocks().count(), 0);
    console(&world, B, 1, "hotfix").await;
    let blocked = plan(&world, &next, "*", OnDrift::Block).await;
    assert!(only_block(&blocked).message.ends_with("by user/tester)"), "{:?}", blocked.findings);
}

#[tokio::test]
async fn an_older_release_is_blocked_until_the_newer_one_is_undone() {
    let world = World::new(words(2)).await;
    let old = release(&world, 1, "first words").await;
    let new = release(&world, 1, "second words").await;
    perform(&world, &plan(&world, &old, "*", OnDrift::Block).await).await;
    let run = perform(&world, &plan(&world, &new, "*", OnDrift::Block).await).await;
    let record = world.ledger.run(&run).await.unwrap().start;
    assert_eq!(record.source_taken_at, Some(new.manifest.taken_at));
    assert_eq!(record.source_pin, Some(new.manifest.pin.clone()));

    let blocked = plan(&world, &old, "*", OnDrift::Block).await;
    let block = only_block(&blocked);
    assert_eq!(block.address, Some(queue(1)), "what is the same in both is not changed back");
    assert!(block.message.contains(&format!("would undo run {run} (deployed")), "{}", block.message);
    assert!(block.message.contains("by user/tester"), "{}", block.message);
    let over = plan(&world, &old, "*", OnDrift::Overwrite).await;
    assert_eq!(over.blocks().count(), 0);
    assert!(over.findings.iter().any(|f| f.weight == Weight::Warning && f.message == block.message));

    world.roll_back().await.unwrap();
    assert!(plan(&world, &old, "*", OnDrift::Block).await.is_empty(), "that is what is there");
    // The one before is what is live now; the other is newer than it, and may come again.
    let again = plan(&world, &new, "*", OnDrift::Block).await;
    assert!(
        again.findings.iter().all(|f| f.message.contains("this release is held")),
        "{:#?}",
        again.findings
    );
    let state: Value = world.sandbox.connect_state(B);
    assert!(state.to_string().contains("first words"));
}
