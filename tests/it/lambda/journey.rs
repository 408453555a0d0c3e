//! There and back: into an empty account, over an older function, and with versions that differ from what is deployed.

use serde_json::json;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::means::Values;
use snapdeploy::core::release::Deployment;

use super::place::{
    both, changes, client, deployed, document, fresh, function, orders, rolled_back, start, there, values,
};
use crate::kinds::place::{naming, planned, world};
use crate::world::{A, B, REGION, assert_same, scenario};

#[tokio::test]
async fn a_function_arrives_in_an_empty_account_and_goes_again() {
    let world = start(fresh()).await;
    let before = there(&world);
    let dev = deployed(&world).await;
    let now = document(&world).await;
    assert_same(&json!(now.portable), &json!(dev.documents[&orders()].portable));
    let made = function(&world, "orders");
    assert_eq!(
        (&made["aliases"]["live"]["version"], &made["versions"]["1"]["Timeout"]),
        (&json!("1"), &json!(9))
    );
    let again = planned(&world, &dev, &Deployment::default()).await;
    assert!(again.is_empty(), "{:#?}", again.moves);
    rolled_back(&world).await;
    assert_same(&there(&world), &before);
}

#[tokio::test]
async fn a_new_function_needs_a_role_and_says_what_to_write() {
    let world = world(fresh(), Values::default()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let block = plan.blocks().find(|f| f.address == Some(orders())).unwrap();
    assert!(block.message.contains("which has to say what its own Role is"), "{}", block.message);
    let hint = block.hint.clone().unwrap();
    assert!(hint.contains("[environments.prod.overlay.\"lambda/function/orders\"]\nRole = "), "{hint}");
}

#[tokio::test]
async fn an_update_is_published_and_its_rollback_is_three_calls() {
    let world = start(both()).await;
    let before = there(&world);
    let dev = deployed(&world).await;
    let now = function(&world, "orders");
    assert_eq!(now["aliases"]["live"]["version"], "2");
    assert_eq!(now["versions"]["2"]["MemorySize"], 512);
    assert_same(&json!(document(&world).await.portable), &json!(dev.documents[&orders()].portable));
    world.sandbox.clear_calls();
    rolled_back(&world).await;
    let mut calls = changes(&world);
    calls.retain(|c| !c.contains("Tag"));
    assert_eq!(
        calls,
        ["UpdateAlias", "UpdateFunctionConfiguration", "UpdateFunctionCode"],
        "the pointer first"
    );
    let mut after = there(&world);
    let arn = format!("arn:aws:lambda:{REGION}:{B}:function:orders");
    // A version that was published is not deleted.
    assert!(after["functions"][&arn]["versions"].as_object_mut().unwrap().remove("2").is_some());
    assert_same(&after, &before);
}

#[tokio::test]
async fn a_version_that_is_gone_is_said_and_published_anew() {
    let world = start(both()).await;
    deployed(&world).await;
    client(&world).delete_function().function_name("orders").qualifier("1").send().await.unwrap();
    let plan = crate::kinds::place::back(&world).await;
    let said =
        plan.findings.iter().find(|f| f.weight == Weight::Warning && f.address == Some(orders())).unwrap();
    assert!(said.message.contains("version 1, which its alias `live` named, is gone"), "{}", said.message);
    crate::kinds::place::perform(&world, &plan).await;
    let now = function(&world, "orders");
    let version = now["aliases"]["live"]["version"].as_str().unwrap();
    assert_eq!(version, "3");
    assert_eq!(now["versions"][version]["MemorySize"], 128);
}

#[tokio::test]
async fn an_alias_of_another_version_brings_that_version_along() {
    let mut scenario = scenario();
    let seed = scenario.account(A).function(REGION, "orders");
    let seed = seed.files(&[("index.js", b"one")]).settings(json!({ "MemorySize": 256 })).publish();
    let seed = seed.alias("live", "1").files(&[("index.js", b"two")]);
    seed.settings(json!({ "MemorySize": 1024 })).publish().alias("beta", "2");
    scenario.account(A).instance(REGION, "dev").lambda("orders");
    let world = start(scenario).await;
    let dev = deployed(&world).await;
    let now = function(&world, "orders");
    let size = |alias: &str| {
        let version = now["aliases"][alias]["version"].as_str().unwrap();
        now["versions"][version]["MemorySize"].clone()
    };
    assert_eq!((size("live"), size("beta")), (json!(256), json!(1024)));
    assert_eq!(now["versions"]["$LATEST"]["MemorySize"], 1024);
    assert_same(&json!(document(&world).await.portable), &json!(dev.documents[&orders()].portable));
}

#[tokio::test]
async fn an_image_is_named_by_its_digest_in_the_targets_own_registry() {
    let digest = "a".repeat(64);
    let mut scenario = scenario();
    let uri = format!("{A}.dkr.ecr.{REGION}.amazonaws.com/orders@sha256:{digest}");
    scenario.account(A).function(REGION, "orders").image(&uri).publish().alias("live", "1");
    scenario.account(A).instance(REGION, "dev").lambda("orders");
    let world = start(scenario).await;
    let dev = deployed(&world).await;
    let code = &dev.documents[&orders()].portable["Code"]["ImageUri"];
    assert_eq!(
        code,
        &json!(format!("@{{account}}.dkr.ecr.@{{region}}.amazonaws.com/orders@sha256:{digest}"))
    );
    assert_same(&json!(document(&world).await.portable), &json!(dev.documents[&orders()].portable));
}

#[tokio::test]
async fn names_of_functions_and_aliases_are_mapped_both_ways() {
    let names = naming(&[
        ("lambda/function/orders", "orders-prod"),
        ("lambda/function/orders#live", "orders-prod#prod"),
    ]);
    let world = world(fresh(), Values { names, ..values() }).await;
    let dev = deployed(&world).await;
    let made = function(&world, "orders-prod");
    assert_eq!(made["aliases"]["prod"]["version"], "1");
    assert_same(&json!(document(&world).await.portable), &json!(dev.documents[&orders()].portable));
}
