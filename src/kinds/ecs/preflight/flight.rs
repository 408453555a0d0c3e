//! Whether a deployment of the service is under way already.

use serde_json::Value;

use super::card::Card;
use super::target::Target;
use crate::core::Result;
use crate::core::driver::Change;
use crate::core::run::RunKind;
use crate::kinds::ecs::driver::Services;
use crate::kinds::ecs::in_flight::{Heading, flight};

const ASKED: &str = "in flight";

/// Asks about deployments that have not ended.
pub async fn ask(
    services: &Services,
    change: &Change<'_>,
    kind: RunKind,
    target: &Target,
    card: &mut Card<'_>,
) {
    if change.from.is_none() {
        return;
    }
    let service = match services.calls.service(&target.id).await {
        Ok(service) => service,
        Err(e) => return card.unasked(ASKED, &e, "ecs:DescribeServices"),
    };
    let by_codedeploy = service.pointer("/deploymentController/type").is_some_and(|t| t == "CODE_DEPLOY");
    let open = match by_codedeploy {
        true => match of_codedeploy(services, &target.id, &service).await {
            Ok(open) => open,
            Err(e) => return card.unasked(ASKED, &e, "codedeploy:ListDeployments and GetDeployment"),
        },
        false => under_way(&service),
    };
    match (open, by_codedeploy, kind) {
        (None, ..) => card.pass(ASKED, "no deployment is under way"),
        // Source: deploy-peers 4.4: DeploymentLimitExceededException; one deployment a group.
        (Some(what), true, RunKind::Deploy) => card.block(
            ASKED,
            format!("{what} is under way, and CodeDeploy takes one at a time"),
            "wait for its end, its wait before the old tasks are terminated included, or take it back: snapdeploy \
             rollback",
        ),
        (Some(what), true, RunKind::Rollback) => {
            card.warn(ASKED, format!("{what} is under way, and is stopped and rolled back first"));
        }
        (Some(what), false, _) => {
            card.warn(ASKED, format!("{what} is under way, and is superseded by this"));
        }
    }
}

/// Returns which deployment of CodeDeploy has not ended. Task sets do not tell: before its own is made there is none of it,
/// and the old one may drain yet when it has ended.
async fn of_codedeploy(services: &Services, id: &str, service: &Value) -> Result<Option<String>> {
    let flight = flight(services, id, service).await?;
    Ok(flight.map(|flight| match flight.heading {
        Heading::There => format!("the deployment {}", flight.id),
        Heading::Back(of) => format!("the rollback of the deployment {of}"),
    }))
}

/// Returns which deployment of `service`, which ECS deploys, has not ended.
///
/// Source: deploy-peers 4.2: it has more than its PRIMARY deployment, or a rollout state IN_PROGRESS.
fn under_way(service: &Value) -> Option<String> {
    let deployments = service["deployments"].as_array()?;
    let open = deployments.iter().find(|d| d["status"] == "PRIMARY" && d["rolloutState"] == "IN_PROGRESS");
    let several = || deployments.iter().find(|d| d["status"] == "PRIMARY").filter(|_| deployments.len() > 1);
    let one = open.or_else(several)?;
    let of = one["taskDefinition"].as_str().and_then(|t| t.rsplit('/').next()).unwrap_or("a revision");
    Some(format!("the deployment {} of {of}", one["id"].as_str().unwrap_or("")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_not_ended_is_named() {
        let primary = |state: &str| {
            json!({ "status": "PRIMARY", "id": "ecs-svc/1", "rolloutState": state,
            "taskDefinition": "arn:aws:ecs:r:1:task-definition/api:7" })
        };
        assert_eq!(under_way(&json!({ "deployments": [primary("COMPLETED")] })), None);
        let open = under_way(&json!({ "deployments": [primary("IN_PROGRESS")] }));
        assert_eq!(open.as_deref(), Some("the deployment ecs-svc/1 of api:7"));
        let active = json!({ "status": "ACTIVE", "id": "ecs-svc/0" });
        assert!(under_way(&json!({ "deployments": [primary("COMPLETED"), active] })).is_some());
    }
}
