//! Alarms of a deployment.

use serde_json::{Value, json};

use super::super::cloudwatch::AlarmState;
use super::super::world::World;
use super::deployment::{Deployment, Status};
use super::rollback::Cause;
use super::settle::Rules;
use super::stage;

/// Stops a deployment of which an alarm is firing, at its start or later; an automatic rollback as
/// `codedeploy_rollback_minds_alarms` has it, since AWS does not say (deploy-peers 4.4 has it of those that somebody makes:
/// they need `overrideAlarmConfiguration`). An alarm that does not exist does not fire (assumed).
pub(crate) fn check(world: &World, deployment: &mut Deployment, rules: &Rules) {
    // assumed: switch codedeploy_rollback_minds_alarms
    if deployment.triggered_by.is_some() && !rules.rollback_minds_alarms {
        return;
    }
    let firing = firing(world, deployment);
    if firing.is_empty() {
        return;
    }
    // ErrorInformation, ALARM_ACTIVE; the names are in it so that they can be read.
    let message = format!(
        "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected deployments have been stopped. Activated alarms: <{}>",
        firing.join(", ")
    );
    stage::end(deployment, (Status::Stopped, "ALARM_ACTIVE", &message), Cause::Alarm, rules);
}

/// The names of those that fire: of the group, or of those that the deployment has instead.
fn firing(world: &World, deployment: &Deployment) -> Vec<String> {
    let own = deployment.override_alarms.as_ref();
    let Some(config) = own.or_else(|| deployment.setting("alarmConfiguration")) else { return Vec::new() };
    if config.get("enabled") != Some(&json!(true)) {
        return Vec::new();
    }
    let Some(account) = world.accounts.get(&deployment.account) else { return Vec::new() };
    let names = config.get("alarms").and_then(Value::as_array).into_iter().flatten();
    names
        .filter_map(|alarm| alarm.get("name")?.as_str())
        .filter(|name| account.alarms.alarm(&deployment.region, name) == Some(AlarmState::Firing))
        .map(str::to_owned)
        .collect()
}
