//! What containers write goes to CloudWatch Logs, where `awslogs` says so ("Send Amazon ECS logs to CloudWatch", ECS
//! Developer Guide).

use serde_json::{Map, Value};

use super::settle::Sim;

fn option<'a>(container: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let configuration = container.get("logConfiguration")?;
    if configuration.get("logDriver")?.as_str()? != "awslogs" {
        return None;
    }
    configuration.get("options")?.get(name)?.as_str()
}

fn region<'a>(container: &'a Map<String, Value>, sim: &'a Sim<'_>) -> &'a str {
    option(container, "awslogs-region").unwrap_or(&sim.region)
}

/// Whether its group is there or will be made; else the reason that the task has.
pub(crate) fn ready(container: &Map<String, Value>, sim: &Sim<'_>) -> Result<(), String> {
    let Some(group) = option(container, "awslogs-group") else { return Ok(()) };
    let makes = option(container, "awslogs-create-group") == Some("true");
    let account = sim.world.accounts.get(&sim.account);
    if makes || account.is_some_and(|account| account.logs.has(region(container, sim), group)) {
        return Ok(());
    }
    Err("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1".into())
}

/// Writes lines into the container's own stream, `PREFIX/CONTAINER/TASK`.
pub(crate) fn write(container: &Map<String, Value>, lines: &[String], task: &str, sim: &mut Sim<'_>) {
    let Some(group) = option(container, "awslogs-group") else { return };
    let name = container.get("name").and_then(Value::as_str).unwrap_or_default();
    let stream = match option(container, "awslogs-stream-prefix") {
        Some(prefix) => format!("{prefix}/{name}/{task}"),
        None => task.to_owned(),
    };
    let region = region(container, sim).to_owned();
    let now = sim.now;
    if let Some(account) = sim.world.accounts.get_mut(&sim.account) {
        account.logs.append(&region, group, &stream, lines, now);
    }
}
