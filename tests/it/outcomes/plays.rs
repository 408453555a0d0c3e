//! What is done in each outcome: typed with snapdeploy, and done by somebody else in AWS.

use serde_json::json;
use snapdeploy::sandbox::AlarmState;

use super::harness::{Image, Outcome, Told};
use super::place::Place;
use crate::world::{B, REGION};

/// Plays an outcome of a deployment that ECS itself follows.
pub(crate) fn play(strategy: &str, outcome: Outcome, place: &Place) -> Vec<Told> {
    match outcome {
        Outcome::Success => vec![place.deploy(Image::New).end()],
        Outcome::FailingTasks => {
            // Until the circuit breaker has counted three, so that it is seen who is faster.
            place.sandbox.set_switch("ecs_restart_ms", "20000").unwrap();
            let deploy = place.deploy(Image::Failing).end();
            deploy.says("container app exited with code 3");
            deploy.says("it was stopped since the tasks kept failing");
            vec![deploy]
        }
        Outcome::AlarmInMidShift => {
            place.minute(60_000);
            let deploy = place.deploy(Image::New);
            place.until("the new tasks get traffic", || shifts(strategy, place));
            place.sandbox.set_alarm(B, REGION, "errors", AlarmState::Firing).unwrap();
            let deploy = deploy.end();
            deploy.says("alarm errors was triggered");
            vec![deploy]
        }
        Outcome::Superseded => {
            place.hold(true);
            let deploy = place.deploy(Image::New);
            place.until_followed("DescribeServiceDeployments");
            let theirs = place.register(Image::Theirs);
            place
                .ecs("UpdateService", json!({"cluster": "main", "service": "web", "taskDefinition": theirs}));
            let by = place.newest()["serviceDeploymentArn"].as_str().unwrap().to_string();
            place.hold(false);
            let deploy = deploy.end();
            deploy.says(&format!("was superseded by deployment {} of web:3", by.rsplit('/').next().unwrap()));
            vec![deploy]
        }
        Outcome::StoppedByHand => {
            place.hold(true);
            let deploy = place.deploy(Image::New);
            place.until_followed("DescribeServiceDeployments");
            let arn = place.newest()["serviceDeploymentArn"].clone();
            place.ecs("StopServiceDeployment", json!({"serviceDeploymentArn": arn, "stopType": "ROLLBACK"}));
            place.hold(false);
            let deploy = deploy.end();
            deploy.says("ECS has put back what was there");
            vec![deploy]
        }
        Outcome::PatienceEnded => {
            place.hold(true);
            let deploy = place.deploy_with(Image::New, &["--timeout", "1m"]).end();
            let watch = place.start("history watch", &["history", "watch", "--env", "prod"]);
            place.hold(false);
            let watch = watch.end();
            let resume = place.start("deploy --resume", &["deploy", "--resume", "--to", "prod", "--yes"]);
            vec![deploy, watch, resume.end()]
        }
        Outcome::KilledAndResumed => {
            place.hold(true);
            let deploy = place.deploy(Image::New);
            place.until_followed("DescribeServiceDeployments");
            let deploy = deploy.kill();
            place.hold(false);
            let resume = place.start("deploy --resume", &["deploy", "--resume", "--to", "prod", "--yes"]);
            vec![deploy, resume.end()]
        }
        Outcome::RolledBackDuringBake => {
            // A step of a shift takes a tenth of a second, and the bake time a minute.
            place.minute(100);
            let deploy = place.deploy(Image::New);
            place.until("it bakes", || bakes(strategy, place));
            place.sandbox.clear_calls();
            let rollback = place.rollback();
            let deploy = deploy.end();
            // What the rollback begins has not to bake for as long.
            let begun = ["UpdateService", "StopServiceDeployment"];
            let calls = || place.sandbox.calls().iter().any(|call| begun.contains(&call.operation.as_str()));
            place.until("it goes back", calls);
            place.minute(1);
            let rollback = rollback.end();
            // A rolling deployment is undone by another one, those by stages by their own rollback.
            let newest = if strategy == "ROLLING" { "SUCCESSFUL" } else { "ROLLBACK_SUCCESSFUL" };
            assert_eq!(place.newest()["status"], newest, "{rollback:#?}");
            vec![deploy, rollback]
        }
        Outcome::RolledBackAfter => {
            vec![place.deploy(Image::New).end(), place.rollback().end()]
        }
    }
}

/// Whether the new tasks of the deployment in flight get traffic.
pub(crate) fn shifts(strategy: &str, place: &Place) -> bool {
    let one = place.described();
    let target = &one["targetServiceRevision"];
    let (tasks, traffic) = (&target["runningTaskCount"], &target["requestedProductionTrafficWeight"]);
    one["status"] == "IN_PROGRESS"
        && match strategy {
            "ROLLING" => tasks.as_u64().is_some_and(|n| n > 0),
            _ => traffic.as_f64().is_some_and(|weight| weight > 0.0),
        }
}

fn bakes(strategy: &str, place: &Place) -> bool {
    let one = place.described();
    one["status"] == "IN_PROGRESS"
        && match strategy {
            // Its bake time has no stage of its own: the old tasks are gone, and it goes on.
            "ROLLING" => place.service()["deployments"].as_array().unwrap().len() == 1,
            _ => one["lifecycleStage"] == "BAKE_TIME",
        }
}
