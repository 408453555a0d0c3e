//! CODE_DEPLOY: CodeDeploy starts the new tasks beside the old ones, moves the traffic, and keeps the old ones for a while.

use serde_json::{Value, json};
use snapdeploy::sandbox::{AlarmState, Scenario, ServiceSeed};

use super::harness::{Controller, Image, KILLED, Outcome, Told, at_rest, cells};
use super::place::Place;
use crate::ecs::scene::service;
use crate::world::{B, REGION};

struct CodeDeploy;

impl Controller for CodeDeploy {
    fn name(&self) -> &'static str {
        "CODE_DEPLOY"
    }

    fn seed(&self, scenario: &mut Scenario) {
        let account = scenario.account(B);
        let mut balancer = account.load_balancer(REGION, "front");
        let blue = balancer.target_group("blue");
        balancer.target_group("green");
        let production = balancer.listener(80, &[("blue", 100), ("green", 0)]);
        let group = account.deployment_group(REGION, ("main", "web"), ["blue", "green"], &production);
        let group = group.config("CodeDeployDefault.ECSCanary10Percent5Minutes");
        drop(group.alarms(&["errors"]).termination_wait(10));
        let (controller, target_groups) = ("CODE_DEPLOY".into(), vec![blue]);
        let seed = ServiceSeed { desired: 2, controller, target_groups, breaker: false, ..service() };
        account.service(&seed).unwrap();
    }

    fn play(&self, outcome: Outcome, place: &Place) -> Vec<Told> {
        // An hour is what CodeDeploy gives the new tasks to start: some seconds.
        place.minute(50);
        let told = play(outcome, place);
        if outcome == Outcome::Superseded {
            // Ours has ended; theirs goes on.
            place.until("theirs has ended", || going(place).is_empty());
        }
        told
    }
}

fn codedeploy(place: &Place, operation: &str, body: Value) -> Value {
    place.call("codedeploy", &format!("CodeDeploy_20141006.{operation}"), body)
}

/// Returns the ids of the deployments that have not ended.
fn going(place: &Place) -> Vec<String> {
    let statuses = ["Created", "Queued", "InProgress", "Baking", "Ready"];
    let listed = codedeploy(place, "ListDeployments", json!({"includeOnlyStatuses": statuses}));
    let ids = listed["deployments"].as_array().unwrap().iter();
    ids.map(|id| id.as_str().unwrap().to_string()).collect()
}

/// Returns what the deployment in flight does on the service, once it has begun.
fn target(place: &Place) -> Option<Value> {
    let id = going(place).pop()?;
    // There is no target before that, and the call is refused.
    place.service()["taskSets"].as_array().filter(|sets| sets.len() > 1)?;
    let body = json!({"deploymentId": id, "targetId": "main:web"});
    Some(codedeploy(place, "GetDeploymentTarget", body)["deploymentTarget"]["ecsTarget"].take())
}

/// Whether the new tasks of the deployment in flight get a part of the traffic.
fn shifts(place: &Place) -> bool {
    let Some(target) = target(place) else { return false };
    let mut sets = target["taskSetsInfo"].as_array().unwrap().iter();
    let green = sets.find(|set| set["taskSetLabel"] == "Green");
    green.is_some_and(|set| set["trafficWeight"].as_f64().is_some_and(|weight| weight > 0.0))
}

/// Whether they get all of it, and the old ones are kept.
fn bakes(place: &Place) -> bool {
    let Some(target) = target(place) else { return false };
    let mut events = target["lifecycleEvents"].as_array().unwrap().iter();
    events.any(|one| one["lifecycleEventName"] == "AfterAllowTraffic" && one["status"] == "Succeeded")
}

fn resume(place: &Place) -> Told {
    place.start("deploy --resume", &["deploy", "--resume", "--to", "prod", "--yes"]).end()
}

fn play(outcome: Outcome, place: &Place) -> Vec<Told> {
    match outcome {
        Outcome::Success => vec![place.deploy(Image::New).end()],
        Outcome::FailingTasks => {
            // Install alone would wait for an hour.
            place.minute(60_000);
            vec![place.deploy(Image::Failing).end()]
        }
        Outcome::AlarmInMidShift => {
            place.minute(60_000);
            let deploy = place.deploy(Image::New);
            place.until("the new tasks get traffic", || shifts(place));
            place.sandbox.set_alarm(B, REGION, "errors", AlarmState::Firing).unwrap();
            vec![deploy.end()]
        }
        Outcome::Superseded => {
            place.hold(true);
            let deploy = place.deploy(Image::New);
            place.until_followed("ListDeploymentTargets");
            let theirs = place.register(Image::Theirs);
            let ours = going(place).remove(0);
            codedeploy(place, "StopDeployment", json!({"deploymentId": ours, "autoRollbackEnabled": false}));
            let spec = json!({"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service",
                "Properties": {"TaskDefinition": theirs,
                    "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 80}}}}]});
            let content = json!({"content": spec.to_string()});
            let revision = json!({"revisionType": "AppSpecContent", "appSpecContent": content});
            let body = json!({"applicationName": "AppECS-main-web", "deploymentGroupName": "DgpECS-main-web",
                "revision": revision});
            codedeploy(place, "CreateDeployment", body);
            place.hold(false);
            vec![deploy.end()]
        }
        Outcome::StoppedByHand => {
            place.minute(60_000);
            let deploy = place.deploy(Image::New);
            place.until("the new tasks get traffic", || shifts(place));
            let ours = going(place).remove(0);
            codedeploy(place, "StopDeployment", json!({"deploymentId": ours, "autoRollbackEnabled": true}));
            vec![deploy.end()]
        }
        Outcome::PatienceEnded => {
            place.hold(true);
            let deploy = place.deploy_with(Image::New, &["--timeout", "1m"]).end();
            let watch = place.start("history watch", &["history", "watch", "--env", "prod"]);
            place.hold(false);
            vec![deploy, watch.end(), resume(place)]
        }
        Outcome::KilledAndResumed => {
            place.hold(true);
            let deploy = place.deploy(Image::New);
            place.until_followed("ListDeploymentTargets");
            let deploy = deploy.kill();
            place.hold(false);
            vec![deploy, resume(place)]
        }
        Outcome::RolledBackDuringBake => {
            let deploy = place.deploy(Image::New);
            place.until("it bakes", || bakes(place));
            place.minute(60_000);
            place.sandbox.clear_calls();
            let rollback = place.rollback().end();
            let begun = ["CreateDeployment", "StopDeployment"];
            let calls = place.sandbox.calls().into_iter().map(|call| call.operation);
            let calls: Vec<String> = calls.filter(|call| begun.contains(&call.as_str())).collect();
            assert_eq!(calls, ["StopDeployment"], "{rollback:#?}");
            vec![deploy.end(), rollback]
        }
        Outcome::RolledBackAfter => {
            vec![place.deploy(Image::New).end(), place.rollback().end()]
        }
    }
}

cells! { &CodeDeploy;
    success: Success, [("deploy", 0)], "succeeded", at_rest(Image::New),
        "the wait before the old tasks are terminated is a part of it, since an alarm still takes it back meanwhile";
    failing_tasks: FailingTasks, [("deploy", 6)], "rolled_back", at_rest(Image::Before),
        "it is stopped at the second task that ends alike, without waiting for the hour that CodeDeploy gives it";
    alarm_in_mid_shift: AlarmInMidShift, [("deploy", 6)], "rolled_back", at_rest(Image::Before),
        "CodeDeploy stops it and rolls back by a deployment of its own, which is followed to its end";
    superseded: Superseded, [("deploy", 9)], "superseded", at_rest(Image::Theirs),
        "CodeDeploy takes one deployment of a group at a time, so the other one has stopped this one first; theirs is named, and left as it is";
    stopped_by_hand: StoppedByHand, [("deploy", 6)], "rolled_back", at_rest(Image::Before), "";
    patience_ended: PatienceEnded, [("deploy", 8), ("history watch", 0), ("deploy --resume", 0)], "succeeded",
        at_rest(Image::New), "`history watch` tells the verdict and records nothing; `deploy --resume` verifies and records it";
    killed_and_resumed: KilledAndResumed, [("deploy", KILLED), ("deploy --resume", 0)], "succeeded",
        at_rest(Image::New), "";
    rolled_back_during_bake: RolledBackDuringBake, [("deploy", 8), ("rollback", 0)], "undone",
        at_rest(Image::Before), "it bakes while the old tasks are kept: they get the traffic back at once; `deploy` lets go of it, since `rollback` asks it to";
    rolled_back_after: RolledBackAfter, [("deploy", 0), ("rollback", 0)], "undone", at_rest(Image::Before),
        "the old tasks are gone: it is a deployment like the first";
}
