//! StopServiceDeployment and ContinueServiceDeployment.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid};
use super::deployment_calls::place;
use super::hook::HookStatus;
use super::service::Service;
use super::service_deployment::Status;

fn missing() -> Fail {
    Fail::new(400, "ServiceDeploymentNotFoundException", "Service deployment not found.")
}

/// The service whose newest deployment has this ARN; an older one is over.
fn found<'a>(ask: &'a mut Ask<'_>, arn: &str) -> Result<&'a mut Service, Fail> {
    let (cluster, service) = place(arn).ok_or_else(missing)?;
    let cluster = ask.place.cluster_mut(cluster).ok_or_else(missing)?;
    let service = cluster.services.get_mut(service).ok_or_else(missing)?;
    if !service.history.iter().any(|one| one.arn == arn) {
        return Err(missing());
    }
    Ok(service)
}

/// A stop is a rollback (ABORT is in the model and "not valid" in its words); what is over cannot be stopped.
pub(crate) fn stop(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let arn = ask.needed("serviceDeploymentArn")?.to_owned();
    match ask.text("stopType").unwrap_or("ROLLBACK") {
        "ROLLBACK" => {}
        other => return Err(invalid(format!("stopType {other} is not supported."))),
    }
    let now = ask.now;
    let service = found(ask, &arn)?;
    let back = service.completed.is_some();
    let current = service.history.last_mut().filter(|one| one.arn == arn && !one.status.over());
    let current = current.ok_or_else(|| {
        let message = "The service deployment is already in a terminal state and cannot be stopped.";
        Fail::new(400, "ConflictException", message)
    })?;
    if !current.status.goes_back() && current.status != Status::StopRequested {
        current.status = if back { Status::RollbackRequested } else { Status::StopRequested };
        current.reason = Some("Rollback requested by user.".into());
        current.updated = now;
    }
    Ok(json!({"serviceDeploymentArn": arn}))
}

/// A pause ends, forwards or back.
pub(crate) fn go_on(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let arn = ask.needed("serviceDeploymentArn")?.to_owned();
    let hook = ask.needed("hookId")?.to_owned();
    let action = ask.text("action").unwrap_or("CONTINUE").to_owned();
    let now = ask.now;
    let service = found(ask, &arn)?;
    let current = service.history.last_mut().filter(|one| one.arn == arn && !one.status.over());
    let waits = current.and_then(|current| {
        let at = current.hooks.iter().position(|run| run.id == hook && run.status == HookStatus::Awaiting)?;
        Some((current, at))
    });
    let (current, at) = waits.ok_or_else(|| invalid("The hook is not awaiting an action."))?;
    match action.as_str() {
        "CONTINUE" => {
            if let Some(run) = current.hooks.get_mut(at) {
                run.status = HookStatus::Succeeded;
            }
        }
        "ROLLBACK" => {
            if let Some(run) = current.hooks.get_mut(at) {
                run.status = HookStatus::Failed;
            }
            current.status = Status::RollbackRequested;
            current.reason = Some("Rollback requested by user at a lifecycle hook.".into());
        }
        other => return Err(invalid(format!("{other} is no action."))),
    }
    current.updated = now;
    Ok(json!({"serviceDeploymentArn": arn}))
}
