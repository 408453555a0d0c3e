//! Invariant 5 for services: killed before or after any call that writes, of a deployment or of its rollback, then
//! resumed or rolled back, a service is exactly as before or exactly as after.

use super::place::{both, start};
use crate::crash::Phase;
use crate::matrix::{At, Matrix, matrix};

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
