//! Rungs of a shift of traffic by CodeDeploy, which cannot pause: seen by the weight, and decided before the next shift
//! where there is time for that.
//!
//! Source: deploy-peers 4.4 and 4.6: `taskSetsInfo[].trafficWeight`; the lifecycle event AllowTraffic begins with the first
//! shift; the old tasks are kept until the wait before their termination is over.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::climb::Climb;
use super::climbing::asked;
use super::deployment_group::ask;
use super::shift::{event, replacement};
use super::watch::Watch;
use crate::core::following::PATIENCE;
use crate::core::gate::Gate;
use crate::core::means::Values;
use crate::core::{Address, Error};

/// How long it takes at most until a rung that is reached is seen, and until a stop is heard, together.
const MARGIN: Duration = Duration::from_secs(15);

/// Returns how long before the next shift it has to be begun to ask the gates of `address`, so that all of them can answer as
/// often as they may, and what they have failed be stopped; none, where there is no gate.
pub fn margin(values: &Values, address: &Address) -> Option<Duration> {
    let all: Vec<Duration> = asked(values, address).map(Gate::longest).collect();
    (!all.is_empty()).then(|| all.into_iter().sum::<Duration>() + MARGIN)
}

/// Returns so long a time in minutes, the last of them whole.
pub fn minutes(long: Duration) -> u64 {
    (long.as_secs() + u64::from(long.subsec_nanos() > 0)).div_ceil(60)
}

/// Returns for how many minutes the old tasks of the deployment, or of the deployment group, `info` are kept once all
/// traffic is shifted.
pub fn wait(info: &Value) -> u64 {
    let option = &info["blueGreenDeploymentConfiguration"]["terminateBlueInstancesOnDeploymentSuccess"];
    match option["action"].as_str() {
        Some("KEEP_ALIVE") => 0,
        _ => option["terminationWaitTimeInMinutes"].as_u64().unwrap_or_default(),
    }
}

/// Looks where the deployment `info`, which does `target` on the service, is: holds the rung that it has reached.
pub fn look<'a>(watch: &Watch<'a>, climb: &mut Climb<'a>, info: &Value, target: &Value) {
    let weight = replacement(target).and_then(|set| set["trafficWeight"].as_f64());
    let Some(rung) = weight.and_then(|weight| climb.rung_at(weight)) else { return };
    let (length, is_last) = climb.length_to(rung);
    let at = |name: &str, member: &str| event(target, name).and_then(|event| event[member].as_f64());
    let goes_on = match is_last {
        true => {
            let since = at("AfterAllowTraffic", "endTime").or(at("AllowTraffic", "endTime"));
            since.map(|since| (since, Duration::from_secs(wait(info) * 60)))
        }
        false => at("AllowTraffic", "startTime").map(|since| (since, length)),
    };
    climb.reach(rung, goes_on.and_then(|(since, after)| margin_before(watch, since, after)));
}

/// Returns the last moment at which something can be decided that is over so long `after` a moment.
fn margin_before(watch: &Watch<'_>, since: f64, after: Duration) -> Option<Timestamp> {
    let since = Timestamp::from_millisecond((since * 1000.0) as i64).ok()?;
    let margin = margin(&watch.services.values, &watch.m.address).unwrap_or(MARGIN);
    let left = watch.clock().scale(after.saturating_sub(margin));
    since.checked_add(SignedDuration::try_from(left).ok()?).ok()
}

/// Returns how long the deployment `info` takes by what is configured, where somebody waits for as long as that.
pub async fn configured(watch: &Watch<'_>, info: &Value) -> Duration {
    if watch.with.patience < PATIENCE {
        return Duration::ZERO;
    }
    let name = info["deploymentConfigName"].as_str().unwrap_or_default();
    let answer = ask(watch.services, "GetDeploymentConfig", &json!({ "deploymentConfigName": name })).await;
    // Who may not ask waits less.
    let routing = answer.map(|mut a| a["deploymentConfigInfo"]["trafficRoutingConfig"].take());
    let minutes = wait(info) + routing.map_or(0, |routing| shifts(&routing));
    Duration::from_secs(minutes * 60)
}

/// Returns for how many minutes a deployment shifts traffic that does so as `routing` says.
fn shifts(routing: &Value) -> u64 {
    let number = |part: &str, member: &str| routing[part][member].as_u64().unwrap_or_default();
    match routing["type"].as_str() {
        Some("TimeBasedCanary") => number("timeBasedCanary", "canaryInterval"),
        Some("TimeBasedLinear") => {
            let step = number("timeBasedLinear", "linearPercentage").max(1);
            number("timeBasedLinear", "linearInterval") * (100_u64.div_ceil(step) - 1)
        }
        _ => 0,
    }
}

/// Returns `e`, which lets go of the deployment `id`, with what CodeDeploy does then.
pub fn unstopped(id: &str, e: Error) -> Error {
    let message = format!("{}; CodeDeploy goes on with {id} by itself", e.message);
    Error { message, ..e }.hint(format!(
        "aws deploy stop-deployment --deployment-id {id} --auto-rollback-enabled (needs codedeploy:StopDeployment)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_shift_is_that_of_its_steps() {
        let canary = json!({ "type": "TimeBasedCanary",
            "timeBasedCanary": { "canaryPercentage": 10, "canaryInterval": 5 } });
        let linear = json!({ "type": "TimeBasedLinear",
            "timeBasedLinear": { "linearPercentage": 30, "linearInterval": 5 } });
        assert_eq!((shifts(&canary), shifts(&linear), shifts(&json!({ "type": "AllAtOnce" }))), (5, 15, 0));
        let kept = json!({ "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": { "action": "TERMINATE", "terminationWaitTimeInMinutes": 7 } } });
        assert_eq!((wait(&kept), wait(&json!({}))), (7, 0));
    }
}
