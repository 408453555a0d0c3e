//! Several environments' aliases on one function of one account.

use serde_json::json;
use snapdeploy::core::means::Values;
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::Scenario;

use super::place::{changes, deployed, function, rolled_back, values};
use crate::kinds::place::{naming, planned, world};
use crate::world::{A, B, REGION, World, scenario};

/// What each edition of the function is.
const OLD: (&str, u64) = ("old", 128);
const NEW: (&str, u64) = ("new", 512);

/// Dev has the newest. Of B's function, which has these `editions` as versions, `prod` and `spare` name the last.
fn shared(editions: &[(&str, u64)]) -> Scenario {
    let mut scenario = scenario();
    for (account, instance, editions) in [(A, "dev", &[NEW][..]), (B, "prod", editions)] {
        let mut seed = scenario.account(account).function(REGION, "orders");
        for (text, memory) in editions {
            seed = seed
                .files(&[("index.js", text.as_bytes())])
                .settings(json!({ "MemorySize": memory }))
                .publish();
        }
        let (text, last) = (editions[editions.len() - 1].0, editions.len().to_string());
        let seed = seed.settings(json!({ "Description": text })).tag("team", text);
        match account {
            A => seed.alias("live", &last),
            _ => seed.alias("prod", &last).alias("spare", &last),
        };
        scenario.account(account).instance(REGION, instance).lambda("orders");
    }
    scenario
}

async fn start(editions: &[(&str, u64)]) -> World {
    let names = naming(&[("lambda/function/orders#live", "orders#prod")]);
    // Its role belongs to all of them, too.
    world(shared(editions), Values { names, overlay: Default::default(), ..values() }).await
}

#[tokio::test]
async fn a_version_that_is_there_is_named_and_nothing_else_is_written() {
    let world = start(&[NEW, OLD]).await;
    let before = function(&world, "orders");
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let said: Vec<&str> = plan.findings.iter().map(|f| f.message.as_str()).collect();
    let shared = "is shared with spare, an alias of another environment: its own $LATEST, Description, Tags would be \
                  another, and stays as it is";
    assert!(said.contains(&shared), "{said:#?}");
    world.sandbox.clear_calls();
    deployed(&world).await;
    assert_eq!(changes(&world), ["UpdateAlias"]);
    let now = function(&world, "orders");
    assert_eq!(
        (&now["aliases"]["prod"]["version"], &now["aliases"]["spare"]["version"]),
        (&json!("1"), &json!("2"))
    );
    for member in ["tags", "Description"] {
        assert_eq!(now[member], before[member]);
    }
    assert_eq!(now["versions"]["$LATEST"], before["versions"]["$LATEST"]);
    assert!(planned(&world, &dev, &Deployment::default()).await.is_empty());
    world.sandbox.clear_calls();
    rolled_back(&world).await;
    assert_eq!(changes(&world), ["UpdateAlias"]);
    assert_eq!(function(&world, "orders")["aliases"]["prod"]["version"], "2");
}

#[tokio::test]
async fn a_version_that_has_to_be_made_goes_by_way_of_latest_and_that_is_said() {
    let world = start(&[OLD]).await;
    let before = function(&world, "orders");
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let said: Vec<&str> = plan.findings.iter().map(|f| f.message.as_str()).collect();
    let shared = "is shared with spare, an alias of another environment: its own Description, Tags would be another, and \
                  stays as it is; its $LATEST becomes what is published for this one";
    assert!(said.contains(&shared), "{said:#?}");
    world.sandbox.clear_calls();
    deployed(&world).await;
    let mut made = changes(&world);
    made.sort();
    assert_eq!(made, ["PublishVersion", "UpdateAlias", "UpdateFunctionCode", "UpdateFunctionConfiguration"]);
    let now = function(&world, "orders");
    assert_eq!(
        (&now["aliases"]["prod"]["version"], &now["aliases"]["spare"]["version"]),
        (&json!("2"), &json!("1"))
    );
    assert_eq!(now["versions"]["2"]["MemorySize"], 512);
    assert_eq!(now["tags"], before["tags"]);
    // The way back is the alias alone.
    world.sandbox.clear_calls();
    rolled_back(&world).await;
    assert_eq!(changes(&world), ["UpdateAlias"]);
    let home = function(&world, "orders");
    assert_eq!(home["aliases"], before["aliases"]);
}
