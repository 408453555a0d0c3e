//! `[environments.NAME.hooks.HOOK]`: what is run before and after deployments and rollbacks.
//!
//! ```toml
//! [environments.prod.hooks.migrate]
//! at = "before_deploy"                   # before_deploy, after_deploy, before_rollback, after_rollback; or a list of them
//! about = ["ecs/service/main/*"]         # only where one of these changes; always, if it is left out
//! limit = "20m"                          # 10m, if it is left out
//! on_failure = "fail"                    # or "warn": it is said, and the run goes on
//! migrates = true                        # it changes a database, which snapdeploy never puts back: a rollback says so
//! repeatable = true                      # it may be run again where nobody knows how it ended
//! task = { cluster = "main", service = "web", command = ["bin/migrate"] }
//! # or: command = "./backup.sh"
//! # or: invoke = { function = "smoke:live", payload = { deep = true } }
//! ```
//!
//! A command runs in `sh`, on this machine, with what snapdeploy has in its environment, and with `SNAPDEPLOY_RUN`,
//! `SNAPDEPLOY_ENVIRONMENT`, `SNAPDEPLOY_HOOK`, `SNAPDEPLOY_AT` and `SNAPDEPLOY_ADDRESSES` (one a line). snapdeploy gives
//! it no credentials of its own. A function without a payload gets the same as JSON.
//!
//! A task has the network and the launch type of its service, and the service's task definition: before a deployment the
//! one that it is to get (a revision that has to be registered for it is, before the hook: nothing that runs changes by
//! that), else the one that it has then; so a task before a rollback runs what is to be left. `family` names another one.

use std::ops::Range;
use std::time::Duration;

use serde_json::Value;

use crate::core::Result;
use crate::core::hook::{Hook, HookAt, HookDeed, HookFailure};
use crate::core::rollout::duration;

use super::addresses::selection;
use super::json::json;
use super::read::plain;
use super::table::{At, Table};

/// How long a hook may take, where nothing is said.
const LIMIT: Duration = Duration::from_secs(600);
const MOMENTS: [HookAt; 4] =
    [HookAt::BeforeDeploy, HookAt::AfterDeploy, HookAt::BeforeRollback, HookAt::AfterRollback];
const KEYS: [&str; 9] =
    ["at", "about", "limit", "on_failure", "migrates", "repeatable", "command", "invoke", "task"];
const TASK: [&str; 7] =
    ["cluster", "service", "family", "container", "command", "subnets", "security_groups"];
const EXAMPLES: &str = "command = \"./backup.sh\", invoke = { function = \"NAME\" } or task = { cluster = \"NAME\", \
                        service = \"NAME\", command = [\"bin/migrate\"] }";

/// Reads the hooks, by the order of their names.
pub(super) fn hooks(table: &Table<'_>) -> Result<Vec<Hook>> {
    let Some(all) = table.inner("hooks", "hooks")? else { return Ok(Vec::new()) };
    let mut hooks = Vec::new();
    for (name, span, _) in table.below("hooks")? {
        if !plain(&name) {
            let message = format!("`{name}` cannot be the name of a hook: use A-Z a-z 0-9 - _ only");
            return Err(table.place.error(&span, message));
        }
        let Some(said) = all.inner(&name, "a hook")? else { continue };
        hooks.push(hook(&all, &said, name, &span)?);
    }
    hooks.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(hooks)
}

fn hook(all: &Table<'_>, said: &Table<'_>, name: String, span: &Range<usize>) -> Result<Hook> {
    said.only(&KEYS, &[])?;
    let about = said.list("about")?.map(|at| at.value).unwrap_or_default();
    selection(said.place, &about)?;
    let limit = match said.text("limit")? {
        None => LIMIT,
        Some(at) => duration(&at.value).ok_or_else(|| {
            let message = format!("`{}` is no duration such as 90s, 10m or 1h 30m", at.value);
            said.place.error(&at.span, message)
        })?,
    };
    let on_failure = match said.text("on_failure")? {
        None => HookFailure::Fail,
        Some(at) => match at.value.as_str() {
            "fail" => HookFailure::Fail,
            "warn" => HookFailure::Warn,
            other => {
                let message = format!("`on_failure` of a hook is \"fail\" or \"warn\", not \"{other}\"");
                return Err(said.place.error(&at.span, message));
            }
        },
    };
    Ok(Hook {
        at: moments(all, said, &name, span)?,
        about: about.into_iter().map(|at| at.value).collect(),
        deed: deed(said, &name, span)?,
        limit,
        on_failure,
        migrates: said.truth("migrates")?.is_some_and(|at| at.value),
        repeatable: said.truth("repeatable")?.is_some_and(|at| at.value),
        name,
    })
}

/// Reads when it is run: one moment, or a list of them.
fn moments(all: &Table<'_>, said: &Table<'_>, name: &str, span: &Range<usize>) -> Result<Vec<HookAt>> {
    let is_text =
        all.below(name)?.iter().any(|(key, _, value)| key == "at" && value.get_ref().as_str().is_some());
    let words = match is_text {
        true => said.text("at")?.into_iter().collect(),
        false => said.list("at")?.map(|at| at.value).unwrap_or_default(),
    };
    let known = || MOMENTS.map(HookAt::word).join(", ");
    if words.is_empty() {
        let error =
            said.place.error(span, format!("the hook {name} does not say `at` which moment it is run"));
        return Err(error.hint(format!("at = one of {}, or a list of them", known())));
    }
    let one = |at: At<String>| {
        MOMENTS.into_iter().find(|m| m.word() == at.value).ok_or_else(|| {
            let error = said.place.error(&at.span, format!("`{}` is no moment of a hook", at.value));
            error.hint(format!("the moments are {}", known()))
        })
    };
    words.into_iter().map(one).collect()
}

/// Reads what it runs: exactly one thing.
fn deed(said: &Table<'_>, name: &str, span: &Range<usize>) -> Result<HookDeed> {
    let wrong = |why: &str| said.place.error(span, format!("the hook {name} {why}")).hint(EXAMPLES);
    let (command, invoke, task) =
        (said.text("command")?, said.inner("invoke", "invoke")?, said.inner("task", "task")?);
    match (command, invoke, task) {
        (Some(at), None, None) => Ok(HookDeed::Command { line: at.value }),
        (None, Some(invoke), None) => {
            invoke.only(&["function", "payload"], &[])?;
            let given = said.below("invoke")?.into_iter().find(|(key, ..)| key == "payload");
            let payload = given.map(|(.., value)| json(said.place, value, &|_| Ok(()))).transpose()?;
            let function = invoke.text("function")?.ok_or_else(|| wrong("does not say which `function`"))?;
            Ok(HookDeed::Invoke { function: function.value, payload: payload.unwrap_or(Value::Null) })
        }
        (None, None, Some(task)) => {
            task.only(&TASK, &[])?;
            let text = |key: &str| task.text(key).map(|at| at.map(|at| at.value));
            let list = |key: &str| -> Result<Vec<String>> {
                let all = task.list(key)?.map(|at| at.value).unwrap_or_default();
                Ok(all.into_iter().map(|at| at.value).collect())
            };
            let (service, family) = (text("service")?, text("family")?);
            if service.is_none() && family.is_none() {
                return Err(wrong("needs the `service` or the `family` whose task definition it runs"));
            }
            let (subnets, security_groups) = (list("subnets")?, list("security_groups")?);
            if subnets.is_empty() && !security_groups.is_empty() {
                return Err(wrong("has `security_groups` without `subnets`"));
            }
            Ok(HookDeed::Task {
                cluster: text("cluster")?.ok_or_else(|| wrong("does not say which `cluster`"))?,
                service,
                family,
                container: text("container")?,
                command: list("command")?,
                subnets,
                security_groups,
            })
        }
        (None, None, None) => Err(wrong("runs nothing")),
        _ => Err(wrong("runs more than one thing")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::config::read::read;

    const PROD: &str = "[environments.prod]\naccount = \"222222222222\"\nregion = \"us-east-1\"\n";

    fn parse(text: &str) -> Result<Vec<Hook>> {
        let file = Path::new("snapdeploy.toml");
        let config = read(file, file, &format!("{PROD}{text}\n"), None)?;
        Ok(config.environments["prod"].values.hooks.clone())
    }

    #[test]
    fn a_hook_says_when_what_and_how_long() {
        let hooks = parse(
            "[environments.prod.hooks.smoke]\nat = [\"after_deploy\", \"after_rollback\"]\non_failure = \"warn\"\n\
             invoke = { function = \"smoke:live\", payload = { deep = [1, true, 0.5] } }\n\
             [environments.prod.hooks.migrate]\nat = \"before_deploy\"\nabout = [\"ecs/service/*\"]\nlimit = \"90s\"\n\
             migrates = true\ntask = { cluster = \"main\", service = \"web\", command = [\"bin/migrate\", \"up\"] }",
        )
        .unwrap();
        let [migrate, smoke] = &hooks[..] else { panic!("{hooks:?}") };
        assert_eq!((migrate.name.as_str(), migrate.limit), ("migrate", Duration::from_secs(90)));
        assert!(migrate.migrates && !migrate.repeatable && migrate.on_failure == HookFailure::Fail);
        assert!(matches!(&migrate.deed, HookDeed::Task { service: Some(s), command, .. }
            if s == "web" && *command == ["bin/migrate", "up"]));
        assert_eq!(smoke.at, [HookAt::AfterDeploy, HookAt::AfterRollback]);
        assert_eq!((smoke.limit, smoke.on_failure), (LIMIT, HookFailure::Warn));
        let payload = serde_json::json!({ "deep": [1, true, 0.5] });
        assert_eq!(smoke.deed, HookDeed::Invoke { function: "smoke:live".into(), payload });
    }

    #[test]
    fn what_is_wrong_with_a_hook_is_said_where_it_stands() {
        for (text, said) in [
            ("command = \"x\"", "4:26: the hook h does not say `at`"),
            ("at = \"before\"\ncommand = \"x\"", "5:6: `before` is no moment of a hook"),
            ("at = [\"after_deploy\", 1]\ncommand = \"x\"", "5:23: `at` has to be a list of texts"),
            ("at = \"after_deploy\"", "4:26: the hook h runs nothing"),
            (
                "at = \"after_deploy\"\ncommand = \"x\"\ninvoke = { function = \"f\" }",
                "4:26: the hook h runs more",
            ),
            ("at = \"after_deploy\"\ncomand = \"x\"", "6:1: unknown key `comand` in a hook"),
            ("at = \"after_deploy\"\ncommand = \"x\"\nlimit = \"soon\"", "7:9: `soon` is no duration"),
            ("at = \"after_deploy\"\ncommand = \"x\"\non_failure = \"stop\"", "7:14: `on_failure` of a hook"),
            (
                "at = \"after_deploy\"\ncommand = \"x\"\nabout = [\"ecs/servce/*\"]",
                "7:10: `ecs/servce/*` selects",
            ),
            ("at = \"after_deploy\"\ninvoke = {}", "4:26: the hook h does not say which `function`"),
            ("at = \"after_deploy\"\ntask = { cluster = \"c\" }", "4:26: the hook h needs the `service`"),
            (
                "at = \"after_deploy\"\ntask = { service = \"s\" }",
                "4:26: the hook h does not say which `cluster`",
            ),
            (
                "at = \"after_deploy\"\ntask = { cluster = \"c\", family = \"f\", security_groups = [\"sg\"] }",
                "4:26: the hook h has `security_groups` without",
            ),
        ] {
            let error = parse(&format!("[environments.prod.hooks.h]\n{text}")).unwrap_err();
            assert!(error.message.starts_with(&format!("snapdeploy.toml:{said}")), "{text}: {error}");
        }
        let error =
            parse("[environments.prod.hooks.\"a b\"]\nat = \"after_deploy\"\ncommand = \"x\"").unwrap_err();
        assert!(error.message.contains("`a b` cannot be the name of a hook"), "{error}");
    }
}
