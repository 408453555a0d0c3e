//! The function `orders` in two accounts, associated with the instances, and what a test asks of it.

use serde_json::{Value, json};
use snapdeploy::core::Address;
use snapdeploy::core::document::Document;
use snapdeploy::core::means::Values;
use snapdeploy::core::release::{Deployment, Source};
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::Scenario;

use crate::kinds::place::{back, members, perform, planned, world};
use crate::world::{A, B, REGION, World, scenario, sdk_of};

pub fn orders() -> Address {
    Address::new("lambda/function", "orders")
}

/// Both functions are there: dev has new code and settings, prod old ones; `live` names what was published last. Each
/// has a variable of its own.
pub fn both() -> Scenario {
    both_with(|text| vec![("LEVEL", text)])
}

/// Likewise, with these variables.
pub fn both_with(variables: fn(&str) -> Vec<(&str, &str)>) -> Scenario {
    let mut scenario = scenario();
    for (account, alias, text, memory) in [(A, "dev", "new", 512), (B, "prod", "old", 128)] {
        let function = scenario.account(account).function(REGION, "orders");
        let function = function
            .files(&[("index.js", text.as_bytes())])
            .settings(json!({ "MemorySize": memory, "Description": text }))
            .env(&variables(text))
            .tag("team", text);
        function.publish().alias("live", "1");
        scenario.account(account).instance(REGION, alias).lambda("orders");
    }
    scenario
}

/// Only dev has it.
pub fn fresh() -> Scenario {
    let mut scenario = scenario();
    let function = scenario.account(A).function(REGION, "orders");
    let function =
        function.files(&[("index.js", b"one")]).settings(json!({ "Timeout": 9, "MemorySize": 256 }));
    function.publish().alias("live", "1");
    scenario.account(A).instance(REGION, "dev").lambda("orders");
    scenario
}

/// What prod says of its own.
pub fn values() -> Values {
    let role = json!({ "Role": format!("arn:aws:iam::{B}:role/orders") });
    // One key, so that what two worlds say of a secret can be compared.
    let seal = snapdeploy::core::secret::Seal::new([7; 32]);
    Values { overlay: [(orders(), members(role))].into(), seal, ..Values::default() }
}

pub async fn start(scenario: Scenario) -> World {
    world(scenario, values()).await
}

/// Returns what there is of Lambda in B.
pub fn there(world: &World) -> Value {
    let state = world.sandbox.state()[B]["lambda"].clone();
    assert!(state["functions"].is_object(), "{state}");
    state
}

/// Returns the function of this name in B.
pub fn function(world: &World, name: &str) -> Value {
    there(world)["functions"][format!("arn:aws:lambda:{REGION}:{B}:function:{name}")].clone()
}

pub async fn deployed(world: &World) -> Snapshot {
    let dev = world.extract(&*world.a, "dev").await;
    perform(world, &planned(world, &dev, &Deployment::default()).await).await;
    dev
}

pub async fn rolled_back(world: &World) {
    let plan = back(world).await;
    perform(world, &plan).await;
}

pub async fn document(world: &World) -> Document {
    world.documents(&*world.b, "prod").await.remove(&orders()).unwrap()
}

/// Returns the calls that changed something in Lambda since they were last cleared.
pub fn changes(world: &World) -> Vec<String> {
    let calls = world.sandbox.calls();
    calls.iter().filter(|c| c.mutating && c.service == "lambda").map(|c| c.operation.clone()).collect()
}

/// Returns a client as somebody in B has one.
pub fn client(world: &World) -> aws_sdk_lambda::Client {
    aws_sdk_lambda::Client::new(&sdk_of(&world.sandbox.endpoint(), B))
}

pub fn source(dev: &Snapshot) -> Source {
    Source::of_snapshot("dev@latest", dev)
}
