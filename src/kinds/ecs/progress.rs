//! How far a deployment is, by its ticket, asked by whoever looks on.

use serde_json::{Value, json};

use super::deployment_group::ask;
use super::driver::Services;
use super::rolling;
use super::service_deployment;
use super::standing::{Standing, standing};
use super::stop::back_from;
use crate::core::following::{End, Far};
use crate::core::inventory::Found;
use crate::core::run::Verdict;
use crate::core::{Error, Result};

/// Returns how far what was started under `ticket` is.
pub async fn progress(services: &Services, of: Option<&Found>, ticket: &str) -> Result<Far> {
    let calls = &services.calls;
    let unknown = || Error::not_found(format!("the deployment {ticket} is not known any more"));
    if ticket.starts_with("arn:") {
        let all = calls.service_deployments(&[ticket.to_string()]).await?;
        let deployment = all.first().ok_or_else(unknown)?;
        let end = match standing(deployment) {
            Standing::Forwards | Standing::Back => None,
            Standing::Succeeded => Some(End::Done),
            Standing::TakenBack => Some(End::Fell(Verdict::TakenBack)),
            Standing::Stuck => Some(End::Fell(Verdict::Failed)),
            Standing::Stopped => Some(match service_deployment::next(calls, ticket, deployment).await? {
                Some(_) => End::Fell(Verdict::Superseded),
                None => End::Fell(Verdict::Failed),
            }),
        };
        return Ok(Far { line: of_service(deployment), end });
    }
    if let Some(id) = back_from(ticket) {
        let far = of_codedeploy(services, id).await?;
        // Who wants that back has what was asked for.
        let end = far.end.map(|end| match end {
            End::Fell(Verdict::TakenBack) => End::Done,
            _ => End::Fell(Verdict::Failed),
        });
        return Ok(Far { end, ..far });
    }
    if ticket.starts_with("d-") {
        return of_codedeploy(services, ticket).await;
    }
    let Some(of) = of else { return Err(unknown()) };
    let service = calls.service(&of.id).await?;
    let mut all = service["deployments"].as_array().into_iter().flatten();
    let listed = all.find(|deployment| deployment["id"] == ticket);
    let end = rolling::end(&service, ticket);
    // One that has failed and was rolled back is not listed any more (deploy-peers 4.2).
    match (listed, end) {
        (None, None) => Err(unknown()),
        (None, _) => Ok(Far { line: "replaced by another deployment".into(), end }),
        (Some(deployment), _) => Ok(Far { line: of_rolling(deployment), end }),
    }
}

/// Returns the same of a deployment of CodeDeploy: where it did not succeed, its rollback is another deployment, which has
/// an end of its own ("RollbackInfo", CodeDeploy API reference).
async fn of_codedeploy(services: &Services, id: &str) -> Result<Far> {
    let info = async |id: &str| {
        let mut answer = ask(services, "GetDeployment", &json!({ "deploymentId": id })).await?;
        Ok::<Value, Error>(answer["deploymentInfo"].take())
    };
    let own = info(id).await?;
    let line = word(&own["status"]);
    let failed = Some(End::Fell(Verdict::Failed));
    match own["status"].as_str() {
        Some("Succeeded") => Ok(Far { line, end: Some(End::Done) }),
        Some("Failed" | "Stopped") => {
            let Some(back) = own["rollbackInfo"]["rollbackDeploymentId"].as_str() else {
                return Ok(Far { line, end: failed });
            };
            let state = word(&info(back).await?["status"]);
            let end = match state.as_str() {
                "Succeeded" => Some(End::Fell(Verdict::TakenBack)),
                "Failed" | "Stopped" => failed,
                _ => None,
            };
            Ok(Far { line: format!("{line}, rolled back by {back}: {state}"), end })
        }
        _ => Ok(Far { line, end: None }),
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or("of unknown state").to_string()
}

fn of_service(deployment: &Value) -> String {
    let target = &deployment["targetServiceRevision"];
    let at = deployment["lifecycleStage"].as_str().map(|stage| format!(" at {stage}")).unwrap_or_default();
    let (running, wanted) = (&target["runningTaskCount"], &target["requestedTaskCount"]);
    let waits =
        service_deployment::waits_for(deployment).map(|command| format!("; it waits for `{command}`"));
    let waits = waits.unwrap_or_default();
    match (running.as_u64(), wanted.as_u64()) {
        (Some(running), Some(wanted)) => {
            format!("{}{at}, {running} of {wanted} tasks running{waits}", word(&deployment["status"]))
        }
        _ => format!("{}{at}{waits}", word(&deployment["status"])),
    }
}

fn of_rolling(deployment: &Value) -> String {
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
        assert_eq!(of_service(&staged), "IN_PROGRESS at BAKE_TIME, 2 of 3 tasks running");
        assert_eq!(of_service(&json!({ "status": "PENDING" })), "PENDING");
        let pause = json!({ "status": "IN_PROGRESS", "serviceDeploymentArn": "arn:aws:ecs:us-east-1:1:service-deployment/main/web/1",
            "lifecycleHookDetails": [{ "hookId": "h-1", "status": "AWAITING_ACTION" }] });
        let said = of_service(&pause);
        assert!(said.contains("main/web/1 --hook-id h-1 --action CONTINUE --region us-east-1`"), "{said}");
        let one =
            json!({ "rolloutState": "IN_PROGRESS", "runningCount": 1, "desiredCount": 2, "failedTasks": 4 });
        assert_eq!(of_rolling(&one), "IN_PROGRESS, 1 of 2 tasks running, 4 failed");
    }
}
