//! The health of ECS services: tasks, deployments, targets and alarms, against the simulated services.

use std::time::Duration;

use serde_json::json;
use snapdeploy::aws::Sessions;
use snapdeploy::core::driver::{Check, Driver, Live};
use snapdeploy::core::environment::{Access, Environment};
use snapdeploy::core::inventory::Inventory;
use snapdeploy::core::means::Values;
use snapdeploy::core::select::Selection;
use snapdeploy::core::{Address, Clock};
use snapdeploy::sandbox::{AlarmSeed, AlarmState, Fault, FaultKind, Sandbox, Scenario, ServiceSeed};

use super::ecs::{at_once, deploy, image, newest};
use crate::world::{A, REGION, environment, sdk};

async fn driver(sandbox: &Sandbox) -> Box<dyn Driver> {
    let clock = Clock::scaled(2000);
    let sessions = Sessions::with(&clock, &sdk(&sandbox.endpoint()));
    let owns = Selection::new(&["ecs/*".to_string()]).unwrap();
    let dev = Environment {
        instance: None,
        role_arn: None,
        values: Values { owns, ..Values::default() },
        ..environment("dev")
    };
    let account = sessions.account(&dev, Access::Read).await.unwrap();
    snapdeploy::kinds::bind(account, &dev).await.unwrap()
}

/// Returns what is said of the service `main/web`.
async fn web(driver: &dyn Driver) -> Check {
    let address: Address = "ecs/service/main/web".parse().unwrap();
    let found = driver.find(&address).await.unwrap().unwrap();
    let live = Live { found, document: Default::default(), findings: Vec::new(), secrets: Vec::new() };
    let mut checks = driver.checks(&[live], &Inventory::new(driver.pin().clone(), [])).await.unwrap();
    let at = checks.iter().position(|check| check.name == "ecs/service/main/web").unwrap();
    checks.remove(at)
}

#[tokio::test]
async fn what_is_steady_is_well_and_what_never_starts_is_not() {
    let mut scenario = Scenario::empty();
    let bad = image(&mut scenario, "bad", at_once(1));
    scenario.account(A).service(&ServiceSeed { desired: 2, ..ServiceSeed::default() }).unwrap();
    let sandbox = Sandbox::start(scenario).unwrap();
    let driver = driver(&sandbox).await;
    let well = web(&*driver).await;
    assert_eq!((well.healthy, well.detail.as_str()), (true, "web:1: 2 of 2 tasks running"), "{well:?}");

    deploy(&sandbox, &bad).await;
    sandbox.advance(Duration::from_secs(600));
    let sick = web(&*driver).await;
    assert!(!sick.healthy && sick.detail.contains("goes on"), "{sick:?}");
    assert!(sick.problems.iter().any(|p| p.contains("of deployment ecs-svc/")), "{sick:?}");
    let ticket = newest(&sandbox).await["serviceDeploymentArn"].as_str().unwrap().to_string();
    let m = serde_json::from_value(json!({ "address": "ecs/service/main/web", "stage": "write",
        "does": "update", "call": "UpdateService", "facet": [], "args": {}, "before": null, "after": null }))
    .unwrap();
    let far = driver.progress(&m, None, &ticket).await.unwrap();
    assert!(far.line.starts_with("IN_PROGRESS") && far.line.contains("0 of"), "{far:?}");
    assert_eq!(far.end, None);
    assert!(driver.starts(&m));
}

#[tokio::test]
async fn alarms_that_fire_or_are_missing_and_questions_without_an_answer_are_faults() {
    let mut scenario = Scenario::empty();
    let dev = scenario.account(A);
    dev.alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
    let alarms = vec!["errors".to_string()];
    dev.service(&ServiceSeed { alarms, ..ServiceSeed::default() }).unwrap();
    let sandbox = Sandbox::start(scenario).unwrap();
    let driver = driver(&sandbox).await;
    let quiet = web(&*driver).await;
    assert!(quiet.healthy && quiet.detail.contains("alarm errors is quiet"), "{quiet:?}");
    sandbox.set_alarm(A, REGION, "errors", AlarmState::Firing).unwrap();
    let firing = web(&*driver).await;
    assert!(firing.problems[0].starts_with("alarm errors is firing"), "{firing:?}");
    sandbox.set_alarm(A, REGION, "errors", AlarmState::Ok).unwrap();
    sandbox.fault(Fault { times: u64::MAX, ..Fault::next("DescribeAlarms", FaultKind::AccessDenied) });
    let unasked = web(&*driver).await;
    assert!(unasked.problems[0].starts_with("its alarms cannot be asked: "), "{unasked:?}");
    sandbox.clear_faults();
    assert!(web(&*driver).await.healthy);
}

#[tokio::test]
async fn targets_are_asked_where_there_is_a_load_balancer() {
    let mut scenario = Scenario::empty();
    let dev = scenario.account(A);
    let mut balancer = dev.load_balancer(REGION, "front");
    let group = balancer.target_group("web");
    balancer.listener(80, &[("web", 1)]);
    balancer.target("web", "10.0.0.99", false);
    let target_groups = vec![group];
    dev.service(&ServiceSeed { target_groups, ..ServiceSeed::default() }).unwrap();
    let sandbox = Sandbox::start(scenario).unwrap();
    let driver = driver(&sandbox).await;
    web(&*driver).await;
    sandbox.advance(Duration::from_secs(600));
    let sick = web(&*driver).await;
    assert!(sick.detail.contains("of 2 targets healthy"), "{sick:?}");
    assert!(sick.problems.iter().any(|p| p.contains("1 target is unhealthy in web")), "{sick:?}");
}
