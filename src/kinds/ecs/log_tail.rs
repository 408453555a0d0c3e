//! The end of a container's log, and the command that shows the rest.

use serde_json::{Value, json};

use super::calls::Calls;
use crate::aws::LOGS;
use crate::core::ErrorKind;
use crate::core::printed::printed;

/// How many lines are shown.
const LINES: u32 = 20;
/// A longer line is cut.
const WIDEST: usize = 300;

/// Returns the last lines of the container called `name` of `task`, which runs `definition`: what cannot be read is said
/// instead.
///
/// Source: "Using the awslogs log driver" (ECS Developer Guide): a stream is called `PREFIX/CONTAINER/TASK`; without a
/// prefix it is called like the container's id on its host.
pub async fn log_tail(calls: &Calls, definition: &Value, task: &Value, name: &str) -> Vec<String> {
    let named = |list: &Value| {
        list.as_array().into_iter().flatten().find(|c| c["name"] == name).cloned().unwrap_or_default()
    };
    let logging = &named(&definition["containerDefinitions"])["logConfiguration"];
    let option = |key: &str| logging["options"][key].as_str();
    let id = last(task["taskArn"].as_str().unwrap_or_default()).to_string();
    let driver = logging["logDriver"].as_str();
    let (Some("awslogs"), Some(group)) = (driver, option("awslogs-group")) else {
        let how = driver.map_or("nowhere: it has no logConfiguration".into(), |d| format!("by {d}"));
        return vec![format!("container {name} logs {how}")];
    };
    let stream = match (option("awslogs-stream-prefix"), named(&task["containers"])["runtimeId"].as_str()) {
        (Some(prefix), _) => format!("{prefix}/{name}/{id}"),
        (None, Some(runtime)) => runtime.to_string(),
        (None, None) => {
            return vec![format!("container {name} logs to {group}; which stream cannot be told")];
        }
    };
    let region = option("awslogs-region").unwrap_or(&calls.account.region);
    let mut lines = Vec::new();
    if region == calls.account.region {
        lines.extend(read(calls, group, &stream, &format!("container {name} of task {id}")).await);
    }
    lines.push(format!(
        "all of it: aws logs tail {} --log-stream-names {} --since 1h --region {region}",
        quoted(group),
        quoted(&stream)
    ));
    lines
}

async fn read(calls: &Calls, group: &str, stream: &str, whose: &str) -> Vec<String> {
    let body =
        json!({ "logGroupName": group, "logStreamName": stream, "limit": LINES, "startFromHead": false });
    let answer = match calls.account.ask(&LOGS, "GetLogEvents", &body).await {
        Ok(answer) => answer,
        Err(failure) if failure.error.kind == ErrorKind::NotFound => {
            return vec![format!("{whose} has logged nothing")];
        }
        Err(failure) => return vec![format!("the log of {whose} cannot be read: {}", failure.error)],
    };
    let mut said: Vec<String> = Vec::new();
    for event in answer["events"].as_array().into_iter().flatten() {
        for line in event["message"].as_str().unwrap_or_default().lines() {
            said.push(format!("    {}", printed(line, WIDEST)));
        }
    }
    // One event can have many lines.
    let from = said.len().saturating_sub(LINES as usize);
    let said = said.split_off(from);
    match said.len() {
        0 => vec![format!("{whose} has logged nothing")],
        n => [format!("the last {n} lines of {whose}:")].into_iter().chain(said).collect(),
    }
}

fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Returns `text` as a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.,:@%+=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
