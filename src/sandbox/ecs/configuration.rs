//! `deploymentConfiguration`: what ECS fills in, and what it refuses.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::ask::invalid;
use super::rules::Rules;

/// The defaults of `DeploymentConfiguration`.
pub(crate) fn fill(settings: &mut Map<String, Value>) {
    let configuration = settings.entry("deploymentConfiguration").or_insert_with(|| json!({}));
    let Some(members) = configuration.as_object_mut() else { return };
    for (name, value) in [
        ("maximumPercent", json!(200)),
        ("minimumHealthyPercent", json!(100)),
        ("strategy", json!("ROLLING")),
        ("bakeTimeInMinutes", json!(0)),
        ("deploymentCircuitBreaker", json!({"enable": false, "rollback": false})),
    ] {
        members.entry(name).or_insert(value);
    }
}

/// Whether ECS takes it (botocore, `DeploymentConfiguration` and what it is made of).
pub(crate) fn check(configuration: Option<&Value>, rules: &Rules) -> Result<(), Fail> {
    let Some(configuration) = configuration else { return Ok(()) };
    let number = |part: &str, member: &str| configuration.get(part).and_then(|one| one.get(member)?.as_f64());
    let strategy = configuration.get("strategy").and_then(Value::as_str).unwrap_or("ROLLING");
    match strategy {
        "ROLLING" => {}
        "BLUE_GREEN" | "LINEAR" | "CANARY" => {
            // "You must specify this when you use" these strategies (`bakeTimeInMinutes`).
            if strategy == "BLUE_GREEN" && configuration.get("bakeTimeInMinutes").is_none() {
                return Err(invalid(
                    "bakeTimeInMinutes must be specified for the BLUE_GREEN deployment strategy.",
                ));
            }
        }
        other => return Err(invalid(format!("{other} is no deployment strategy."))),
    }
    for (part, member, from, to) in [
        ("canaryConfiguration", "canaryPercent", 0.1, 100.0),
        ("canaryConfiguration", "canaryBakeTimeInMinutes", 0.0, 1440.0),
        ("linearConfiguration", "stepPercent", 3.0, 100.0),
        ("linearConfiguration", "stepBakeTimeInMinutes", 0.0, 1440.0),
    ] {
        if number(part, member).is_some_and(|given| !(from..=to).contains(&given)) {
            return Err(invalid(format!("{member} must be between {from} and {to}.")));
        }
        // "Valid values are multiples of 0.1" (CanaryConfiguration, LinearConfiguration); minutes are integers.
        let grain = if member.ends_with("Percent") { 10.0 } else { 1.0 };
        if number(part, member).is_some_and(|given| ((given * grain) - (given * grain).round()).abs() > 1e-6)
        {
            return Err(invalid(format!("{member} must be a multiple of {}.", 1.0 / grain)));
        }
    }
    for hook in configuration.get("lifecycleHooks").and_then(Value::as_array).into_iter().flatten() {
        let stages = hook.get("lifecycleStages").and_then(Value::as_array).into_iter().flatten();
        let stages: Vec<&Value> = stages.collect();
        // assumed: switch ecs_pre_production_stage_taken
        if !rules.pre_production_taken && stages.iter().any(|one| *one == "PRE_PRODUCTION_TRAFFIC_SHIFT") {
            return Err(invalid("PRE_PRODUCTION_TRAFFIC_SHIFT is no lifecycle stage."));
        }
        let shifts = stages
            .into_iter()
            .filter_map(Value::as_str)
            .any(|one| matches!(one, "TEST_TRAFFIC_SHIFT" | "PRODUCTION_TRAFFIC_SHIFT"));
        if shifts && hook.get("targetType").and_then(Value::as_str) == Some("PAUSE") {
            return Err(invalid("A PAUSE hook cannot be at a traffic shift."));
        }
        let timeout = hook.get("timeoutConfiguration").and_then(|one| one.get("timeoutInMinutes")?.as_f64());
        if timeout.is_some_and(|minutes| !(1.0..=1440.0).contains(&minutes)) {
            return Err(invalid("timeoutInMinutes must be between 1 and 1440."));
        }
    }
    Ok(())
}
