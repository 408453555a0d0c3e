//! What a service stands at that has what was asked for already: an UpdateService that changes nothing starts no deployment,
//! also where the last one of just this failed.
//!
//! Source: deploy-peers 4.2 (which members start a deployment) and 4.1 (how one ends).

use serde_json::Value;

use super::calls::Calls;
use super::fetch::Seen;
use super::standing::{Standing, standing};
use crate::core::Result;

/// How the newest deployment of what a service has came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Already {
    /// It is as asked for.
    Well,
    /// ECS goes on with it, under this ticket.
    Goes(String),
    /// ECS is going back to it.
    GoesBack,
    /// It failed, and ECS leaves it at that.
    Fell,
}

/// Returns how what `service` has came out; `id` is the service's.
pub async fn already(calls: &Calls, id: &str, service: &Value) -> Result<Already> {
    let newest = match Seen::of(service).deployment {
        Some(arn) => Some(arn),
        None => {
            let newest = calls.deployments_in_short(id, 1).await?.into_iter().next();
            newest.and_then(|one| one["serviceDeploymentArn"].as_str().map(String::from))
        }
    };
    let described = match &newest {
        Some(arn) => calls.service_deployments(std::slice::from_ref(arn)).await?.into_iter().next(),
        None => None,
    };
    Ok(of(service, newest, described.as_ref()))
}

/// Returns the same of the newest service deployment `described`, whose ARN is `arn`; where there is none, of the PRIMARY
/// deployment of `service`.
fn of(service: &Value, arn: Option<String>, described: Option<&Value>) -> Already {
    if let (Some(arn), Some(deployment)) = (arn, described) {
        return match standing(deployment) {
            Standing::Succeeded | Standing::TakenBack => Already::Well,
            Standing::Forwards => Already::Goes(arn),
            Standing::Back => Already::GoesBack,
            Standing::Stopped | Standing::Stuck => Already::Fell,
        };
    }
    let mut all = service["deployments"].as_array().into_iter().flatten();
    let primary = all.find(|one| one["status"] == "PRIMARY");
    let id = primary.and_then(|one| one["id"].as_str()).map(String::from);
    match (primary.and_then(|one| one["rolloutState"].as_str()), id) {
        (Some("FAILED"), _) => Already::Fell,
        (Some("IN_PROGRESS"), Some(id)) => Already::Goes(id),
        _ => Already::Well,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_failed_and_is_there_is_begun_anew_and_what_goes_on_is_followed() {
        let arn = || Some("arn:aws:ecs:us-east-1:123456789012:service-deployment/main/web/1".to_string());
        for (status, expected) in [
            ("SUCCESSFUL", Already::Well),
            ("ROLLBACK_SUCCESSFUL", Already::Well),
            ("IN_PROGRESS", Already::Goes(arn().unwrap())),
            ("ROLLBACK_IN_PROGRESS", Already::GoesBack),
            ("STOPPED", Already::Fell),
            ("ROLLBACK_FAILED", Already::Fell),
        ] {
            let described = json!({ "status": status });
            assert_eq!(of(&json!({}), arn(), Some(&described)), expected, "{status}");
        }
        for (state, expected) in [
            (json!("COMPLETED"), Already::Well),
            (json!("FAILED"), Already::Fell),
            (json!("IN_PROGRESS"), Already::Goes("ecs-svc/1".into())),
            (Value::Null, Already::Well),
        ] {
            let primary = json!({ "id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": state });
            assert_eq!(of(&json!({ "deployments": [primary] }), None, None), expected, "{state}");
        }
    }
}
