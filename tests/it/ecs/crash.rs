//! Invariant 5 for services: killed before or after any call that writes, of a deployment or of its rollback, then
//! resumed or rolled back, a service is exactly as before or exactly as after.

use futures::StreamExt;
use snapdeploy::core::release::Deployment;

use super::place::{both, start};
use crate::crash::{CELLS, Phase, Prints, WayOut, counted_as, perform, prints, recover, roll_back};
use crate::kinds::place::planned;
use crate::mortal::{Death, Side};
use crate::world::World;

async fn deploy(world: &World, death: &Death) -> bool {
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(world, &dev, &Deployment::default()).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    perform(world, &plan, death).await
}

async fn play(phase: Phase, at: usize, side: Side, way: WayOut, (old, new): &(Prints, Prints)) {
    let here = format!("{phase:?} killed {side:?} move {at}, then {way:?}");
    let world = start(both("2", "1")).await;
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
}

/// How many worlds are played at once: while one waits, another goes on.
const AT_ONCE: usize = 3;

async fn matrix(phase: Phase, exactly: usize) {
    let world = start(both("2", "1")).await;
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
    let cases =
        (0..calls).flat_map(|at| CELLS.map(|(side, way)| Box::pin(play(phase, at, side, way, &ends))));
    futures::stream::iter(cases).buffer_unordered(AT_ONCE).for_each(async |()| ()).await;
    counted_as(&format!("ecs-rolling-{phase:?}"), calls, calls * CELLS.len());
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_deployment_a_service_is_as_before_or_as_after() {
    matrix(Phase::Deploy, 2).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_rollback_a_service_is_as_before_or_as_after() {
    matrix(Phase::Rollback, 1).await;
}
