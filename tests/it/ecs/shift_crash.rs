//! Invariant 5 for what CodeDeploy deploys: killed before or after any call that writes, of a deployment or of its
//! rollback, then resumed or rolled back, a service is exactly as before or exactly as after, and nothing is in flight.

use futures::StreamExt;

use super::shifted::{at_rest, both, plan, start};
use crate::crash::{CELLS, Phase, Prints, WayOut, counted_as, perform, prints, recover, roll_back};
use crate::mortal::{Death, Side};
use crate::world::World;

/// For how many minutes the old tasks are kept: as long as they are, the way back is a stop, and then another deployment.
#[derive(Clone, Copy, Debug)]
struct Keeps(u64);

async fn world(keeps: Keeps) -> World {
    let world = start(both("2", "1", |group| drop(group.termination_wait(keeps.0)))).await;
    world.sandbox.set_switch("codedeploy_minute_ms", "10").unwrap();
    world
}

async fn deploy(world: &World, death: &Death) -> bool {
    let plan = plan(world).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    perform(world, &plan, death).await
}

async fn play(
    keeps: Keeps,
    (phase, at, side, way): (Phase, usize, Side, WayOut),
    (old, new): &(Prints, Prints),
) {
    let here = format!("{keeps:?} {phase:?} killed {side:?} move {at}, then {way:?}");
    let world = world(keeps).await;
    let death = Death::at_move(at, side);
    let finished = match phase {
        Phase::Deploy => Box::pin(deploy(&world, &death)).await,
        Phase::Rollback => {
            assert!(Box::pin(deploy(&world, &Death::never())).await);
            Box::pin(roll_back(&world, &death)).await
        }
    };
    assert!(!finished, "{here}: it did not die");
    assert!(Box::pin(recover(&world, way)).await, "{here}: nothing is open");
    let is_new = (phase == Phase::Deploy) == (way == WayOut::Resume);
    assert_eq!(prints(&world).await, *if is_new { new } else { old }, "{here}");
    assert!(at_rest(&world).await, "{here}: something is in flight");
    let runs = super::shifted::runs(&world).await;
    assert_eq!(runs, if is_new { "web:2" } else { "web:1" }, "{here}");
}

/// How many worlds are played at once: while one waits, another goes on.
const AT_ONCE: usize = 3;

async fn matrix(phase: Phase, keeps: Keeps, exactly: usize) {
    let world = world(keeps).await;
    let old = prints(&world).await;
    let forth = Death::at_move(usize::MAX, Side::Before);
    assert!(Box::pin(deploy(&world, &forth)).await);
    let new = prints(&world).await;
    assert_ne!(old, new);
    let back = Death::at_move(usize::MAX, Side::Before);
    assert!(Box::pin(roll_back(&world, &back)).await);
    assert_eq!(prints(&world).await, old);
    let ends = (old, new);
    let calls = if phase == Phase::Deploy { forth.calls() } else { back.calls() };
    assert_eq!(calls, exactly, "{phase:?}");
    let cases = (0..calls).flat_map(|at| CELLS.map(|(side, way)| (phase, at, side, way)));
    let cases: Vec<_> = cases.map(|case| Box::pin(play(keeps, case, &ends))).collect();
    futures::stream::iter(cases).buffer_unordered(AT_ONCE).for_each(async |()| ()).await;
    counted_as(&format!("ecs-codedeploy-{}-{phase:?}", keeps.0), calls, calls * CELLS.len());
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_shift_a_service_is_as_before_or_as_after() {
    matrix(Phase::Deploy, Keeps(0), 2).await;
}

/// A minute is a hundredth of a second: they are kept for as long as a deployment takes.
#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_shift_whose_old_tasks_are_kept_a_service_is_as_before_or_as_after() {
    matrix(Phase::Deploy, Keeps(60), 2).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_way_back_by_a_deployment_a_service_is_as_before_or_as_after() {
    matrix(Phase::Rollback, Keeps(0), 1).await;
}
