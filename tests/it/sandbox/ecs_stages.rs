//! ECS: deployments by lifecycle stages, with load balancers, hooks and pauses.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{Sandbox, Scenario, ServiceSeed};

use super::ecs::{at_once, deploy, image, newest, ok, service};
use super::{DEV, REGION};

/// A service behind a load balancer with two target groups; a minute takes a second.
fn start(strategy: &str, configuration: Value, answers: &[&str]) -> (Sandbox, String) {
    let mut scenario = Scenario::empty();
    let bad = image(&mut scenario, "bad", at_once(1));
    let account = scenario.account(DEV);
    account.hook(REGION, "check", answers);
    let mut balancer = account.load_balancer(REGION, "front");
    let (blue, green) = (balancer.target_group("blue"), balancer.target_group("green"));
    let production = balancer.listener(80, &[("blue", 100), ("green", 0)]);
    let test = balancer.listener(8080, &[("blue", 100), ("green", 0)]);
    let mut all = json!({"bakeTimeInMinutes": 2});
    all.as_object_mut().unwrap().extend(configuration.as_object().unwrap().clone());
    account
        .service(&ServiceSeed {
            strategy: strategy.into(),
            breaker: true,
            target_groups: vec![blue, green],
            production_listener: Some(production),
            test_listener: Some(test),
            configuration: all,
            ..ServiceSeed::default()
        })
        .unwrap();
    scenario.switch("ecs_minute_ms", "1000").unwrap();
    (Sandbox::start(scenario).unwrap(), bad)
}

fn hook(stage: &str) -> Value {
    json!({"lifecycleHooks": [{"hookTargetArn": format!("arn:aws:lambda:{REGION}:{DEV}:function:check"),
        "roleArn": "arn:aws:iam::111111111111:role/hooks", "lifecycleStages": [stage]}]})
}

/// The stages and shares of production traffic that a deployment goes through until it is over.
async fn follow(sandbox: &Sandbox) -> (Vec<String>, Vec<u64>, Value) {
    let (mut stages, mut shares) = (Vec::new(), Vec::new());
    for _ in 0..600 {
        sandbox.advance(Duration::from_millis(100));
        let now = newest(sandbox).await;
        let stage = now["lifecycleStage"].as_str().unwrap_or_default().to_owned();
        if stages.last() != Some(&stage) {
            stages.push(stage);
        }
        let share = now["targetServiceRevision"]["requestedProductionTrafficWeight"].as_f64().unwrap() as u64;
        if shares.last() != Some(&share) {
            shares.push(share);
        }
        let status = now["status"].as_str().unwrap();
        if status == "STOPPED"
            || status == "SUCCESSFUL"
            || status.starts_with("ROLLBACK_SUCC")
            || status == "ROLLBACK_FAILED"
        {
            return (stages, shares, now);
        }
    }
    panic!("it does not end: {}", newest(sandbox).await);
}

#[tokio::test]
async fn a_blue_green_deployment_goes_through_its_stages() {
    let (sandbox, _) = start("BLUE_GREEN", json!({}), &[]);
    deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
    let (stages, shares, done) = follow(&sandbox).await;
    assert_eq!(done["status"], "SUCCESSFUL", "{done}");
    assert_eq!(shares, [0, 100]);
    let all = [
        "RECONCILE_SERVICE",
        "PRE_SCALE_UP",
        "SCALE_UP",
        "POST_SCALE_UP",
        "TEST_TRAFFIC_SHIFT",
        "POST_TEST_TRAFFIC_SHIFT",
        "PRODUCTION_TRAFFIC_SHIFT",
        "POST_PRODUCTION_TRAFFIC_SHIFT",
        "BAKE_TIME",
        "CLEAN_UP",
    ];
    let named: Vec<&str> = stages.iter().map(String::as_str).filter(|stage| !stage.is_empty()).collect();
    assert_eq!(named, all);
    let web = service(&sandbox).await;
    assert_eq!(web["deployments"].as_array().unwrap().len(), 1);
    assert!(web["deployments"][0]["rolloutState"].is_null(), "of rolling deployments alone");
    assert!(web["taskDefinition"].as_str().unwrap().ends_with("/web:2"));
    // Both listeners forward to the other target group.
    let listeners = sandbox.state()[DEV]["elasticloadbalancing"]["listeners"].to_string();
    let mut weights = Vec::new();
    for part in listeners.split("TargetGroupArn").filter(|part| part.contains("Weight")) {
        let weight = part.split("Weight").nth(1).unwrap();
        let digits: String =
            weight.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        weights.push((part.contains("/green/"), digits));
    }
    weights.sort();
    let (none, all) = ((false, "0".to_owned()), (true, "100".to_owned()));
    assert_eq!(weights, [none.clone(), none, all.clone(), all], "{listeners}");
}

#[tokio::test]
async fn canary_and_linear_shift_in_steps() {
    let canary = json!({"canaryConfiguration": {"canaryPercent": 10, "canaryBakeTimeInMinutes": 1}});
    let linear = json!({"linearConfiguration": {"stepPercent": 40, "stepBakeTimeInMinutes": 1}});
    for (strategy, configuration, steps) in
        [("CANARY", canary, vec![0, 10, 100]), ("LINEAR", linear, vec![0, 40, 80, 100])]
    {
        for shown in ["true", "false"] {
            let (sandbox, _) = start(strategy, configuration.clone(), &[]);
            sandbox.set_switch("ecs_pre_production_stage_shown", shown).unwrap();
            deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
            let (stages, shares, done) = follow(&sandbox).await;
            assert_eq!((&done["status"], &shares), (&json!("SUCCESSFUL"), &steps), "{strategy}");
            let has = stages.iter().any(|stage| stage == "PRE_PRODUCTION_TRAFFIC_SHIFT");
            assert_eq!(has, shown == "true");
        }
    }
}

#[tokio::test]
async fn a_hook_that_fails_rolls_back_and_one_that_is_not_done_is_called_again() {
    for (answers, status, switch) in [
        (&["FAILED"][..], "ROLLBACK_SUCCESSFUL", "false"),
        (&["IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED"], "SUCCESSFUL", "false"),
        (&["nonsense"], "ROLLBACK_SUCCESSFUL", "false"),
        (&["SUCCEEDED"], "ROLLBACK_SUCCESSFUL", "true"),
    ] {
        let (sandbox, _) = start("BLUE_GREEN", hook("POST_SCALE_UP"), answers);
        sandbox.set_switch("ecs_hooks_fail", switch).unwrap();
        deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
        let (_, _, done) = follow(&sandbox).await;
        assert_eq!(done["status"], status, "{answers:?}: {done}");
        assert_eq!(done["lifecycleHookDetails"][0]["targetType"], "AWS_LAMBDA");
    }
}

#[tokio::test]
async fn a_smoke_test_at_a_shift_fails_the_rollback_too() {
    let (sandbox, _) = start("BLUE_GREEN", hook("TEST_TRAFFIC_SHIFT"), &["FAILED"]);
    deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
    let (_, _, done) = follow(&sandbox).await;
    assert_eq!(done["status"], "ROLLBACK_FAILED");
    assert_eq!(done["lifecycleHookDetails"].as_array().unwrap().len(), 2, "there and back");
}

#[tokio::test]
async fn a_pause_waits_for_someone_or_for_its_end() {
    let pause = |action: &str| {
        json!({"lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
            "timeoutConfiguration": {"timeoutInMinutes": 30, "action": action}}]})
    };
    for (action, status) in [("CONTINUE", "SUCCESSFUL"), ("ROLLBACK", "ROLLBACK_SUCCESSFUL")] {
        // By hand, against what the timeout would do.
        let other = if action == "CONTINUE" { "ROLLBACK" } else { "CONTINUE" };
        let (sandbox, _) = start("BLUE_GREEN", pause(other), &[]);
        deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
        sandbox.advance(Duration::from_secs(10));
        let now = newest(&sandbox).await;
        let hook = &now["lifecycleHookDetails"][0];
        assert_eq!((&hook["status"], &hook["timeoutAction"]), (&json!("AWAITING_ACTION"), &json!(other)));
        let body = json!({"serviceDeploymentArn": now["serviceDeploymentArn"], "hookId": hook["hookId"], "action": action});
        ok(&sandbox, "ContinueServiceDeployment", body).await;
        assert_eq!(follow(&sandbox).await.2["status"], status);
        // By itself.
        let (sandbox, _) = start("BLUE_GREEN", pause(action), &[]);
        deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
        let (_, _, done) = follow(&sandbox).await;
        assert_eq!(done["status"], status);
        assert_eq!(done["lifecycleHookDetails"][0]["status"], "TIMED_OUT");
    }
}

#[tokio::test]
async fn stopped_during_the_bake_the_traffic_goes_back() {
    let (sandbox, _) = start("BLUE_GREEN", json!({"bakeTimeInMinutes": 1000}), &[]);
    let before = service(&sandbox).await;
    deploy(&sandbox, "public.ecr.aws/acme/web:2").await;
    sandbox.advance(Duration::from_secs(30));
    let now = newest(&sandbox).await;
    assert_eq!(now["lifecycleStage"], "BAKE_TIME");
    ok(&sandbox, "StopServiceDeployment", json!({"serviceDeploymentArn": now["serviceDeploymentArn"]})).await;
    let (stages, shares, done) = follow(&sandbox).await;
    assert_eq!((&done["status"], &shares), (&json!("ROLLBACK_SUCCESSFUL"), &vec![0]), "{stages:?}");
    let after = service(&sandbox).await;
    assert_eq!(after["taskDefinition"], before["taskDefinition"]);
    assert_eq!(after["deployments"][0]["id"], before["deployments"][0]["id"]);
}

#[tokio::test]
async fn the_breaker_watches_stages_or_not() {
    for (switch, status) in [("true", "ROLLBACK_SUCCESSFUL"), ("false", "IN_PROGRESS")] {
        let (sandbox, bad) = start("BLUE_GREEN", json!({}), &[]);
        sandbox.set_switch("ecs_breaker_by_stages", switch).unwrap();
        deploy(&sandbox, &bad).await;
        sandbox.advance(Duration::from_secs(60));
        let now = newest(&sandbox).await;
        assert_eq!(now["status"], status, "{now}");
    }
}

#[tokio::test]
async fn what_no_listener_forwards_to_is_rolled_back() {
    let (sandbox, _) = start("BLUE_GREEN", json!({}), &[]);
    let mut balancers = service(&sandbox).await["loadBalancers"].clone();
    let group = balancers[0]["targetGroupArn"].as_str().unwrap().replace("/blue/", "/unknown/");
    balancers[0]["advancedConfiguration"]["alternateTargetGroupArn"] = json!(group);
    let body = json!({"cluster": "main", "service": "web", "loadBalancers": balancers});
    ok(&sandbox, "UpdateService", body).await;
    let (_, _, done) = follow(&sandbox).await;
    assert_eq!(done["status"], "ROLLBACK_SUCCESSFUL");
    assert!(done["statusReason"].as_str().unwrap().contains("invalid networking configuration"), "{done}");
}
