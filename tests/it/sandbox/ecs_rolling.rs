//! ECS: rolling deployments, their circuit breaker, alarms, stops and replacements.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{AlarmSeed, AlarmState, Sandbox, Scenario, ServiceSeed};

use super::ecs::{at_once, deploy, describe, image, newest, ok, refused, service};
use super::{DEV, REGION};

/// A service with a breaker, and an image that exits at once.
fn start(seed: ServiceSeed) -> (Sandbox, String) {
    let mut scenario = Scenario::empty();
    let bad = image(&mut scenario, "bad", at_once(1));
    scenario.account(DEV).alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
    scenario.account(DEV).service(&seed).unwrap();
    (Sandbox::start(scenario).unwrap(), bad)
}

fn wait(sandbox: &Sandbox, seconds: u64) {
    sandbox.advance(Duration::from_secs(seconds));
}

#[tokio::test]
async fn a_rolling_deployment_never_has_fewer_or_more_tasks_than_it_may() {
    let (sandbox, _) = start(ServiceSeed { desired: 4, ..ServiceSeed::default() });
    let before = service(&sandbox).await;
    let body = json!({"cluster": "main", "service": "web", "deploymentConfiguration":
        {"maximumPercent": 150, "minimumHealthyPercent": 75}});
    let unchanged = ok(&sandbox, "UpdateService", body).await;
    assert_eq!(unchanged["service"]["deployments"].as_array().unwrap().len(), 1, "no deployment of its own");
    let after = deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
    assert_ne!(after["deployments"][0]["id"], before["deployments"][0]["id"]);
    assert_eq!(after["deployments"][0]["rolloutState"], "IN_PROGRESS");
    for _ in 0..60 {
        sandbox.advance(Duration::from_millis(40));
        let web = service(&sandbox).await;
        let running = web["runningCount"].as_u64().unwrap();
        let all = running + web["pendingCount"].as_u64().unwrap();
        assert!(running >= 3 && all <= 6, "{running} of {all}");
    }
    let web = service(&sandbox).await;
    assert_eq!(web["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(web["deployments"][0]["id"], after["deployments"][0]["id"]);
    assert_eq!(web["deployments"][0]["rolloutState"], "COMPLETED");
    let done = newest(&sandbox).await;
    assert_eq!((&done["status"], &done["lifecycleStage"]), (&json!("SUCCESSFUL"), &Value::Null));
    let revision = json!({"serviceRevisionArns": [done["targetServiceRevision"]["arn"]]});
    let revision = ok(&sandbox, "DescribeServiceRevisions", revision).await;
    let digest = revision["serviceRevisions"][0]["containerImages"][0]["imageDigest"].as_str().unwrap();
    assert!(digest.starts_with("sha256:"), "{digest}");
}

#[tokio::test]
async fn the_breaker_goes_back_to_the_last_completed_deployment() {
    let (sandbox, bad) = start(ServiceSeed { desired: 2, breaker: true, ..ServiceSeed::default() });
    let good = service(&sandbox).await["taskDefinition"].clone();
    let failed = deploy(&sandbox, &bad).await["deployments"][0]["id"].clone();
    wait(&sandbox, 60);
    let web = service(&sandbox).await;
    assert_eq!(web["taskDefinition"], good);
    assert_ne!(web["deployments"][0]["id"], failed);
    assert_eq!(web["deployments"].as_array().unwrap().len(), 1, "the failed one is gone");
    let done = newest(&sandbox).await;
    assert_eq!(done["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(done["deploymentCircuitBreaker"]["status"], "TRIGGERED");
    assert_eq!(done["deploymentCircuitBreaker"]["threshold"], 3, "half of two, and at least three");
    assert!(done["rollback"]["serviceRevisionArn"].is_string(), "{done}");
}

#[tokio::test]
async fn without_a_breaker_ecs_never_stops_trying() {
    let (sandbox, bad) = start(ServiceSeed::default());
    deploy(&sandbox, &bad).await;
    wait(&sandbox, 3600);
    let web = service(&sandbox).await;
    assert_eq!(web["deployments"][0]["rolloutState"], "IN_PROGRESS");
    assert!(web["deployments"][0]["failedTasks"].as_u64().unwrap() > 5, "{web}");
    assert_eq!(web["runningCount"], 1, "the old task goes on");
}

#[tokio::test]
async fn a_first_deployment_has_nothing_to_go_back_to() {
    for (switch, status) in [("true", "STOPPED"), ("false", "ROLLBACK_FAILED")] {
        let (sandbox, bad) = start(ServiceSeed { name: "other".into(), ..ServiceSeed::default() });
        sandbox.set_switch("ecs_first_failure_stopped", switch).unwrap();
        let definition = super::ecs::register(&sandbox, &bad).await;
        let breaker = json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}});
        let body = json!({"cluster": "main", "serviceName": "web", "taskDefinition": definition,
            "desiredCount": 1, "deploymentConfiguration": breaker});
        ok(&sandbox, "CreateService", body).await;
        wait(&sandbox, 60);
        assert_eq!(service(&sandbox).await["deployments"][0]["rolloutState"], "FAILED");
        assert_eq!(newest(&sandbox).await["status"], status);
    }
}

#[tokio::test]
async fn exits_count_as_failures_or_not() {
    for (switch, status) in [("true", "ROLLBACK_SUCCESSFUL"), ("false", "IN_PROGRESS")] {
        let (sandbox, bad) = start(ServiceSeed { breaker: true, ..ServiceSeed::default() });
        sandbox.set_switch("ecs_exit_counts_as_failed", switch).unwrap();
        deploy(&sandbox, &bad).await;
        wait(&sandbox, 30);
        assert_eq!(newest(&sandbox).await["status"], status);
    }
}

#[tokio::test]
async fn an_alarm_rolls_back_unless_it_fired_before() {
    let seed = || ServiceSeed { alarms: vec!["errors".into()], ..ServiceSeed::default() };
    let (sandbox, _) = start(seed());
    sandbox.set_switch("ecs_rolling_bake_ms", "60000").unwrap();
    deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
    wait(&sandbox, 10);
    let baking = newest(&sandbox).await;
    assert_eq!(
        (&baking["status"], &baking["alarms"]["status"]),
        (&json!("IN_PROGRESS"), &json!("MONITORING"))
    );
    sandbox.set_alarm(DEV, REGION, "errors", AlarmState::Firing).unwrap();
    service(&sandbox).await;
    wait(&sandbox, 10);
    let done = newest(&sandbox).await;
    assert_eq!(done["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(done["alarms"]["triggeredAlarmNames"], json!(["errors"]));
    // It still fires: the next deployment does not mind it.
    deploy(&sandbox, "public.ecr.aws/acme/web:3").await;
    wait(&sandbox, 10);
    let done = newest(&sandbox).await;
    assert_eq!((&done["status"], &done["alarms"]["status"]), (&json!("SUCCESSFUL"), &json!("DISABLED")));
}

#[tokio::test]
async fn a_later_deployment_takes_the_place_of_one_under_way() {
    let (sandbox, _) = start(ServiceSeed::default());
    sandbox.set_switch("ecs_deployments_held", "true").unwrap();
    deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
    wait(&sandbox, 600);
    let first = newest(&sandbox).await;
    assert_eq!(first["status"], "PENDING", "held");
    deploy(&sandbox, "public.ecr.aws/acme/web:3").await;
    sandbox.set_switch("ecs_deployments_held", "false").unwrap();
    wait(&sandbox, 10);
    let replaced = describe(&sandbox, &first["serviceDeploymentArn"]).await;
    assert_eq!(replaced["status"], "STOPPED");
    assert_eq!(replaced["statusReason"], "Replaced by a new service deployment");
    assert_eq!(newest(&sandbox).await["status"], "SUCCESSFUL");
}

#[tokio::test]
async fn a_deployment_is_stopped_with_a_rollback() {
    let (sandbox, bad) = start(ServiceSeed::default());
    deploy(&sandbox, &bad).await;
    wait(&sandbox, 2);
    let arn = newest(&sandbox).await["serviceDeploymentArn"].clone();
    let abort = json!({"serviceDeploymentArn": arn, "stopType": "ABORT"});
    assert_eq!(refused(&sandbox, "StopServiceDeployment", abort).await, "InvalidParameterException");
    let stop = json!({"serviceDeploymentArn": arn, "stopType": "ROLLBACK"});
    ok(&sandbox, "StopServiceDeployment", stop.clone()).await;
    wait(&sandbox, 10);
    assert_eq!(newest(&sandbox).await["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(refused(&sandbox, "StopServiceDeployment", stop).await, "ConflictException");
    let none = json!({"serviceDeploymentArn": arn.as_str().unwrap().replace("/web/", "/none/")});
    assert_eq!(refused(&sandbox, "StopServiceDeployment", none).await, "ServiceDeploymentNotFoundException");
}
