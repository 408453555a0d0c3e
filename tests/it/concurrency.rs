//! Several deployers at once: one wins, the others are told who, and whoever has lost the lease writes nothing more.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::json;
use tokio::sync::watch;

use snapdeploy::core::id::RunId;
use snapdeploy::core::lease::LEASE;
use snapdeploy::core::ledger::{Act, Beat, BeginError, Claim, Entry, Head, Held, Ledger, Notice};
use snapdeploy::core::means::Means;
use snapdeploy::core::objects::Page;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::run::{Finish, Note, Row, RunRecord, RunStart};
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::core::{Address, Clock, ErrorKind, Pin, Result};
use snapdeploy::sandbox::{Fault, FaultKind};
use snapdeploy::store::SqliteLedger;

use crate::figures;
use crate::reliability::size;
use crate::world::{B, World, words};

const DEPLOYERS: usize = 8;

/// Returns how many rounds there are.
fn rounds() -> usize {
    if size::is_full() { 200 } else { 100 }
}

fn queue() -> Address {
    "connect/queue/Q0".parse().unwrap()
}

/// Returns the plan that gives the queue these words.
async fn plan_words(world: &World, dev: &Snapshot, words: &str) -> Plan {
    let mut source = Source::of_snapshot("dev@latest", dev);
    let document = source.documents.get_mut(&queue()).unwrap();
    document.portable.insert("Description".into(), json!(words));
    plan_deploy(&world.means(&*world.b), "prod", &source, &Deployment::default()).await.unwrap()
}

async fn words_now(world: &World) -> String {
    let documents = world.documents(&*world.b, "prod").await;
    documents[&queue()].portable["Description"].as_str().unwrap().to_string()
}

/// Returns the whole audit, oldest first.
async fn audit(ledger: &dyn Ledger, pin: &Pin) -> Vec<Entry> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = ledger.entries(pin, before, 1000).await.unwrap();
        before = page.items.last().map(|e| e.seq);
        all.extend(page.items);
        if !page.more {
            all.reverse();
            return all;
        }
    }
}

async fn race(name: &str, world: &World, ledgers: &[&dyn Ledger]) {
    let dev = world.extract(&*world.a, "dev").await;
    let (mut locked, mut stale, mut named_winner) = (0, 0, 0);
    let rounds = rounds();
    for round in 0..rounds {
        let words = format!("words of round {round}");
        let plan = plan_words(world, &dev, &words).await;
        assert_eq!(plan.moves.len(), 1);
        let already = audit(ledgers[0], world.b.pin()).await.len();
        world.sandbox.clear_calls();
        let deployers = ledgers.iter().enumerate().map(async |(i, ledger)| {
            // From all at once to one after the other.
            let late = (i * (round % 10) * (1 + round / 25)) as u64;
            tokio::time::sleep(Duration::from_millis(late)).await;
            let means = world.means_with(&*world.b, &world.objects, *ledger);
            begin(&means, &plan, None, OnFailure::Rollback).await
        });
        let ended = join_all(deployers).await;

        let entries = audit(ledgers[0], world.b.pin()).await.split_off(already);
        let began: BTreeSet<&RunId> = entries.iter().filter_map(|e| e.run.as_ref()).collect();
        let done: Vec<&RunId> = ended
            .iter()
            .filter_map(|e| match e {
                Ok(Ended::Done { run }) => Some(run),
                Ok(other) => panic!("round {round}: {other:?}"),
                Err(_) => None,
            })
            .collect();
        assert_eq!(done.len(), 1, "round {round}: {ended:?}");
        for error in ended.iter().filter_map(|e| e.as_ref().err()) {
            match error.kind {
                ErrorKind::Locked => {
                    let named = began.iter().find(|r| error.message.contains(r.as_str()));
                    let named = *named.unwrap_or_else(|| panic!("round {round}: {error}"));
                    // Who comes after the winner and finds the plan stale holds the lease for that long, too.
                    named_winner += usize::from(named == done[0]);
                    locked += 1;
                }
                ErrorKind::Stale => stale += 1,
                _ => panic!("round {round}: {error:?}"),
            }
        }
        // Never two claims at once: each START has its END before the next one, in a count without gaps.
        for (pair, seq) in entries.chunks(2).zip((already as u64 + 1..).step_by(2)) {
            assert!(
                matches!((&pair[0].what, &pair[1].what), (Act::Start { .. }, Act::End { .. })),
                "{pair:#?}"
            );
            assert_eq!((pair[0].seq, pair[1].seq, &pair[0].run), (seq, seq + 1, &pair[1].run));
        }
        assert_eq!(world.mutations(), 1, "round {round}: the queue is written once");
        assert_eq!(words_now(world).await, words, "round {round}");
        assert!(ledgers[0].held(world.b.pin()).await.unwrap().is_none(), "round {round}");
    }
    println!(
        "concurrency, {name}: {rounds} rounds of {DEPLOYERS}: {rounds} done, {locked} locked ({named_winner} by the winner), {stale} stale"
    );
    assert!(locked > 0 && stale > 0);
    let size = format!("{rounds} rounds of {DEPLOYERS} deployers");
    let result = format!(
        "{rounds} winners, one each round; {locked} locked out ({named_winner} by the winner), {stale} stale"
    );
    figures::record(&format!("race-{name}"), json!({ "size": size, "result": result }));
}

#[tokio::test]
async fn of_eight_deployers_with_a_ledger_in_memory_exactly_one_deploys() {
    let world = World::new(words(1)).await;
    race("memory", &world, &[&world.ledger as &dyn Ledger; DEPLOYERS]).await;
}

#[tokio::test]
async fn of_eight_deployers_with_a_ledger_in_a_file_exactly_one_deploys() {
    let world = World::new(words(1)).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.sqlite3");
    let open = (0..DEPLOYERS).map(|_| SqliteLedger::open(&path, world.clock.clone()));
    let ledgers: Vec<SqliteLedger> = join_all(open).await.into_iter().collect::<Result<_>>().unwrap();
    let ledgers: Vec<&dyn Ledger> = ledgers.iter().map(|l| l as &dyn Ledger).collect();
    race("sqlite", &world, &ledgers).await;
}

/// Where a process is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    /// Before it writes that it is about to send a move.
    BeforeIntent,
    /// When that is written, and the move is not sent.
    AfterIntent,
    /// When all is sent, before it writes that it has verified.
    BeforeVerdict,
    /// Before it ends the run.
    BeforeEnd,
}

/// The ledger of a process that is suspended at a point, with its heartbeats, until it is woken.
struct Suspended<'a> {
    inner: &'a dyn Ledger,
    at: Pause,
    /// 0: it runs; 1: it is suspended; 2: it has been woken.
    state: watch::Sender<u8>,
}

impl Suspended<'_> {
    async fn suspend(&self, at: Pause) {
        if at == self.at && *self.state.borrow() == 0 {
            self.state.send_replace(1);
            self.awake().await;
        }
    }

    async fn awake(&self) {
        let _ = self.state.subscribe().wait_for(|state| *state != 1).await;
    }
}

#[async_trait]
impl Ledger for Suspended<'_> {
    async fn begin(&self, start: &RunStart, lease: Duration) -> Result<Claim, BeginError> {
        self.inner.begin(start, lease).await
    }
    async fn beat(&self, claim: &Claim) -> Result<Beat> {
        self.awake().await;
        self.inner.beat(claim).await
    }
    async fn record(&self, claim: &Claim, rows: &[Row]) -> Result<()> {
        let has = |what: fn(&Note) -> bool| rows.iter().any(|r| what(&r.what));
        let intent = has(|n| matches!(n, Note::Intent { .. }));
        if intent {
            self.suspend(Pause::BeforeIntent).await;
        }
        if has(|n| matches!(n, Note::Verdict { .. })) {
            self.suspend(Pause::BeforeVerdict).await;
        }
        self.inner.record(claim, rows).await?;
        if intent {
            self.suspend(Pause::AfterIntent).await;
        }
        Ok(())
    }
    async fn end(&self, claim: &Claim, finish: &Finish) -> Result<()> {
        self.suspend(Pause::BeforeEnd).await;
        self.inner.end(claim, finish).await
    }
    async fn succeed(&self, c: &Claim, f: &Finish, s: &RunStart, lease: Duration) -> Result<Claim> {
        self.suspend(Pause::BeforeEnd).await;
        self.inner.succeed(c, f, s, lease).await
    }
    async fn take_over(&self, held: &Held, start: &RunStart, lease: Duration) -> Result<Claim> {
        self.inner.take_over(held, start, lease).await
    }
    async fn park(&self, claim: &Claim) -> Result<()> {
        self.inner.park(claim).await
    }
    async fn ask_to_stop(&self, held: &Held, who: &str) -> Result<()> {
        self.inner.ask_to_stop(held, who).await
    }
    async fn held(&self, pin: &Pin) -> Result<Option<Held>> {
        self.inner.held(pin).await
    }
    async fn run(&self, run: &RunId) -> Result<RunRecord> {
        self.inner.run(run).await
    }
    async fn rows(&self, run: &RunId) -> Result<Vec<Row>> {
        self.inner.rows(run).await
    }
    async fn tell(&self, notice: &Notice) -> Result<Entry> {
        self.inner.tell(notice).await
    }
    async fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        self.inner.head(pin).await
    }
    async fn entries(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Page<Entry>> {
        self.inner.entries(pin, before, limit).await
    }
    async fn check(&self) -> Result<()> {
        self.inner.check().await
    }
    fn place(&self) -> String {
        self.inner.place()
    }
}

#[tokio::test]
async fn an_owner_that_wakes_after_its_lease_was_taken_over_writes_nothing_more() {
    for at in [Pause::BeforeIntent, Pause::AfterIntent, Pause::BeforeVerdict, Pause::BeforeEnd] {
        let world = World::new(words(2)).await;
        let dev = world.extract(&*world.a, "dev").await;
        let plan = world.plan(&dev).await;
        let sleeper = Suspended { inner: &world.ledger, at, state: watch::Sender::new(0) };
        let means = world.means_with(&*world.b, &world.objects, &sleeper);
        let first = begin(&means, &plan, None, OnFailure::Rollback);

        let second = async {
            let _ = sleeper.state.subscribe().wait_for(|state| *state == 1).await;
            let held = world.ledger.held(world.b.pin()).await.unwrap().expect("the sleeper holds it");
            let means = world.means(&*world.b);
            let ended = resume(&means, &held.start.run, OnFailure::Stop).await;
            assert!(matches!(ended, Ok(Ended::Done { .. })), "{at:?}: {ended:?}");
            let sent = world.mutations();
            let log = audit(&world.ledger, world.b.pin()).await.len();
            let rows = world.ledger.rows(&held.start.run).await.unwrap().len();
            sleeper.state.send_replace(2);
            (sent, log, rows, held.start.run)
        };
        let (woken, (sent, log, rows, run)) = tokio::join!(first, second);

        let fenced = match &woken {
            Ok(Ended::Stopped { why, .. }) => why.kind == ErrorKind::Fenced,
            Err(e) => e.kind == ErrorKind::Fenced,
            _ => false,
        };
        assert!(fenced, "{at:?}: {woken:?}");
        assert_eq!((sent, world.mutations()), (2, 2), "{at:?}: each move was sent once, by whom it was due");
        assert_eq!(audit(&world.ledger, world.b.pin()).await.len(), log, "{at:?}: the audit");
        assert_eq!(world.ledger.rows(&run).await.unwrap().len(), rows, "{at:?}: the journal");
        assert!(world.plan(&dev).await.is_empty(), "{at:?}: all is there");
    }
}

/// It may have met what its successor has done: that it has lost the environment is what there is to say.
#[tokio::test]
async fn an_owner_that_fails_after_its_lease_was_taken_over_says_that_it_was() {
    for (moves, kind) in
        [(1, FaultKind::AccessDenied), (1, FaultKind::DropBefore), (2, FaultKind::AccessDenied)]
    {
        let world = World::new(words(moves)).await;
        let dev = world.extract(&*world.a, "dev").await;
        let plan = world.plan(&dev).await;
        let fault = Fault { nth: moves as u64, times: 10, ..Fault::next("UpdateQueueName", kind.clone()) };
        world.sandbox.fault(fault);
        let sleeper = Suspended { inner: &world.ledger, at: Pause::BeforeEnd, state: watch::Sender::new(0) };
        let means = world.means_with(&*world.b, &world.objects, &sleeper);
        let first = begin(&means, &plan, None, OnFailure::Rollback);
        let second = async {
            let _ = sleeper.state.subscribe().wait_for(|state| *state == 1).await;
            let held = world.ledger.held(world.b.pin()).await.unwrap().expect("the sleeper holds it");
            world.ledger.take_over(&held, &held.start, LEASE).await.unwrap();
            sleeper.state.send_replace(2);
        };
        let (woken, ()) = tokio::join!(first, second);
        let said = match &woken {
            Ok(Ended::Stopped { why, .. }) | Err(why) => why.kind,
            other => panic!("{other:?}"),
        };
        assert_eq!(said, ErrorKind::Fenced, "{moves} with {kind:?}: {woken:?}");
    }
}

/// The lease has gone, and calls may leave for a moment yet: only asking right before the call tells.
#[tokio::test]
async fn an_owner_whose_lease_has_just_gone_asks_before_it_sends() {
    let world = World::new(words(1)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let state = watch::Sender::new(0);
    let sleeper = Suspended { inner: &world.ledger, at: Pause::AfterIntent, state };
    let means = world.means_with(&*world.b, &world.objects, &sleeper);
    world.sandbox.clear_calls();
    let first = begin(&means, &plan, None, OnFailure::Rollback);
    let second = async {
        let _ = sleeper.state.subscribe().wait_for(|state| *state == 1).await;
        let held = world.ledger.held(world.b.pin()).await.unwrap().expect("the sleeper holds it");
        world.ledger.take_over(&held, &held.start, LEASE).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        sleeper.state.send_replace(2);
    };
    let (woken, ()) = tokio::join!(first, second);
    let kind = match &woken {
        Ok(Ended::Stopped { why, .. }) | Err(why) => why.kind,
        other => panic!("{other:?}"),
    };
    assert_eq!((kind, world.mutations()), (ErrorKind::Fenced, 0), "{woken:?}");
}

#[tokio::test]
async fn heartbeats_keep_the_lease_of_a_long_run_and_a_living_owner_is_not_taken_over() {
    let mut world = World::new(words(1)).await;
    // A minute's lease in 120 milliseconds.
    world.clock = Clock::scaled(500);
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    world.sandbox.fault(Fault::next("UpdateQueueName", FaultKind::Slow { ms: 1500 }));
    let over = std::cell::Cell::new(false);
    let first = async {
        let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
        over.set(true);
        ended
    };
    let second = async {
        let (mut locked, mut alive) = (0, 0);
        while world.ledger.held(world.b.pin()).await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let means: Means<'_> = world.means(&*world.b);
        let run = world.ledger.held(world.b.pin()).await.unwrap().unwrap().start.run;
        for _ in 0..6 {
            let error = begin(&means, &plan, None, OnFailure::Rollback).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Locked, "{error:?}");
            assert!(error.message.contains(run.as_str()), "{error}");
            locked += 1;
            let error = resume(&means, &run, OnFailure::Stop).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Locked, "{error:?}");
            assert!(error.message.contains("is alive"), "{error}");
            alive += 1;
        }
        assert!(!over.get(), "the run was over before the others gave up");
        (locked, alive)
    };
    let (ended, (locked, alive)) = tokio::join!(first, second);
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(world.mutations(), 1);
    assert_eq!(audit(&world.ledger, world.b.pin()).await.len(), 2, "nobody else began");
    assert!(world.sandbox.connect_state(B).to_string().contains("new words"));
    println!(
        "concurrency: a run of more than 12 leases: {locked} begins refused, {alive} take-overs refused"
    );
}
