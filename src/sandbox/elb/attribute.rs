//! Attributes of target groups: of these the sandbox acts on the deregistration delay alone.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::form::{invalid, list, needed, not_found, text};
use super::held::{Group, Held};
use super::xml;

const DELAY: &str = "deregistration_delay.timeout_seconds";

/// What a new target group has (botocore TargetGroupAttribute).
pub(crate) fn defaults() -> BTreeMap<String, String> {
    [(DELAY, "300"), ("stickiness.enabled", "false")].map(|(key, value)| (key.into(), value.into())).into()
}

fn group<'h>(held: &'h mut Held, ask: &Ask<'_>) -> Result<&'h mut Group, Fail> {
    held.groups.get_mut(needed(ask.form, "TargetGroupArn")?).ok_or_else(|| not_found("group"))
}

fn shown(group: &Group) -> Vec<Value> {
    group.attributes.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

/// DescribeTargetGroupAttributes.
pub(crate) fn describe(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    Ok(xml::listed("DescribeTargetGroupAttributes", "Attributes", shown(group(held, ask)?)))
}

/// ModifyTargetGroupAttributes.
pub(crate) fn modify(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let none = Map::new();
    let group = group(held, ask)?;
    for attribute in list(ask.form, "Attributes") {
        let attribute = attribute.as_object().unwrap_or(&none);
        let (key, value) = (needed(attribute, "Key")?, text(attribute, "Value").unwrap_or_default());
        // "The range is 0-3600 seconds" (botocore TargetGroupAttribute).
        if key == DELAY && !value.parse::<u64>().is_ok_and(|seconds| seconds <= 3600) {
            return Err(invalid(format!("'{value}' must be a number between 0 and 3600")));
        }
        group.attributes.insert(key.into(), value.into());
    }
    Ok(xml::listed("ModifyTargetGroupAttributes", "Attributes", shown(group)))
}
