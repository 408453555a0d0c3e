//! The service `main/web` in two accounts, and what a test asks of it.

use serde_json::{Value, json};
use snapdeploy::aws::{Account, ECR, ECS, Sessions};
use snapdeploy::core::Address;
use snapdeploy::core::document::Document;
use snapdeploy::core::environment::Access;
use snapdeploy::core::means::Values;
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::{ImageSeed, Scenario, ServiceSeed};

use crate::kinds::place::{bound, members, world};
use crate::world::{A, B, REGION, World, environment, scenario, sdk};

pub fn web() -> Address {
    Address::new("ecs/service", "main/web")
}

/// Returns the text of an image of `account`.
pub fn image(account: &str, tag: &str) -> String {
    format!("{account}.dkr.ecr.{REGION}.amazonaws.com/web:{tag}")
}

/// Both accounts have the images 1, 2 and 3 and a service of their own network, logs and secret: dev runs `dev`, prod
/// runs `prod`.
pub fn both(dev: &str, prod: &str) -> Scenario {
    let mut scenario = scenario();
    for (account, name, tag) in [(A, "dev", dev), (B, "prod", prod)] {
        let account_seed = scenario.account(account);
        let group = format!("/{name}/web");
        account_seed.log_group(REGION, &group);
        for role in ["web-execution", "web-task", "new-execution", "new-task"] {
            account_seed.role(role, None);
        }
        for tag in ["1", "2", "3"] {
            account_seed.image(ImageSeed {
                repository: "web".into(),
                tag: tag.into(),
                ..ImageSeed::default()
            });
        }
        let seed = ServiceSeed {
            images: vec![("app".into(), image(account, tag))],
            log_group: Some(group),
            environment: vec![("LEVEL".into(), "info".into()), ("KEY".into(), format!("secret-of-{name}"))],
            breaker: true,
            tags: vec![("team".into(), "orders".into())],
            ..ServiceSeed::default()
        };
        account_seed.service(&seed).unwrap();
    }
    scenario
}

pub async fn start(scenario: Scenario) -> World {
    // One key, so that what two worlds say of a secret can be compared.
    let seal = snapdeploy::core::secret::Seal::new([7; 32]);
    let owns = Selection::new(&["ecs/*".to_string()]).unwrap();
    let values = Values { seal, owns, ..Values::default() };
    // What prod says of its own about a service that it has not.
    let network = json!({ "awsvpcConfiguration": {
        "assignPublicIp": "DISABLED", "securityGroups": ["sg-22222222"], "subnets": ["subnet-33333333"] } });
    let role = |name: &str| format!("arn:aws:iam::{B}:role/{name}");
    let new = json!({ "networkConfiguration": network,
        "TaskDefinition": { "executionRoleArn": role("new-execution"), "taskRoleArn": role("new-task") } });
    let overlay = [(Address::new("ecs/service", "main/new"), members(new))].into();
    let mut world = world(scenario, Values { overlay, ..values.clone() }).await;
    world.a = bound(&world, "dev", values).await;
    world
}

/// Returns the clients of somebody in B who knows nothing of snapdeploy.
pub async fn somebody(world: &World) -> Account {
    let sessions = Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint()));
    sessions.account(&environment("prod"), Access::Write).await.unwrap()
}

/// Sends a call to ECS as somebody in B.
pub async fn ecs(world: &World, operation: &'static str, body: Value) -> Value {
    somebody(world).await.ask(&ECS, operation, &body).await.unwrap()
}

/// Moves the tag `to` of B's images to what `from` is.
pub async fn move_tag(world: &World, from: &str, to: &str) {
    let account = somebody(world).await;
    let ask = json!({ "repositoryName": "web", "imageIds": [{ "imageTag": from }] });
    let answer = account.ask(&ECR, "BatchGetImage", &ask).await.unwrap();
    let manifest = &answer["images"][0]["imageManifest"];
    let put = json!({ "repositoryName": "web", "imageManifest": manifest, "imageTag": to });
    account.ask(&ECR, "PutImage", &put).await.unwrap();
}

/// Returns the service in B as ECS describes it.
pub async fn service(world: &World) -> Value {
    let ask = json!({ "cluster": "main", "services": ["web"], "include": ["TAGS"] });
    ecs(world, "DescribeServices", ask).await["services"][0].clone()
}

/// Returns the task definition that the service in B has, with its tags.
pub async fn definition(world: &World) -> Value {
    let arn = service(world).await["taskDefinition"].clone();
    ecs(world, "DescribeTaskDefinition", json!({ "taskDefinition": arn, "include": ["TAGS"] })).await
}

/// Returns the number of the revision that the service in B has.
pub async fn revision(world: &World) -> u64 {
    definition(world).await["taskDefinition"]["revision"].as_u64().unwrap()
}

pub async fn document(world: &World) -> Document {
    world.documents(&*world.b, "prod").await.remove(&web()).unwrap()
}

/// Returns the calls that changed something in ECS since they were last cleared.
pub fn changes(world: &World) -> Vec<String> {
    let calls = world.sandbox.calls();
    calls.iter().filter(|c| c.mutating && c.service == "ecs").map(|c| c.operation.clone()).collect()
}
