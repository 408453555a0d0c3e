//! How far a deployment is, by its ticket, asked once by whoever looks on.

use serde_json::{Value, json};

use super::deployment_group::ask;
use super::driver::Services;
use super::stop::back_from;
use crate::core::inventory::Found;
use crate::core::{Error, Result};

/// Returns how far what was started under `ticket` is, in a line.
pub async fn progress(services: &Services, of: Option<&Found>, ticket: &str) -> Result<String> {
    let calls = &services.calls;
    let unknown = || Error::not_found(format!("the deployment {ticket} is not known any more"));
    if ticket.starts_with("arn:") {
        let all = calls.service_deployments(&[ticket.to_string()]).await?;
        return all.first().map(service_deployment).ok_or_else(unknown);
    }
    if ticket.starts_with("d-") {
        let id = back_from(ticket).unwrap_or(ticket);
        let mut answer = ask(services, "GetDeployment", &json!({ "deploymentId": id })).await?;
        if let Some(by) = answer["deploymentInfo"]["rollbackInfo"]["rollbackDeploymentId"].as_str() {
            let body = json!({ "deploymentId": by });
            answer = ask(services, "GetDeployment", &body).await?;
            return Ok(format!("rolling back, {}", word(&answer["deploymentInfo"]["status"])));
        }
        return Ok(word(&answer["deploymentInfo"]["status"]));
    }
    let Some(of) = of else { return Err(unknown()) };
    let service = calls.service(&of.id).await?;
    let mut all = service["deployments"].as_array().into_iter().flatten();
    // One that has failed and was rolled back is not listed any more (deploy-peers 4.2).
    all.find(|deployment| deployment["id"] == ticket).map(rolling).ok_or_else(unknown)
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or("of unknown state").to_string()
}

fn service_deployment(deployment: &Value) -> String {
    let target = &deployment["targetServiceRevision"];
    let at = deployment["lifecycleStage"].as_str().map(|stage| format!(" at {stage}")).unwrap_or_default();
    let (running, wanted) = (&target["runningTaskCount"], &target["requestedTaskCount"]);
    match (running.as_u64(), wanted.as_u64()) {
        (Some(running), Some(wanted)) => {
            format!("{}{at}, {running} of {wanted} tasks running", word(&deployment["status"]))
        }
        _ => format!("{}{at}", word(&deployment["status"])),
    }
}

fn rolling(deployment: &Value) -> String {
    let state = word(deployment.get("rolloutState").unwrap_or(&deployment["status"]));
    let [running, wanted, failed] =
        ["runningCount", "desiredCount", "failedTasks"].map(|m| deployment[m].as_u64().unwrap_or_default());
    let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    format!("{state}, {running} of {wanted} tasks running{failed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sort_of_deployment_is_told_in_a_line() {
        let staged = json!({ "status": "IN_PROGRESS", "lifecycleStage": "BAKE_TIME",
            "targetServiceRevision": { "runningTaskCount": 2, "requestedTaskCount": 3 } });
        assert_eq!(service_deployment(&staged), "IN_PROGRESS at BAKE_TIME, 2 of 3 tasks running");
        assert_eq!(service_deployment(&json!({ "status": "PENDING" })), "PENDING");
        let one =
            json!({ "rolloutState": "IN_PROGRESS", "runningCount": 1, "desiredCount": 2, "failedTasks": 4 });
        assert_eq!(rolling(&one), "IN_PROGRESS, 1 of 2 tasks running, 4 failed");
    }
}
