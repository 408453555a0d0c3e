//! Causes: why a task of a service has stopped, and whether the next one will for the same reason.
//!
//! Source: "Stopped task error messages" and "Amazon ECS stopped tasks error codes" (ECS Developer Guide): the codes in
//! `stoppedReason` and in the `reason` of containers, and `stopCode`.

use std::collections::BTreeMap;

use serde_json::Value;

/// A task that stops later than this after it has started was no failure to start, in seconds: a worker may end when its work
/// is done, or once a day, and a deployment that bakes for hours is not ended by that.
const SOON: f64 = 600.0;

/// Why a task has stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// In words: `container app exited with code 1: Essential container in task exited`.
    pub words: String,
    /// What two tasks have in common that stopped for the same reason, where that will not pass by itself.
    pub fatal: Option<String>,
    /// Whether it says that tasks of this sort do not come up: it stopped soon, and not because it had done its work.
    pub counts: bool,
    /// The container that failed, if it had started.
    pub container: Option<String>,
}

/// Returns why `task`, as DescribeTasks has it, has failed; `None` where it was stopped because it was not wanted any
/// more, or has not stopped.
pub fn cause(task: &Value) -> Option<Cause> {
    let cause = told(task)?;
    let at = |name: &str| task[name].as_f64();
    let ran =
        at("stoppingAt").or(at("stoppedAt")).zip(at("startedAt")).map_or(0.0, |(end, start)| end - start);
    let soon = ran <= SOON;
    Some(Cause { counts: cause.counts && soon, fatal: cause.fatal.filter(|_| soon), ..cause })
}

/// Returns the same, as if it had stopped soon.
fn told(task: &Value) -> Option<Cause> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    let (code, reason) = (text(&task["stopCode"]), text(&task["stoppedReason"]));
    if code.is_empty() && reason.is_empty() {
        return None;
    }
    let containers = || task["containers"].as_array().into_iter().flatten();
    // Images: the container says which one.
    for (of, said) in [(None, &task["stoppedReason"])]
        .into_iter()
        .chain(containers().map(|c| (c["name"].as_str(), &c["reason"])))
    {
        let said = said.as_str().unwrap_or_default();
        if said.contains("CannotPull") {
            let pulled =
                containers().find(|c| c["reason"].as_str().is_some_and(|r| r.contains("CannotPull")));
            let only = containers().next().filter(|_| containers().count() == 1);
            let name = of.or_else(|| pulled.or(only).and_then(|c| c["name"].as_str()));
            let Some(name) = name else {
                return Some(Cause {
                    words: steady(said),
                    fatal: Some("pull".into()),
                    counts: true,
                    container: None,
                });
            };
            let image =
                containers().find(|c| c["name"] == name).map(|c| text(&c["image"])).unwrap_or_default();
            let image =
                if image.is_empty() || said.contains(&image) { String::new() } else { format!(" ({image})") };
            let words = format!("container {name}{image}: {}", steady(said));
            return Some(Cause { words, fatal: Some(format!("pull {name}")), counts: true, container: None });
        }
    }
    if reason.contains("ResourceInitializationError") {
        let words = steady(&reason);
        return Some(Cause { fatal: Some(words.clone()), words, counts: true, container: None });
    }
    if let Some(killed) = containers().find(|c| text(&c["reason"]).contains("OutOfMemory")) {
        let name = text(&killed["name"]);
        let words = format!("container {name} ran out of memory: {}", steady(&text(&killed["reason"])));
        return Some(Cause {
            words,
            fatal: Some(format!("memory {name}")),
            counts: true,
            container: Some(name),
        });
    }
    if code == "EssentialContainerExited" || reason.starts_with("Essential container") {
        // The others are stopped with it: by SIGTERM (143), then by SIGKILL (137).
        let exit = |c: &&Value| c["exitCode"].as_i64();
        let ended = || containers().filter(|c| exit(c).is_some());
        let first = ended().find(|c| !matches!(exit(c), Some(0 | 137 | 143)));
        let first = first.or_else(|| ended().find(|c| exit(c) != Some(0))).or_else(|| ended().next());
        let Some(first) = first else {
            return Some(Cause { words: steady(&reason), fatal: None, counts: true, container: None });
        };
        let (name, number) = (text(&first["name"]), first["exitCode"].as_i64().unwrap_or_default());
        let said = first["reason"].as_str().map(|r| format!("{r}; ")).unwrap_or_default();
        let words =
            format!("container {name} exited with code {number}: {}{}", steady(&said), steady(&reason));
        let failed = number != 0;
        let fatal = failed.then(|| format!("exit {name} {number}"));
        return Some(Cause { words, fatal, counts: failed, container: Some(name) });
    }
    if code == "TaskFailedToStart" {
        let said = containers().find_map(|c| Some((text(&c["name"]), c["reason"].as_str()?)));
        let words = match said {
            Some((name, said)) if !reason.contains(said) => {
                format!("container {name}: {}: {}", steady(said), steady(&reason))
            }
            _ => steady(&reason),
        };
        return Some(Cause { words, fatal: None, counts: true, container: None });
    }
    if reason.starts_with("Task failed") {
        let sick = containers().find(|c| c["healthStatus"] == "UNHEALTHY").or_else(|| containers().next());
        let words = match containers().find(|c| c["healthStatus"] == "UNHEALTHY") {
            Some(c) => format!("container {} is unhealthy: {}", text(&c["name"]), steady(&reason)),
            None => steady(&reason),
        };
        return Some(Cause { words, fatal: None, counts: true, container: sick.map(|c| text(&c["name"])) });
    }
    // Scaled in, replaced, stopped by a person, its host was lost: no fault of what is deployed.
    None
}

/// Returns `text` without what differs from task to task: the ids of requests.
fn steady(text: &str) -> String {
    let is_id = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        word.len() == 36
            && word.matches('-').count() == 4
            && word.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
    };
    let words: Vec<&str> = text.split_whitespace().map(|w| if is_id(w) { "..." } else { w }).collect();
    words.join(" ")
}

/// Returns the causes of `tasks`, each with how many tasks have it, the most frequent first.
pub fn grouped<'t>(tasks: impl IntoIterator<Item = &'t Value>) -> Vec<(usize, Cause, &'t Value)> {
    let mut groups: BTreeMap<String, (usize, Cause, &Value)> = BTreeMap::new();
    for task in tasks {
        let Some(cause) = cause(task) else { continue };
        let key = cause.fatal.clone().unwrap_or_else(|| cause.words.clone());
        let (count, _, last) = groups.entry(key).or_insert((0, cause, task));
        *count += 1;
        let at = |t: &Value| t["stoppingAt"].as_f64().or(t["stoppedAt"].as_f64()).unwrap_or_default();
        if at(task) > at(last) {
            *last = task;
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    groups
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exited(id: &str, code: i64) -> Value {
        json!({ "taskArn": id, "stopCode": "EssentialContainerExited",
            "stoppedReason": "Essential container in task exited",
            "containers": [{ "name": "proxy", "exitCode": 143 }, { "name": "app", "exitCode": code }] })
    }

    #[test]
    fn the_container_that_failed_is_named_and_not_those_stopped_with_it() {
        let cause = cause(&exited("a", 1)).unwrap();
        assert_eq!(cause.words, "container app exited with code 1: Essential container in task exited");
        assert_eq!((cause.fatal.as_deref(), cause.container.as_deref()), (Some("exit app 1"), Some("app")));
    }

    #[test]
    fn who_ends_late_or_when_the_work_is_done_is_no_failure_to_start() {
        let of = |code: i64, ran: f64| {
            let mut task = exited("a", code);
            (task["startedAt"], task["stoppingAt"]) = (json!(1000.0), json!(1000.0 + ran));
            let cause = cause(&task).unwrap();
            (cause.fatal.is_some(), cause.counts)
        };
        assert_eq!(of(1, 30.0), (true, true));
        assert_eq!(of(1, 7200.0), (false, false));
        let mut done = exited("a", 0);
        done["containers"][0]["exitCode"] = json!(0);
        assert_eq!(cause(&done).map(|c| (c.fatal.is_some(), c.counts)), Some((false, false)));
    }

    #[test]
    fn the_same_reason_is_counted_once_for_all_its_tasks() {
        let secret = |request: &str| {
            let reason = format!(
                "ResourceInitializationError: unable to pull secrets: AccessDeniedException: status code: 400, request id: {request}"
            );
            json!({ "stopCode": "TaskFailedToStart", "stoppedReason": reason, "containers": [{ "name": "app" }] })
        };
        let tasks = [
            secret("11111111-2222-3333-4444-555555555555"),
            exited("a", 1),
            secret("66666666-7777-8888-9999-000000000000"),
            exited("b", 2),
        ];
        let groups = grouped(&tasks);
        let counts: Vec<usize> = groups.iter().map(|(count, ..)| *count).collect();
        assert_eq!(counts, [2, 1, 1]);
        assert!(groups[0].1.words.starts_with("ResourceInitializationError: unable to pull secrets"));
        assert!(groups[0].1.fatal.is_some());
    }

    #[test]
    fn each_way_to_fail_has_its_words() {
        let task = |code: &str, reason: &str, container: Value| json!({ "stopCode": code, "stoppedReason": reason, "containers": [container] });
        for (given, words, is_fatal) in [
            (
                task(
                    "TaskFailedToStart",
                    "CannotPullContainerError: not found",
                    json!({ "name": "app", "image": "r/app:9" }),
                ),
                "container app (r/app:9): CannotPullContainerError: not found",
                true,
            ),
            (
                task(
                    "TaskFailedToStart",
                    "Task failed to start",
                    json!({ "name": "app", "image": "r/app:9", "reason": "CannotPullContainerError: not found" }),
                ),
                "container app (r/app:9): CannotPullContainerError: not found",
                true,
            ),
            (
                task(
                    "EssentialContainerExited",
                    "Essential container in task exited",
                    json!({ "name": "app", "exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage" }),
                ),
                "container app ran out of memory: OutOfMemoryError: Container killed due to memory usage",
                true,
            ),
            (
                task(
                    "ServiceSchedulerInitiated",
                    "Task failed container health checks",
                    json!({ "name": "app", "healthStatus": "UNHEALTHY" }),
                ),
                "container app is unhealthy: Task failed container health checks",
                false,
            ),
        ] {
            let found = cause(&given).unwrap();
            assert_eq!(found.words, words);
            assert_eq!(found.fatal.is_some(), is_fatal, "{words}");
        }
    }

    #[test]
    fn what_was_stopped_because_it_is_not_wanted_has_not_failed() {
        for (code, reason) in [
            ("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)"),
            ("UserInitiated", "Task stopped by user"),
            ("SpotInterruption", "Your Spot Task was interrupted."),
        ] {
            let task = json!({ "stopCode": code, "stoppedReason": reason, "containers": [{ "name": "app", "exitCode": 143 }] });
            assert_eq!(cause(&task), None, "{code}");
        }
        assert_eq!(cause(&json!({ "lastStatus": "RUNNING" })), None);
    }
}
