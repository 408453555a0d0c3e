//! Deployment groups.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::{clock, ids};
use super::ask::Ask;
use super::group_check;
use super::held::{Group, Held};

/// What a request sets; UpdateDeploymentGroup leaves what it does not give.
const SETTINGS: [&str; 11] = [
    "alarmConfiguration",
    "autoRollbackConfiguration",
    "blueGreenDeploymentConfiguration",
    "deploymentConfigName",
    "deploymentStyle",
    "ecsServices",
    "loadBalancerInfo",
    "outdatedInstancesStrategy",
    "serviceRoleArn",
    "terminationHookEnabled",
    "triggerConfigurations",
];

fn missing(name: &str) -> Fail {
    let message = format!("No Deployment Group found for name: {name}");
    Fail::new(400, "DeploymentGroupDoesNotExistException", message)
}

fn named<'a>(ask: &Ask<'a>, member: &str) -> Result<&'a str, Fail> {
    let name = ask.body.get(member).and_then(Value::as_str).unwrap_or_default();
    if name.is_empty() {
        let message = "The deployment group name was not specified.";
        return Err(Fail::new(400, "DeploymentGroupNameRequiredException", message));
    }
    Ok(name)
}

fn set(group: &mut Group, ask: &Ask<'_>) {
    for name in SETTINGS {
        if let Some(value) = ask.body.get(name).filter(|value| !value.is_null()) {
            group.members.insert(name.into(), value.clone());
        }
    }
}

/// CreateDeploymentGroup.
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (application, name) = (ask.text("applicationName").to_owned(), named(ask, "deploymentGroupName")?);
    if ask.application(held)?.groups.contains_key(name) {
        let message = format!("Deployment group name already exists: {name}");
        return Err(Fail::new(400, "DeploymentGroupAlreadyExistsException", message));
    }
    let mut group = Group { id: ids::random_uuid(), ..Group::default() };
    // The default of an ECS deployment group (assumed; the reference names that of EC2).
    group.members.insert("deploymentConfigName".into(), json!("CodeDeployDefault.ECSAllAtOnce"));
    set(&mut group, ask);
    group_check::check(held, ask, &group, (&application, name))?;
    let id = group.id.clone();
    ask.application(held)?.groups.insert(name.to_owned(), group);
    Ok(Answer::json(&json!({"deploymentGroupId": id})))
}

/// UpdateDeploymentGroup; a deployment that is under way goes on as it began.
pub(crate) fn update(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (application, name) =
        (ask.text("applicationName").to_owned(), named(ask, "currentDeploymentGroupName")?);
    let known = ask.application(held)?;
    let mut group = known.groups.get(name).cloned().ok_or_else(|| missing(name))?;
    let new_name = match ask.text("newDeploymentGroupName") {
        "" => name,
        new => new,
    };
    if new_name != name && known.groups.contains_key(new_name) {
        let message = format!("Deployment group name already exists: {new_name}");
        return Err(Fail::new(400, "DeploymentGroupAlreadyExistsException", message));
    }
    set(&mut group, ask);
    group_check::check(held, ask, &group, (&application, name))?;
    let groups = &mut ask.application(held)?.groups;
    groups.remove(name);
    groups.insert(new_name.to_owned(), group);
    Ok(Answer::json(&json!({"hooksNotCleanedUp": []})))
}

/// DeploymentGroupInfo.
fn info(held: &Held, ask: &Ask<'_>, application: &str, name: &str, group: &Group) -> Value {
    let mut out = group.members.clone();
    out.insert("applicationName".into(), json!(application));
    out.insert("deploymentGroupId".into(), json!(group.id));
    out.insert("deploymentGroupName".into(), json!(name));
    out.insert("computePlatform".into(), json!("ECS"));
    if let Some(target) = &group.target {
        out.insert("targetRevision".into(), target.clone());
    }
    for (member, id) in
        [("lastSuccessfulDeployment", &group.last_success), ("lastAttemptedDeployment", &group.last_attempt)]
    {
        let deployment = id.as_ref().and_then(|id| held.deployment(ask.region(), id));
        if let Some(deployment) = deployment {
            let mut last = json!({
                "deploymentId": deployment.id, "status": deployment.status.word(),
                "createTime": clock::epoch(deployment.created),
            });
            if let Some(at) = deployment.completed {
                last["endTime"] = clock::epoch(at);
            }
            out.insert(member.into(), last);
        }
    }
    Value::Object(out)
}

/// GetDeploymentGroup.
pub(crate) fn get(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = named(ask, "deploymentGroupName")?;
    let group = ask.application(held)?.groups.get(name).cloned().ok_or_else(|| missing(name))?;
    let info = info(held, ask, ask.text("applicationName"), name, &group);
    Ok(Answer::json(&json!({"deploymentGroupInfo": info})))
}

/// BatchGetDeploymentGroups: of names that are not there `errorMessage` speaks.
pub(crate) fn batch(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let names = ask.texts("deploymentGroupNames");
    if names.len() > 100 {
        let message = "The maximum number of names or IDs allowed for this request (100) was exceeded.";
        return Err(Fail::new(400, "BatchLimitExceededException", message));
    }
    let groups = ask.application(held)?.groups.clone();
    let (there, absent): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| groups.contains_key(**name));
    let shown: Vec<_> = there
        .iter()
        .filter_map(|name| Some(info(held, ask, ask.text("applicationName"), name, groups.get(*name)?)))
        .collect();
    let mut out = json!({"deploymentGroupsInfo": shown});
    if !absent.is_empty() {
        out["errorMessage"] = json!(format!("No Deployment Group found for names: {}", absent.join(", ")));
    }
    Ok(Answer::json(&out))
}

/// ListDeploymentGroups.
pub(crate) fn list(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let names = ask.application(held)?.groups.keys().map(|name| json!(name)).collect();
    let more = Map::from_iter([("applicationName".to_owned(), json!(ask.text("applicationName")))]);
    ask.page("deploymentGroups", names, more)
}

/// DeleteDeploymentGroup.
pub(crate) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = named(ask, "deploymentGroupName")?;
    ask.application(held)?.groups.remove(name);
    Ok(Answer::json(&json!({"hooksNotCleanedUp": []})))
}
