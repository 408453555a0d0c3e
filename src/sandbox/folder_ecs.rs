//! The clusters and services of a scenario folder: `clusters` {name, region} and `services` of an account.
//!
//! ```text
//! services                 {name, cluster, region, image or images {CONTAINER = IMAGE}, desired?, controller? (ECS or
//!                          CODE_DEPLOY), strategy? (ROLLING, BLUE_GREEN, LINEAR, CANARY), breaker?, alarms? (names),
//!                          target_groups? (ARNs), production_listener?, test_listener?, port?, log_group?,
//!                          environment? {NAME = "value"}, secrets? {NAME = "valueFrom"}, health_check?,
//!                          configuration? and settings? (as CreateService has them), tags?}
//! hooks                    {function, region, answers}: what a function answers as a lifecycle hook
//! ```

use std::path::Path;

use serde_json::{Map, Value};

use super::folder::{strings, tables, text, wrong};
use super::seed::ScenarioError;
use super::seed_account::AccountSeed;
use super::seed_ecs::ServiceSeed;

const KEYS: &[&str] = &[
    "name",
    "cluster",
    "region",
    "image",
    "images",
    "desired",
    "controller",
    "strategy",
    "breaker",
    "alarms",
    "target_groups",
    "production_listener",
    "test_listener",
    "port",
    "log_group",
    "environment",
    "secrets",
    "health_check",
    "configuration",
    "settings",
    "tags",
];

/// Adds the clusters and services of an account.
pub(crate) fn load(
    file: &Path,
    account: &Map<String, Value>,
    seed: &mut AccountSeed,
) -> Result<(), ScenarioError> {
    for cluster in tables(file, account, "clusters", &["name", "region"])? {
        seed.cluster(text(file, cluster, "region")?, text(file, cluster, "name")?);
    }
    for hook in tables(file, account, "hooks", &["function", "region", "answers"])? {
        let answers = strings(hook, "answers");
        let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
        seed.hook(text(file, hook, "region")?, text(file, hook, "function")?, &answers);
    }
    for table in tables(file, account, "services", KEYS)? {
        let service = read(file, table)?;
        if seed.service(&service).is_none() {
            let why = format!("ECS would not take the task definition of service {:?}", service.name);
            return Err(wrong(file, why));
        }
    }
    Ok(())
}

fn one_of(
    file: &Path,
    table: &Map<String, Value>,
    key: &str,
    words: &[&str],
) -> Result<String, ScenarioError> {
    let default = words.first().copied().unwrap_or_default();
    let given = table.get(key).map_or(Some(default), Value::as_str).unwrap_or_default();
    if words.contains(&given) {
        return Ok(given.to_owned());
    }
    Err(wrong(file, format!("{key} is one of {}, not {given:?}", words.join(", "))))
}

fn pairs(file: &Path, table: &Map<String, Value>, key: &str) -> Result<Vec<(String, String)>, ScenarioError> {
    let all = table.get(key).and_then(Value::as_object).into_iter().flatten();
    all.map(|(name, value)| match value.as_str() {
        Some(text) => Ok((name.clone(), text.to_owned())),
        None => Err(wrong(file, format!("{key}.{name} is not a string"))),
    })
    .collect()
}

fn number(file: &Path, table: &Map<String, Value>, key: &str, default: u64) -> Result<u64, ScenarioError> {
    table.get(key).map_or(Ok(default), |value| {
        value.as_u64().ok_or_else(|| wrong(file, format!("{key} is not a whole number")))
    })
}

fn read(file: &Path, table: &Map<String, Value>) -> Result<ServiceSeed, ScenarioError> {
    let optional = |key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |key: &str| table.get(key).and_then(Value::as_bool) == Some(true);
    let mut images = pairs(file, table, "images")?;
    if let Some(image) = optional("image") {
        images.insert(0, ("app".into(), image));
    }
    let default = ServiceSeed::default();
    if images.is_empty() {
        return Err(wrong(file, "a service needs image = \"...\" or images = {CONTAINER = \"...\"}"));
    }
    Ok(ServiceSeed {
        name: text(file, table, "name")?.into(),
        cluster: text(file, table, "cluster")?.into(),
        region: text(file, table, "region")?.into(),
        images,
        desired: number(file, table, "desired", default.desired)?,
        controller: one_of(file, table, "controller", &["ECS", "CODE_DEPLOY", "EXTERNAL"])?,
        strategy: one_of(file, table, "strategy", &["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"])?,
        breaker: flag("breaker"),
        alarms: strings(table, "alarms"),
        target_groups: strings(table, "target_groups"),
        production_listener: optional("production_listener"),
        test_listener: optional("test_listener"),
        port: number(file, table, "port", default.port)?,
        log_group: optional("log_group"),
        environment: pairs(file, table, "environment")?,
        secrets: pairs(file, table, "secrets")?,
        health_check: flag("health_check"),
        configuration: table.get("configuration").cloned().unwrap_or(default.configuration),
        settings: table.get("settings").cloned().unwrap_or(default.settings),
        tags: pairs(file, table, "tags")?,
    })
}
