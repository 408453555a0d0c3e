//! Deployments that CodeDeploy makes: how one is started.

use serde_json::{Value, json};

use super::deployment_group::{Group, ask, group_of, primary};
use super::driver::Services;
use super::{appspec, routing};
use crate::aws::{Failure, Fate};
use crate::core::driver::{Reply, Sending};
use crate::core::inventory::Found;
use crate::core::moves::Move;
use crate::core::run::RunKind;
use crate::core::{Error, Result};
use crate::kinds::alarms::alarms;

/// The call that begins a deployment.
pub const START: &str = "CreateDeployment";
/// What the description of each of ours begins with.
pub const MARK: &str = "snapdeploy";

/// Starts the deployment that makes the service `of` what `args` say: `taskDefinition` is the ARN of a revision, and what
/// differs besides of `loadBalancers`, `networkConfiguration`, `platformVersion` and `capacityProviderStrategy` is as
/// UpdateService would have it.
pub async fn start(services: &Services, m: &Move, of: &Found, args: Value, with: &Sending<'_>) -> Reply {
    let (body, group) = match prepared(services, m, of, &args, with.kind).await {
        Ok(both) => both,
        Err(e) => return Reply::Refused(e.context(format!("cannot deploy {}", m.address))),
    };
    match services.calls.tell_codedeploy(START, &body, with.lease.until()).await {
        Ok(answer) => match answer["deploymentId"].as_str() {
            Some(id) => Reply::Started(id.to_string()),
            None => Reply::Unknown(Error::failed(format!("{START} has answered no id"))),
        },
        Err(Failure { error, .. }) if error.code.as_deref() == Some("DeploymentLimitExceededException") => {
            Reply::Refused(taken(services, m, &group, error).await)
        }
        Err(Failure { error, fate }) => match fate {
            Fate::Refused => Reply::Refused(error),
            Fate::Later => Reply::Later(error),
            Fate::Unknown => Reply::Unknown(error),
        },
    }
}

async fn prepared(
    services: &Services,
    m: &Move,
    of: &Found,
    args: &Value,
    kind: RunKind,
) -> Result<(Value, Group)> {
    let service = services.calls.service(&of.id).await?;
    let group = group_of(services, &of.id, &service).await?;
    let mut set = primary(&service).clone();
    if !set.is_object() {
        // Before its first deployment by CodeDeploy a service may have no task set.
        set = service;
    }
    let hooks = appspec::hooks(&group.info["targetRevision"])?;
    let revision = appspec::revision(args, &set, &hooks)?;
    // 256 characters at most ("CreateDeployment", CodeDeploy API reference).
    let description: String = format!("{MARK}: {}", m.address).chars().take(256).collect();
    let mut body = json!({
        "applicationName": group.application, "deploymentGroupName": group.name, "revision": revision,
        "description": description,
        "autoRollbackConfiguration": { "enabled": true,
            "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"] },
    });
    if let Some(name) = routing::asked(services, args).await? {
        body[routing::NAME] = json!(name);
    }
    let names = group.alarms();
    if kind == RunKind::Rollback && !names.is_empty() && is_any_firing(services, &names).await? {
        // What goes back while an alarm fires would be stopped by that alarm at once.
        body["overrideAlarmConfiguration"] =
            json!({ "enabled": false, "ignorePollAlarmFailure": true, "alarms": [] });
    }
    Ok((body, group))
}

async fn is_any_firing(services: &Services, names: &[&str]) -> Result<bool> {
    let known = alarms(&services.calls.account, names).await?;
    Ok(known.iter().any(|alarm| alarm.state == "ALARM"))
}

/// Returns the refusal where another deployment has the group: which, how far it is, and how to free the group.
async fn taken(services: &Services, m: &Move, group: &Group, error: Error) -> Error {
    let Some(other) = id_in(&error.message) else { return error };
    let target = ask(services, "GetDeployment", &json!({ "deploymentId": other })).await;
    let info = target.map(|mut answer| answer["deploymentInfo"].take()).unwrap_or_default();
    let events = super::shift::target(services, &other).await.unwrap_or_default();
    let message = format!(
        "{} cannot be deployed: the deployment {other} has the deployment group {}",
        m.address, group.name
    );
    if super::shift::has_all_traffic(&events) {
        let minutes = super::shift::kept_for(services, &info, &events);
        let message = format!(
            "{message}; it has shifted all traffic and keeps the old tasks for {minutes} more minutes"
        );
        let free = format!(
            "aws deploy continue-deployment --deployment-id {other} --deployment-wait-type TERMINATION_WAIT frees it at once; or wait"
        );
        return Error::blocked(message).hint(free).source(error);
    }
    let status = info["status"].as_str().unwrap_or("active");
    let free = format!(
        "wait for it, or stop it: aws deploy stop-deployment --deployment-id {other} --auto-rollback-enabled"
    );
    Error::blocked(format!("{message}; it is {status}")).hint(free).source(error)
}

/// Returns the first id of a deployment in `text`.
fn id_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let is_id = |word: &&str| {
        word.strip_prefix("d-").is_some_and(|rest| {
            rest.len() >= 6 && rest.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        })
    };
    words.into_iter().find(is_id).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_deployment_is_found_in_the_words() {
        let said = "CreateDeployment: DeploymentLimitExceededException: The Deployment Group 'web-d-x' already has an active Deployment 'd-A1B2C3D4E'";
        assert_eq!(id_in(said).as_deref(), Some("d-A1B2C3D4E"));
        assert_eq!(id_in("nothing of that sort"), None);
    }
}
