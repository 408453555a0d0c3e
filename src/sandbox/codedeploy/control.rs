//! StopDeployment, ContinueDeployment and what hooks report.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::world::World;
use super::ask::Ask;
use super::deployment::{Deployment, Status, Step, Stop};
use super::held::Held;
use super::show::{id, missing};

/// A deployment that is not over.
fn running<'h>(held: &'h mut Held, ask: &Ask<'_>) -> Result<&'h mut Deployment, Fail> {
    let id = id(ask)?;
    let deployment = held.deployment_mut(ask.region(), id).ok_or_else(|| missing(id))?;
    if deployment.status.terminal() {
        let message =
            format!("The deployment {id} has already completed: its status is {}", deployment.status.word());
        return Err(Fail::new(400, "DeploymentAlreadyCompletedException", message));
    }
    Ok(deployment)
}

/// StopDeployment: it is stopped some time later, if it has not come to its own end by then.
pub(crate) fn stop(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let delay = world.switches.number("codedeploy_stop_ms") as f64 / 1000.0;
    let account = world.accounts.entry(ask.call.caller.account.clone()).or_default();
    let deployment = running(&mut account.codedeploy, ask)?;
    let rollback = ask.body.get("autoRollbackEnabled").and_then(Value::as_bool);
    if deployment.status == Status::Created {
        // Nothing has begun that would have to be stopped.
        deployment.status = Status::Stopped;
        deployment.completed = Some(ask.now);
        deployment.error = Some(("MANUAL_STOP".into(), "The deployment has been stopped by user".into()));
        for event in &mut deployment.events {
            event.status = "Skipped";
        }
        let done = json!({"status": "Succeeded", "statusMessage": "The stop operation was successful."});
        return Ok(Answer::json(&done));
    }
    let at = deployment.stop.map_or(ask.now + delay, |stop| stop.at);
    deployment.stop = Some(Stop { at, rollback });
    let pending = json!({"status": "Pending", "statusMessage": "No further events will be scheduled for this deployment, but any event that is currently running might still complete."});
    Ok(Answer::json(&pending))
}

/// ContinueDeployment.
pub(crate) fn proceed(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let deployment = running(held, ask)?;
    let fail = |code: &str, message: String| Err(Fail::new(400, code, message));
    match ask.text("deploymentWaitType") {
        "" | "READY_WAIT" => {
            if deployment.status != Status::Ready {
                let message = format!("The deployment {} is not in the Ready state.", deployment.id);
                return fail("DeploymentIsNotInReadyStateException", message);
            }
        }
        "TERMINATION_WAIT" => {
            if deployment.step() != Step::TerminationWait {
                let message = format!(
                    "The deployment {} does not wait to terminate the original task set.",
                    deployment.id
                );
                return fail("InvalidDeploymentStatusException", message);
            }
        }
        other => {
            return fail("InvalidDeploymentWaitTypeException", format!("The wait type {other} is invalid."));
        }
    }
    deployment.continued = true;
    Ok(Answer::empty(200))
}

/// PutLifecycleEventHookExecutionStatus: what a function says that was called as a hook.
pub(crate) fn report(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = id(ask)?;
    let deployment = held.deployment_mut(ask.region(), id).ok_or_else(|| missing(id))?;
    let execution = ask.text("lifecycleEventHookExecutionId");
    let event = deployment.events.iter_mut().find(|event| event.execution == execution);
    let event = event.ok_or_else(|| {
        let message = "A lifecycle event hook is invalid. Review the hooks section in your AppSpec file to ensure the lifecycle events and hooks functions are valid.";
        Fail::new(400, "InvalidLifecycleEventHookExecutionIdException", message)
    })?;
    // "status: The result of a Lambda function that validates a deployment lifecycle event": Succeeded or Failed.
    let status = ask.text("status");
    if !matches!(status, "Succeeded" | "Failed") {
        let message = "The result of a Lambda validation function that verifies a lifecycle event is invalid. It should return Succeeded or Failed.";
        return Err(Fail::new(400, "InvalidLifecycleEventHookExecutionStatusException", message));
    }
    if event.status != "InProgress" || event.report.is_some() {
        let message = "An attempt to return the status of an already completed lifecycle event occurred.";
        return Err(Fail::new(400, "LifecycleEventAlreadyCompletedException", message));
    }
    event.report = Some(status.to_owned());
    Ok(Answer::json(&json!({"lifecycleEventHookExecutionId": execution})))
}
