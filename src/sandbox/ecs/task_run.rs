//! RunTask and StopTask.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid, no_cluster};
use super::held::last;
use super::schedule::{self, Start};
use super::service_create::definition;
use super::tags;
use super::task::{Stage, Stop};
use super::task_calls;

/// How many tasks one RunTask starts.
const MOST: u64 = 10;

pub(crate) fn run(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    if ask.body.get("overrides").is_some_and(|one| one.as_object().is_none_or(|one| !one.is_empty())) {
        return Err(Fail::not_implemented("overrides of ecs:RunTask"));
    }
    let definition = definition(ask, ask.needed("taskDefinition")?)?;
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
    let now = ask.now;
    let cluster = ask.cluster()?;
    let cluster_arn = cluster.arn.clone();
    let mut shown = Vec::new();
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
        let task = schedule::task(&definition, start);
        let mut one = task_calls::show(&task);
        one["tags"] = tags::show(&task.tags);
        shown.push(one);
        cluster.tasks.push(task);
    }
    Ok(json!({"tasks": shown, "failures": []}))
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
