//! Rolling deployments: every verdict, by the service deployment and by the id of the deployment.

use std::time::Duration;

use serde_json::json;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::following::Since;
use snapdeploy::sandbox::{AlarmSeed, AlarmState, Behaviour, Fault, FaultKind, ServiceSeed};

use super::shop::{Shop, Wish, exits, image, scenario, verdict};
use crate::sandbox::{DEV, REGION};

const GOOD: &str = "public.ecr.aws/acme/web:2";

async fn open(seed: ServiceSeed) -> (Shop, String) {
    let mut scenario = scenario();
    let bad = image(&mut scenario, "bad", exits(3));
    scenario.account(DEV).alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
    scenario.account(DEV).service(&seed).unwrap();
    (Shop::open(scenario, "web").await, bad)
}

#[tokio::test]
async fn only_its_own_success_is_success() {
    let (shop, _) = open(ServiceSeed { desired: 2, ..ServiceSeed::default() }).await;
    let (arn, id) = shop.deploy(GOOD).await;
    let (followed, lines) = shop.follow(&arn).await;
    assert_eq!(verdict(followed).0, "done");
    assert!(lines.iter().any(|line| line.contains("of 2 tasks run")), "{lines:?}");
    assert_eq!(verdict(shop.follow(&id).await.0).0, "done");
    assert_eq!(shop.calls("StopServiceDeployment"), 0);
}

#[tokio::test]
async fn the_second_task_that_fails_alike_ends_it_and_it_is_rolled_back() {
    // Without a breaker ECS would never stop trying.
    let (shop, bad) = open(ServiceSeed::default()).await;
    let before = shop.service().await["taskDefinition"].clone();
    let (arn, _) = shop.deploy(&bad).await;
    let (word, message, explained) = verdict(shop.follow(&arn).await.0);
    assert_eq!(word, "taken back", "{message}");
    assert!(message.contains("the tasks kept failing"), "{message}");
    assert!(explained[0].contains("container app exited with code 3"), "{explained:?}");
    assert_eq!(shop.calls("StopServiceDeployment"), 1);
    assert_eq!(shop.service().await["taskDefinition"], before);
}

#[tokio::test]
async fn the_breaker_takes_back_what_fails_in_other_ways() {
    let mut scenario = scenario();
    let sick = image(&mut scenario, "sick", Behaviour { unhealthy: true, ..Behaviour::default() });
    let mut balancer = scenario.account(DEV).load_balancer(REGION, "front");
    let group = balancer.target_group("blue");
    balancer.listener(80, &[("blue", 1)]);
    let seed = ServiceSeed { breaker: true, target_groups: vec![group], ..ServiceSeed::default() };
    scenario.account(DEV).service(&seed).unwrap();
    let shop = Shop::open(scenario, "web").await;
    let (arn, id) = shop.deploy(&sick).await;
    let (word, message, explained) = verdict(shop.follow(&arn).await.0);
    assert_eq!(word, "taken back", "{message}");
    assert_eq!(shop.calls("StopServiceDeployment"), 0);
    assert!(
        explained.iter().any(|l| l.contains("circuit breaker has counted 3 failed tasks of 3")),
        "{explained:?}"
    );
    assert!(explained.iter().any(|l| l.contains("ELB health checks")), "{explained:?}");
    assert_eq!(verdict(shop.follow(&id).await.0).0, "taken back");
}

#[tokio::test]
async fn an_alarm_takes_it_back_and_is_named() {
    let (shop, _) = open(ServiceSeed { alarms: vec!["errors".into()], ..ServiceSeed::default() }).await;
    shop.sandbox.set_switch("ecs_rolling_bake_ms", "60000").unwrap();
    let (arn, _) = shop.deploy(GOOD).await;
    shop.sandbox.advance(Duration::from_secs(5));
    shop.service().await;
    shop.sandbox.set_alarm(DEV, REGION, "errors", AlarmState::Firing).unwrap();
    let pushed = async {
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            shop.sandbox.advance(Duration::from_secs(30));
        }
    };
    let ((followed, _), ()) = tokio::join!(shop.follow(&arn), pushed);
    let (word, message, explained) = verdict(followed);
    assert_eq!(word, "taken back", "{message}");
    assert!(explained.iter().any(|l| l.starts_with("alarm errors was triggered")), "{explained:?}");
}

#[tokio::test]
async fn somebody_elses_deployment_is_named_and_is_no_failure_of_ours() {
    let (shop, _) = open(ServiceSeed::default()).await;
    shop.sandbox.set_switch("ecs_deployments_held", "true").unwrap();
    let (arn, id) = shop.deploy(GOOD).await;
    let (theirs, their_id) = shop.deploy("public.ecr.aws/acme/web:3").await;
    let (word, message, _) = verdict(shop.follow(&arn).await.0);
    assert_eq!(word, "superseded", "{message}");
    let theirs = theirs.rsplit('/').next().unwrap();
    assert!(message.contains(theirs) && message.contains("web:3"), "{message}");
    let (word, message, _) = verdict(shop.follow(&id).await.0);
    assert!(word == "superseded" && message.contains(&their_id), "{message}");
}

/// A failure would be undone, and somebody else's deployment with it.
#[tokio::test]
async fn who_may_not_see_what_came_after_takes_nothing_for_a_failure() {
    for reason in [true, false] {
        let (shop, _) = open(ServiceSeed::default()).await;
        shop.sandbox.set_switch("ecs_deployments_held", "true").unwrap();
        let (arn, _) = shop.deploy(GOOD).await;
        if reason {
            shop.deploy("public.ecr.aws/acme/web:3").await;
        } else {
            shop.ecs("StopServiceDeployment", json!({ "serviceDeploymentArn": arn, "stopType": "ROLLBACK" }))
                .await;
        }
        shop.sandbox
            .fault(Fault { times: 50, ..Fault::next("ListServiceDeployments", FaultKind::AccessDenied) });
        shop.sandbox.set_switch("ecs_deployments_held", "false").unwrap();
        let (word, message, _) = verdict(shop.follow(&arn).await.0);
        assert_eq!(word, if reason { "superseded" } else { "taken back" }, "{message}");
    }
}

#[tokio::test]
async fn stopped_by_hand_it_is_taken_back() {
    let (shop, _) = open(ServiceSeed::default()).await;
    shop.sandbox.set_switch("ecs_deployments_held", "true").unwrap();
    let (arn, _) = shop.deploy(GOOD).await;
    shop.ecs("StopServiceDeployment", json!({ "serviceDeploymentArn": arn, "stopType": "ROLLBACK" })).await;
    shop.sandbox.set_switch("ecs_deployments_held", "false").unwrap();
    assert_eq!(verdict(shop.follow(&arn).await.0).0, "taken back");
}

#[tokio::test]
async fn a_first_deployment_that_fails_has_nothing_to_go_back_to() {
    let (shop, bad) = open(ServiceSeed { name: "other".into(), ..ServiceSeed::default() }).await;
    let definition = shop.register(&bad).await;
    let body = json!({ "cluster": "main", "serviceName": "web", "taskDefinition": definition, "desiredCount": 1,
        "launchType": "FARGATE", "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } });
    shop.ecs("CreateService", body).await;
    let arn = shop.newest().await["serviceDeploymentArn"].as_str().unwrap().to_string();
    let (word, message, _) = verdict(shop.follow(&arn).await.0);
    assert!(word == "failed" && message.contains("nothing to roll back to"), "{word}: {message}");
}

#[tokio::test]
async fn patience_at_its_end_is_no_verdict() {
    let (mut shop, _) = open(ServiceSeed::default()).await;
    shop.sandbox.set_switch("ecs_deployments_held", "true").unwrap();
    let (arn, id) = shop.deploy(GOOD).await;
    shop.patience = Duration::from_secs(30);
    for ticket in [&arn, &id] {
        let (word, message, _) = verdict(shop.follow(ticket).await.0);
        assert!(
            word == "goes on" && message.contains("in progress") || message.contains("pending"),
            "{message}"
        );
    }
    shop.patience = Duration::ZERO;
    let looks = shop.calls("DescribeServiceDeployments");
    assert_eq!(verdict(shop.follow(&arn).await.0).0, "goes on");
    assert_eq!(shop.calls("DescribeServiceDeployments"), looks, "nobody waits for it");
    // Later it is judged by the same ticket.
    shop.patience = Duration::from_secs(3600);
    shop.lease = Wish(Some("ada asked it to stop".into()));
    let (word, message, _) = verdict(shop.follow(&arn).await.0);
    assert!(word == "goes on" && message.contains("ada asked it to stop"), "{message}");
    shop.lease = Wish(None);
    shop.sandbox.set_switch("ecs_deployments_held", "false").unwrap();
    assert_eq!(verdict(shop.follow(&arn).await.0).0, "done");
}

#[tokio::test]
async fn a_lost_answer_is_found_again_and_anothers_work_is_not() {
    let (shop, _) = open(ServiceSeed::default()).await;
    let since = Since { at: jiff::Timestamp::now(), newest: None };
    let (arn, _) = shop.deploy(GOOD).await;
    for (wanted, found) in [("web:2", Some(arn.clone())), ("web:1", None), ("web:3", None)] {
        let m = shop.a_move("UpdateService", json!({ "taskDefinition": wanted }));
        let ticket = shop.driver.ticket(&m, Some(&shop.found()), &since).await.unwrap();
        assert_eq!(ticket, found, "{wanted}");
    }
    let m = shop.a_move("UpdateService", json!({ "taskDefinition": "web:2" }));
    let later = Since { at: since.at + jiff::SignedDuration::from_secs(60), newest: None };
    assert_eq!(shop.driver.ticket(&m, Some(&shop.found()), &later).await.unwrap(), None);
    // What was there before the call was not started by it, however close the clocks are.
    assert_eq!(shop.driver.newest(&m, Some(&shop.found())).await.unwrap(), Some(arn.clone()));
    let again = Since { newest: Some(arn), ..since };
    assert_eq!(shop.driver.ticket(&m, Some(&shop.found()), &again).await.unwrap(), None);
}
