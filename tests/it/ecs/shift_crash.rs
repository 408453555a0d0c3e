//! Invariant 5 for what CodeDeploy deploys: killed before or after any call that writes, of a deployment or of its
//! rollback, then resumed or rolled back, a service is exactly as before or exactly as after, and nothing is in flight.

use super::shifted::{at_rest, both, runs, start};
use crate::crash::Phase;
use crate::matrix::{At, End, Matrix, matrix};

/// For how many minutes the old tasks are kept: as long as they are, the way back is a stop, and then another deployment.
#[derive(Clone, Copy, Debug)]
struct Keeps(u64);

async fn shift(phase: Phase, keeps: Keeps, exactly: usize) {
    let world = async || {
        let world = start(both("2", "1", |group| drop(group.termination_wait(keeps.0)))).await;
        world.sandbox.set_switch("codedeploy_minute_ms", "10").unwrap();
        world
    };
    let name = format!("ecs-codedeploy-{}", keeps.0);
    matrix(Matrix::new(&name, phase, At::Moves(exactly)), world, async |world, end, here| {
        assert!(at_rest(world).await, "{here}: something is in flight");
        assert_eq!(runs(world).await, if end == End::New { "web:2" } else { "web:1" }, "{here}");
    })
    .await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_shift_a_service_is_as_before_or_as_after() {
    shift(Phase::Deploy, Keeps(0), 2).await;
}

/// A minute is a hundredth of a second: they are kept for as long as a deployment takes.
#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_shift_whose_old_tasks_are_kept_a_service_is_as_before_or_as_after() {
    shift(Phase::Deploy, Keeps(60), 2).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_way_back_by_a_deployment_a_service_is_as_before_or_as_after() {
    shift(Phase::Rollback, Keeps(0), 1).await;
}
