//! The one target of an ECS deployment: its service, with both task sets.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::world::World;
use super::super::{clock, ecs};
use super::ask::Ask;
use super::deployment::{self, Deployment};
use super::held::Held;
use super::show::{id, missing, target_status};
use super::stage::place;
use super::traffic;

/// `CLUSTER:SERVICE`, as the tutorial for ECS deployments shows it.
fn target_id(deployment: &Deployment) -> String {
    format!("{}:{}", deployment.cluster, deployment.service)
}

fn started<'h>(held: &'h Held, ask: &Ask<'_>) -> Result<&'h Deployment, Fail> {
    let id = id(ask)?;
    let deployment = held.deployment(ask.region(), id).ok_or_else(|| missing(id))?;
    if deployment.started.is_none() {
        let message = format!("The deployment {id} has not started.");
        return Err(Fail::new(400, "DeploymentNotStartedException", message));
    }
    Ok(deployment)
}

fn of_caller(world: &World, ask: &Ask<'_>) -> Result<Deployment, Fail> {
    let none = Held::default();
    let account = world.accounts.get(&ask.call.caller.account);
    started(account.map_or(&none, |account| &account.codedeploy), ask).cloned()
}

/// DeploymentTarget.
fn shown(world: &mut World, deployment: &Deployment) -> Value {
    let sets = ecs::task_sets(world, place(deployment)).unwrap_or_default();
    let mut infos = Vec::new();
    for (label, set) in [("Blue", &deployment.blue), ("Green", &deployment.green)] {
        let Some(state) = sets.iter().find(|state| Some(&state.id) == set.as_ref()) else { continue };
        let mut info = json!({
            // So spelled in the model.
            "identifer": state.id, "desiredCount": state.desired, "pendingCount": state.pending,
            "runningCount": state.running, "status": state.status.word(), "taskSetLabel": label,
        });
        if let Some(group) = &state.target_group {
            info["trafficWeight"] = json!(traffic::share(world, deployment, group));
            info["targetGroup"] = json!({"name": group.split('/').nth(1).unwrap_or(group)});
        }
        infos.push(info);
    }
    let events: Vec<_> = deployment.events.iter().map(deployment::shown).collect();
    let last = deployment
        .events
        .iter()
        .filter_map(|event| event.end.or(event.start))
        .fold(deployment.created, f64::max);
    json!({
        "deploymentTargetType": "ECSTarget",
        "ecsTarget": {
            "deploymentId": deployment.id, "targetId": target_id(deployment),
            "targetArn": format!(
                "arn:aws:ecs:{}:{}:service/{}/{}",
                deployment.region, deployment.account, deployment.cluster, deployment.service
            ),
            "lastUpdatedAt": clock::epoch(last), "lifecycleEvents": events, "status": target_status(deployment),
            "taskSetsInfo": infos,
        },
    })
}

/// ListDeploymentTargets.
pub(crate) fn list(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let deployment = started(held, ask)?;
    let filters = ask.body.get("targetFilters").and_then(Value::as_object);
    let statuses = filters.and_then(|filters| filters.get("TargetStatus")?.as_array());
    let wanted =
        statuses.is_none_or(|statuses| statuses.iter().any(|status| status == target_status(deployment)));
    let ids = wanted.then(|| json!(target_id(deployment))).into_iter().collect();
    ask.page("targetIds", ids, Map::new())
}

/// GetDeploymentTarget.
pub(crate) fn get(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let deployment = of_caller(world, ask)?;
    match ask.text("targetId") {
        "" => {
            let message = "A deployment target ID was not provided.";
            Err(Fail::new(400, "DeploymentTargetIdRequiredException", message))
        }
        id if id != target_id(&deployment) => {
            let message = format!("The provided target ID {id} does not belong to the attempted deployment.");
            Err(Fail::new(400, "DeploymentTargetDoesNotExistException", message))
        }
        _ => Ok(Answer::json(&json!({"deploymentTarget": shown(world, &deployment)}))),
    }
}

/// BatchGetDeploymentTargets.
pub(crate) fn batch(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let deployment = of_caller(world, ask)?;
    let ids = ask.texts("targetIds");
    if ids.is_empty() {
        let message = "A deployment target ID was not provided.";
        return Err(Fail::new(400, "DeploymentTargetIdRequiredException", message));
    }
    // "The maximum number of target IDs you can specify is 25" (BatchGetDeploymentTargets).
    if ids.len() > 25 {
        let message = "The maximum number of targets that can be associated with a request was exceeded.";
        return Err(Fail::new(400, "DeploymentTargetListSizeExceededException", message));
    }
    let own = target_id(&deployment);
    let found: Vec<_> = ids.iter().filter(|id| **id == own).map(|_| shown(world, &deployment)).collect();
    Ok(Answer::json(&json!({"deploymentTargets": found})))
}
