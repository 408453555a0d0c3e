//! RunTask and StopTask.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid, no_cluster};
use super::held::last;
use super::schedule::{self, Start};
use super::service_create::definition;
use super::tags;
use super::task::{Stage, Stop};
use super::task_calls;
use super::task_definition::TaskDefinition;

/// How many tasks one RunTask starts.
const MOST: u64 = 10;

pub(crate) fn run(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let definition = definition(ask, ask.needed("taskDefinition")?)?;
    let commands = overrides(ask, &definition)?;
    // Source: "Fargate task networking" and "RunTask" (networkConfiguration): required with awsvpc, refused else.
    let has_own = definition.members.get("networkMode").and_then(Value::as_str) == Some("awsvpc");
    let told = ask.body.get("networkConfiguration").is_some_and(|one| one["awsvpcConfiguration"].is_object());
    if has_own && !told {
        return Err(invalid(
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ));
    }
    let count = ask.body.get("count").and_then(Value::as_u64).unwrap_or(1);
    if !(1..=MOST).contains(&count) {
        return Err(invalid(format!("count must be between 1 and {MOST}.")));
    }
    let group = ask.text("group").map_or_else(|| format!("family:{}", definition.family), str::to_owned);
    if group.starts_with("service:") {
        return Err(invalid("The task group of a service is its own."));
    }
    let by = ask.text("startedBy").unwrap_or_default().to_owned();
    let launch = ask.text("launchType").unwrap_or("EC2").to_owned();
    let mut tags = tags::read(ask.body.get("tags"));
    if ask.text("propagateTags") == Some("TASK_DEFINITION") {
        for (key, value) in &definition.tags {
            tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    let asked = ["taskDefinition", "overrides", "networkConfiguration", "count", "launchType"];
    let asked: Vec<Option<&Value>> = asked.into_iter().map(|name| ask.body.get(name)).collect();
    let token = ask.text("clientToken").map(|token| (token.to_owned(), json!(asked).to_string()));
    let now = ask.now;
    let cluster = ask.cluster()?;
    let cluster_arn = cluster.arn.clone();
    let mut shown = Vec::new();
    if let Some((token, asked)) = &token {
        let same = |task: &&super::task::Task| task.token.as_ref().is_some_and(|(one, _)| one == token);
        let earlier: Vec<&super::task::Task> = cluster.tasks.iter().filter(same).collect();
        // Source: "Ensuring idempotency", ECS API reference: the same token and the same parameters start nothing anew;
        // with other parameters it is a ConflictException.
        if earlier.iter().any(|task| task.token.as_ref().is_some_and(|(_, one)| one != asked)) {
            let ids: Vec<Value> = earlier.iter().map(|task| json!(task.arn)).collect();
            let message =
                "The RunTask request could not be processed due to conflicts with the request's clientToken.";
            return Err(Fail::new(400, "ConflictException", message).with("resourceIds", json!(ids)));
        }
        if !earlier.is_empty() {
            let again: Vec<Value> = earlier.into_iter().map(task_calls::show).collect();
            return Ok(json!({"tasks": again, "failures": []}));
        }
    }
    for _ in 0..count {
        let start = Start {
            cluster_arn: &cluster_arn,
            group: group.clone(),
            by: &by,
            launch: launch.clone(),
            targets: Vec::new(),
            tags: tags.clone(),
            now,
        };
        let mut task = schedule::task(&definition, start);
        task.token = token.clone();
        for container in &mut task.containers {
            container.command = commands.get(&container.name).cloned().unwrap_or_default();
        }
        let mut one = task_calls::show(&task);
        one["tags"] = tags::show(&task.tags);
        shown.push(one);
        cluster.tasks.push(task);
    }
    Ok(json!({"tasks": shown, "failures": []}))
}

/// The commands that containers run in the place of their own, by their names.
fn overrides(ask: &Ask<'_>, definition: &TaskDefinition) -> Result<BTreeMap<String, Vec<String>>, Fail> {
    let told = ask.body.get("overrides").and_then(Value::as_object);
    let mut commands = BTreeMap::new();
    for (member, value) in told.into_iter().flatten() {
        if member != "containerOverrides" {
            return Err(Fail::not_implemented(&format!("overrides.{member} of ecs:RunTask")));
        }
        for one in value.as_array().into_iter().flatten() {
            let others = one.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
            if let Some(other) = others.into_iter().find(|key| !["name", "command"].contains(key)) {
                return Err(Fail::not_implemented(&format!("containerOverrides.{other} of ecs:RunTask")));
            }
            let name = one["name"].as_str().unwrap_or_default();
            if !definition.containers().any(|container| container.get("name").is_some_and(|n| n == name)) {
                return Err(invalid(format!(
                    "Override for container named {name} is not a container in the TaskDefinition."
                )));
            }
            let words = one["command"].as_array().into_iter().flatten().filter_map(Value::as_str);
            commands.insert(name.to_owned(), words.map(str::to_owned).collect());
        }
    }
    Ok(commands)
}

/// What stops is deregistered from its target groups as soon as time goes on.
pub(crate) fn stop(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let given = ask.needed("task")?.to_owned();
    let reason = ask.text("reason").unwrap_or("Task stopped by user").to_owned();
    let now = ask.now;
    let name = ask.cluster_name();
    let cluster = ask.place.cluster_mut(&name).ok_or_else(no_cluster)?;
    let task = cluster.tasks.iter_mut().find(|task| task.arn == given || task.id == last(&given));
    let task = task.ok_or_else(|| invalid("The referenced task was not found."))?;
    if task.wanted() && task.stage != Stage::Stopped {
        task.stop = Some(Stop { code: "UserInitiated", reason, failed: false });
        task.stopping = Some(now);
        task.version += 1;
        task.stage = if task.registered { Stage::Deactivating } else { Stage::Stopping };
    }
    Ok(json!({"task": task_calls::show(task)}))
}
