//! Pauses of a service deployment on a ladder: ECS waits at each rung until it is told to go on, or to roll back.
//!
//! Source: deploy-peers 4.1: "ContinueServiceDeployment(arn, hookId, action CONTINUE|ROLLBACK) for PAUSE hooks"; weights are
//! "a snapshot, may not reflect real time"; LINEAR and CANARY go through PRE_PRODUCTION_TRAFFIC_SHIFT at each step.

use std::time::Duration;

use serde_json::{Value, json};

use super::climb::Climb;
use super::overlaid::{WAITS_AT, all_pauses_are_ours, waits_for_gates};
use super::service_deployment::stop;
use super::verdict::Refusals;
use super::watch::Watch;
use crate::aws::Fate;
use crate::core::{Error, Result};

/// How often a pause is looked at of which something is shown that cannot be so any more: what is shown may be late.
const AGAIN: u32 = 4;
/// How often a pause is looked at before any rung is reached, for the same reason.
const FIRST: u32 = 2;
/// The stage at which a pause follows a shift.
const AFTER: &str = WAITS_AT[1];

/// Which pause one is: each has an end of its own, and an id.
#[derive(Clone, Debug, PartialEq)]
struct Pause {
    hook: Value,
    expires: Value,
    stage: Value,
}

/// What is known of the pauses of one deployment. The place of one is the rung that is reached, none before the first.
#[derive(Debug, Default)]
pub struct Pauses {
    /// The one that waits, where it is by the weight, and how often it was seen so.
    seen: Option<(Pause, Option<usize>, u32)>,
    /// The last one that was let go of, and where it was.
    gone: Option<(Pause, Option<usize>)>,
    /// How often it was refused that one is let go of.
    refusals: Refusals,
}

impl Pauses {
    /// Looks where `deployment` is: holds the rung that it has reached, and lets go of the pause that waits for what is
    /// over.
    ///
    /// Fails where ECS is told no more that the deployment may go on.
    pub async fn look<'a>(
        &mut self,
        watch: &Watch<'a>,
        climb: &mut Climb<'a>,
        deployment: &Value,
    ) -> Result<()> {
        if !climb.is_on() {
            return Ok(());
        }
        let weight = deployment["targetServiceRevision"]["requestedProductionTrafficWeight"].as_f64();
        let shown = climb.rung_at(weight.unwrap_or_default());
        if let Some(rung) = shown {
            climb.reach(rung, None);
        }
        let Some(hook) = awaits(deployment) else { return Ok(()) };
        let pause = Pause {
            hook: hook["hookId"].clone(),
            expires: hook["expiresAt"].clone(),
            stage: deployment["lifecycleStage"].clone(),
        };
        let looks = match &self.seen {
            Some((same, place, looks)) if (same, *place) == (&pause, shown) => looks + 1,
            _ => 1,
        };
        self.seen = Some((pause.clone(), shown, looks));
        let mut rung = shown;
        if let Some(reached) = self.must_have_reached(&pause, shown, deployment) {
            if looks < AGAIN {
                return Ok(());
            }
            // The weight is that of before for longer than one can wait for it.
            rung = Some(reached);
            climb.reach(reached, None);
        }
        if rung.is_some_and(|rung| !climb.is_over(rung)) {
            return Ok(());
        }
        let needed = match (&self.gone, rung) {
            // It is shown late, or has not been heard.
            (Some((_, place)), _) if *place == rung => AGAIN,
            (_, None) => FIRST,
            (_, Some(_)) => 1,
        };
        if looks < needed {
            return Ok(());
        }
        match go_on(watch, deployment, hook, "CONTINUE").await {
            Ok(()) => {
                (self.gone, self.seen, self.refusals) = (Some((pause, rung)), None, Refusals::default())
            }
            Err(e) if self.refusals.are_enough(&e) => return Err(e),
            // At the next look it is told again.
            Err(_) => {}
        }
        Ok(())
    }

    /// Returns the rung that the traffic must have reached where `pause` waits, though the weight `shown` is lower: it is not
    /// the one that was let go of last, and between the two was a shift, unless that one followed a shift itself.
    fn must_have_reached(&self, pause: &Pause, shown: Option<usize>, deployment: &Value) -> Option<usize> {
        let reached = match &self.gone {
            Some((gone, place)) if gone != pause && gone.stage != AFTER => place.map_or(0, |place| place + 1),
            // Another process has let go of the one before the first shift.
            None if has_gone_on(deployment) => 0,
            _ => return None,
        };
        (shown < Some(reached)).then_some(reached)
    }
}

/// Returns whether a pause of `deployment` is over in which it waited for gates.
fn has_gone_on(deployment: &Value) -> bool {
    let over = |hook: &Value| hook["targetType"] == "PAUSE" && hook["status"] == "SUCCEEDED";
    let mut hooks = deployment["lifecycleHookDetails"].as_array().into_iter().flatten();
    // What is shown of a pause does not say at which stage it was: another's may have been at an earlier one.
    all_pauses_are_ours(&deployment["deploymentConfiguration"]) && hooks.any(over)
}

/// Returns whether `deployment` waits for gates on each rung.
pub fn waits(deployment: &Value) -> bool {
    let stage = deployment["lifecycleStage"].as_str().unwrap_or_default();
    waits_for_gates(&deployment["deploymentConfiguration"], stage)
}

/// Returns the pause in which `deployment` waits for gates at this moment.
fn awaits(deployment: &Value) -> Option<&Value> {
    let mut hooks = deployment["lifecycleHookDetails"].as_array()?.iter();
    hooks.find(|hook| hook["status"] == "AWAITING_ACTION").filter(|_| waits(deployment))
}

/// Has ECS roll `deployment` back, which a gate has failed: out of its pause, or else wherever it is.
pub async fn take_back(watch: &Watch<'_>, deployment: &Value) -> Result<()> {
    if let Some(hook) = awaits(deployment)
        && go_on(watch, deployment, hook, "ROLLBACK").await.is_ok()
    {
        return Ok(());
    }
    stop(watch, deployment["serviceDeploymentArn"].as_str().unwrap_or_default()).await
}

async fn go_on(watch: &Watch<'_>, deployment: &Value, hook: &Value, action: &str) -> Result<()> {
    let arn = &deployment["serviceDeploymentArn"];
    let body = json!({ "serviceDeploymentArn": arn, "hookId": hook["hookId"], "action": action });
    match watch.services.calls.tell("ContinueServiceDeployment", &body, watch.with.lease.until()).await {
        Ok(_) => Ok(()),
        // It may have been heard, and the next look tells. Of a rollback none does, so that is told again.
        Err(failure) if failure.fate == Fate::Unknown && action == "CONTINUE" => Ok(()),
        Err(failure) => Err(failure.error),
    }
}

/// Returns `e`, which lets go of `deployment`, with what ECS does then.
pub fn until(deployment: &Value, e: Error) -> Error {
    if !waits(deployment) {
        return Error { message: format!("{}; ECS goes on with the deployment by itself", e.message), ..e };
    }
    let expires = awaits(deployment).and_then(|hook| hook["expiresAt"].as_f64());
    let at = expires.and_then(|at| jiff::Timestamp::from_second(at as i64).ok());
    let when = match at {
        Some(at) => format!("ECS waits there until {at}"),
        None => "ECS waits for 24 hours before the next step".to_string(),
    };
    Error { message: format!("{}; {when}, and then rolls back by itself", e.message), ..e }
}

/// Returns `e`, with which the deployment called `what` could not be told to go on.
pub fn stuck(what: &str, deployment: &Value, e: Error) -> Error {
    let message = format!("{what} waits to be told to go on, and cannot be told");
    let e = until(deployment, Error::failed(message).because(e));
    e.hint("allow the role ecs:ContinueServiceDeployment on it, and deploy again")
}

/// Returns `e`, with which `deployment` could not be taken back.
pub fn unstopped(deployment: &Value, e: Error) -> Error {
    let arn = deployment["serviceDeploymentArn"].as_str().unwrap_or_default();
    until(deployment, e).hint(format!(
        "aws ecs stop-service-deployment --service-deployment-arn {arn} --stop-type ROLLBACK (needs \
         ecs:StopServiceDeployment)"
    ))
}

/// Returns how long a deployment with this configuration takes by what is configured.
pub fn configured(configuration: &Value) -> Duration {
    let number = |part: &str, member: &str| configuration[part][member].as_f64().unwrap_or_default();
    let shifts = match configuration["strategy"].as_str() {
        Some("CANARY") => number("canaryConfiguration", "canaryBakeTimeInMinutes"),
        Some("LINEAR") => {
            let steps = (100.0 / number("linearConfiguration", "stepPercent").max(3.0)).ceil() - 1.0;
            steps * number("linearConfiguration", "stepBakeTimeInMinutes")
        }
        _ => 0.0,
    };
    let minutes = shifts + configuration["bakeTimeInMinutes"].as_f64().unwrap_or_default();
    Duration::try_from_secs_f64(minutes * 60.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_configured_is_added_up() {
        for (configuration, minutes) in [
            (json!({ "strategy": "ROLLING" }), 0),
            (json!({ "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 30 }), 30),
            (
                json!({ "strategy": "CANARY", "bakeTimeInMinutes": 30,
                    "canaryConfiguration": { "canaryPercent": 10.0, "canaryBakeTimeInMinutes": 60 } }),
                90,
            ),
            (
                json!({ "strategy": "LINEAR",
                    "linearConfiguration": { "stepPercent": 20.0, "stepBakeTimeInMinutes": 5 } }),
                20,
            ),
        ] {
            assert_eq!(configured(&configuration), Duration::from_secs(minutes * 60), "{configuration}");
        }
    }
}
