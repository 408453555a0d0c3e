//! Evidence: what is seen of the tasks of one deployment while it goes on, since much of it is gone when it has ended.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::calls::{Calls, parts};
use super::cause::{Cause, cause, grouped};
use super::target_health::{TargetHealth, target_health};
use crate::core::Result;

/// How many tasks are described at once ("DescribeTasks", ECS API reference).
const TASKS: usize = 100;
/// How many failures are enough where nobody else counts them: half of the tasks that are wanted, but no fewer than the first
/// and no more than the second. It is what the circuit breaker of ECS has where nothing is said (deploy-peers 4.2).
const ENOUGH: (u64, u64) = (3, 200);
/// ECS writes down the beginning of a deployment and of what belongs to it one after the other.
const SLACK: f64 = 1.0;

/// Which tasks of a service are those of one deployment.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// The ARN of their task definition, where it is known.
    pub definition: Option<String>,
    /// Seconds since 1970: they were made then or later.
    pub since: f64,
    /// They were made before: when it was begun to go back, if it was.
    pub until: Option<f64>,
    /// What has started them, where that is known.
    pub by: Option<String>,
}

impl Own {
    fn is(&self, task: &Value) -> bool {
        let made = task["createdAt"].as_f64().unwrap_or_default();
        let definition = task["taskDefinitionArn"].as_str();
        self.by.as_deref().is_none_or(|by| task["startedBy"].as_str() == Some(by))
            && self.definition.as_deref().is_none_or(|own| definition == Some(own))
            && made + SLACK >= self.since
            && self.until.is_none_or(|until| made < until)
    }
}

/// What has been seen of one deployment of the service `id`.
pub struct Evidence<'a> {
    /// The calls.
    pub calls: &'a Calls,
    /// The service.
    pub id: String,
    /// Which tasks are its own.
    pub own: Own,
    /// Its target groups.
    pub groups: Vec<String>,
    /// How many failures of any sort are enough; nothing where a circuit breaker counts them.
    pub enough: Option<usize>,
    /// What the target groups said last, and what they said last of targets that do not answer.
    pub health: TargetHealth,
    sick: Vec<String>,
    seen: BTreeSet<String>,
    stopped: BTreeMap<String, Value>,
}

impl<'a> Evidence<'a> {
    /// Returns that nothing has been seen yet.
    pub fn new(calls: &'a Calls, id: &str, own: Own, groups: Vec<String>) -> Evidence<'a> {
        Evidence {
            calls,
            id: id.to_string(),
            own,
            groups,
            enough: None,
            health: TargetHealth::default(),
            sick: Vec::new(),
            seen: BTreeSet::new(),
            stopped: BTreeMap::new(),
        }
    }

    /// Returns it with a count of its own, of tasks of which `desired` are wanted: nobody else will end it.
    pub fn uncounted(mut self, desired: &Value) -> Evidence<'a> {
        let half = desired.as_u64().unwrap_or_default().div_ceil(2);
        self.enough = usize::try_from(half.clamp(ENOUGH.0, ENOUGH.1)).ok();
        self
    }

    /// Looks at the tasks that have stopped since the last look.
    pub async fn look_at_tasks(&mut self) -> Result<()> {
        let (cluster, service) = parts(&self.id);
        // `startedBy` "must be the only filter that you use" (ListTasks), so it is looked at here.
        let mut body = json!({ "cluster": cluster, "serviceName": service, "desiredStatus": "STOPPED", "maxResults": 100 });
        let mut fresh = Vec::new();
        loop {
            let page = self.calls.ask("ListTasks", &body).await?;
            let arns = page["taskArns"].as_array().into_iter().flatten().filter_map(Value::as_str);
            fresh.extend(arns.filter(|arn| !self.seen.contains(*arn)).map(String::from));
            match page["nextToken"].as_str() {
                Some(next) if !next.is_empty() && body["nextToken"] != next => {
                    body["nextToken"] = json!(next)
                }
                _ => break,
            }
        }
        for some in fresh.chunks(TASKS) {
            let answer =
                self.calls.ask("DescribeTasks", &json!({ "cluster": cluster, "tasks": some })).await?;
            for task in answer["tasks"].as_array().into_iter().flatten() {
                let Some(arn) = task["taskArn"].as_str() else { continue };
                // Exit codes are there once it has stopped; until then it is looked at again.
                if task["lastStatus"] == "STOPPED" || !self.own.is(task) {
                    self.seen.insert(arn.to_string());
                }
                if self.own.is(task) && cause(task).is_some() {
                    self.stopped.insert(arn.to_string(), task.clone());
                }
            }
        }
        Ok(())
    }

    /// Asks the target groups.
    pub async fn look_at_targets(&mut self) -> Result<()> {
        self.health = target_health(self.calls, &self.groups).await?;
        if !self.health.problems.is_empty() {
            self.sick.clone_from(&self.health.problems);
        }
        Ok(())
    }

    /// Returns how many tasks have failed.
    pub fn failed(&self) -> usize {
        self.stopped.len()
    }

    /// Returns in words why it cannot come to a good end: two tasks have failed alike, of what does not pass; or enough of
    /// whatever it is, where no circuit breaker ends it.
    pub fn fatal(&self) -> Option<String> {
        let groups = grouped(self.stopped.values());
        let alike = groups.iter().find(|(count, cause, _)| *count >= 2 && cause.fatal.is_some());
        let any = || {
            let (count, cause, _) =
                groups.first().filter(|_| self.enough.is_some_and(|n| self.failed() >= n))?;
            Some(format!("{}, and no circuit breaker counts them", line(*count, cause)))
        };
        alike.map(|(count, cause, _)| line(*count, cause)).or_else(any)
    }

    /// Returns what the tasks have failed of, a line each.
    pub fn causes(&self) -> Vec<String> {
        grouped(self.stopped.values()).iter().map(|(count, cause, _)| line(*count, cause)).collect()
    }

    /// Returns what was seen of targets that do not answer.
    pub fn sick(&self) -> &[String] {
        &self.sick
    }

    /// Returns the task, and the name of the container in it, whose log tells most; nothing where none had started.
    pub fn witness(&self, served: Option<&str>) -> Option<(&Value, String)> {
        grouped(self.stopped.values()).into_iter().find_map(|(_, cause, task)| {
            let started = task["startedAt"].is_number();
            let name = cause.container.or_else(|| served.map(String::from)).filter(|_| started)?;
            Some((task, name))
        })
    }
}

fn line(count: usize, cause: &Cause) -> String {
    let tasks = if count == 1 { "task" } else { "tasks" };
    format!("{count} {tasks}: {}", cause.words)
}
