//! Runs on a service that CodeDeploy deploys: forth, back while the old tasks are kept, back later, and what fails.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::holder::Manner;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::restart::plan_restart;
use snapdeploy::core::runs::{Ended, OnFailure, begin, undo_open};
use snapdeploy::core::select::Selection;
use snapdeploy::core::{Error, ErrorKind};
use snapdeploy::sandbox::{AlarmState, DeploymentGroupSeed};

use super::place::{definition, service, web};
use super::shifted::{
    both, changes, deployments, document, info, landed, plan, primary, runs, start, theirs, with,
};
use crate::kinds::place::{back, members, perform};
use crate::world::{B, REGION, World};

fn plain(group: DeploymentGroupSeed<'_>) {
    drop(group);
}

/// The old tasks are kept for an hour.
fn keeps(group: DeploymentGroupSeed<'_>) {
    drop(group.termination_wait(60));
}

fn same(after: &snapdeploy::core::document::Document, before: &snapdeploy::core::document::Document) {
    assert_eq!((&after.portable, &after.local), (&before.portable, &before.local));
}

/// Returns the properties that the AppSpec of a deployment sets.
fn properties(info: &Value) -> Value {
    let content = info["revision"]["appSpecContent"]["content"].as_str().unwrap();
    let spec: Value = serde_json::from_str(content).unwrap();
    spec["Resources"][0]["TargetService"]["Properties"].clone()
}

/// Performs the plan of what dev has, and what fails is undone.
async fn deployed(world: &World) -> snapdeploy::core::Result<Ended> {
    let plan = plan(world).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await
}

#[tokio::test(flavor = "current_thread")]
async fn a_restart_is_a_deployment_of_the_revision_that_runs() {
    let world = start(both("2", "1", plain)).await;
    let (before, set) = (document(&world).await, primary(&world).await);
    world.sandbox.clear_calls();
    let plan = plan_restart(&world.means(&*world.b), "prod", &[web()]).await.unwrap();
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    perform(&world, &plan).await;
    assert_eq!(changes(&world), ["CreateDeployment"]);
    let now = primary(&world).await;
    assert_eq!(now["taskDefinition"], set["taskDefinition"]);
    assert_ne!(now["id"], set["id"], "tasks of its own");
    assert_eq!(deployments(&world).await.remove(0)["status"], "Succeeded", "followed to its end");
    same(&document(&world).await, &before);
}

#[tokio::test(flavor = "current_thread")]
async fn it_is_deployed_by_an_appspec_and_the_way_back_is_a_deployment_too() {
    let world = start(both("2", "1", plain)).await;
    let before = document(&world).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.clear_calls();
    perform(&world, &plan(&world).await).await;
    assert_eq!(changes(&world), ["RegisterTaskDefinition", "CreateDeployment"]);
    landed(&world).await;
    let made = deployments(&world).await.remove(0);
    let arn = format!("arn:aws:ecs:{REGION}:{B}:task-definition/web:2");
    let sets = json!({ "TaskDefinition": arn,
        "LoadBalancerInfo": { "ContainerName": "app", "ContainerPort": 80 }, "PlatformVersion": "LATEST" });
    assert_eq!(properties(&made), sets);
    let set = primary(&world).await;
    assert_eq!((&set["taskDefinition"], &set["externalId"]), (&json!(arn), &made["deploymentId"]));
    assert!(definition(&world).await.to_string().contains("/web@sha256:"), "pinned");
    // Complaint 26: the other target group has the traffic now, and that is no difference.
    let group = |service: &Value| service["loadBalancers"][0]["targetGroupArn"].as_str().unwrap().to_string();
    assert!(group(&service(&world).await).contains("/green/"));
    assert_eq!(document(&world).await.portable_digest(), dev.documents[&web()].portable_digest());
    assert_eq!(document(&world).await.local_digest(), before.local_digest());
    assert!(plan(&world).await.is_empty());

    world.sandbox.clear_calls();
    perform(&world, &back(&world).await).await;
    assert_eq!(changes(&world), ["CreateDeployment"], "its tasks are gone, so it is a deployment of its own");
    landed(&world).await;
    assert_eq!(runs(&world).await, "web:1");
    same(&document(&world).await, &before);
}

/// Performs the plan of what dev has until patience ends; what is left open.
async fn let_go(world: &World, patience: Duration) -> Error {
    let mut means = world.means(&*world.b);
    means.patience = patience;
    let ended = begin(&means, &plan(world).await, None, OnFailure::Rollback).await;
    let Ok(Ended::InProgress { why, .. }) = ended else { panic!("{ended:#?}") };
    why
}

/// Undoes the run that is open; how many moves that took.
async fn undone(world: &World) -> usize {
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let way = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert_eq!(way.blocks().count(), 0, "{:#?}", way.findings);
    let manner = Manner::AskToStop;
    let ended = undo_open(&means, &past, &way, None, manner).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:#?}");
    way.moves.len()
}

#[tokio::test(flavor = "current_thread")]
async fn while_the_old_tasks_are_kept_the_way_back_is_a_stop_and_its_rollback_is_followed_to_its_end() {
    let world = start(both("2", "1", keeps)).await;
    let before = document(&world).await;
    let open = let_go(&world, Duration::from_secs(300)).await;
    assert!(open.message.contains("all traffic is shifted; the old tasks are kept for 60 more"), "{open}");
    assert_eq!(runs(&world).await, "web:2");
    let forth = deployments(&world).await.remove(0);
    assert_eq!(forth["status"], "InProgress", "it waits to terminate the old tasks");
    world.sandbox.clear_calls();
    assert_eq!(undone(&world).await, 1);
    assert_eq!(changes(&world), ["StopDeployment"], "no deployment of ours, and no new tasks");
    // The run ended after the rollback did.
    let forth = info(&world, forth["deploymentId"].as_str().unwrap()).await;
    assert_eq!(forth["status"], "Stopped");
    let by = forth["rollbackInfo"]["rollbackDeploymentId"].as_str().unwrap();
    assert_eq!(info(&world, by).await["status"], "Succeeded");
    assert_eq!(deployments(&world).await.len(), 2);
    assert_eq!(runs(&world).await, "web:1");
    same(&document(&world).await, &before);
    // What was undone is not undone again.
    let nothing = newest(&world.means(&*world.b), &Selection::all()).await;
    assert_eq!(nothing.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test(flavor = "current_thread")]
async fn what_update_service_may_not_change_goes_into_the_appspec_or_is_blocked() {
    let network = json!({ "awsvpcConfiguration": { "subnets": ["subnet-99999999"],
        "securityGroups": ["sg-11111111"], "assignPublicIp": "DISABLED" } });
    let more = json!({ "networkConfiguration": network, "healthCheckGracePeriodSeconds": 30 });
    let overlay = [(web(), members(more))].into();
    let values = snapdeploy::core::means::Values { overlay, ..Default::default() };
    let world = with(both("1", "1", plain), values).await;
    let before = document(&world).await;
    world.sandbox.clear_calls();
    perform(&world, &plan(&world).await).await;
    assert_eq!(changes(&world), ["UpdateService", "CreateDeployment"], "its own revision is taken again");
    landed(&world).await;
    let said = properties(&deployments(&world).await[0]);
    let own = json!({ "AwsvpcConfiguration": { "Subnets": ["subnet-99999999"],
        "SecurityGroups": ["sg-11111111"], "AssignPublicIp": "DISABLED" } });
    assert_eq!(said["NetworkConfiguration"], own);
    assert!(said["TaskDefinition"].as_str().unwrap().ends_with("/web:1"), "{said}");
    let now = service(&world).await;
    assert_eq!((&now["networkConfiguration"], &now["healthCheckGracePeriodSeconds"]), (&network, &json!(30)));
    assert!(plan(&world).await.is_empty());
    perform(&world, &back(&world).await).await;
    landed(&world).await;
    same(&document(&world).await, &before);

    let mut dev = world.extract(&*world.a, "dev").await;
    let document = dev.documents.get_mut(&web()).unwrap();
    document.portable.insert("enableExecuteCommand".into(), json!(true));
    let source = Source::of_snapshot("dev@latest", &dev);
    let means = world.means(&*world.b);
    let plan = plan_deploy(&means, "prod", &source, &Deployment::default()).await.unwrap();
    let said = format!("{:?}", plan.blocks().collect::<Vec<_>>());
    assert!(said.contains("AWS changes no enableExecuteCommand"), "{said}");
}

#[tokio::test(flavor = "current_thread")]
async fn tasks_that_fail_end_it_at_the_second_one_and_all_is_as_before() {
    let world = start(both("bad", "1", plain)).await;
    // Install would take an hour of these.
    world.sandbox.set_switch("codedeploy_minute_ms", "60000").unwrap();
    let before = document(&world).await;
    let ended = deployed(&world).await;
    let Ok(Ended::TakenBack { why, .. }) = ended else { panic!("{ended:#?}") };
    assert!(why.message.contains("the tasks kept failing: "), "{}", why.message);
    let said = why.explained.join("\n");
    assert!(said.contains("exited with code 1") && said.contains("no such table: orders"), "{said}");
    assert_eq!(changes(&world), ["RegisterTaskDefinition", "CreateDeployment", "StopDeployment"]);
    let by = deployments(&world).await.remove(0);
    assert_eq!((&by["creator"], &by["status"]), (&json!("codeDeployRollback"), &json!("Succeeded")));
    same(&document(&world).await, &before);
}

#[tokio::test(flavor = "current_thread")]
async fn a_failing_before_install_hook_leaves_all_as_before_since_nothing_can_be_rolled_back() {
    let hook = |group: DeploymentGroupSeed<'_>| drop(group.hook("check", &["Succeeded", "Failed"]));
    let world = start(both("2", "1", hook)).await;
    // Hooks are those of the last deployment that succeeded.
    let first = format!("arn:aws:ecs:{REGION}:{B}:task-definition/web:1");
    theirs(&world, &first, json!([{ "BeforeInstall": "check" }])).await;
    landed(&world).await;
    let before = document(&world).await;
    let ended = deployed(&world).await;
    let Ok(Ended::TakenBack { why, .. }) = ended else { panic!("{ended:#?}") };
    for words in ["a hook failed", "rollback is not possible at this point", "nothing of it was installed"] {
        assert!(why.message.contains(words), "{words}: {}", why.message);
    }
    assert!(why.explained.iter().any(|line| line.contains("BeforeInstall failed")), "{:?}", why.explained);
    let last = deployments(&world).await.remove(0);
    assert!(last["rollbackInfo"]["rollbackDeploymentId"].is_null());
    same(&document(&world).await, &before);
}

#[tokio::test(flavor = "current_thread")]
async fn a_later_hook_that_fails_is_rolled_back_by_codedeploy_and_that_is_followed() {
    let hook = |group: DeploymentGroupSeed<'_>| drop(group.hook("check", &["Succeeded", "Failed"]));
    let world = start(both("2", "1", hook)).await;
    let first = format!("arn:aws:ecs:{REGION}:{B}:task-definition/web:1");
    theirs(&world, &first, json!([{ "AfterAllowTraffic": "check" }])).await;
    landed(&world).await;
    let before = document(&world).await;
    let ended = deployed(&world).await;
    let Ok(Ended::TakenBack { why, .. }) = ended else { panic!("{ended:#?}") };
    assert!(
        why.explained.iter().any(|line| line.contains("AfterAllowTraffic failed")),
        "{:?}",
        why.explained
    );
    let by = deployments(&world).await.remove(0);
    assert_eq!((&by["creator"], &by["status"]), (&json!("codeDeployRollback"), &json!("Succeeded")));
    same(&document(&world).await, &before);
}

#[tokio::test(flavor = "current_thread")]
async fn an_alarm_that_fires_is_said_before_fails_a_deployment_and_does_not_hold_up_the_way_back() {
    let alarmed = |group: DeploymentGroupSeed<'_>| drop(group.alarms(&["errors"]));
    let world = start(both("2", "1", alarmed)).await;
    let before = document(&world).await;
    let forth = plan(&world).await;
    assert_eq!(forth.blocks().count(), 0, "{:#?}", forth.findings);
    world.sandbox.set_alarm(B, REGION, "errors", AlarmState::Firing).unwrap();
    let ended = begin(&world.means(&*world.b), &forth, None, OnFailure::Rollback).await;
    // Nothing had begun when it was failed.
    let Ok(Ended::TakenBack { why, .. }) = ended else { panic!("{ended:#?}") };
    assert!(why.message.contains("an alarm fired"), "{}", why.message);
    same(&document(&world).await, &before);
    // Source: deploy-peers 0.6: it would be failed at once.
    let blocked = plan(&world).await;
    let said = format!("{:?}", blocked.blocks().collect::<Vec<_>>());
    assert!(said.contains("errors is in ALARM, so CodeDeploy would fail the deployment at once"), "{said}");

    world.sandbox.set_alarm(B, REGION, "errors", AlarmState::Ok).unwrap();
    perform(&world, &plan(&world).await).await;
    world.sandbox.set_alarm(B, REGION, "errors", AlarmState::Firing).unwrap();
    let way = back(&world).await;
    let said = format!("{:?}", way.card);
    assert!(said.contains("the way back is not held up by it, since alarms are overridden for it"), "{said}");
    perform(&world, &way).await;
    let own = &deployments(&world).await[0]["overrideAlarmConfiguration"];
    assert_eq!(*own, json!({ "enabled": false, "ignorePollAlarmFailure": true, "alarms": [] }));
    same(&document(&world).await, &before);
}

/// Only its success is success: traffic at 100 % is none yet.
#[tokio::test(flavor = "current_thread")]
async fn an_alarm_while_the_old_tasks_are_kept_takes_it_back() {
    for minds in ["false", "true"] {
        let alarmed = |group: DeploymentGroupSeed<'_>| drop(group.alarms(&["errors"]).termination_wait(60));
        let world = start(both("2", "1", alarmed)).await;
        world.sandbox.set_switch("codedeploy_rollback_minds_alarms", minds).unwrap();
        let before = document(&world).await;
        let fires = async {
            while runs(&world).await != "web:2" {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            world.sandbox.set_alarm(B, REGION, "errors", AlarmState::Firing).unwrap();
            // What is begun to undo it has not to wait for an hour.
            world.sandbox.set_switch("codedeploy_minute_ms", "20").unwrap();
        };
        let (ended, ()) = tokio::join!(deployed(&world), fires);
        match minds {
            "false" => {
                let Ok(Ended::TakenBack { why, .. }) = ended else { panic!("{ended:#?}") };
                assert!(why.message.contains("an alarm fired"), "{}", why.message);
                assert_eq!(deployments(&world).await[0]["creator"], "codeDeployRollback");
            }
            // The rollback of CodeDeploy was stopped too, so ours has to be one that minds no alarm.
            _ => {
                let Ok(Ended::RolledBack { why, .. }) = ended else { panic!("{ended:#?}") };
                assert!(why.message.contains("stopped too: an alarm fired"), "{}", why.message);
                assert_eq!(deployments(&world).await[0]["overrideAlarmConfiguration"]["enabled"], false);
            }
        }
        assert_eq!(runs(&world).await, "web:1");
        same(&document(&world).await, &before);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_deployment_that_has_the_group_is_named_with_what_to_type() {
    let world = start(both("2", "1", keeps)).await;
    let forth = plan(&world).await;
    // It leads to what there is, so that nothing differs from the plan.
    let first = format!("arn:aws:ecs:{REGION}:{B}:task-definition/web:1");
    world.sandbox.set_switch("codedeploy_held", "true").unwrap();
    let id = theirs(&world, &first, json!([])).await;
    let ended = begin(&world.means(&*world.b), &forth, None, OnFailure::Rollback).await;
    let said = format!("{ended:?}");
    assert!(
        said.contains(&format!("the deployment {id} has the deployment group DgpECS-main-web")),
        "{said}"
    );
    assert!(said.contains(&format!("aws deploy stop-deployment --deployment-id {id}")), "{said}");
    // What is planned by now is blocked with its name.
    let now = plan(&world).await;
    let said = format!("{:?}", now.blocks().collect::<Vec<_>>());
    assert!(said.contains(&format!("the deployment {id} is under way")), "{said}");
    assert!(!changes(&world).contains(&"StopDeployment".to_string()), "it is theirs");
}

#[tokio::test(flavor = "current_thread")]
async fn a_way_back_that_is_planned_while_it_shifts_stops_it() {
    let world = start(both("2", "1", plain)).await;
    let before = document(&world).await;
    world.sandbox.set_switch("codedeploy_held", "true").unwrap();
    let_go(&world, Duration::ZERO).await;
    // Nothing of it has the traffic yet, and yet it is under way: that is no state to be content with.
    assert_eq!(runs(&world).await, "web:1");
    assert_eq!(undone(&world).await, 1);
    world.sandbox.set_switch("codedeploy_held", "false").unwrap();
    landed(&world).await;
    assert_eq!(changes(&world).last().unwrap(), "StopDeployment");
    assert_eq!(runs(&world).await, "web:1");
    same(&document(&world).await, &before);
}
