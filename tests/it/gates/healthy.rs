//! `health`: gates on demand, and the errors of functions.

use std::time::Duration;

use serde_json::Value;
use snapdeploy::core::health::health;
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::{AlarmState, Fault, FaultKind};

use super::place::{put_in, shop};
use crate::lambda::place::{fresh, start};
use crate::world::{A, B, REGION};

fn check<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    document["data"]["checks"].as_array().unwrap().iter().find(|c| c["name"] == name)
}

#[test]
fn gates_that_only_look_are_asked_and_the_others_if_that_is_said() {
    let shop = shop(
        "[environments.prod.gates.calm]\nalarms = [\"errors\"]\n\
         [environments.prod.gates.smoke]\ncommand = \"echo asked >> asked; exit 7\"\n",
    );
    let asked = shop.shell.directory.path().join("asked");
    let well = shop.json(0, &["health", "prod"]);
    assert_eq!(check(&well, "gate calm").unwrap()["detail"], "the alarm errors is OK");
    assert!(check(&well, "gate smoke").is_none() && !asked.exists());
    shop.sandbox.set_alarm(B, REGION, "errors", AlarmState::NoData).unwrap();
    let unknown = shop.json(0, &["health", "prod"]);
    let detail = check(&unknown, "gate calm").unwrap()["detail"].as_str().unwrap();
    assert_eq!(detail, "nobody can tell: the alarm errors is without data");
    shop.sandbox.set_alarm(B, REGION, "errors", AlarmState::Firing).unwrap();
    let firing = shop.json(4, &["health", "prod"]);
    assert_eq!(check(&firing, "gate calm").unwrap()["healthy"], false);
    shop.sandbox.set_alarm(B, REGION, "errors", AlarmState::Ok).unwrap();
    let all = shop.json(4, &["health", "prod", "--gates"]);
    assert_eq!(check(&all, "gate smoke").unwrap()["problems"][0], "the command ended with 7");
    assert!(asked.exists());
}

#[tokio::test]
async fn functions_that_fail_too_often_are_unhealthy_with_numbers() {
    let world = start(fresh()).await;
    for (name, value) in [("metrics_minute_ms", "240"), ("metrics_of_aws_can_be_put", "true")] {
        world.sandbox.set_switch(name, value).unwrap();
    }
    let means = world.means(&*world.a);
    let errors = async || {
        let checks = health(&means, "me", &Selection::all()).await.unwrap();
        let found = checks.into_iter().find(|c| c.name == "errors of functions").unwrap();
        (found.healthy, found.detail, found.problems)
    };
    let (healthy, detail, _) = errors().await;
    assert!(healthy && detail == "0 of 0 invocations in 15 min", "{detail}");
    put_in(&world.sandbox, A, "Invocations", 19.0).await;
    put_in(&world.sandbox, A, "Errors", 2.0).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let (healthy, detail, _) = errors().await;
    assert!(healthy, "19 are too few to say: {detail}");
    put_in(&world.sandbox, A, "Invocations", 1.0).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let (healthy, _, problems) = errors().await;
    assert!(!healthy);
    assert_eq!(problems, ["lambda/function/orders: 2 of 20 invocations failed in 15 min (10.0 %)"]);
    world.sandbox.fault(Fault::next("GetMetricData", FaultKind::AccessDenied));
    let (healthy, detail, _) = errors().await;
    assert!(healthy && detail.contains("cloudwatch:GetMetricData"), "{detail}");
}
