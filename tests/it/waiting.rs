//! Waiting for a lease that somebody else holds, and giving an owner up.

use std::time::{Duration, Instant};

use snapdeploy::core::event::{Event, Events};
use snapdeploy::core::holder::{Freed, Manner, not_held, take_over};
use snapdeploy::core::lease::LEASE;
use snapdeploy::core::ledger::{Beat, Claim, Ledger};
use snapdeploy::core::means::Means;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::run::{Finish, RunKind, RunStart, RunStatus};
use snapdeploy::core::runs::{Ended, OnFailure, begin_within};
use snapdeploy::core::{Address, Clock, Digest, ErrorKind, RunId};

use crate::world::{B, World, dead, meddle, words};

const HOUR: Duration = Duration::from_secs(3600);

/// Returns the start of a run of somebody else in B, whose process is this one: alive, as far as can be told.
fn start(world: &World) -> RunStart {
    let means = world.means(&*world.b);
    RunStart {
        source_pin: None,
        source_taken_at: None,
        accepted: Vec::new(),
        run: RunId::new(world.clock.now()),
        kind: RunKind::Deploy,
        environment: "prod".into(),
        pin: world.b.pin().clone(),
        actor: means.actor,
        process: means.process,
        at: world.clock.now(),
        reason: None,
        plan: Digest::of(b"plan"),
        source: "dev@before".into(),
        source_digest: "x".into(),
        undoes: None,
        tool: "test".into(),
    }
}

async fn end(world: &World, claim: &Claim) {
    let finish = Finish {
        status: RunStatus::Failed,
        at: world.clock.now(),
        changed: false,
        wrote: Vec::new(),
        left: Vec::new(),
        message: "over".into(),
        turned_into: None,
        after: None,
    };
    world.ledger.end(claim, &finish).await.unwrap();
}

async fn world() -> (World, Plan) {
    let world = World::new(words(2)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    (world, plan)
}

/// Waits until somebody has been told that they wait, and returns all that they were told.
async fn told(stream: &mut tokio::sync::mpsc::UnboundedReceiver<Event>) -> String {
    loop {
        if let Event::Waiting { why } = stream.recv().await.unwrap() {
            return why;
        }
    }
}

#[tokio::test]
async fn a_lease_is_waited_for_and_its_holder_is_named_once() {
    let (world, plan) = world().await;
    let start = start(&world);
    let claim = world.ledger.begin(&start, LEASE).await.unwrap();
    let (events, mut stream) = Events::channel();
    let means = Means { events: &events, ..world.means(&*world.b) };
    let work = begin_within(&means, &plan, None, OnFailure::Stop, HOUR);
    let other = async {
        let why = told(&mut stream).await;
        assert!(why.starts_with(&format!("prod is held by the run {}", start.run)), "{why}");
        assert!(why.contains("tester@here") && why.contains("since 20") && why.contains("1h"), "{why}");
        // It goes on for several looks.
        world.clock.sleep(Duration::from_secs(60)).await;
        end(&world, &claim).await;
    };
    let (ended, ()) = tokio::join!(work, other);
    let Ok(Ended::Done { run }) = ended else { panic!("{ended:?}") };
    drop(events);
    let mut more = 0;
    while let Some(event) = stream.recv().await {
        more += usize::from(matches!(event, Event::Waiting { .. }));
    }
    assert_eq!(more, 0, "it is said once");
    let record = world.ledger.run(&run).await.unwrap();
    let first = world.ledger.run(&start.run).await.unwrap();
    assert!(run > start.run && record.start.at >= first.finish.unwrap().at, "it began when it began");
}

#[tokio::test]
async fn what_was_shown_is_not_performed_once_the_waited_for_has_changed_it() {
    let (world, plan) = world().await;
    let claim = world.ledger.begin(&start(&world), LEASE).await.unwrap();
    let (events, mut stream) = Events::channel();
    let means = Means { events: &events, ..world.means(&*world.b) };
    let work = begin_within(&means, &plan, None, OnFailure::Stop, HOUR);
    let other = async {
        told(&mut stream).await;
        let address = Address::new("connect/queue", "Q1");
        let mut document = world.documents(&*world.b, "prod").await[&address].clone();
        document.portable.insert("Description".into(), "third words".into());
        meddle(&*world.b, &address, Some(&document)).await;
        end(&world, &claim).await;
    };
    let (ended, ()) = tokio::join!(work, other);
    assert_eq!(ended.unwrap_err().kind, ErrorKind::Stale);
    assert!(!world.sandbox.connect_state(B).to_string().contains("new words"));
}

#[tokio::test]
async fn patience_runs_out_and_a_wish_to_stop_ends_the_wait() {
    let (world, plan) = world().await;
    let start = start(&world);
    let claim = world.ledger.begin(&start, LEASE).await.unwrap();
    let means = world.means(&*world.b);
    for patience in [Duration::ZERO, Duration::from_secs(60)] {
        let e = begin_within(&means, &plan, None, OnFailure::Stop, patience).await.unwrap_err();
        assert!(e.kind == ErrorKind::Locked && e.message.contains(start.run.as_str()), "{e}");
        assert_eq!(not_held(&means, patience).await.unwrap_err().kind, ErrorKind::Locked);
    }
    let stop = async {
        world.clock.sleep(Duration::from_secs(60)).await;
        means.stop.ask("interrupted");
    };
    let (ended, ()) = tokio::join!(begin_within(&means, &plan, None, OnFailure::Stop, HOUR), stop);
    let e = ended.unwrap_err();
    assert!(e.kind == ErrorKind::Interrupted && e.message.contains("nothing was changed"), "{e}");
    assert_eq!(world.mutations(), 0);
    end(&world, &claim).await;
    assert_eq!(not_held(&world.means(&*world.b), HOUR).await.unwrap(), Freed::AtOnce);
}

#[tokio::test]
async fn nobody_waits_for_an_owner_that_will_never_let_go() {
    let (world, _) = world().await;
    let gone = RunStart { process: dead(), ..start(&world) };
    let claim = world.ledger.begin(&gone, LEASE).await.unwrap();
    let means = world.means(&*world.b);
    let forever = HOUR * 10_000;
    let e = not_held(&means, forever).await.unwrap_err();
    assert!(e.message.contains("its process is dead") && e.hint.is_some(), "{e}");
    end(&world, &claim).await;
    let claim = world.ledger.begin(&start(&world), LEASE).await.unwrap();
    world.ledger.park(&claim).await.unwrap();
    let e = not_held(&means, forever).await.unwrap_err();
    assert!(e.message.contains("stopped part-way") && e.hint.is_some(), "{e}");
}

#[tokio::test]
async fn a_silent_owner_is_given_up_as_soon_as_it_can_send_nothing_more_and_no_sooner() {
    let (world, _) = world().await;
    let start = start(&world);
    world.ledger.begin(&start, LEASE).await.unwrap();
    let clock = Clock::scaled(20);
    let (events, mut stream) = Events::channel();
    let means = Means { clock: &clock, events: &events, ..world.means(&*world.b) };
    let began = Instant::now();
    let (claim, _) = take_over(&means, &start.run, Manner::GiveUpSoon).await.unwrap();
    let took = began.elapsed() * 20;
    assert!(took >= Duration::from_secs(40) && took < Duration::from_secs(85), "{took:?}");
    assert_eq!(claim.epoch, 2, "the old epoch is fenced");
    let why = told(&mut stream).await;
    assert!(why.contains(start.run.as_str()) && why.contains("tester@here") && why.contains("40s"), "{why}");
}

#[tokio::test]
async fn an_owner_that_gives_signs_of_life_is_not_given_up_but_asked_to_stop() {
    let (world, _) = world().await;
    let first = start(&world);
    let claim = world.ledger.begin(&first, LEASE).await.unwrap();
    let means = world.means(&*world.b);
    let beating = async {
        loop {
            world.clock.sleep(Duration::from_secs(15)).await;
            world.ledger.beat(&claim).await.unwrap();
        }
    };
    let refused = tokio::select! {
        taken = take_over(&means, &first.run, Manner::GiveUpSoon) => taken.unwrap_err(),
        () = beating => unreachable!(),
    };
    assert!(refused.kind == ErrorKind::Locked && refused.message.contains("is alive"), "{refused}");
    end(&world, &claim).await;

    let second = start(&world);
    let claim = world.ledger.begin(&second, LEASE).await.unwrap();
    let obeying = async {
        loop {
            world.clock.sleep(Duration::from_secs(15)).await;
            if let Beat::StopAsked(_) = world.ledger.beat(&claim).await.unwrap() {
                break world.ledger.park(&claim).await.unwrap();
            }
        }
    };
    let (taken, ()) = tokio::join!(take_over(&means, &second.run, Manner::GiveUpSoon), obeying);
    assert_eq!(taken.unwrap().0.epoch, claim.epoch + 1);
}
