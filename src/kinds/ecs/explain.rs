//! Explaining a failure on the first screen: what the tasks, the targets and the alarms say, and the end of the log.

use serde_json::Value;

use super::calls::Calls;
use super::evidence::Evidence;
use super::log_tail::log_tail;
use crate::kinds::alarms::alarms as described;

/// More causes than these say nothing more.
const CAUSES: usize = 6;

/// Returns the lines that explain why the deployment failed that `evidence` is of: `said` are those that are known
/// already. What cannot be read is said too.
pub async fn explain(evidence: &mut Evidence<'_>, said: Vec<String>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Err(e) = evidence.look_at_tasks().await {
        lines.push(format!("the tasks that stopped cannot be read: {e}"));
    }
    let causes = evidence.causes();
    let more = causes.len().saturating_sub(CAUSES);
    lines.extend(causes.into_iter().take(CAUSES));
    if more > 0 {
        lines.push(format!("and {more} more causes"));
    }
    lines.extend(said);
    lines.extend_from_slice(evidence.sick());
    let definition = match &evidence.own.definition {
        Some(arn) => evidence.calls.task_definition(arn).await.unwrap_or_default(),
        None => Value::Null,
    };
    let served = definition["containerDefinitions"].as_array().and_then(|all| match &all[..] {
        [one] => one["name"].as_str(),
        _ => None,
    });
    if let Some((task, name)) = evidence.witness(served) {
        lines.extend(log_tail(evidence.calls, &definition, task, &name).await);
    }
    lines
}

/// Returns what the circuit breaker, the lifecycle hooks and the alarms of `deployment`, a service deployment, have done.
pub async fn monitors(calls: &Calls, deployment: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    let breaker = &deployment["deploymentCircuitBreaker"];
    if breaker["status"] == "TRIGGERED" {
        let (count, limit) = (&breaker["failureCount"], &breaker["threshold"]);
        lines.push(format!("the circuit breaker has counted {count} failed tasks of {limit}"));
    }
    // ECS itself says no more than that a hook has failed.
    let hooks = deployment["lifecycleHookDetails"].as_array().into_iter().flatten();
    lines.extend(hooks.filter_map(|hook| {
        let how = match hook["status"].as_str()? {
            "FAILED" => "has failed",
            "TIMED_OUT" => "was not answered in time",
            _ => return None,
        };
        let name = hook["targetArn"].as_str().or(hook["hookId"].as_str())?;
        Some(format!("the lifecycle hook {name} {how}"))
    }));
    let names = deployment["alarms"]["triggeredAlarmNames"].as_array().into_iter().flatten();
    let names: Vec<&str> = names.filter_map(Value::as_str).collect();
    lines.extend(alarms(calls, &names).await);
    lines
}

/// Returns what the alarms of these names say.
pub async fn alarms(calls: &Calls, names: &[&str]) -> Vec<String> {
    let known = described(&calls.account, names).await.unwrap_or_default();
    let line = |name: &&str| match known.iter().find(|alarm| alarm.name == **name) {
        Some(alarm) => {
            format!("alarm {name} was triggered; it is {} now: {}", alarm.state, alarm.reason)
        }
        None => format!("alarm {name} was triggered"),
    };
    names.iter().map(line).collect()
}
