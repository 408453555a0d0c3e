//! BLUE_GREEN, CANARY and LINEAR: ECS starts the new tasks beside the old ones and moves the traffic by itself.

use serde_json::{Value, json};
use snapdeploy::sandbox::{Scenario, ServiceSeed};

use super::harness::Controller;
use super::place::BAKE;
use crate::ecs::scene::service;
use crate::world::{B, REGION};

/// One of the strategies.
struct Native(&'static str);

impl Controller for Native {
    fn name(&self) -> &'static str {
        self.0
    }

    fn seed(&self, scenario: &mut Scenario) {
        seed(scenario, self.0, &json!({}));
    }
}

/// Adds the service, with `more` in its `deploymentConfiguration`.
pub(crate) fn seed(scenario: &mut Scenario, strategy: &str, more: &Value) {
    let account = scenario.account(B);
    let mut balancer = account.load_balancer(REGION, "front");
    let groups = vec![balancer.target_group("blue"), balancer.target_group("green")];
    let production = balancer.listener(80, &[("blue", 100), ("green", 0)]);
    let test = balancer.listener(8080, &[("blue", 100), ("green", 0)]);
    account.role("ecs-load-balancers", None);
    let mut configuration = json!({
        "bakeTimeInMinutes": BAKE,
        "canaryConfiguration": { "canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1 },
        "linearConfiguration": { "stepPercent": 50.0, "stepBakeTimeInMinutes": 1 },
    });
    configuration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let seed = ServiceSeed {
        desired: 2,
        strategy: strategy.into(),
        alarms: vec!["errors".into()],
        target_groups: groups,
        production_listener: Some(production),
        test_listener: Some(test),
        configuration,
        ..service()
    };
    account.service(&seed).unwrap();
}

/// The same is expected of all three: ECS moves the traffic back before it says that it has gone back.
macro_rules! strategy {
    ($module:ident, $name:expr, $alarm:expr) => {
        pub(super) mod $module {
            use super::Native;
            use crate::outcomes::harness::{Image, KILLED, at_rest, cells};

            cells! { &Native($name);
                success: Success, [("deploy", 0)], "succeeded", at_rest(Image::New), "";
                failing_tasks: FailingTasks, [("deploy", 6)], "rolled_back", at_rest(Image::Before),
                    "it is stopped at the second task that ends alike, without waiting for the circuit breaker";
                alarm_in_mid_shift: AlarmInMidShift, [("deploy", 6)], "rolled_back", at_rest(Image::Before),
                    $alarm;
                superseded: Superseded, [("deploy", 9)], "superseded", at_rest(Image::Theirs),
                    "the other's deployment is named, and left as it is";
                stopped_by_hand: StoppedByHand, [("deploy", 6)], "rolled_back", at_rest(Image::Before), "";
                patience_ended: PatienceEnded, [("deploy", 8), ("history watch", 0), ("deploy --resume", 0)], "succeeded",
                    at_rest(Image::New), "`history watch` tells the verdict and records nothing; `deploy --resume` verifies and records it";
                killed_and_resumed: KilledAndResumed, [("deploy", KILLED), ("deploy --resume", 0)], "succeeded",
                    at_rest(Image::New), "";
                rolled_back_during_bake: RolledBackDuringBake, [("deploy", 8), ("rollback", 0)], "undone",
                    at_rest(Image::Before), "the old tasks still run, and get the traffic back; `deploy` lets go of it, since `rollback` asks it to";
                rolled_back_after: RolledBackAfter, [("deploy", 0), ("rollback", 0)], "undone", at_rest(Image::Before), "";
            }
        }
    };
}

strategy!(
    blue_green,
    "BLUE_GREEN",
    "all traffic is shifted at once: the alarm fires when the new tasks have it, before the old ones are gone"
);
strategy!(canary, "CANARY", "");
strategy!(linear, "LINEAR", "");
