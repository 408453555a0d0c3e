//! The deployment groups of a scenario folder: `deployment_groups` of an account.
//!
//! ```text
//! deployment_groups {cluster, service, region, target_groups = ["NAME", "NAME"], balancer, port (of the listener of
//!                    production traffic), test_port?, config?, alarms? = ["NAME"], auto_rollback? = ["EVENT"],
//!                    termination_wait? = MINUTES, ready_wait? = MINUTES, hooks? = {FUNCTION = ["Succeeded", ...]}}
//! ```

use std::path::Path;

use serde_json::{Map, Value};

use super::folder::{strings, tables, text, wrong};
use super::seed::ScenarioError;
use super::seed_account::AccountSeed;

const KEYS: &[&str] = &[
    "cluster",
    "service",
    "region",
    "target_groups",
    "balancer",
    "port",
    "test_port",
    "config",
    "alarms",
    "auto_rollback",
    "termination_wait",
    "ready_wait",
    "hooks",
];

/// Adds the deployment groups of an account, after its load balancers.
pub(crate) fn load(
    file: &Path,
    account: &Map<String, Value>,
    seed: &mut AccountSeed,
) -> Result<(), ScenarioError> {
    for table in tables(file, account, "deployment_groups", KEYS)? {
        let (region, balancer) = (text(file, table, "region")?, text(file, table, "balancer")?);
        let names = (text(file, table, "cluster")?, text(file, table, "service")?);
        let groups = strings(table, "target_groups");
        let [blue, green] = groups.as_slice() else {
            return Err(wrong(file, "a deployment group needs target_groups = [\"NAME\", \"NAME\"]"));
        };
        let number = |key: &str| table.get(key).and_then(Value::as_u64);
        let mut listener = |key: &str| {
            let port = number(key)?;
            seed.load_balancer(region, balancer).listener_arn(port)
        };
        let production = listener("port").ok_or_else(|| {
            wrong(file, format!("a deployment group needs port = PORT of a listener of {balancer:?}"))
        })?;
        let test = listener("test_port");
        let listed = |key: &str| table.contains_key(key).then(|| strings(table, key));
        let mut group = seed.deployment_group(region, names, [blue, green], &production);
        if let Some(arn) = test {
            group = group.test_listener(&arn);
        }
        if let Some(config) = table.get("config").and_then(Value::as_str) {
            group = group.config(config);
        }
        if let Some(alarms) = listed("alarms") {
            group = group.alarms(&alarms.iter().map(String::as_str).collect::<Vec<_>>());
        }
        if let Some(events) = listed("auto_rollback") {
            group = group.auto_rollback(&events.iter().map(String::as_str).collect::<Vec<_>>());
        }
        if let Some(minutes) = number("termination_wait") {
            group = group.termination_wait(minutes);
        }
        if let Some(minutes) = number("ready_wait") {
            group = group.ready_wait(minutes);
        }
        let none = Map::new();
        let hooks = table.get("hooks").and_then(Value::as_object).unwrap_or(&none);
        for function in hooks.keys() {
            let reports = strings(hooks, function);
            group = group.hook(function, &reports.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
    Ok(())
}
