//! The shops that the complaints are acted out in, and what is asked of them afterwards.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapdeploy::sandbox::{AlarmSeed, Behaviour, Hold, Scenario, ServiceSeed};

use crate::cli::shell::Said;
use crate::ecs::back::Shop;
use crate::ecs::scene::{add_image, ecs, scenario, service, tell};
use crate::world::{B, REGION};

pub const WEB: &str = "ecs/service/main/web";

/// Returns the shop with the service that is `seed`.
pub fn shop(seed: &ServiceSeed) -> Shop {
    shop_in(scenario(), seed)
}

pub fn shop_in(mut scenario: Scenario, seed: &ServiceSeed) -> Shop {
    scenario.account(B).service(seed).unwrap();
    Shop::of(scenario)
}

/// Returns what the others are made of, and the image `sick`, whose containers fail their health checks.
pub fn with_sick() -> Scenario {
    let mut scenario = scenario();
    add_image(&mut scenario, "sick", "linux/amd64", Behaviour { unhealthy: true, ..Behaviour::default() });
    scenario
}

/// Returns the shop of a service whose deployments bake for `minutes`, under an alarm that is quiet.
pub fn baking(minutes: u64) -> Shop {
    let mut scenario = scenario();
    scenario.account(B).alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
    scenario.switch("ecs_rolling_bake_ms", &(minutes * 60_000).to_string()).unwrap();
    shop_in(scenario, &ServiceSeed { alarms: vec!["errors".into()], ..service() })
}

/// Returns the shop of a service that is deployed by stages, and its listener of production traffic: the first tenth of a
/// canary, and then the whole of it, stays for `minutes`.
pub fn staged(strategy: &str, minutes: u64, more: &Value) -> (Shop, String) {
    let mut scenario = scenario();
    let mut balancer = scenario.account(B).load_balancer(REGION, "front");
    let groups = vec![balancer.target_group("blue"), balancer.target_group("green")];
    let production = balancer.listener(80, &[("blue", 100), ("green", 0)]);
    let test = balancer.listener(8080, &[("blue", 100), ("green", 0)]);
    let mut configuration = json!({ "bakeTimeInMinutes": minutes,
        "canaryConfiguration": { "canaryPercent": 10.0, "canaryBakeTimeInMinutes": minutes } });
    configuration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let seed = ServiceSeed {
        strategy: strategy.into(),
        target_groups: groups,
        production_listener: Some(production.clone()),
        test_listener: Some(test),
        configuration,
        ..service()
    };
    (shop_in(scenario, &seed), production)
}

/// Returns the weight of each target group in the default action of a listener.
pub fn weights(shop: &Shop, listener: &str) -> BTreeMap<String, u64> {
    let state = shop.sandbox.state();
    let action = &state[B]["elasticloadbalancing"]["listeners"][listener]["actions"][0];
    let groups = action["ForwardConfig"]["TargetGroups"].as_array().unwrap();
    let name = |arn: &Value| arn.as_str().unwrap().split('/').nth(1).unwrap().to_string();
    let weight = |w: &Value| w.as_u64().unwrap_or_else(|| w.as_str().unwrap().parse().unwrap());
    groups.iter().map(|g| (name(&g["TargetGroupArn"]), weight(&g["Weight"]))).collect()
}

pub async fn described(shop: &Shop) -> Value {
    let asked = json!({ "cluster": "main", "services": ["web"] });
    ecs(&shop.sandbox, "DescribeServices", asked).await["services"][0].clone()
}

/// Returns a revision as ECS describes it, with its tags.
pub async fn revision(shop: &Shop, name: &str) -> Value {
    ecs(&shop.sandbox, "DescribeTaskDefinition", json!({ "taskDefinition": name, "include": ["TAGS"] })).await
}

/// Returns the newest service deployment.
pub async fn newest(shop: &Shop) -> Value {
    let asked = json!({ "cluster": "main", "service": "web" });
    ecs(&shop.sandbox, "ListServiceDeployments", asked).await["serviceDeployments"][0].clone()
}

/// Returns how often an operation was called.
pub fn calls(shop: &Shop, operation: &str) -> usize {
    shop.sandbox.calls().iter().filter(|c| c.operation == operation).count()
}

/// Returns the calls that changed a service or its deployments, or were to.
pub fn touched(shop: &Shop) -> Vec<String> {
    let of = |service: &str| ["ecs", "codedeploy", "elasticloadbalancing", "ecr"].contains(&service);
    let calls = shop.sandbox.calls();
    calls.iter().filter(|c| c.mutating && of(&c.service)).map(|c| c.operation.clone()).collect()
}

pub fn roll_back(shop: &Shop, code: i32) -> Said {
    shop.run(code, &["rollback", "prod", WEB, "--yes"])
}

/// Goes on with the run that is open.
pub fn resume(shop: &Shop, code: i32) -> Said {
    shop.run(code, &["deploy", "--resume", "--yes"])
}

/// Runs a command, and does `act` beside it.
pub fn beside(shop: &Shop, code: i32, arguments: &[&str], act: impl FnOnce(&Shop) + Send) -> Said {
    std::thread::scope(|scope| {
        scope.spawn(|| act(shop));
        shop.run(code, arguments)
    })
}

/// Runs a command, and does `act` while the sandbox holds a call of `operation` that it makes.
pub fn held(
    shop: &Shop,
    code: i32,
    arguments: &[&str],
    operation: &str,
    act: impl FnOnce(&Shop) + Send,
) -> Said {
    shop.sandbox.hold(Hold { operation: Some(operation.into()), ..Hold::default() });
    beside(shop, code, arguments, |shop| {
        until(|| shop.sandbox.held() > 0);
        act(shop);
        shop.sandbox.release();
    })
}

pub fn until(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "it does not come to pass");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Lets the service's time go by, and somebody look every minute.
pub async fn wait(shop: &Shop, minutes: u64) {
    for _ in 0..minutes {
        shop.sandbox.advance(Duration::from_secs(60));
        described(shop).await;
    }
}

/// Returns the newest deployment of CodeDeploy.
pub async fn newest_of_codedeploy(shop: &Shop) -> Value {
    let ask = async |operation: &str, body: Value| {
        let target = format!("CodeDeploy_20141006.{operation}");
        let (status, answer) = tell(&shop.sandbox, "codedeploy", &target, body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    };
    let of = json!({ "applicationName": "AppECS-main-web", "deploymentGroupName": "DgpECS-main-web" });
    let group = ask("GetDeploymentGroup", of).await["deploymentGroupInfo"].clone();
    let id = group["lastAttemptedDeployment"]["deploymentId"].clone();
    ask("GetDeployment", json!({ "deploymentId": id })).await["deploymentInfo"].clone()
}
