//! What a run was admitted by is looked at again once its turn has come.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

use std::time::Duration;

use snapdeploy::core::event::{Event, Events};
use snapdeploy::core::hold::Holds;
use snapdeploy::core::import::import;
use snapdeploy::core::lease::LEASE;
use snapdeploy::core::ledger::{Act, Claim, Ledger};
use snapdeploy::core::means::{Means, Waivers};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::run::{Finish, RunKind, RunStart, RunStatus};
use snapdeploy::core::runs::{OnFailure, begin_within};
use snapdeploy::core::{Address, ErrorKind, RunId};
use snapdeploy::store::MemoryLedger;

use crate::world::{World, words};

const HOUR: Duration = Duration::from_secs(3600);

async fn world() -> (World, Plan) {
    let world = World::new(words(2)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    (world, plan)
}

/// Returns the start of a run in B that performs `plan`.
async fn start(world: &World, plan: &Plan) -> RunStart {
    let means = world.means(&*world.b);
    RunStart {
        run: RunId::new(world.clock.now()),
        kind: plan.kind,
        accepted: Vec::new(),
        environment: "prod".into(),
        pin: world.b.pin().clone(),
        actor: means.actor.clone(),
        process: means.process.clone(),
        at: world.clock.now(),
        reason: None,
        plan: means.repository.put_plan(plan).await.unwrap(),
        source: plan.source.clone(),
        source_digest: plan.source_digest.clone(),
        undoes: plan.undoes.clone(),
        tool: "test".into(),
        source_pin: None,
        source_taken_at: None,
    }
}

fn finish(world: &World, status: RunStatus, wrote: Vec<Address>) -> Finish {
    Finish {
        status,
        at: world.clock.now(),
        changed: !wrote.is_empty(),
        wrote,
        left: Vec::new(),
        message: "over".into(),
        turned_into: None,
        after: None,
    }
}

fn written(plan: &Plan) -> Vec<Address> {
    plan.steps.iter().map(|s| s.address.clone()).collect()
}

/// Tells of a deployment of `plan` that `claim` has, and of the rollback of it, which ends.
async fn undone(world: &World, plan: &Plan, claim: &Claim, wrote: Vec<Address>) {
    let back = Plan { kind: RunKind::Rollback, undoes: Some(claim.run.clone()), ..plan.clone() };
    let next = start(world, &back).await;
    let ended = finish(world, RunStatus::Succeeded, wrote);
    let claim = world.ledger.succeed(claim, &ended, &next, LEASE).await.unwrap();
    world.ledger.end(&claim, &finish(world, RunStatus::Succeeded, written(plan))).await.unwrap();
}

fn keeping<'a>(world: &'a World, events: &'a Events, holds: Holds) -> Means<'a> {
    Means { events, waivers: Waivers { holds, ..Waivers::default() }, ..world.means(&*world.b) }
}

async fn acts(world: &World) -> Vec<Act> {
    let page = world.ledger.entries(world.b.pin(), None, 100).await.unwrap();
    page.items.into_iter().map(|e| e.what).collect()
}

#[tokio::test]
async fn what_was_undone_while_its_turn_was_waited_for_is_held() {
    let (world, plan) = world().await;
    let claim = world.ledger.begin(&start(&world, &plan).await, LEASE).await.unwrap();
    let (events, mut stream) = Events::channel();
    let means = keeping(&world, &events, Holds::Kept);
    let work = begin_within(&means, &plan, None, OnFailure::Stop, HOUR);
    let other = async {
        while !matches!(stream.recv().await, Some(Event::Waiting { .. })) {}
        undone(&world, &plan, &claim, written(&plan)).await;
    };
    let (ended, ()) = tokio::join!(work, other);
    let e = ended.unwrap_err();
    assert!(e.kind == ErrorKind::Blocked && e.message.contains("this release is held"), "{e:?}");
    assert_eq!(world.mutations(), 0);
    let begun = acts(&world).await.into_iter().filter(|a| matches!(a, Act::Start { .. })).count();
    assert_eq!(begun, 2, "it did not even begin");
}

#[tokio::test]
async fn a_hold_is_let_go_by_the_run_that_begins_and_by_no_other() {
    let (world, plan) = world().await;
    let claim = world.ledger.begin(&start(&world, &plan).await, LEASE).await.unwrap();
    undone(&world, &plan, &claim, written(&plan)).await;
    // Somebody else is at work.
    let other = world.ledger.begin(&start(&world, &plan).await, LEASE).await.unwrap();
    let events = Events::silent();
    let means = keeping(&world, &events, Holds::Released);
    let reason = Some("mended".to_string());
    let refused = begin_within(&means, &plan, reason.clone(), OnFailure::Stop, Duration::ZERO).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::Locked);
    let released = |acts: Vec<Act>| acts.into_iter().filter(|a| matches!(a, Act::Released { .. })).count();
    assert_eq!(released(acts(&world).await), 0, "nothing began");
    world.ledger.end(&other, &finish(&world, RunStatus::Failed, Vec::new())).await.unwrap();
    begin_within(&means, &plan, reason, OnFailure::Stop, Duration::ZERO).await.unwrap();
    assert_eq!(released(acts(&world).await), 1);
}

#[tokio::test]
async fn a_loop_is_of_deployments_that_wrote_something() {
    for (wrote, looped) in [(false, false), (true, true)] {
        let (world, plan) = world().await;
        // Other releases, which set something else.
        let other = Plan { source_digest: "other".into(), moves: Vec::new(), ..plan.clone() };
        let mut other = other;
        other.steps.iter_mut().for_each(|s| s.after = s.before.clone());
        for _ in 0..3 {
            let claim = world.ledger.begin(&start(&world, &other).await, LEASE).await.unwrap();
            let wrote = if wrote { written(&plan) } else { Vec::new() };
            undone(&world, &other, &claim, wrote).await;
        }
        let events = Events::silent();
        let means = keeping(&world, &events, Holds::Kept);
        let ended = begin_within(&means, &plan, None, OnFailure::Stop, Duration::ZERO).await;
        assert_eq!(ended.is_err(), looped, "{ended:?}");
        if let Err(e) = ended {
            assert!(e.message.contains("as in a loop"), "{e}");
        }
    }
}

#[tokio::test]
async fn what_was_imported_is_told_though_the_rest_has_to_wait_and_a_run_is_compared_whole() {
    let (world, plan) = world().await;
    let (from, into) = (MemoryLedger::new(world.clock.clone()), MemoryLedger::new(world.clock.clone()));
    let first = start(&world, &plan).await;
    let over = finish(&world, RunStatus::Succeeded, written(&plan));
    for ledger in [&from, &into] {
        // An import of it was broken off before it was told.
        let claim = ledger.begin(&first, LEASE).await.unwrap();
        ledger.end(&claim, &over).await.unwrap();
    }
    let second = start(&world, &plan).await;
    let claim = from.begin(&second, LEASE).await.unwrap();
    from.end(&claim, &over).await.unwrap();
    // Somebody is at work already.
    let claim = into.begin(&start(&world, &plan).await, LEASE).await.unwrap();
    let (pin, actor, now) = (world.b.pin(), world.means(&*world.b).actor, world.clock.now());
    let refused = import(&from, &into, pin, &actor, now).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Locked);
    let told = into.entries(pin, None, 1).await.unwrap().items.remove(0).what;
    assert!(matches!(&told, Act::Imported { runs, .. } if *runs == [first.run.clone()]), "{told:?}");
    into.end(&claim, &finish(&world, RunStatus::Failed, Vec::new())).await.unwrap();
    assert_eq!(import(&from, &into, pin, &actor, now).await.unwrap().runs, [second.run]);

    let other = MemoryLedger::new(world.clock.clone());
    let claim = other.begin(&first, LEASE).await.unwrap();
    other.end(&claim, &Finish { message: "otherwise".into(), ..over }).await.unwrap();
    let e = import(&from, &other, pin, &actor, now).await.unwrap_err();
    assert!(e.kind == ErrorKind::Corrupt && e.message.contains("otherwise"), "{e}");
}
