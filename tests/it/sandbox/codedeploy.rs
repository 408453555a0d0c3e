//! CodeDeploy in the sandbox: deployments of an ECS service from their creation to every kind of end.

use serde_json::{Value, json};
use snapdeploy::sandbox::DeploymentGroupSeed;

use super::codedeploy_shop::{APPLICATION, GROUP, Shop};
use super::{DEV, REGION};

fn plain(_: DeploymentGroupSeed<'_>) {}

#[tokio::test]
async fn all_at_once_goes_through_its_events_and_ends_with_the_new_task_set() {
    let shop = Shop::open(plain).await;
    assert_eq!((shop.primary().await.as_str(), shop.weights()), ("api:1", [1, 0]));
    let id = shop.deploy(Shop::request(&[])).await;
    assert_eq!(shop.status(&id).await, "Created");
    let (code, message) =
        shop.refusal("GetDeploymentTarget", json!({"deploymentId": id, "targetId": "main:api"})).await;
    assert_eq!(code, "DeploymentNotStartedException", "{message}");
    let (code, message) = shop.refusal("CreateDeployment", Shop::request(&[])).await;
    assert_eq!(code, "DeploymentLimitExceededException");
    assert!(message.contains(&id), "{message}");
    shop.after(20.0).await;
    let info = shop.info(&id).await;
    assert_eq!(info["status"], "Succeeded", "{info}");
    assert_eq!(info["creator"], "user");
    assert_eq!(info["deploymentOverview"]["Succeeded"], 1);
    let events = shop.events(&id).await;
    let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "BeforeInstall",
            "Install",
            "AfterInstall",
            "BeforeAllowTraffic",
            "AllowTraffic",
            "AfterAllowTraffic"
        ]
    );
    assert!(events.iter().all(|(_, status)| status == "Succeeded"), "{events:?}");
    assert_eq!((shop.primary().await.as_str(), shop.weights()), ("api:2", [0, 100]));
    let group = json!({"applicationName": APPLICATION, "deploymentGroupName": GROUP});
    let group = shop.ask("GetDeploymentGroup", group).await["deploymentGroupInfo"].clone();
    assert_eq!(group["lastSuccessfulDeployment"]["deploymentId"], id.as_str());
    assert_eq!(group["targetRevision"]["revisionType"], "AppSpecContent");
    // The next one goes the other way round.
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(20.0).await;
    assert_eq!((shop.status(&id).await.as_str(), shop.weights()), ("Succeeded", [100, 0]));
}

#[tokio::test]
async fn a_canary_waits_at_ten_percent_and_is_in_progress_until_the_old_task_set_is_terminated() {
    let shop = Shop::open(|group| {
        group.config("CodeDeployDefault.ECSCanary10Percent5Minutes").termination_wait(10);
    })
    .await;
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(20.0).await;
    assert_eq!(shop.weights(), [90, 10]);
    let sets = shop.sets(&id).await;
    let shown: Vec<_> =
        sets.iter().map(|(label, status, weight)| (label.as_str(), status.as_str(), *weight)).collect();
    assert_eq!(shown, [("Blue", "PRIMARY", 90.0), ("Green", "ACTIVE", 10.0)]);
    shop.after(300.0).await;
    assert_eq!((shop.weights(), shop.status(&id).await.as_str()), ([0, 100], "InProgress"));
    assert!(shop.events(&id).await.iter().all(|(_, status)| status == "Succeeded"));
    assert_eq!(shop.info(&id).await["instanceTerminationWaitTimeStarted"], true);
    assert_eq!(
        shop.refusal("CreateDeployment", Shop::request(&[])).await.0,
        "DeploymentLimitExceededException"
    );
    let wait = json!({"deploymentId": id, "deploymentWaitType": "TERMINATION_WAIT"});
    shop.ask("ContinueDeployment", wait.clone()).await;
    shop.after(5.0).await;
    assert_eq!(shop.status(&id).await, "Succeeded");
    assert_eq!(shop.refusal("ContinueDeployment", wait).await.0, "DeploymentAlreadyCompletedException");
}

#[tokio::test]
async fn a_stop_in_mid_shift_takes_traffic_back_by_a_deployment_of_its_own() {
    let shop = Shop::open(|group| {
        group.config("CodeDeployDefault.ECSLinear10PercentEvery1Minutes");
    })
    .await;
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(100.0).await;
    let [_, green] = shop.weights();
    assert!((10..100).contains(&green), "{green}");
    let answer = shop.ask("StopDeployment", json!({"deploymentId": id, "autoRollbackEnabled": true})).await;
    assert_eq!(answer["status"], "Pending");
    assert_eq!(shop.status(&id).await, "InProgress");
    shop.after(5.0).await;
    let info = shop.info(&id).await;
    assert_eq!(
        (&info["status"], &info["errorInformation"]["code"]),
        (&json!("Stopped"), &json!("MANUAL_STOP"))
    );
    let back = info["rollbackInfo"]["rollbackDeploymentId"].as_str().unwrap().to_owned();
    let rollback = shop.info(&back).await;
    assert_eq!(
        (&rollback["creator"], &rollback["status"]),
        (&json!("codeDeployRollback"), &json!("Succeeded"))
    );
    assert_eq!(rollback["rollbackInfo"]["rollbackTriggeringDeploymentId"], id.as_str());
    assert_eq!((shop.weights(), shop.primary().await.as_str()), ([100, 0], "api:1"));
    let stop = shop.refusal("StopDeployment", json!({"deploymentId": id})).await;
    assert_eq!(stop.0, "DeploymentAlreadyCompletedException");
    let list = json!({"applicationName": APPLICATION, "deploymentGroupName": GROUP});
    assert_eq!(shop.ask("ListDeployments", list).await["deployments"], json!([back, id]));
    let stopped = json!({"applicationName": APPLICATION, "deploymentGroupName": GROUP, "includeOnlyStatuses": ["Stopped"]});
    assert_eq!(shop.ask("ListDeployments", stopped).await["deployments"], json!([id]));
}

#[tokio::test]
async fn a_stop_that_comes_too_late_is_accepted_and_the_deployment_succeeds() {
    let shop = Shop::open(|group| {
        group.termination_wait(5);
    })
    .await;
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(60.0).await;
    shop.ask("ContinueDeployment", json!({"deploymentId": id, "deploymentWaitType": "TERMINATION_WAIT"}))
        .await;
    // It terminates from now on, which takes as long as a stop does.
    shop.status(&id).await;
    let answer = shop.ask("StopDeployment", json!({"deploymentId": id, "autoRollbackEnabled": true})).await;
    assert_eq!(answer["status"], "Pending");
    shop.after(5.0).await;
    assert_eq!(shop.status(&id).await, "Succeeded");
    assert_eq!(shop.primary().await, "api:2");
}

#[tokio::test]
async fn a_deployment_without_rollback_stays_as_it_was_stopped() {
    let shop = Shop::open(|group| {
        group.config("CodeDeployDefault.ECSCanary10Percent5Minutes").auto_rollback(&[]);
    })
    .await;
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(20.0).await;
    shop.ask("StopDeployment", json!({"deploymentId": id})).await;
    shop.after(5.0).await;
    let info = shop.info(&id).await;
    assert_eq!((&info["status"], &info["rollbackInfo"]), (&json!("Stopped"), &Value::Null));
    assert_eq!(shop.weights(), [90, 10]);
}

#[tokio::test]
async fn an_alarm_stops_at_the_start_and_in_mid_shift_unless_it_is_overridden() {
    let shop = Shop::open(|group| {
        group
            .config("CodeDeployDefault.ECSCanary10Percent5Minutes")
            .alarms(&["errors"])
            .auto_rollback(&["DEPLOYMENT_STOP_ON_ALARM"]);
    })
    .await;
    shop.alarm("ALARM").await;
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(5.0).await;
    let info = shop.info(&id).await;
    assert_eq!(
        (&info["status"], &info["errorInformation"]["code"]),
        (&json!("Stopped"), &json!("ALARM_ACTIVE"))
    );
    assert!(info["errorInformation"]["message"].as_str().unwrap().contains("errors"), "{info}");
    let mut request = Shop::request(&[]);
    request["overrideAlarmConfiguration"] = json!({"enabled": false});
    request["deploymentConfigName"] = json!("CodeDeployDefault.ECSAllAtOnce");
    let id = shop.deploy(request).await;
    shop.after(20.0).await;
    assert_eq!((shop.status(&id).await.as_str(), shop.weights()), ("Succeeded", [0, 100]));
    shop.alarm("OK").await;
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(20.0).await;
    assert_eq!(shop.weights(), [10, 90]);
    shop.alarm("ALARM").await;
    shop.after(5.0).await;
    let info = shop.info(&id).await;
    assert_eq!(
        (&info["status"], &info["errorInformation"]["code"]),
        (&json!("Stopped"), &json!("ALARM_ACTIVE"))
    );
    let back = info["rollbackInfo"]["rollbackDeploymentId"].as_str().unwrap();
    assert_eq!((shop.status(back).await.as_str(), shop.weights()), ("Succeeded", [0, 100]));
}

#[tokio::test]
async fn a_hook_that_fails_fails_the_deployment_and_rolls_it_back() {
    let shop = Shop::open(|group| {
        group.hook("check", &["Failed"]);
    })
    .await;
    let id = shop.deploy(Shop::request(&[("AfterInstall", "check")])).await;
    shop.after(20.0).await;
    let info = shop.info(&id).await;
    assert_eq!(
        (&info["status"], &info["errorInformation"]["code"]),
        (&json!("Failed"), &json!("HOOK_EXECUTION_FAILURE"))
    );
    let events = shop.events(&id).await;
    let of = |name: &str| events.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!(
        (of("Install"), of("AfterInstall"), of("AllowTraffic")),
        ("Succeeded".into(), "Failed".into(), "Skipped".into())
    );
    let back = info["rollbackInfo"]["rollbackDeploymentId"].as_str().unwrap();
    assert_eq!(shop.status(back).await, "Succeeded");
    assert_eq!((shop.weights()[1], shop.primary().await.as_str()), (0, "api:1"));
}

#[tokio::test]
async fn before_the_installation_there_is_nothing_to_roll_back() {
    let shop = Shop::open(|group| {
        group.hook("check", &["Failed"]);
    })
    .await;
    let id = shop.deploy(Shop::request(&[("BeforeInstall", "check")])).await;
    shop.after(10.0).await;
    let info = shop.info(&id).await;
    assert_eq!(info["status"], "Failed");
    assert_eq!(info["rollbackInfo"]["rollbackDeploymentId"], Value::Null);
    let message = info["rollbackInfo"]["rollbackMessage"].as_str().unwrap();
    assert!(message.contains("not possible at this point"), "{message}");
    let again = shop.deploy(Shop::request(&[("BeforeInstall", "nowhere")])).await;
    shop.after(10.0).await;
    let info = shop.info(&again).await;
    assert!(info["errorInformation"]["message"].as_str().unwrap().contains("no such function"), "{info}");
}

#[tokio::test]
async fn a_silent_hook_is_waited_for_and_reports_once() {
    let shop = Shop::open(|group| {
        group.hook("check", &[""]);
    })
    .await;
    let id = shop.deploy(Shop::request(&[("BeforeAllowTraffic", "check")])).await;
    shop.after(60.0).await;
    assert_eq!(shop.status(&id).await, "InProgress");
    let state = shop.sandbox.state();
    let events = &state[DEV]["codedeploy"]["deployments"][0]["events"];
    let event =
        events.as_array().unwrap().iter().find(|event| event["name"] == "BeforeAllowTraffic").unwrap();
    let report = |status: &str| json!({"deploymentId": id, "status": status, "lifecycleEventHookExecutionId": event["execution"]});
    let operation = "PutLifecycleEventHookExecutionStatus";
    let (code, _) = shop.refusal(operation, report("Pending")).await;
    assert_eq!(code, "InvalidLifecycleEventHookExecutionStatusException");
    shop.ask(operation, report("Succeeded")).await;
    shop.after(10.0).await;
    assert_eq!(shop.status(&id).await, "Succeeded");
    assert_eq!(shop.refusal(operation, report("Failed")).await.0, "LifecycleEventAlreadyCompletedException");
    // One that is never heard of fails after an hour.
    let id = shop.deploy(Shop::request(&[("BeforeAllowTraffic", "check")])).await;
    shop.after(20.0).await;
    shop.after(3600.0).await;
    assert_eq!(shop.info(&id).await["errorInformation"]["code"], "HOOK_EXECUTION_FAILURE");
}

#[tokio::test]
async fn readiness_waits_for_a_word_and_ends_without_one() {
    let shop = Shop::open(|group| {
        group.ready_wait(30);
    })
    .await;
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(20.0).await;
    assert_eq!((shop.status(&id).await.as_str(), shop.weights()), ("Ready", [100, 0]));
    let wrong = json!({"deploymentId": id, "deploymentWaitType": "TERMINATION_WAIT"});
    assert_eq!(shop.refusal("ContinueDeployment", wrong).await.0, "InvalidDeploymentStatusException");
    shop.ask("ContinueDeployment", json!({"deploymentId": id})).await;
    shop.after(10.0).await;
    assert_eq!((shop.status(&id).await.as_str(), shop.weights()), ("Succeeded", [0, 100]));
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(20.0).await;
    shop.after(1800.0).await;
    assert_eq!((shop.status(&id).await.as_str(), shop.weights()), ("Stopped", [0, 100]));
}

#[tokio::test]
async fn a_replacement_that_never_becomes_steady_fails_after_an_hour() {
    let shop = Shop::open(plain).await;
    shop.sandbox.set_switch("elb_targets_held", "true").unwrap();
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(3000.0).await;
    assert_eq!(shop.status(&id).await, "InProgress");
    shop.after(700.0).await;
    let info = shop.info(&id).await;
    assert_eq!(info["status"], "Failed");
    assert!(info["errorInformation"]["message"].as_str().unwrap().contains("60 minutes"), "{info}");
    assert_eq!(shop.primary().await, "api:1");
}

#[tokio::test]
async fn test_traffic_goes_first_where_there_is_a_listener_for_it() {
    let shop = Shop::open(|group| {
        let arn = format!("arn:aws:elasticloadbalancing:{REGION}:{DEV}:listener/app/front/x/y");
        group.test_listener(&arn).config("CodeDeployDefault.ECSAllAtOnce");
    })
    .await;
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(20.0).await;
    let events = shop.events(&id).await;
    let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[3..5], ["AllowTestTraffic", "AfterAllowTestTraffic"]);
}

#[tokio::test]
async fn what_stands_still_stands_still_until_it_is_let_go() {
    let shop = Shop::open(plain).await;
    shop.sandbox.set_switch("codedeploy_held", "true").unwrap();
    let id = shop.deploy(Shop::request(&[])).await;
    shop.after(600.0).await;
    assert_eq!(shop.status(&id).await, "Created");
    shop.sandbox.set_switch("codedeploy_held", "false").unwrap();
    shop.after(20.0).await;
    assert_eq!(shop.status(&id).await, "Succeeded");
}

#[tokio::test]
async fn requests_that_do_not_fit_are_refused() {
    let shop = Shop::open(plain).await;
    let with = |member: &str, value: Value| {
        let mut request = Shop::request(&[]);
        request[member] = value;
        request
    };
    let content = |text: &str| json!({"revisionType": "AppSpecContent", "appSpecContent": {"content": text}});
    for (request, code) in [
        (with("description", json!("x".repeat(257))), "DescriptionTooLongException"),
        (with("applicationName", json!("none")), "ApplicationDoesNotExistException"),
        (with("deploymentGroupName", json!("none")), "DeploymentGroupDoesNotExistException"),
        (with("revision", Value::Null), "RevisionRequiredException"),
        (with("revision", content("{}")), "InvalidRevisionException"),
        (with("deploymentConfigName", json!("none")), "DeploymentConfigDoesNotExistException"),
        (with("autoRollbackConfiguration", json!({"enabled": true})), "InvalidAutoRollbackConfigException"),
    ] {
        assert_eq!(shop.refusal("CreateDeployment", request).await.0, code);
    }
    let mut other = Shop::request(&[]);
    other["revision"]["appSpecContent"]["sha256"] = json!("00");
    assert_eq!(shop.refusal("CreateDeployment", other).await.0, "InvalidRevisionException");
    assert_eq!(
        shop.refusal("GetDeployment", json!({"deploymentId": "d-NOTTHERE1"})).await.0,
        "DeploymentDoesNotExistException"
    );
    assert_eq!(shop.refusal("GetDeployment", json!({})).await.0, "DeploymentIdRequiredException");
}

#[tokio::test]
async fn a_task_definition_that_is_not_there_fails_the_installation() {
    let shop = Shop::open(plain).await;
    let mut request = Shop::request(&[]);
    let content =
        request["revision"]["appSpecContent"]["content"].as_str().unwrap().replace("api:2", "api:9");
    request["revision"]["appSpecContent"]["content"] = json!(content);
    let id = shop.deploy(request).await;
    shop.after(10.0).await;
    let info = shop.info(&id).await;
    assert_eq!(
        (&info["status"], &info["errorInformation"]["code"]),
        (&json!("Failed"), &json!("ECS_UPDATE_ERROR"))
    );
}
