//! The load balancers of a scenario folder: `load_balancers` of an account.
//!
//! ```text
//! load_balancers {name, region, type? ("application", "network"), target_groups? = ["NAME"],
//!                 listeners? {port, groups = {NAME = WEIGHT}}, rules? {port, priority, path, groups = {NAME = WEIGHT}},
//!                 targets? {group, address, answers? = false}}
//! ```

use std::path::Path;

use serde_json::{Map, Value};

use super::elb::BalancerSeed;
use super::folder::{tables, text, wrong};
use super::seed::ScenarioError;
use super::seed_account::AccountSeed;

const KEYS: &[&str] = &["name", "region", "type", "target_groups", "listeners", "rules", "targets"];

/// Adds the load balancers of an account.
pub(crate) fn load(
    file: &Path,
    account: &Map<String, Value>,
    seed: &mut AccountSeed,
) -> Result<(), ScenarioError> {
    for table in tables(file, account, "load_balancers", KEYS)? {
        let (region, name) = (text(file, table, "region")?, text(file, table, "name")?);
        let mut balancer = match table.get("type").and_then(Value::as_str).unwrap_or("application") {
            "application" => seed.load_balancer(region, name),
            "network" => seed.network_balancer(region, name),
            other => {
                let why =
                    format!("load balancer {name:?}: type {other:?} is not \"application\" or \"network\"");
                return Err(wrong(file, why));
            }
        };
        for group in table.get("target_groups").and_then(Value::as_array).into_iter().flatten() {
            let group = group.as_str().ok_or_else(|| wrong(file, "target_groups holds names"))?;
            balancer.target_group(group);
        }
        listeners(file, table, &mut balancer)?;
        for target in tables(file, table, "targets", &["group", "address", "answers"])? {
            let answers = target.get("answers").and_then(Value::as_bool).unwrap_or(true);
            balancer.target(text(file, target, "group")?, text(file, target, "address")?, answers);
        }
    }
    Ok(())
}

fn listeners(
    file: &Path,
    table: &Map<String, Value>,
    balancer: &mut BalancerSeed<'_>,
) -> Result<(), ScenarioError> {
    for listener in tables(file, table, "listeners", &["port", "groups"])? {
        balancer.listener(number(file, listener, "port")?, &groups(file, listener)?);
    }
    for rule in tables(file, table, "rules", &["port", "priority", "path", "groups"])? {
        let (port, priority) = (number(file, rule, "port")?, number(file, rule, "priority")?);
        balancer.rule(port, priority, text(file, rule, "path")?, &groups(file, rule)?);
    }
    Ok(())
}

fn number(file: &Path, table: &Map<String, Value>, key: &str) -> Result<u64, ScenarioError> {
    table.get(key).and_then(Value::as_u64).ok_or_else(|| wrong(file, format!("needs {key} = NUMBER")))
}

/// Names of target groups and weights.
fn groups<'a>(file: &Path, table: &'a Map<String, Value>) -> Result<Vec<(&'a str, u32)>, ScenarioError> {
    let given = table.get("groups").and_then(Value::as_object).filter(|groups| !groups.is_empty());
    let groups = given.ok_or_else(|| wrong(file, "a listener or a rule needs groups = {NAME = WEIGHT}"))?;
    let weight = |value: &Value| value.as_u64().and_then(|weight| u32::try_from(weight).ok());
    groups
        .iter()
        .map(|(name, value)| match weight(value) {
            Some(weight) if weight <= 999 => Ok((name.as_str(), weight)),
            _ => Err(wrong(file, format!("the weight of {name:?} is not a number from 0 to 999"))),
        })
        .collect()
}
