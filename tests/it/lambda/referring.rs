//! Who refers to a function that was deployed is asked too, where the deployment took something away.

use serde_json::json;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::sandbox::{Kind, Scenario};

use super::place::{both, function, orders, start};
use crate::kinds::place::{planned, some};
use crate::world::{B, REGION, World, content};

/// In prod a flow calls the function by this alias; it has `live` and `beta`.
fn called_by(alias: &str) -> Scenario {
    let mut scenario = both();
    scenario.account(B).function(REGION, "orders").alias("beta", "1");
    let prod = scenario.account(B).instance(REGION, "prod");
    let arn = format!("arn:aws:lambda:{REGION}:{B}:function:orders:{alias}");
    let calls = content(&[(
        "InvokeLambdaFunction",
        json!({ "LambdaFunctionARN": arn, "InvocationTimeLimitSeconds": "3" }),
    )]);
    prod.resource(Kind::Lambda, &format!("orders:{alias}"), json!({}));
    prod.flow("Caller", "CONTACT_FLOW", &calls);
    scenario
}

/// Puts the function alone back to what it was before it had `beta`.
async fn restored(scenario: Scenario) -> (World, Ended) {
    let world = start(scenario).await;
    let mut old = world.extract(&*world.b, "prod").await;
    let function = old.documents.get_mut(&orders()).unwrap();
    for part in [&mut function.portable, &mut function.local] {
        part["Aliases"].as_object_mut().unwrap().remove("beta").unwrap();
    }
    let plan = planned(&world, &old, &some(&["lambda/function/orders"])).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    assert!(plan.moves.iter().any(|m| m.call == "DeleteAlias"), "{:#?}", plan.moves);
    world.sandbox.clear_calls();
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await.unwrap();
    (world, ended)
}

#[tokio::test]
async fn a_flow_that_calls_an_alias_that_was_taken_away_takes_the_deployment_back() {
    let (world, ended) = restored(called_by("beta")).await;
    let Ended::RolledBack { why, .. } = &ended else { panic!("{ended:?}") };
    let said = "connect/flow/Caller is not well: it calls lambda/function/orders by its alias `beta`, which this took away";
    assert!(why.message.contains(said), "{why}");
    assert!(function(&world, "orders")["aliases"]["beta"].is_object(), "it is there again");
}

#[tokio::test]
async fn who_calls_what_is_still_there_is_not_even_read() {
    let (world, ended) = restored(called_by("live")).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    let read = world.sandbox.calls().into_iter().filter(|c| c.operation == "DescribeContactFlow");
    assert_eq!(read.count(), 0);
    assert!(function(&world, "orders")["aliases"]["beta"].is_null());
}
