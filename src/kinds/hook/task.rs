//! One task of ECS, which ends by itself.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::runner::Runner;
use crate::aws::Fate;
use crate::core::hook::{Hook, HookAt, HookDeed, HookEnd, Running, Trace};
use crate::core::{Digest, Error, ErrorKind, Result};
use crate::kinds::ecs::{current, family_of, log_tail, revision};

/// How often a call without a clear answer is sent: with its token it starts one task however often it is.
const TRIES: u32 = 6;
/// How often is looked at a task: a short one has ended after the first looks.
const LOOKS: [u64; 4] = [1, 2, 4, 8];
/// For how long ECS certainly shows a task that has stopped; what is younger and is not shown was never started.
///
/// Source: "DescribeTasks" of the API reference: stopped tasks appear in the results for at least one hour.
const SHOWN: Duration = Duration::from_secs(55 * 60);
/// The longest time that a task may take to stop ("stopTimeout", 120 s at most on Fargate), and some.
const STOPPING: Duration = Duration::from_secs(180);
/// The longest `startedBy` that older versions of ECS take.
const STARTED_BY: usize = 36;

/// What a task is made from.
struct Made {
    /// The ARN of its task definition, or its family.
    definition: String,
    /// Where it runs, and on what.
    place: Value,
}

/// Returns what tells the task of `hook` in this run from all others.
fn mark(hook: &Hook, with: &Running<'_>) -> String {
    let digest =
        Digest::of(format!("{} {} {}", hook.name, with.at.word(), with.attempt).as_bytes()).to_string();
    let short = digest.rsplit(':').next().unwrap_or_default();
    format!("{}/{short}", with.run).chars().take(STARTED_BY).collect()
}

/// Returns the last part of an ARN, or a name as it is.
pub(super) fn name_of(text: &str) -> &str {
    text.rsplit('/').next().unwrap_or(text)
}

/// Begins the task, and returns its ARN. Begun again for the same run it is the same task.
pub async fn begin(runner: &Runner, hook: &Hook, with: &Running<'_>) -> Result<String> {
    let HookDeed::Task { cluster, container, command, .. } = &hook.deed else {
        return Err(Error::bug(format!("the hook {} is no task", hook.name)));
    };
    let made = made(runner, hook, with).await?;
    let mark = mark(hook, with);
    let mut body = made.place;
    body["cluster"] = json!(cluster);
    body["taskDefinition"] = json!(made.definition);
    body["count"] = json!(1);
    body["startedBy"] = json!(mark);
    // Source: "Ensuring idempotency", Amazon ECS API reference: the same token starts nothing twice for 24 hours.
    body["clientToken"] = json!(mark);
    if !command.is_empty() {
        let definition = runner.services.calls().task_definition(&made.definition).await?;
        let counts = counting(&definition, container.as_deref())?;
        body["overrides"] = json!({ "containerOverrides": [{ "name": counts, "command": command }] });
    }
    let mut last = None;
    for attempt in 0..TRIES {
        if attempt > 0 {
            runner.account.clock.sleep(Duration::from_secs(1 << attempt)).await;
            if let Some(why) = with.sending.lease.stop() {
                return Err(Error::new(ErrorKind::Interrupted, why));
            }
        }
        match runner.services.calls().tell("RunTask", &body, with.sending.lease.until()).await {
            Ok(answer) => return begun(&answer),
            Err(failure) if failure.fate == Fate::Refused => return Err(failure.error),
            Err(failure) => last = Some(failure.error),
        }
    }
    let error = Error::new(ErrorKind::Interrupted, format!("RunTask was tried {TRIES} times"));
    Err(match last {
        Some(last) => error.because(last),
        None => error,
    })
}

/// Returns the ARN of the task that RunTask has started.
fn begun(answer: &Value) -> Result<String> {
    if let Some(arn) = answer["tasks"][0]["taskArn"].as_str() {
        return Ok(arn.to_string());
    }
    let why =
        answer["failures"][0]["reason"].as_str().unwrap_or("it says neither a task nor why there is none");
    Err(Error::failed(format!("RunTask: {why}")))
}

/// Finds out what the task is made from.
async fn made(runner: &Runner, hook: &Hook, with: &Running<'_>) -> Result<Made> {
    let HookDeed::Task { cluster, service, family, subnets, security_groups, .. } = &hook.deed else {
        return Err(Error::bug(format!("the hook {} is no task", hook.name)));
    };
    let calls = runner.services.calls();
    let there = match service {
        None => None,
        Some(service) => match calls.service(&format!("{}/{service}", name_of(cluster))).await {
            Ok(there) => Some(there),
            // Its network is said, and its task definition is coming or named.
            Err(e) if e.kind == ErrorKind::NotFound && !subnets.is_empty() => None,
            Err(e) => return Err(e),
        },
    };
    let coming = match (family, with.at) {
        (None, HookAt::BeforeDeploy) => revision(&runner.services, &with.coming, with.sending).await?,
        _ => None,
    };
    let has = there.as_ref().and_then(current).map(String::from);
    let definition = family.clone().or(coming).or(has).ok_or_else(|| {
        Error::failed(format!("there is no task definition for the hook {}", hook.name))
            .hint("name one: family = \"...\"")
    })?;
    let mut place = there.as_ref().map(place).unwrap_or_else(|| json!({}));
    if !subnets.is_empty() {
        let mut network = json!({ "subnets": subnets, "assignPublicIp": "DISABLED" });
        if !security_groups.is_empty() {
            network["securityGroups"] = json!(security_groups);
        }
        place["networkConfiguration"] = json!({ "awsvpcConfiguration": network });
    }
    if place.get("launchType").is_none() && place.get("capacityProviderStrategy").is_none() {
        let definition = calls.task_definition(&definition).await?;
        let wants = definition["requiresCompatibilities"].as_array().into_iter().flatten();
        if wants.into_iter().any(|c| c == "FARGATE") {
            place["launchType"] = json!("FARGATE");
        }
    }
    Ok(Made { definition, place })
}

/// Returns where the tasks of a service run, and on what: under CODE_DEPLOY its primary task set says it.
fn place(service: &Value) -> Value {
    let sets = service["taskSets"].as_array().into_iter().flatten();
    let primary = sets.into_iter().find(|set| set["status"] == "PRIMARY").unwrap_or(service);
    let mut place = json!({});
    for member in ["networkConfiguration", "platformVersion", "capacityProviderStrategy", "launchType"] {
        let is_said = |v: &&Value| !v.is_null() && v.as_array().is_none_or(|items| !items.is_empty());
        if let Some(value) = [primary, service].into_iter().map(|from| &from[member]).find(is_said) {
            place[member] = value.clone();
        }
    }
    // Source: "RunTask" of the API reference: with a strategy the launch type has to be left out.
    let is_by_strategy = place.get("capacityProviderStrategy").is_some();
    if let Some(place) = place.as_object_mut().filter(|_| is_by_strategy) {
        place.remove("launchType");
    }
    place
}

/// Returns the container of `definition` that counts: the one that is named, else the first essential one.
pub(super) fn counting<'a>(definition: &'a Value, named: Option<&str>) -> Result<&'a str> {
    let all = || definition["containerDefinitions"].as_array().into_iter().flatten();
    let name = |c: &'a Value| c["name"].as_str();
    let is_it = |c: &&Value| match named {
        Some(named) => c["name"] == named,
        // Source: "ContainerDefinition" of the API reference: essential, where nothing else is said.
        None => c["essential"] != false,
    };
    all().find(is_it).and_then(name).ok_or_else(|| {
        let there: Vec<&str> = all().filter_map(name).collect();
        let message = match named {
            Some(named) => format!("there is no container {named} in the task definition"),
            None => "the task definition has no essential container".to_string(),
        };
        Error::not_found(message).hint(format!("its containers are {}", there.join(", ")))
    })
}

/// Looks for the task that an earlier process was about to begin.
pub async fn trace(runner: &Runner, hook: &Hook, since: Timestamp, with: &Running<'_>) -> Result<Trace> {
    let HookDeed::Task { cluster, .. } = &hook.deed else {
        return Err(Error::bug(format!("the hook {} is no task", hook.name)));
    };
    let (calls, mark) = (runner.services.calls(), mark(hook, with));
    // Source: "ListTasks" of the API reference: startedBy is the only filter where it is one, and then those that have
    // stopped are not listed.
    let running = calls.ask("ListTasks", &json!({ "cluster": cluster, "startedBy": mark })).await?;
    if let Some(arn) = running["taskArns"][0].as_str() {
        return Ok(Trace::Begun(arn.to_string()));
    }
    let definition = made(runner, hook, with).await?.definition;
    let stopped = calls.stopped_tasks(cluster, family_of(&definition)).await?;
    if let Some(arn) = stopped.iter().find(|t| t["startedBy"] == mark).and_then(|t| t["taskArn"].as_str()) {
        return Ok(Trace::Begun(arn.to_string()));
    }
    let age = runner.account.clock.now().duration_since(since).unsigned_abs();
    Ok(match age < SHOWN {
        true => Trace::Not,
        false => Trace::Lost(format!(
            "no task started by {mark} is there any more: ECS shows stopped ones for about an hour"
        )),
    })
}

/// Follows the task `arn` to its end, or stops it at its limit.
pub async fn end(runner: &Runner, hook: &Hook, arn: &str, with: &Running<'_>) -> Result<HookEnd> {
    let HookDeed::Task { cluster, container, .. } = &hook.deed else {
        return Err(Error::bug(format!("the hook {} is no task", hook.name)));
    };
    let (calls, clock) = (runner.services.calls(), &runner.account.clock);
    let (limit, patience) = (clock.scale(hook.limit), clock.scale(STOPPING).max(Duration::from_secs(5)));
    let mut late = false;
    let mut looks = LOOKS.into_iter();
    let task = loop {
        let mut answer = calls.ask("DescribeTasks", &json!({ "cluster": cluster, "tasks": [arn] })).await?;
        let task = answer["tasks"][0].take();
        if task.is_null() {
            let message =
                format!("the task {arn} is not shown any more: ECS shows stopped ones for about an hour");
            return Err(Error::not_found(message));
        }
        if task["lastStatus"] == "STOPPED" {
            break task;
        }
        if let Some(why) = with.sending.lease.stop() {
            let message = format!("{why}; the task of the hook {} goes on: {arn}", hook.name);
            return Err(Error::new(ErrorKind::Interrupted, message));
        }
        let age = clock.now().duration_since(with.since).unsigned_abs();
        if age >= limit && !late {
            late = true;
            let reason = format!("the hook {} of {} took longer than {:?}", hook.name, with.run, hook.limit);
            let body = json!({ "cluster": cluster, "task": arn, "reason": reason });
            // Asked again it is no other task; what it came to is seen in the next look.
            if let Err(failure) = calls.tell("StopTask", &body, with.sending.lease.until()).await
                && failure.fate == Fate::Refused
            {
                return Err(failure.error.context(format!("{arn} is over its limit, and cannot be stopped")));
            }
        }
        if age >= limit + patience {
            return Err(Error::failed(format!("{arn} was asked to stop, and does not")));
        }
        let next = clock.scale(Duration::from_secs(looks.next().unwrap_or(10)));
        tokio::time::sleep(next.min(limit.saturating_sub(age).max(Duration::from_millis(20)))).await;
    };
    told(runner, hook, &task, container.as_deref(), late).await
}

/// Returns how a task that has stopped ended, with the end of its log.
async fn told(
    runner: &Runner,
    hook: &Hook,
    task: &Value,
    named: Option<&str>,
    late: bool,
) -> Result<HookEnd> {
    let calls = runner.services.calls();
    let definition = task["taskDefinitionArn"].as_str().unwrap_or_default();
    let definition = calls.task_definition(definition).await?;
    let counts = counting(&definition, named)?;
    let ran = task["containers"].as_array().into_iter().flatten().find(|c| c["name"] == counts);
    let code = ran.and_then(|c| c["exitCode"].as_i64());
    let why = ran.and_then(|c| c["reason"].as_str()).or(task["stoppedReason"].as_str()).unwrap_or_default();
    let (good, said) = match (late, code) {
        (true, _) => (false, format!("took longer than its limit of {:?}, and was stopped", hook.limit)),
        (false, Some(0)) => (true, format!("container {counts} ended with code 0")),
        (false, Some(code)) => (false, format!("container {counts} ended with code {code}: {why}")),
        (false, None) => (false, format!("container {counts} did not run: {why}")),
    };
    // What never began has nothing to say.
    let output = match code {
        Some(_) => log_tail(calls, &definition, task, counts).await,
        None => Vec::new(),
    };
    Ok(HookEnd { good, said, output })
}
