//! Actions of listeners and rules: above all, which target groups they forward to with which weights.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::form::{invalid, list, not_found, number, text};
use super::held::Held;

/// The target groups that an action names, with weights; a group that is named alone has weight 1.
pub(crate) fn weights(actions: &[Value]) -> Vec<(String, u32)> {
    let forward = actions.iter().find(|action| action["Type"] == "forward");
    let Some(forward) = forward.and_then(Value::as_object) else { return Vec::new() };
    let groups =
        forward.get("ForwardConfig").and_then(Value::as_object).map(|config| list(config, "TargetGroups"));
    match groups {
        Some(groups) if !groups.is_empty() => groups.iter().filter_map(weighted).collect(),
        _ => text(forward, "TargetGroupArn").map(|arn| (arn.to_owned(), 1)).into_iter().collect(),
    }
}

fn weighted(group: &Value) -> Option<(String, u32)> {
    let arn = group.get("TargetGroupArn")?.as_str()?;
    let weight = group.get("Weight").and_then(Value::as_str).and_then(|weight| weight.parse().ok());
    Some((arn.to_owned(), weight.unwrap_or(1)))
}

/// A forward action as Describe shows it: one group stands in `TargetGroupArn` too, several only in `ForwardConfig` (examples
/// of DescribeRules and DescribeListeners).
pub(crate) fn forward(weights: &[(String, u32)], stickiness: Value) -> Value {
    let groups: Vec<Value> = weights
        .iter()
        .map(|(arn, weight)| json!({"TargetGroupArn": arn, "Weight": weight.to_string()}))
        .collect();
    let mut out = json!({"Type": "forward"});
    if let [(only, _)] = weights {
        out["TargetGroupArn"] = json!(only);
    }
    out["ForwardConfig"] = json!({"TargetGroups": groups, "TargetGroupStickinessConfig": stickiness});
    out
}

/// What forwards without stickiness.
pub(crate) fn not_sticky() -> Value {
    json!({"Enabled": "false"})
}

/// The actions of a request, checked and as Describe shows them.
pub(crate) fn read(
    held: &Held,
    form: &Map<String, Value>,
    name: &str,
    balancer: &str,
    protocol: &str,
) -> Result<Vec<Value>, Fail> {
    let given = list(form, name);
    if given.is_empty() {
        return Err(invalid("At least one action must be specified"));
    }
    given.iter().map(|action| one(held, action, balancer, protocol)).collect()
}

fn one(held: &Held, action: &Value, balancer: &str, protocol: &str) -> Result<Value, Fail> {
    let none = Map::new();
    let map = action.as_object().unwrap_or(&none);
    match text(map, "Type") {
        Some("forward") => {}
        Some(_) => return Ok(action.clone()),
        None => return Err(invalid("An action type must be specified")),
    }
    let config = map.get("ForwardConfig").and_then(Value::as_object).unwrap_or(&none);
    for group in list(config, "TargetGroups") {
        // "The range is 0 to 999" (TargetGroupTuple).
        number(group.as_object().unwrap_or(&none), "Weight", 0, 999)?;
    }
    let weights = weights(std::slice::from_ref(action));
    if weights.is_empty() {
        return Err(invalid("A target group must be specified for a forward action"));
    }
    for (arn, _) in &weights {
        let group = held.groups.get(arn).ok_or_else(|| not_found("group"))?;
        let layer_seven = |protocol: &str| matches!(protocol, "HTTP" | "HTTPS");
        if layer_seven(protocol) != layer_seven(group.text("Protocol")) {
            return Err(Fail::new(
                400,
                "IncompatibleProtocols",
                format!(
                    "The listener protocol '{protocol}' is not supported with a target group with the target-group protocol '{}'",
                    group.text("Protocol")
                ),
            ));
        }
        // "Each target group can be associated with one load balancer" (quotas of Application Load Balancers).
        if held.balancers_of(arn).iter().any(|other| other != balancer) {
            return Err(Fail::new(
                400,
                "TargetGroupAssociationLimit",
                format!(
                    "The following target groups cannot be associated with more than one load balancer: {arn}"
                ),
            ));
        }
    }
    let sticky = config.get("TargetGroupStickinessConfig").cloned().unwrap_or_else(not_sticky);
    let mut out = forward(&weights, sticky);
    if let Some(order) = map.get("Order") {
        out["Order"] = order.clone();
    }
    Ok(out)
}
