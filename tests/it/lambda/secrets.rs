//! Secrets of functions: never in a document, and put back from where they still are.

use serde_json::json;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::means::Means;
use snapdeploy::core::parameter::{Parameter, Parameters};
use snapdeploy::core::release::{Deployment, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::secret::Unkept;
use snapdeploy::core::select::Selection;
use snapdeploy::core::vault::Holding;
use snapdeploy::sandbox::Scenario;

use super::place::{document, function, orders, rolled_back, start};
use crate::kinds::place::{perform, planned};
use crate::world::{A, B, REGION, World, scenario};

/// Each has a secret of its own; that of prod is in version 1.
fn keyed() -> Scenario {
    let mut scenario = scenario();
    for (account, alias, key, memory) in [(A, "dev", "dev-canary", 512), (B, "prod", "prod-canary", 128)] {
        let seed =
            scenario.account(account).function(REGION, "orders").settings(json!({ "MemorySize": memory }));
        seed.env(&[("API_KEY", key)]).publish().alias("live", "1");
        scenario.account(account).instance(REGION, alias).lambda("orders");
    }
    scenario
}

async fn deploy(world: &World) {
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(world, &dev, &Deployment::default()).await;
    let shown = serde_json::to_string(&plan).unwrap() + &serde_json::to_string(&dev.documents).unwrap();
    assert!(!shown.contains("canary"), "a secret is shown");
    perform(world, &plan).await;
}

#[tokio::test]
async fn the_target_keeps_its_own_secret_and_nobody_shows_it() {
    let world = start(keyed()).await;
    deploy(&world).await;
    let now = function(&world, "orders");
    for version in ["$LATEST", "2"] {
        assert_eq!(now["versions"][version]["MemorySize"], 512);
        assert_eq!(now["versions"][version]["Environment"]["Variables"]["API_KEY"], "prod-canary");
    }
    let document = document(&world).await;
    assert_eq!(document.portable["Environment"]["Variables"]["API_KEY"], "@{secret}");
    let local = document.local["Environment"]["Variables"]["API_KEY"].as_str().unwrap();
    assert!(local.starts_with("@{secret:"), "{local}");
}

#[tokio::test]
async fn a_secret_that_a_version_holds_comes_back_without_being_kept_anywhere() {
    let world = start(keyed()).await;
    deploy(&world).await;
    rolled_back(&world).await;
    let now = function(&world, "orders");
    assert_eq!(now["versions"]["$LATEST"]["Environment"]["Variables"]["API_KEY"], "prod-canary");
    assert_eq!(now["aliases"]["live"]["version"], "1");
}

#[tokio::test]
async fn what_a_version_keeps_is_still_held() {
    let world = start(keyed()).await;
    let from = world.extract(&*world.b, "prod").await.documents.remove(&orders()).unwrap();
    let bare = document(&world).await;
    let held = world.b.still_held(&orders(), &bare, Some(&bare));
    assert_eq!(held.len(), 1, "version 1 has it");
    assert!(world.b.still_held(&orders(), &from, None).is_empty(), "versions go with their function");
    let mut unpublished = bare.clone();
    unpublished.exact.clear();
    assert!(world.b.still_held(&orders(), &unpublished, Some(&bare)).is_empty());
}

#[tokio::test]
async fn a_value_that_is_nowhere_any_more_is_refused_with_the_way_out() {
    let mut scenario = scenario();
    let seed = scenario.account(B).function(REGION, "orders");
    seed.env(&[("API_KEY", "prod-canary")]).alias("none", "$LATEST");
    scenario.account(B).instance(REGION, "prod").lambda("orders");
    let world = start(scenario).await;
    let then = world.extract(&*world.b, "prod").await;
    let variables = aws_sdk_lambda::types::Environment::builder().variables("API_KEY", "other").build();
    let client = super::place::client(&world);
    client
        .update_function_configuration()
        .function_name("orders")
        .environment(variables)
        .send()
        .await
        .unwrap();
    let source = super::place::source(&then);
    let over = Deployment { drift: snapdeploy::core::drift::OnDrift::Overwrite, ..Deployment::default() };
    let means = world.means(&*world.b);
    let plan = snapdeploy::core::release::plan_deploy(&means, "prod", &source, &over).await.unwrap();
    let ended =
        snapdeploy::core::runs::begin(&means, &plan, None, snapdeploy::core::runs::OnFailure::Stop).await;
    let shown = format!("{ended:?} {:?}", plan.findings);
    assert!(shown.contains("API_KEY"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
    let now = function(&world, "orders");
    assert_eq!(
        now["versions"]["$LATEST"]["Environment"]["Variables"]["API_KEY"], "other",
        "nothing was written"
    );
}

/// A deployment that overwrites a value counts it as safe where a version holds it: then the way back has to have it, and
/// to say so where the version is gone.
#[tokio::test]
async fn a_value_that_counts_as_safe_in_an_old_version_does_come_back() {
    let values = || {
        let mut values = super::place::values();
        let own = json!({ "Variables": { "API_KEY": "another-canary" } });
        values.overlay.get_mut(&orders()).unwrap().insert("Environment".into(), own);
        values
    };
    let key = |world: &World| {
        function(world, "orders")["versions"]["$LATEST"]["Environment"]["Variables"]["API_KEY"].clone()
    };
    for gone in [false, true] {
        let world = crate::kinds::place::world(keyed(), values()).await;
        let vault = Holding::new(Box::new(Unkept), Box::new(NoParameters));
        let means = Means { vault: &vault, ..world.means(&*world.b) };
        let dev = world.extract(&*world.a, "dev").await;
        let plan =
            plan_deploy(&means, "prod", &super::place::source(&dev), &Deployment::default()).await.unwrap();
        assert_eq!(plan.blocks().count(), 0, "version 1 has it: {:#?}", plan.findings);
        let ended = begin(&means, &plan, None, OnFailure::Stop).await;
        assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:#?}");
        assert_eq!(key(&world), "another-canary");
        // Another process goes back: it holds nothing.
        let means = world.means(&*world.b);
        if gone {
            let client = super::place::client(&world);
            client.delete_function().function_name("orders").qualifier("1").send().await.unwrap();
        }
        let past = newest(&means, &Selection::all()).await.unwrap();
        let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
        let blocks: Vec<&str> = back.blocks().map(|f| f.message.as_str()).collect();
        if gone {
            assert!(
                blocks.iter().any(|b| b.contains("cannot get back Environment.Variables.API_KEY")),
                "{blocks:?}"
            );
            continue;
        }
        assert_eq!(blocks, Vec::<&str>::new());
        let ended = begin(&means, &back, None, OnFailure::Stop).await;
        assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:#?}");
        assert_eq!(key(&world), "prod-canary");
        assert_eq!(function(&world, "orders")["aliases"]["live"]["version"], "1");
    }
}

/// What only `$LATEST` has is in no version, however many there are.
#[tokio::test]
async fn a_value_that_no_version_has_does_not_count_as_safe() {
    let mut scenario = keyed();
    scenario.account(B).function(REGION, "orders").env(&[("API_KEY", "unpublished-canary")]);
    let mut values = super::place::values();
    let own = json!({ "Variables": { "API_KEY": "another-canary" } });
    values.overlay.get_mut(&orders()).unwrap().insert("Environment".into(), own);
    let world = crate::kinds::place::world(scenario, values).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let blocks: Vec<&str> = plan.blocks().map(|f| f.message.as_str()).collect();
    assert!(blocks.iter().any(|b| b.contains("would overwrite Environment.Variables.API_KEY")), "{blocks:?}");
}

/// An account without parameters.
struct NoParameters;

#[async_trait::async_trait]
impl Parameters for NoParameters {
    async fn value(&self, of: &Parameter) -> snapdeploy::core::Result<String> {
        Err(snapdeploy::core::Error::not_found(format!("no {of}")))
    }
}
