//! CodeDeploy: started, found again, followed, stopped and taken back.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::core::driver::{Driver, Reply};
use snapdeploy::core::following::Since;
use snapdeploy::core::moves::Move;
use snapdeploy::core::run::RunKind;
use snapdeploy::core::{Error, ErrorKind};
use snapdeploy::sandbox::{AlarmSeed, AlarmState, DeploymentGroupSeed};

use super::shop::{Shop, exits, image, scenario, verdict};
use crate::sandbox::{DEV, REGION};

const GOOD: &str = "public.ecr.aws/acme/web:2";

async fn open(describe: fn(DeploymentGroupSeed<'_>)) -> (Shop, String) {
    let mut scenario = scenario();
    let bad = image(&mut scenario, "bad", exits(1));
    let account = scenario.account(DEV);
    account.alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
    let mut balancer = account.load_balancer(REGION, "front");
    let group = balancer.target_group("blue");
    balancer.target_group("green");
    let listener = balancer.listener(80, &[("blue", 1)]);
    describe(account.deployment_group(REGION, ("main", "web"), ["blue", "green"], &listener));
    let shop = Shop::open(scenario, "web").await;
    shop.ecs("CreateCluster", json!({ "clusterName": "main" })).await;
    let definition = shop.register("public.ecr.aws/acme/web:1").await;
    let body = json!({ "cluster": "main", "serviceName": "web", "taskDefinition": definition, "desiredCount": 1,
        "launchType": "FARGATE", "deploymentController": { "type": "CODE_DEPLOY" },
        "loadBalancers": [{ "targetGroupArn": group, "containerName": "app", "containerPort": 80 }],
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } });
    shop.ecs("CreateService", body).await;
    (shop, bad)
}

async fn a_start(shop: &Shop, image: &str) -> Move {
    let definition = shop.register(image).await;
    shop.a_move("CreateDeployment", json!({ "taskDefinition": definition }))
}

async fn started(shop: &Shop, image: &str) -> String {
    let m = a_start(shop, image).await;
    match shop.send(&m).await {
        Reply::Started(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

async fn refusal(shop: &Shop, image: &str) -> Error {
    let m = a_start(shop, image).await;
    match shop.send(&m).await {
        Reply::Refused(e) => e,
        other => panic!("{other:?}"),
    }
}

async fn info(shop: &Shop, id: &str) -> Value {
    shop.codedeploy("GetDeployment", json!({ "deploymentId": id })).await["deploymentInfo"].clone()
}

#[tokio::test]
async fn while_the_old_tasks_are_kept_it_has_not_succeeded_and_the_group_is_taken() {
    let (mut shop, _) = open(|group| drop(group.termination_wait(60))).await;
    shop.patience = Duration::from_secs(150);
    let id = started(&shop, GOOD).await;
    let said = info(&shop, &id).await["description"].as_str().unwrap().to_string();
    assert!(said.starts_with("snapdeploy"), "{said}");
    let (followed, lines) = shop.follow(&id).await;
    assert_eq!(verdict(followed).0, "goes on");
    assert_eq!(info(&shop, &id).await["status"], "InProgress");
    assert!(lines.last().unwrap().contains("the old tasks are kept for"), "{lines:?}");
    // The group is taken until then, and it is said how to free it.
    let refused = refusal(&shop, "public.ecr.aws/acme/web:3").await;
    assert_eq!(refused.kind, ErrorKind::Blocked);
    assert!(refused.message.contains(&id), "{}", refused.message);
    let hint = refused.hint.unwrap();
    assert!(hint.contains("continue-deployment") && hint.contains("TERMINATION_WAIT"), "{hint}");
}

#[tokio::test]
async fn tasks_that_keep_failing_stop_it_and_the_rollback_is_followed() {
    let (shop, bad) = open(|_| ()).await;
    let first = started(&shop, GOOD).await;
    assert_eq!(verdict(shop.follow(&first).await.0).0, "done");
    for _ in 0..50 {
        if info(&shop, &first).await["status"] == "Succeeded" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let id = started(&shop, &bad).await;
    let (word, message, explained) = verdict(shop.follow(&id).await.0);
    assert_eq!(word, "taken back", "{message}");
    assert_eq!(shop.calls("StopDeployment"), 1);
    assert!(explained[0].contains("container app exited with code 1"), "{explained:?}");
    let rollback =
        info(&shop, &id).await["rollbackInfo"]["rollbackDeploymentId"].as_str().unwrap().to_string();
    assert!(message.contains(&rollback), "{message}");
    assert_eq!(info(&shop, &rollback).await["status"], "Succeeded");
}

#[tokio::test]
async fn a_hook_that_fails_is_named() {
    let (shop, _) = open(|group| drop(group.hook("check", &["Failed"]))).await;
    let definition = shop.register(GOOD).await;
    let spec = json!({ "version": 0.0, "Resources": [{ "TargetService": { "Type": "AWS::ECS::Service",
        "Properties": { "TaskDefinition": definition,
            "LoadBalancerInfo": { "ContainerName": "app", "ContainerPort": 80 } } } }],
        "Hooks": [{ "BeforeInstall": "check" }] });
    let body = json!({ "applicationName": "AppECS-main-web", "deploymentGroupName": "DgpECS-main-web",
        "revision": { "revisionType": "AppSpecContent", "appSpecContent": { "content": spec.to_string() } } });
    let id = shop.codedeploy("CreateDeployment", body).await["deploymentId"].as_str().unwrap().to_string();
    let (word, message, explained) = verdict(shop.follow(&id).await.0);
    // Nothing was installed before it, so all is as it was.
    assert!(word == "taken back" && message.contains("a hook failed"), "{word}: {message}");
    assert!(explained.iter().any(|line| line.contains("BeforeInstall failed")), "{explained:?}");
}

#[tokio::test]
async fn stopped_by_hand_and_deployed_by_somebody_else_is_superseded() {
    let (shop, _) = open(|_| ()).await;
    shop.sandbox.set_switch("codedeploy_held", "true").unwrap();
    let id = started(&shop, GOOD).await;
    shop.codedeploy("StopDeployment", json!({ "deploymentId": id, "autoRollbackEnabled": false })).await;
    shop.sandbox.set_switch("codedeploy_held", "false").unwrap();
    for _ in 0..50 {
        if info(&shop, &id).await["status"] == "Stopped" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let theirs = started(&shop, "public.ecr.aws/acme/web:3").await;
    let (word, message, _) = verdict(shop.follow(&id).await.0);
    assert!(message.contains(&theirs), "{message}");
    assert_eq!(word, "superseded", "{message}");
}

#[tokio::test]
async fn a_lost_answer_is_found_again_by_the_mark_and_the_revision() {
    let (shop, _) = open(|_| ()).await;
    let since = Since { at: jiff::Timestamp::now(), newest: None };
    let m = a_start(&shop, GOOD).await;
    let Reply::Started(id) = shop.send(&m).await else { panic!("not started") };
    let ticket = shop.driver.ticket(&m, Some(&shop.found()), &since).await.unwrap();
    assert_eq!(ticket.as_deref(), Some(id.as_str()));
    let other = shop.a_move("CreateDeployment", json!({ "taskDefinition": "web:9" }));
    assert_eq!(shop.driver.ticket(&other, Some(&shop.found()), &since).await.unwrap(), None);
    assert_eq!(shop.driver.newest(&m, Some(&shop.found())).await.unwrap(), Some(id.clone()));
    let again = Since { newest: Some(id), ..since };
    assert_eq!(shop.driver.ticket(&m, Some(&shop.found()), &again).await.unwrap(), None);
}

#[tokio::test]
async fn a_rollback_while_the_alarm_fires_is_not_stopped_by_it() {
    let (mut shop, _) = open(|group| drop(group.alarms(&["errors"]))).await;
    let id = started(&shop, GOOD).await;
    assert_eq!(verdict(shop.follow(&id).await.0).0, "done");
    for _ in 0..50 {
        if info(&shop, &id).await["status"] == "Succeeded" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    shop.sandbox.set_alarm(DEV, REGION, "errors", AlarmState::Firing).unwrap();
    shop.kind = RunKind::Rollback;
    let m = shop.a_move(
        "CreateDeployment",
        json!({ "taskDefinition": format!("arn:aws:ecs:{REGION}:{DEV}:task-definition/web:1") }),
    );
    let Reply::Started(back) = shop.send(&m).await else { panic!("not started") };
    assert_eq!(info(&shop, &back).await["overrideAlarmConfiguration"]["enabled"], false);
    let (word, message, _) = verdict(shop.follow(&back).await.0);
    assert_eq!(word, "done", "{message}");
}

#[tokio::test]
async fn patience_at_its_end_is_no_verdict() {
    let (mut shop, _) = open(|_| ()).await;
    shop.sandbox.set_switch("codedeploy_held", "true").unwrap();
    let id = started(&shop, GOOD).await;
    shop.patience = Duration::from_secs(30);
    assert_eq!(verdict(shop.follow(&id).await.0).0, "goes on");
}
