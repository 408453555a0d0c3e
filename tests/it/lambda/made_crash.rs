//! Invariant 5 for functions that are new, and for what reads queues for them and reserves room: killed before or after any
//! call, then resumed or rolled back.

use serde_json::json;
use snapdeploy::sandbox::Scenario;

use super::place::{both, fresh, start};
use crate::crash::Phase;
use crate::kinds::place::promoting;
use crate::matrix::{At, Matrix, matrix};
use crate::world::{A, B, REGION};

fn queue(account: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{account}:orders")
}

/// Only dev has the function, and a queue is read for it.
fn made() -> Scenario {
    let mut scenario = fresh();
    scenario.account(A).event_source(REGION, "orders:live", &queue(A), json!({ "BatchSize": 5 }));
    scenario
}

/// Both have it; one mapping is to change, another is new, and so is the reservation.
fn changed() -> Scenario {
    let mut scenario = both();
    scenario.account(A).event_source(REGION, "orders:live", &queue(A), json!({ "BatchSize": 5 }));
    for (account, size) in [(A, 7), (B, 10)] {
        scenario.account(account).event_source(
            REGION,
            "orders",
            &queue(account),
            json!({ "BatchSize": size }),
        );
    }
    scenario.account(A).function(REGION, "orders").concurrency(50);
    scenario
}

async fn killed(name: &str, scenario: fn() -> Scenario, phase: Phase, exactly: usize) {
    let of = Matrix { manner: promoting(), ..Matrix::new(name, phase, At::Moves(exactly)) };
    matrix(of, async || start(scenario()).await, async |_, _, _| ()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_makes_a_function_it_is_there_or_not() {
    killed("lambda-made", made, Phase::Deploy, 6).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_takes_a_function_away_it_is_there_or_not() {
    killed("lambda-made", made, Phase::Rollback, 3).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_changes_what_is_beside_a_function_it_is_as_before_or_as_after() {
    killed("lambda-beside", changed, Phase::Deploy, 10).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_changes_that_back_it_is_as_before_or_as_after() {
    killed("lambda-beside", changed, Phase::Rollback, 9).await;
}
