//! ROLLING: tasks of the new revision start, those of the old one stop, behind one target group.

use serde_json::{Value, json};
use snapdeploy::sandbox::{Scenario, ServiceSeed};

use super::harness::{Controller, Image, KILLED, at_rest, cells};
use crate::ecs::scene::service;
use crate::world::{B, REGION};

struct Rolling;

impl Controller for Rolling {
    fn name(&self) -> &'static str {
        "ROLLING"
    }

    fn seed(&self, scenario: &mut Scenario) {
        seed(scenario, json!({}));
    }
}

/// Adds the service, with `configuration` in its `deploymentConfiguration`.
pub(super) fn seed(scenario: &mut Scenario, configuration: Value) {
    let account = scenario.account(B);
    let mut balancer = account.load_balancer(REGION, "front");
    let group = balancer.target_group("blue");
    balancer.listener(80, &[("blue", 1)]);
    let (target_groups, alarms) = (vec![group], vec!["errors".into()]);
    account.service(&ServiceSeed { desired: 2, target_groups, alarms, configuration, ..service() }).unwrap();
}

cells! { &Rolling;
    success: Success, [("deploy", 0)], "succeeded", at_rest(Image::New), "";
    failing_tasks: FailingTasks, [("deploy", 6)], "rolled_back", at_rest(Image::Before),
        "it is stopped at the second task that ends alike, without waiting for the circuit breaker";
    alarm_in_mid_shift: AlarmInMidShift, [("deploy", 6)], "rolled_back", at_rest(Image::Before),
        "it has no shift of traffic: the alarm fires when the first new task runs";
    superseded: Superseded, [("deploy", 9)], "superseded", at_rest(Image::Theirs),
        "the other's deployment is named, and left as it is";
    stopped_by_hand: StoppedByHand, [("deploy", 6)], "rolled_back", at_rest(Image::Before), "";
    patience_ended: PatienceEnded, [("deploy", 8), ("history watch", 0), ("deploy --resume", 0)], "succeeded",
        at_rest(Image::New), "`history watch` tells the verdict and records nothing; `deploy --resume` verifies and records it";
    killed_and_resumed: KilledAndResumed, [("deploy", KILLED), ("deploy --resume", 0)], "succeeded",
        at_rest(Image::New), "";
    rolled_back_during_bake: RolledBackDuringBake, [("deploy", 8), ("rollback", 0)], "undone",
        at_rest(Image::Before), "it bakes since it has alarms: the old tasks are gone, and new ones are started; `deploy` lets go of it, since `rollback` asks it to";
    rolled_back_after: RolledBackAfter, [("deploy", 0), ("rollback", 0)], "undone", at_rest(Image::Before), "";
}
