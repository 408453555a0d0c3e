//! Runs that stop, fail, turn round and go back, and what has changed meanwhile.

use async_trait::async_trait;
use serde_json::{Value, json};

use snapdeploy::core::back::{newest, past, plan_back};
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use snapdeploy::core::event::{Event, Events};
use snapdeploy::core::finding::Finding;
use snapdeploy::core::holder::Manner;
use snapdeploy::core::id::RunId;
use snapdeploy::core::inventory::{Found, Inventory};
use snapdeploy::core::lease::Stop;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Means;
use snapdeploy::core::moves::Move;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::run::{RunKind, RunStatus};
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume, undo_open};
use snapdeploy::core::select::Selection;
use snapdeploy::core::{Address, ErrorKind, Pin, Result};
use snapdeploy::sandbox::{Fault, FaultKind, Kind};

use crate::world::{A, B, REGION, World, content, meddle, words};

fn queue(n: usize) -> Address {
    format!("connect/queue/Q{n}").parse().unwrap()
}

async fn world(queues: usize) -> (World, Plan, Value) {
    let world = World::new(words(queues)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    assert_eq!((plan.moves.len(), plan.blocks().count()), (queues, 0));
    let before = world.sandbox.connect_state(B);
    (world, plan, before)
}

/// Gives a queue of B other words, as somebody would who knows nothing of snapdeploy.
async fn somebody_writes(world: &World, n: usize, words: &str) {
    let mut document = world.documents(&*world.b, "prod").await.remove(&queue(n)).unwrap();
    document.portable.insert("Description".into(), json!(words));
    meddle(&*world.b, &queue(n), Some(&document)).await;
}

async fn deploy(world: &World, plan: &Plan) -> RunId {
    match begin(&world.means(&*world.b), plan, None, OnFailure::Rollback).await {
        Ok(Ended::Done { run }) => run,
        other => panic!("{other:?}"),
    }
}

async fn roll_back(world: &World) -> RunId {
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let plan = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert_eq!(plan.blocks().count(), 0, "{:?}", plan.findings);
    match begin(&means, &plan, None, OnFailure::Rollback).await {
        Ok(Ended::Done { .. }) => past.record.start.run,
        other => panic!("{other:?}"),
    }
}

/// Returns the open run, which has to be parked.
async fn parked(world: &World) -> RunId {
    let held = world.ledger.held(world.b.pin()).await.unwrap().expect("a run is open");
    assert!(held.parked);
    held.start.run
}

/// Deploys and asks to stop as soon as the first move is made.
async fn stopped_after_one(world: &World, plan: &Plan) -> RunId {
    let (events, mut heard) = Events::channel();
    let stop = Stop::new();
    let means = Means { events: &events, stop: stop.clone(), ..world.means(&*world.b) };
    let listen = async {
        while let Some(event) = heard.recv().await {
            if matches!(event, Event::Moved { index: 0, .. }) {
                return stop.ask("a person pressed Ctrl-C");
            }
        }
    };
    // The listener is asked first whenever anything happens.
    let (ended, ()) = tokio::join!(biased; begin(&means, plan, None, OnFailure::Rollback), listen);
    match ended {
        Ok(Ended::Stopped { run, why }) if why.kind == ErrorKind::Interrupted => {
            assert!(why.message.contains("Ctrl-C"), "{why}");
            assert!((1..plan.moves.len()).contains(&world.mutations()), "{} moves", world.mutations());
            assert_eq!(parked(world).await, run);
            run
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_stops_between_two_moves_and_goes_on_later() {
    let (world, plan, _) = world(8).await;
    let run = stopped_after_one(&world, &plan).await;
    let refused = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Locked);
    let hint = refused.hint.unwrap_or_default();
    assert!(hint.contains(&format!("--resume {run}")) && hint.contains("rollback"), "{hint}");

    let ended = resume(&world.means(&*world.b), &run, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(world.mutations(), 8, "nothing is sent twice");
    assert!(!world.sandbox.connect_state(B).to_string().contains("old words"));
    let again = resume(&world.means(&*world.b), &run, OnFailure::Rollback).await.unwrap_err();
    assert!(again.message.contains("has ended"), "{again}");
}

#[tokio::test]
async fn a_run_that_was_stopped_can_be_rolled_back_instead() {
    let (world, plan, before) = world(8).await;
    let run = stopped_after_one(&world, &plan).await;
    let means = world.means(&*world.b);
    let past = past(&means, &run).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert!(!back.is_empty() && back.moves.len() < 8);
    let ended = undo_open(&means, &past, &back, Some("second thoughts".into()), Manner::AskToStop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
    assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none());
    let record = world.ledger.run(&run).await.unwrap();
    assert_eq!(record.status(), RunStatus::Turned);
}

/// A driver whose environment does not do what it answers.
struct Lying<'a> {
    inner: &'a dyn Driver,
    /// Answers yes to the write of this address, and writes nothing.
    ignores: Option<Address>,
    /// Creates with these words instead of those that were asked for.
    words: Option<&'static str>,
}

#[async_trait]
impl Driver for Lying<'_> {
    fn pin(&self) -> &Pin {
        self.inner.pin()
    }
    fn kinds(&self) -> Vec<&'static str> {
        self.inner.kinds()
    }
    fn has_shells(&self, kind: &str) -> bool {
        self.inner.has_shells(kind)
    }
    async fn list(&self) -> Result<Listing> {
        self.inner.list().await
    }
    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        self.inner.find(address).await
    }
    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        self.inner.fetch(of, how).await
    }
    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        self.inner.encode(of, raw, inventory)
    }
    fn creates(&self, kind: &str) -> bool {
        self.inner.creates(kind)
    }
    fn is_tagged(&self, kind: &str) -> bool {
        self.inner.is_tagged(kind)
    }
    fn has_alias_ids(&self, kind: &str) -> bool {
        self.inner.has_alias_ids(kind)
    }
    fn implied(&self, of: &Address, address: &Address, qualifier: Option<&str>) -> Vec<Address> {
        self.inner.implied(of, address, qualifier)
    }
    fn arrange(&self, address: &Address, document: &mut Document) {
        self.inner.arrange(address, document);
    }
    fn attainable(
        &self,
        address: &Address,
        from: Option<&Document>,
        to: Option<&Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        self.inner.attainable(address, from, to)
    }
    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        self.inner.moves(change)
    }
    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        self.inner.split(create)
    }
    fn empty(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        self.inner.empty(change)
    }
    async fn send(&self, m: &Move, id: Option<&Found>, mut args: Value, with: &Sending<'_>) -> Reply {
        if self.ignores.as_ref() == Some(&m.address) {
            return Reply::Done(None);
        }
        if let (true, Some(words)) = (m.call == "CreateQueue", self.words) {
            args["Description"] = json!(words);
        }
        self.inner.send(m, id, args, with).await
    }
    async fn checks(&self, live: &[Live], inventory: &Inventory) -> Result<Vec<Check>> {
        self.inner.checks(live, inventory).await
    }
}

#[tokio::test]
async fn what_verification_does_not_find_as_written_is_rolled_back() {
    let (world, plan, before) = world(3).await;
    let driver = Lying { inner: &*world.b, ignores: Some(queue(1)), words: None };
    let ended = begin(&world.means(&driver), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::RolledBack { run, by, why }) = ended else { panic!("{ended:?}") };
    assert!(why.message.contains("connect/queue/Q1 is not what was written"), "{why}");
    assert_eq!(world.sandbox.connect_state(B), before);
    let record = world.ledger.run(&run).await.unwrap();
    assert_eq!(record.finish.unwrap().turned_into, Some(by.clone()));
    assert_eq!(world.ledger.run(&by).await.unwrap().status(), RunStatus::Succeeded);

    let mut scenario = words(1);
    let a = scenario.account(A).instance(REGION, "dev");
    let day = a.id_of(Kind::Hours, "Day");
    a.queue("New", json!({ "HoursOfOperationId": day, "Description": "asked for" }));
    let world = World::new(scenario).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let driver = Lying { inner: &*world.b, ignores: None, words: Some("something else") };
    let ended = begin(&world.means(&driver), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::RolledBack { why, .. }) = ended else { panic!("{ended:?}") };
    assert!(why.message.contains("connect/queue/New is not what was written"), "{why}");
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn a_plan_that_does_not_fit_any_more_is_stale_and_nothing_is_written() {
    for n in [0, 1] {
        let (world, plan, _) = world(2).await;
        somebody_writes(&world, n, "somebody's words").await;
        let state = world.sandbox.connect_state(B);
        world.sandbox.clear_calls();
        let error = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Stale, "{error:?}");
        assert!(error.message.contains(&queue(n).to_string()), "{error}");
        assert_eq!((world.mutations(), world.sandbox.connect_state(B)), (0, state));
        assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none());
        assert!(newest(&world.means(&*world.b), &Selection::all()).await.is_err(), "nothing to undo");
    }
}

#[tokio::test]
async fn what_has_been_changed_after_a_deployment_is_a_conflict_of_its_rollback_and_blocks_it() {
    let (world, plan, _) = world(2).await;
    let run = deploy(&world, &plan).await;
    somebody_writes(&world, 1, "somebody's words").await;
    let state = world.sandbox.connect_state(B);
    world.sandbox.clear_calls();
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    let blocks: Vec<_> = back.blocks().collect();
    assert_eq!(blocks.len(), 1, "{blocks:#?}");
    assert_eq!(blocks[0].address, Some(queue(1)));
    assert!(blocks[0].message.contains(run.as_str()), "{}", blocks[0].message);
    let error = begin(&means, &back, None, OnFailure::Rollback).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Blocked, "{error:?}");
    assert!(error.message.contains(&queue(1).to_string()), "{error}");
    assert_eq!((world.mutations(), world.sandbox.connect_state(B)), (0, state));

    // The rest can go back alone, and once the later change is undone, so can this.
    let only = Selection::new(&[queue(0).to_string()]).unwrap();
    let back = plan_back(&means, &past, &only).await.unwrap();
    assert!(matches!(begin(&means, &back, None, OnFailure::Rollback).await, Ok(Ended::Done { .. })));
    somebody_writes(&world, 1, "new words").await;
    assert_eq!(roll_back(&world).await, run);
    assert!(!world.sandbox.connect_state(B).to_string().contains("new words"));
}

#[tokio::test]
async fn what_something_else_refers_to_since_is_not_deleted() {
    let mut scenario = words(1);
    let a = scenario.account(A).instance(REGION, "dev");
    let day = a.id_of(Kind::Hours, "Day");
    a.queue("New", json!({ "HoursOfOperationId": day }));
    let new = a.arn_of(Kind::Queue, "New");
    let uses = content(&[("UpdateContactTargetQueue", json!({ "QueueId": new }))]);
    a.flow("Uses", "CONTACT_FLOW", &uses);
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let flow: Address = "connect/flow/Uses".parse().unwrap();
    let source = Source::of_snapshot("dev@latest", &dev);
    let queues = Selection::new(&["connect/queue/*".into()]).unwrap();
    let means = world.means(&*world.b);
    let plan = plan_deploy(&means, "prod", &source, &Deployment { select: queues, ..Deployment::default() })
        .await
        .unwrap();
    deploy(&world, &plan).await;

    meddle(&*world.b, &flow, Some(&dev.documents[&flow])).await;
    let state = world.sandbox.connect_state(B);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    let blocks: Vec<_> = back.blocks().collect();
    assert_eq!(blocks.len(), 1, "{blocks:#?}");
    assert_eq!(blocks[0].address, Some("connect/queue/New".parse().unwrap()));
    assert!(blocks[0].message.contains("connect/flow/Uses"), "{}", blocks[0].message);
    let error = begin(&means, &back, None, OnFailure::Rollback).await.unwrap_err();
    assert_eq!((error.kind, world.sandbox.connect_state(B)), (ErrorKind::Blocked, state));
    meddle(&*world.b, &flow, None).await;
    roll_back(&world).await;
    assert!(!world.sandbox.connect_state(B).to_string().contains("New"));
}

#[tokio::test]
async fn a_second_rollback_goes_further_back() {
    let (world, plan, before) = world(2).await;
    let first = deploy(&world, &plan).await;
    let between = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    let mut source = Source::of_snapshot("dev@latest", &dev);
    let document = source.documents.get_mut(&queue(1)).unwrap();
    document.portable.insert("Description".into(), json!("newest words"));
    let plan = plan_deploy(&world.means(&*world.b), "prod", &source, &Deployment::default()).await.unwrap();
    let second = deploy(&world, &plan).await;

    assert_eq!(roll_back(&world).await, second);
    assert_eq!(world.sandbox.connect_state(B), between);
    assert_eq!(roll_back(&world).await, first);
    assert_eq!(world.sandbox.connect_state(B), before);
    let none = newest(&world.means(&*world.b), &Selection::all()).await.unwrap_err();
    assert_eq!(none.kind, ErrorKind::NotFound);
}

/// Lets the calls of an operation be refused from the `nth` on, until the faults are cleared.
fn deny(world: &World, operation: &str, nth: u64) {
    world.sandbox.fault(Fault { nth, times: u64::MAX, ..Fault::next(operation, FaultKind::AccessDenied) });
}

#[tokio::test]
async fn a_failed_run_that_is_to_stop_stays_open_and_goes_on_when_the_cause_is_gone() {
    let (world, plan, _) = world(3).await;
    deny(&world, "UpdateQueueName", 2);
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Stop).await;
    let Ok(Ended::Stopped { run, why }) = ended else { panic!("{ended:?}") };
    assert_eq!(why.kind, ErrorKind::Denied, "{why:?}");
    assert_eq!(parked(&world).await, run);
    assert_eq!(world.ledger.run(&run).await.unwrap().status(), RunStatus::Open);
    world.sandbox.clear_faults();
    let ended = resume(&world.means(&*world.b), &run, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert!(!world.sandbox.connect_state(B).to_string().contains("old words"));
}

#[tokio::test]
async fn a_rollback_that_aws_refuses_is_told_and_finished_later() {
    let (world, plan, before) = world(3).await;
    deny(&world, "UpdateQueueName", 3);
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::RollbackFailed { run, by: Some(by), why, then }) = ended else { panic!("{ended:?}") };
    assert_eq!((why.kind, then.kind), (ErrorKind::Denied, ErrorKind::Denied), "{why:?} {then:?}");
    assert_eq!(parked(&world).await, by);
    assert_eq!(world.ledger.run(&by).await.unwrap().start.kind, RunKind::Rollback);
    let error = newest(&world.means(&*world.b), &Selection::all()).await.unwrap_err();
    assert!(error.hint.unwrap_or_default().contains(by.as_str()), "{}", error.message);

    // Still refused: it stays as it is, and says so again.
    let again = resume(&world.means(&*world.b), &run, OnFailure::Rollback).await;
    assert!(matches!(&again, Ok(Ended::Stopped { run, .. }) if *run == by) || again.is_err(), "{again:?}");
    world.sandbox.clear_faults();
    // The failed run leads to the one that undoes it.
    let ended = resume(&world.means(&*world.b), &run, OnFailure::Rollback).await;
    assert!(matches!(&ended, Ok(Ended::Done { run }) if *run == by), "{ended:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
    assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none());
    assert_eq!(world.ledger.run(&run).await.unwrap().undone_by, Some(by));
}

#[tokio::test]
async fn a_rollback_in_the_place_of_a_failed_run_is_gone_on_with_and_not_given_up() {
    let (world, plan, before) = world(3).await;
    deny(&world, "UpdateQueueName", 3);
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::RollbackFailed { run, by: Some(by), .. }) = ended else { panic!("{ended:?}") };
    world.sandbox.clear_faults();

    let means = world.means(&*world.b);
    let past = past(&means, &by).await.unwrap();
    let error = plan_back(&means, &past, &Selection::all()).await.unwrap_err();
    assert!(error.message.contains("half-way"), "{error:?}");
    let gone_on = resume(&means, &by, OnFailure::Stop).await;
    assert!(matches!(gone_on, Ok(Ended::Done { .. })), "{gone_on:?}");
    assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none());
    assert_eq!(world.ledger.run(&run).await.unwrap().undone_by, Some(by));
    assert_eq!(world.sandbox.connect_state(B), before);
    assert!(newest(&means, &Selection::all()).await.is_err(), "nothing is left to undo");
}
