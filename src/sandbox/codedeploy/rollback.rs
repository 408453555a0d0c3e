//! Rollbacks, which are deployments of their own: whether there is one, and its making.

use serde_json::{Value, json};

use super::super::world::World;
use super::create;
use super::deployment::{Deployment, Step};
use super::settle::Rules;

/// Why a deployment did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    Failure,
    Alarm,
    /// StopDeployment, with `autoRollbackEnabled` if it was given.
    Request(Option<bool>),
}

/// Decides whether a deployment that has just ended is taken back.
pub(crate) fn decide(deployment: &mut Deployment, cause: Cause, rules: &Rules) {
    // A rollback that fails is not rolled back.
    if deployment.triggered_by.is_some() {
        return;
    }
    let configured = |event: &str| {
        let config = deployment.auto_rollback.as_ref();
        let events = config.and_then(|config| config.get("events")?.as_array());
        config.is_some_and(|config| config.get("enabled") == Some(&json!(true)))
            && events.is_some_and(|events| events.iter().any(|known| known == event))
    };
    let wanted = match cause {
        Cause::Failure => configured("DEPLOYMENT_FAILURE"),
        Cause::Alarm => configured("DEPLOYMENT_STOP_ON_ALARM"),
        Cause::Request(given) => given.unwrap_or_else(|| configured("DEPLOYMENT_STOP_ON_REQUEST")),
    };
    if !wanted {
        return;
    }
    if deployment.green.is_none() {
        // "If the BeforeInstall hook fails ... a rollback is not possible at this point".
        let message = "A rollback is not possible at this point: no replacement task set has been created.";
        deployment.rollback_message = Some(message.into());
    } else if deployment.previous.is_none() && !rules.first_rolls_back {
        let message =
            "The deployment cannot be rolled back: its deployment group has no successful deployment.";
        deployment.rollback_message = Some(message.into());
    } else {
        deployment.rollback_at = Some(rules.now + rules.stage);
    }
}

/// Makes the rollback deployment once it is due: traffic goes back to the original task set, which is still there, and the
/// replacement is terminated. Which lifecycle events AWS shows of it is not known: those of what is not done are Skipped.
pub(crate) fn due(world: &mut World, deployment: &mut Deployment, rules: &Rules) {
    if !deployment.rollback_at.is_some_and(|at| at <= rules.now) {
        return;
    }
    deployment.rollback_at = None;
    let (region, names) = (&deployment.region, (deployment.application.as_str(), deployment.group.as_str()));
    let Some(account) = world.accounts.get_mut(&deployment.account) else { return };
    let held = &mut account.codedeploy;
    let Some(group) = held.group(region, names.0, names.1).cloned() else {
        deployment.rollback_message =
            Some("The deployment cannot be rolled back: its group was deleted.".into());
        return;
    };
    let plan = vec![Step::Start, Step::AllowTraffic, Step::Terminate];
    let mut made = create::new(&group, (&deployment.account, region, rules.now), names, plan);
    made.creator = "codeDeployRollback";
    made.revision.clone_from(&deployment.previous);
    made.triggered_by = Some(deployment.id.clone());
    made.settings.clone_from(&deployment.settings);
    (made.blue, made.green) = (deployment.green.clone(), deployment.blue.clone());
    (made.blue_group, made.green_group) = (deployment.green_group.clone(), deployment.blue_group.clone());
    made.events = deployment
        .events
        .iter()
        .map(|event| {
            let mut own = create::pending(event.name);
            if event.name != "AllowTraffic" {
                own.status = "Skipped";
            }
            own
        })
        .collect();
    deployment.rollback_id = Some(made.id.clone());
    deployment.rollback_message = Some(format!("The deployment is rolled back by {}.", made.id));
    if let Some(group) = held.group_mut(region, names.0, names.1) {
        group.last_attempt = Some(made.id.clone());
    }
    held.deployments.push(made);
}

/// `rollbackInfo`, of a deployment that was or could not be taken back, and of one that takes back.
pub(crate) fn info(deployment: &Deployment) -> Option<Value> {
    let mut out = json!({});
    for (member, value) in [
        ("rollbackDeploymentId", &deployment.rollback_id),
        ("rollbackTriggeringDeploymentId", &deployment.triggered_by),
        ("rollbackMessage", &deployment.rollback_message),
    ] {
        if let Some(value) = value {
            out[member] = json!(value);
        }
    }
    (out != json!({})).then_some(out)
}
