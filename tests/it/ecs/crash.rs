//! Invariant 5 for services: killed before or after any call that writes, of a deployment or of its rollback, then
//! resumed or rolled back, a service is exactly as before or exactly as after.

use super::place::{both, revision, start};
use crate::crash::{Phase, WayOut, perform, recover, recover_or_die, roll_back};
use crate::kinds::place::planned;
use crate::matrix::{At, Matrix, matrix};
use crate::mortal::{Death, Side};
use snapdeploy::core::release::Deployment;

async fn rolling(phase: Phase, exactly: usize) {
    let world = async || start(both("2", "1")).await;
    matrix(Matrix::new("ecs-rolling", phase, At::Moves(exactly)), world, async |_, _, _| ()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_deployment_a_service_is_as_before_or_as_after() {
    rolling(Phase::Deploy, 2).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_rollback_a_service_is_as_before_or_as_after() {
    rolling(Phase::Rollback, 1).await;
}

/// Forth, back, and forth again within seconds: what the first has started looks like what the third was about to start.
#[tokio::test(flavor = "current_thread")]
async fn what_was_started_before_is_not_taken_for_what_a_killed_call_would_have_started() {
    let world = start(both("2", "1")).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    assert!(perform(&world, &plan, &Death::at_move(usize::MAX, Side::Before)).await);
    assert!(!roll_back(&world, &Death::at_move(0, Side::After)).await, "it did not die");
    let death = Death::at_move(0, Side::Before);
    assert_eq!(recover_or_die(&world, WayOut::Rollback, &death).await, None, "it did not die");
    assert_eq!(revision(&world).await, 1);
    assert!(recover(&world, WayOut::Resume).await);
    assert_eq!(revision(&world).await, 2);
}
