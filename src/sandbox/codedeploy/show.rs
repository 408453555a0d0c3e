//! GetDeployment and BatchGetDeployments.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::ask::Ask;
use super::deployment::{Deployment, Status, Step};
use super::held::Held;
use super::rollback;

/// The id of a request.
pub(crate) fn id<'a>(ask: &Ask<'a>) -> Result<&'a str, Fail> {
    let id = ask.body.get("deploymentId").and_then(Value::as_str).unwrap_or_default();
    if id.is_empty() {
        let message = "At least one deployment ID must be specified.";
        return Err(Fail::new(400, "DeploymentIdRequiredException", message));
    }
    if !id.starts_with("d-") {
        let message = "At least one of the deployment IDs was specified in an invalid format.";
        return Err(Fail::new(400, "InvalidDeploymentIdException", message));
    }
    Ok(id)
}

/// There is none with this id.
pub(crate) fn missing(id: &str) -> Fail {
    let message = format!("The deployment {id} could not be found");
    Fail::new(400, "DeploymentDoesNotExistException", message)
}

/// `TargetStatus` of its one target.
pub(crate) fn target_status(deployment: &Deployment) -> &'static str {
    match deployment.status {
        Status::Created => "Pending",
        Status::InProgress | Status::Baking => "InProgress",
        Status::Ready => "Ready",
        Status::Succeeded => "Succeeded",
        Status::Failed => "Failed",
        Status::Stopped => "Skipped",
    }
}

/// DeploymentInfo.
fn info(deployment: &Deployment) -> Value {
    let mut out = json!({
        "applicationName": deployment.application, "deploymentGroupName": deployment.group,
        "deploymentConfigName": deployment.config, "deploymentId": deployment.id, "status": deployment.status.word(),
        "createTime": clock::epoch(deployment.created), "creator": deployment.creator, "computePlatform": "ECS",
        "ignoreApplicationStopFailures": false, "updateOutdatedInstancesOnly": false, "deploymentStatusMessages": [],
        "fileExistsBehavior": "DISALLOW",
        "instanceTerminationWaitTimeStarted": deployment.reached(Step::TerminationWait),
    });
    // An ECS deployment has one target.
    let overview = ["Pending", "InProgress", "Succeeded", "Failed", "Skipped", "Ready"];
    let status = target_status(deployment);
    let overview = overview.map(|word| (word.to_owned(), json!(u8::from(word == status))));
    out["deploymentOverview"] = Value::Object(overview.into_iter().collect());
    for (member, at) in [("startTime", deployment.started), ("completeTime", deployment.completed)] {
        if let Some(at) = at {
            out[member] = clock::epoch(at);
        }
    }
    for (member, value) in [
        ("revision", &deployment.revision),
        ("previousRevision", &deployment.previous),
        ("autoRollbackConfiguration", &deployment.auto_rollback),
        ("overrideAlarmConfiguration", &deployment.override_alarms),
    ] {
        if let Some(value) = value {
            out[member] = value.clone();
        }
    }
    for member in ["deploymentStyle", "blueGreenDeploymentConfiguration", "loadBalancerInfo"] {
        if let Some(value) = deployment.setting(member) {
            out[member] = value.clone();
        }
    }
    if let Some(description) = &deployment.description {
        out["description"] = json!(description);
    }
    if let Some((code, message)) = &deployment.error {
        out["errorInformation"] = json!({"code": code, "message": message});
    }
    if let Some(info) = rollback::info(deployment) {
        out["rollbackInfo"] = info;
    }
    out
}

/// GetDeployment.
pub(crate) fn get(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = id(ask)?;
    let deployment = held.deployment(ask.region(), id).ok_or_else(|| missing(id))?;
    Ok(Answer::json(&json!({"deploymentInfo": info(deployment)})))
}

/// BatchGetDeployments: "The maximum number of deployment IDs you can specify is 25"; what is not there is left out.
pub(crate) fn batch(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let ids = ask.texts("deploymentIds");
    if ids.is_empty() {
        let message = "At least one deployment ID must be specified.";
        return Err(Fail::new(400, "DeploymentIdRequiredException", message));
    }
    if ids.len() > 25 {
        let message = "The maximum number of names or IDs allowed for this request (25) was exceeded.";
        return Err(Fail::new(400, "BatchLimitExceededException", message));
    }
    let found: Vec<_> = ids.iter().filter_map(|id| held.deployment(ask.region(), id)).map(info).collect();
    Ok(Answer::json(&json!({"deploymentsInfo": found})))
}
