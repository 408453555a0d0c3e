//! Invariant 5 for functions: killed before or after any call that writes, of a deployment or of its rollback, then
//! resumed or rolled back, a function is exactly as before or exactly as after.

use serde_json::{Value, json};
use snapdeploy::sandbox::Scenario;

use super::place::{start, there};
use crate::crash::Phase;
use crate::matrix::{At, End, Matrix, matrix};
use crate::world::{A, B, REGION, assert_same, scenario};

/// An update of all that a function has, and a new function.
fn small() -> Scenario {
    let mut scenario = scenario();
    for (account, alias, text) in [(A, "dev", "new"), (B, "prod", "old")] {
        let new = account == A;
        let seed =
            scenario.account(account).function(REGION, "orders").files(&[("index.js", text.as_bytes())]);
        let seed = seed.env(&[("LEVEL", "same")]).settings(json!({ "Timeout": if new { 9 } else { 3 } }));
        let seed = seed.tag(text, "x").publish().alias("live", "1").alias(text, "1");
        let statement = json!({
            "StatementId": text, "Action": "lambda:InvokeFunction", "Principal": "connect.amazonaws.com",
        });
        seed.permission(None, statement);
        scenario.account(account).instance(REGION, alias).lambda("orders");
    }
    scenario
}

/// What is left of versions that were published is not deleted.
fn but_versions(mut state: Value) -> Value {
    for function in state["functions"].as_object_mut().unwrap().values_mut() {
        function["versions"]
            .as_object_mut()
            .unwrap()
            .retain(|number, _| number == "$LATEST" || number == "1");
    }
    state
}

async fn killed(phase: Phase, exactly: usize) {
    let old = but_versions(there(&start(small()).await));
    let of = Matrix::new("lambda", phase, At::Moves(exactly));
    matrix(
        of,
        async || start(small()).await,
        async |world, end, here| {
            if end == End::Old {
                println!("{here}");
                assert_same(&but_versions(there(world)), &old);
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_deployment_a_function_is_as_before_or_as_after() {
    killed(Phase::Deploy, 11).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_rollback_a_function_is_as_before_or_as_after() {
    killed(Phase::Rollback, 10).await;
}
