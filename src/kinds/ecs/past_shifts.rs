//! Past deployments of CodeDeploy: which task definition each has brought, when, and how that ended.
//!
//! Source: deploy-peers 4.4; "ListDeployments" and "DeploymentInfo" (CodeDeploy API reference).

use serde_json::{Value, json};

use super::deployment_group::{ask, group_of, primary};
use super::driver::Services;
use super::fetch::task_definition;
use super::{appspec, calls};
use crate::core::{ErrorKind, Result};

/// How far back is looked, in seconds: the 90 days that ECS keeps deployments of its own.
const BACK: f64 = 90.0 * 24.0 * 3600.0;

/// One deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct PastShift {
    /// The ARN of the task definition.
    pub definition: String,
    /// When it was begun.
    pub at: Option<f64>,
    /// Whether it succeeded; `None` where it has not ended.
    pub good: Option<bool>,
}

/// Returns those of the service `id`, which is `service` now, the newest first. Rollbacks are left out: they bring nothing.
pub async fn past_shifts(services: &Services, id: &str, service: &Value) -> Result<Vec<PastShift>> {
    let group = match group_of(services, id, service).await {
        Ok(group) => group,
        // Nothing deploys it any more, and it may go back all the same once that is made again.
        Err(e) if e.kind == ErrorKind::Blocked => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let now = services.calls.account.clock.now().as_second() as f64;
    let mut infos = group.deployments(services, now - BACK, now + 3600.0).await?;
    // What runs may have been brought longer ago, or by a group that had another name then.
    if let Some(made) = primary(service)["externalId"].as_str().filter(|made| made.starts_with("d-"))
        && !infos.iter().any(|info| info["deploymentId"] == made)
        && let Ok(mut answer) = ask(services, "GetDeployment", &json!({ "deploymentId": made })).await
    {
        infos.insert(0, answer["deploymentInfo"].take());
    }
    let like = task_definition(service).unwrap_or_default();
    Ok(infos.iter().rev().filter_map(|info| one(info, like)).collect())
}

/// Returns what `info` tells. An AppSpec may name a revision in short: then it is of the account and region of `like`.
fn one(info: &Value, like: &str) -> Option<PastShift> {
    if !info["rollbackInfo"]["rollbackTriggeringDeploymentId"].is_null()
        || info["creator"] == "codeDeployRollback"
    {
        return None;
    }
    let named = appspec::definition(&info["revision"])?;
    // A family alone is whatever was its newest revision then.
    calls::revision_of(&named)?;
    let definition = match named.starts_with("arn:") {
        true => named,
        false => format!("{}/{named}", like.rsplit_once('/')?.0),
    };
    let good = match info["status"].as_str()? {
        "Succeeded" => Some(true),
        "Failed" | "Stopped" => Some(false),
        _ => None,
    };
    Some(PastShift { definition, at: info["startTime"].as_f64().or(info["createTime"].as_f64()), good })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIKE: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1";

    fn told(definition: &str, status: &str) -> Option<PastShift> {
        let spec = json!({ "version": 0.0, "Resources": [{ "TargetService": { "Type": "AWS::ECS::Service",
            "Properties": { "TaskDefinition": definition } } }] });
        let info = json!({ "status": status, "createTime": 5.0,
            "revision": { "revisionType": "AppSpecContent", "appSpecContent": { "content": spec.to_string() } } });
        one(&info, LIKE)
    }

    #[test]
    fn only_what_succeeded_was_good_and_a_short_name_is_of_this_account() {
        for (status, good) in
            [("Succeeded", Some(true)), ("Stopped", Some(false)), ("Failed", Some(false)), ("Ready", None)]
        {
            assert_eq!(told("web:7", status).map(|shift| shift.good), Some(good), "{status}");
        }
        let whole = told("web:7", "Succeeded").unwrap();
        assert_eq!(whole.definition, "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7");
        assert_eq!(told("web", "Succeeded"), None);
    }
}
