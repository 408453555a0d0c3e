//! What the table has no line for: pauses, rollbacks that fail, and what failed as it is and is begun anew.

use serde_json::json;
use snapdeploy::sandbox::{AlarmState, Scenario};

use super::harness::{Controller, Image, Lock, at_rest};
use super::place::Place;
use super::plays::shifts;
use super::{native, rolling};
use crate::world::{B, REGION};

/// A service as a test describes it.
struct Described(&'static str, fn(&mut Scenario));

impl Controller for Described {
    fn name(&self) -> &'static str {
        self.0
    }

    fn seed(&self, scenario: &mut Scenario) {
        (self.1)(scenario);
    }
}

fn alarm(place: &Place, state: AlarmState) {
    place.sandbox.set_alarm(B, REGION, "errors", state).unwrap();
}

const RESUME: [&str; 5] = ["deploy", "--resume", "--to", "prod", "--yes"];

#[test]
fn a_pause_is_told_with_the_command_that_ends_it() {
    let place = Place::new(&Described("CANARY", |scenario| {
        let pause = json!({"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]});
        native::seed(scenario, "CANARY", &json!({"lifecycleHooks": [pause]}));
    }));
    place.minute(60_000);
    let deploy = place.deploy_with(Image::New, &["--timeout", "3m"]).end();
    assert_eq!(deploy.code, 8, "{deploy:#?}");
    let watch = place.start("watch", &["history", "watch", "--env", "prod", "--timeout", "1m"]).end();
    assert_eq!(watch.code, 8, "{watch:#?}");
    let said = "it waits for `aws ecs continue-service-deployment ";
    for text in [&deploy.err, &watch.err, &watch.out] {
        assert!(text.contains(said), "{text}");
    }
    // What is said is done, as it is said.
    let command = watch.out.split_once(said).and_then(|(_, rest)| rest.split_once('`')).unwrap().0;
    let words: Vec<&str> = command.split_whitespace().collect();
    let [_, arn, _, hook, _, action] = words[..6] else { panic!("{words:?}") };
    place.ecs(
        "ContinueServiceDeployment",
        json!({"serviceDeploymentArn": arn, "hookId": hook, "action": action}),
    );
    place.minute(1);
    let resume = place.start("resume", &RESUME).end();
    assert_eq!(resume.code, 0, "{resume:#?}");
    assert_eq!(place.end(), at_rest(Image::New));
}

#[test]
fn a_rollback_of_ecs_that_fails_needs_a_person() {
    let place = Place::new(&Described("BLUE_GREEN", |scenario| {
        let function = scenario.account(B).hook(REGION, "check", &["SUCCEEDED"]);
        let hook = json!({"hookTargetArn": function, "roleArn": format!("arn:aws:iam::{B}:role/web-task"),
            "lifecycleStages": ["PRODUCTION_TRAFFIC_SHIFT"]});
        native::seed(scenario, "BLUE_GREEN", &json!({"lifecycleHooks": [hook]}));
    }));
    place.minute(100);
    let deploy = place.deploy(Image::New);
    place.until("it bakes", || place.described()["lifecycleStage"] == "BAKE_TIME");
    // Source: deploy-peers 4.1: the hook is called again on the way back, and a naive one fails it.
    place.sandbox.set_switch("ecs_hooks_fail", "true").unwrap();
    alarm(&place, AlarmState::Firing);
    let deploy = deploy.end();
    assert_eq!(deploy.code, 7, "{deploy:#?}");
    assert_eq!(place.newest()["status"], "ROLLBACK_FAILED");
    assert!(deploy.err.contains("failed, and so did its rollback"), "{}", deploy.err);
    assert!(deploy.out.contains("needs a person") && deploy.out.contains("Resume: "), "{}", deploy.out);
    assert_eq!(place.verdict(), "open");
}

#[test]
fn a_rollback_that_falls_needs_a_person_and_can_be_gone_on_with() {
    let place = Place::new(&Described("ROLLING", |scenario| rolling::seed(scenario, json!({}))));
    assert_eq!(place.deploy(Image::New).end().code, 0);
    place.minute(60_000);
    place.sandbox.clear_calls();
    let rollback = place.rollback();
    place.until_followed("DescribeServiceDeployments");
    place.until("the old tasks come back", || shifts("ROLLING", &place));
    alarm(&place, AlarmState::Firing);
    let rollback = rollback.end();
    assert_eq!(rollback.code, 7, "{rollback:#?}");
    assert!(rollback.out.contains("The rollback failed: prod"), "{}", rollback.out);
    let end = place.end();
    assert_eq!((end.tasks, end.in_flight, end.lock), (Image::New, 0, Lock::Held), "ECS took it back");
    let watch = place.start("watch", &["history", "watch", "--env", "prod"]).end();
    assert_eq!(watch.code, 7, "{watch:#?}");

    alarm(&place, AlarmState::Ok);
    place.minute(1);
    let resume = place.start("resume", &RESUME).end();
    assert_eq!(resume.code, 0, "{resume:#?}");
    assert_eq!(place.end(), at_rest(Image::Before));
}

/// An UpdateService that changes nothing starts no deployment: what failed as it is takes `forceNewDeployment`.
#[test]
fn what_failed_and_is_there_is_begun_anew() {
    let place = Place::new(&Described("ROLLING", |scenario| {
        let alarms = json!({"alarmNames": ["errors"], "enable": true, "rollback": false});
        rolling::seed(scenario, json!({"alarms": alarms}));
    }));
    place.minute(60_000);
    let deploy = place.deploy_with(Image::New, &["--on-failure", "stop"]);
    place.until("the new tasks run", || shifts("ROLLING", &place));
    alarm(&place, AlarmState::Firing);
    let deploy = deploy.end();
    assert_eq!(deploy.code, 3, "{deploy:#?}");
    let failed = place.newest();
    assert_eq!(failed["status"], "STOPPED");

    alarm(&place, AlarmState::Ok);
    place.minute(1);
    let resume = place.start("resume", &RESUME).end();
    assert_eq!(resume.code, 0, "{resume:#?}");
    let newest = place.newest();
    assert!(
        newest["status"] == "SUCCESSFUL" && newest["serviceDeploymentArn"] != failed["serviceDeploymentArn"]
    );
    assert_eq!(place.end(), at_rest(Image::New));
}

#[test]
fn who_lets_go_of_a_rollback_while_it_stops_what_is_in_flight_can_go_on_with_it() {
    let place =
        Place::new(&Described("BLUE_GREEN", |scenario| native::seed(scenario, "BLUE_GREEN", &json!({}))));
    place.minute(100);
    let deploy = place.deploy(Image::New);
    place.until("it bakes", || {
        place.described()["lifecycleStage"] == "BAKE_TIME" && shifts("BLUE_GREEN", &place)
    });
    place.hold(true);
    let rollback = place.start("rollback", &["rollback", "prod", "--yes", "--no-wait"]).end();
    assert_eq!((deploy.end().code, rollback.code), (8, 8), "{rollback:#?}");
    let stopped = place.newest();
    assert_eq!(stopped["status"], "ROLLBACK_REQUESTED", "it was asked to stop");
    place.hold(false);
    let resume = place.start("resume", &RESUME).end();
    assert_eq!(resume.code, 0, "{resume:#?}");
    assert_eq!((place.end(), place.verdict().as_str()), (at_rest(Image::Before), "undone"));
    assert_eq!(
        place.newest()["serviceDeploymentArn"],
        stopped["serviceDeploymentArn"],
        "nothing more was begun"
    );
}

/// What somebody else does, the code of that, and what runs then.
type Ending<'a> = (&'a dyn Fn(&Place), i32, Image);

/// What `history watch` says of a deployment that nobody follows is what `deploy --resume` then records.
#[test]
fn a_watch_tells_each_verdict_that_is_recorded_then() {
    let stop = |place: &Place| {
        let arn = place.newest()["serviceDeploymentArn"].clone();
        place.ecs("StopServiceDeployment", json!({"serviceDeploymentArn": arn, "stopType": "ROLLBACK"}));
    };
    let supersede = |place: &Place| {
        let theirs = place.register(Image::Theirs);
        place.ecs("UpdateService", json!({"cluster": "main", "service": "web", "taskDefinition": theirs}));
    };
    let ends: [Ending<'_>; 2] = [(&stop, 6, Image::Before), (&supersede, 9, Image::Theirs)];
    for (end, code, image) in ends {
        let place = Place::new(&Described("ROLLING", |scenario| rolling::seed(scenario, json!({}))));
        place.hold(true);
        assert_eq!(place.deploy_with(Image::New, &["--no-wait"]).end().code, 8);
        end(&place);
        place.hold(false);
        let watch = place.start("watch", &["history", "watch", "--env", "prod"]).end();
        let resume = place.start("resume", &RESUME).end();
        assert_eq!((watch.code, resume.code), (code, code), "{watch:#?} {resume:#?}");
        watch.says("nobody has recorded that yet");
        assert_eq!(place.end(), at_rest(image));
    }
}
