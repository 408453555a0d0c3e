//! Deployments by stages: every strategy and every verdict, and the stop of what is in flight.

use std::time::Duration;

use serde_json::json;
use snapdeploy::core::driver::Reply;
use snapdeploy::sandbox::{AlarmSeed, AlarmState, ServiceSeed};

use super::shop::{Shop, exits, image, scenario, verdict};
use crate::sandbox::{DEV, REGION};

const GOOD: &str = "public.ecr.aws/acme/web:2";

async fn open(strategy: &str, minute: &str) -> (Shop, String) {
    let mut scenario = scenario();
    let bad = image(&mut scenario, "bad", exits(1));
    let account = scenario.account(DEV);
    account.alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
    let mut balancer = account.load_balancer(REGION, "front");
    let (blue, green) = (balancer.target_group("blue"), balancer.target_group("green"));
    let production = balancer.listener(80, &[("blue", 100), ("green", 0)]);
    let test = balancer.listener(8080, &[("blue", 100), ("green", 0)]);
    let seed = ServiceSeed {
        strategy: strategy.into(),
        alarms: vec!["errors".into()],
        target_groups: vec![blue, green],
        production_listener: Some(production),
        test_listener: Some(test),
        configuration: json!({ "bakeTimeInMinutes": 2,
            "canaryConfiguration": { "canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1 },
            "linearConfiguration": { "stepPercent": 50.0, "stepBakeTimeInMinutes": 1 } }),
        ..ServiceSeed::default()
    };
    account.service(&seed).unwrap();
    scenario.switch("ecs_minute_ms", minute).unwrap();
    scenario.switch("ecs_stage_ms", "100").unwrap();
    (Shop::open(scenario, "web").await, bad)
}

const STRATEGIES: [&str; 3] = ["BLUE_GREEN", "CANARY", "LINEAR"];

#[tokio::test]
async fn each_strategy_ends_in_success() {
    for strategy in STRATEGIES {
        let (shop, _) = open(strategy, "200").await;
        let (arn, _) = shop.deploy(GOOD).await;
        let (followed, lines) = shop.follow(&arn).await;
        let (word, message, _) = verdict(followed);
        assert_eq!(word, "done", "{strategy}: {message}");
        assert!(lines.iter().any(|line| line.contains("% of the traffic")), "{strategy}: {lines:?}");
    }
}

#[tokio::test]
async fn tasks_that_keep_failing_end_each_strategy() {
    for strategy in STRATEGIES {
        let (shop, bad) = open(strategy, "200").await;
        let (arn, _) = shop.deploy(&bad).await;
        let (word, message, explained) = verdict(shop.follow(&arn).await.0);
        assert_eq!(word, "taken back", "{strategy}: {message}");
        assert!(explained[0].contains("exited with code 1"), "{strategy}: {explained:?}");
    }
}

#[tokio::test]
async fn an_alarm_in_mid_shift_takes_each_strategy_back() {
    for strategy in STRATEGIES {
        let (shop, _) = open(strategy, "3000").await;
        let (arn, _) = shop.deploy(GOOD).await;
        let fires = async {
            loop {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let body = json!({ "serviceDeploymentArns": [arn] });
                let seen =
                    shop.ecs("DescribeServiceDeployments", body).await["serviceDeployments"][0].clone();
                let weight = seen["targetServiceRevision"]["requestedProductionTrafficWeight"].as_f64();
                if weight.is_some_and(|weight| weight > 0.0) {
                    return shop.sandbox.set_alarm(DEV, REGION, "errors", AlarmState::Firing).unwrap();
                }
            }
        };
        let ((followed, _), ()) = tokio::join!(shop.follow(&arn), fires);
        let (word, message, explained) = verdict(followed);
        assert_eq!(word, "taken back", "{strategy}: {message}");
        assert!(explained.iter().any(|l| l.contains("alarm errors was triggered")), "{explained:?}");
    }
}

#[tokio::test]
async fn another_deployment_supersedes_it() {
    let (shop, _) = open("BLUE_GREEN", "60000").await;
    let (arn, _) = shop.deploy(GOOD).await;
    let (theirs, _) = shop.deploy("public.ecr.aws/acme/web:3").await;
    let (word, message, _) = verdict(shop.follow(&arn).await.0);
    assert_eq!(word, "superseded", "{message}");
    assert!(message.contains(theirs.rsplit('/').next().unwrap()), "{message}");
}

#[tokio::test]
async fn what_is_in_flight_is_stopped_before_it_is_gone_back_from() {
    let (shop, _) = open("BLUE_GREEN", "60000").await;
    let before = shop.service().await["taskDefinition"].clone();
    let (arn, _) = shop.deploy(GOOD).await;
    let updates = shop.calls("UpdateService");
    // In its bake time.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let m = shop.a_move("UpdateService", json!({ "taskDefinition": before }));
    let reply = shop.send(&m).await;
    // The next look tells that all is as it was.
    assert!(matches!(&reply, Reply::Later(e) if e.message.contains("has gone back")), "{reply:?}");
    assert_eq!((shop.calls("StopServiceDeployment"), shop.calls("UpdateService")), (1, updates));
    assert_eq!(shop.service().await["taskDefinition"], before);
    assert_eq!(verdict(shop.follow(&arn).await.0).0, "taken back");
}
