//! ListTasks and DescribeTasks.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::super::clock;
use super::ask::{Ask, invalid, no_cluster, no_service};
use super::held::last;
use super::tags;
use super::task::{Container, Stage, Task};

/// How many tasks one DescribeTasks takes.
const MOST: usize = 100;

pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let cluster = ask.place.cluster(&ask.cluster_name()).ok_or_else(no_cluster)?;
    let group = match ask.text("serviceName") {
        Some(name) => {
            let service = cluster.services.get(last(name)).ok_or_else(no_service)?;
            Some(format!("service:{}", service.name))
        }
        None => None,
    };
    let family = ask.text("family");
    let by = ask.text("startedBy");
    // PENDING is taken and finds nothing ("Amazon ECS never sets the desired status of a task to that value").
    let stopped = match ask.text("desiredStatus").unwrap_or("RUNNING") {
        "RUNNING" => Some(false),
        "STOPPED" => Some(true),
        "PENDING" => None,
        other => return Err(invalid(format!("{other} is no desired status."))),
    };
    let fits = |task: &&Task| {
        let of_family = |family| last(&task.definition).split(':').next() == Some(family);
        stopped == Some(!task.wanted())
            && group.as_ref().is_none_or(|group| task.group == *group)
            && by.is_none_or(|by| task.started_by == by)
            && family.is_none_or(of_family)
    };
    let arns = cluster.tasks.iter().filter(fits).map(|task| json!(task.arn)).collect();
    ask.page("taskArns", arns, 100)
}

pub(crate) fn describe(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let asked = ask.texts("tasks");
    if asked.is_empty() || asked.len() > MOST {
        return Err(invalid(format!("Tasks must have between 1 and {MOST} elements.")));
    }
    let cluster = ask.place.cluster(&ask.cluster_name()).ok_or_else(no_cluster)?;
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for one in asked {
        match cluster.tasks.iter().find(|task| task.arn == one || task.id == last(&one)) {
            Some(task) => {
                let mut shown = show(task);
                if ask.includes("include", "TAGS") {
                    shown["tags"] = tags::show(&task.tags);
                }
                tasks.push(shown);
            }
            None => {
                let arn = format!("{}/{}", cluster.arn.replace(":cluster/", ":task/"), last(&one));
                failures.push(json!({"arn": arn, "reason": "MISSING"}));
            }
        }
    }
    Ok(json!({"tasks": tasks, "failures": failures}))
}

fn health(healthy: Option<bool>) -> &'static str {
    match healthy {
        None => "UNKNOWN",
        Some(true) => "HEALTHY",
        Some(false) => "UNHEALTHY",
    }
}

fn container(one: &Container, task: &Task) -> Value {
    // The words of containers are fewer than those of tasks.
    let status = match task.stage {
        Stage::Provisioning | Stage::Pending => "PENDING",
        Stage::Stopped => "STOPPED",
        _ if one.exit.is_some() => "STOPPED",
        _ => "RUNNING",
    };
    let mut out = json!({
        "containerArn": one.arn, "taskArn": task.arn, "name": one.name, "image": one.image,
        "lastStatus": status, "healthStatus": health(one.healthy), "networkBindings": [],
        "networkInterfaces": [{"privateIpv4Address": task.address}], "cpu": "0",
    });
    if task.started.is_some() {
        out["runtimeId"] = json!(one.runtime);
    }
    if let Some(digest) = &one.digest {
        out["imageDigest"] = json!(digest);
    }
    if let Some(code) = one.exit {
        out["exitCode"] = json!(code);
    }
    if let Some(reason) = &one.reason {
        out["reason"] = json!(reason);
    }
    out
}

/// What RunTask was told of its containers.
fn overrides(task: &Task) -> Vec<Value> {
    let told = task.containers.iter().filter(|one| !one.command.is_empty());
    told.map(|one| json!({"name": one.name, "command": one.command})).collect()
}

/// As DescribeTasks has it, without its tags.
pub(crate) fn show(task: &Task) -> Value {
    let checks: Vec<Option<bool>> =
        task.containers.iter().filter(|one| one.checked && one.essential).map(|one| one.healthy).collect();
    let all =
        if checks.is_empty() || checks.contains(&None) { None } else { Some(!checks.contains(&Some(false))) };
    let mut out = json!({
        "taskArn": task.arn, "clusterArn": task.cluster_arn, "taskDefinitionArn": task.definition,
        "group": task.group, "startedBy": task.started_by, "launchType": task.launch,
        "lastStatus": task.stage.word(), "desiredStatus": if task.wanted() { "RUNNING" } else { "STOPPED" },
        "containers": task.containers.iter().map(|one| container(one, task)).collect::<Vec<_>>(),
        "createdAt": clock::epoch(task.created), "version": task.version, "healthStatus": health(all),
        "overrides": {"containerOverrides": overrides(task)}, "tags": [], "enableExecuteCommand": false,
        "connectivity": "CONNECTED", "attributes": [],
        "attachments": [{
            "id": super::super::ids::derived(&[&task.arn, "eni"]), "type": "ElasticNetworkInterface",
            "status": if task.stage == Stage::Stopped { "DELETED" } else { "ATTACHED" },
            "details": [{"name": "privateIPv4Address", "value": task.address}],
        }],
    });
    let region = task.arn.split(':').nth(3).unwrap_or_default();
    out["availabilityZone"] = json!(format!("{region}a"));
    for (name, at) in [
        ("pullStartedAt", task.pull_started),
        ("pullStoppedAt", task.pull_stopped),
        ("startedAt", task.started),
        ("stoppingAt", task.stopping),
        ("stoppedAt", task.stopped),
    ] {
        if let Some(at) = at {
            out[name] = clock::epoch(at);
        }
    }
    if let Some(stop) = &task.stop {
        out["stopCode"] = json!(stop.code);
        out["stoppedReason"] = json!(stop.reason);
        if task.started.is_some() {
            out["executionStoppedAt"] = task.stopping.map_or(Value::Null, clock::epoch);
        }
    }
    out
}
