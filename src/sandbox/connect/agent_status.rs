//! Agent statuses: create, describe, update. There is no operation that deletes one.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{
    bad_request, find, find_mut, invalid, name_free, not_found, one_of, required, tags, text,
};
use super::made::made;

const STATES: [&str; 2] = ["ENABLED", "DISABLED"];

/// botocore AgentStatusOrderNumber: 1 to 50.
fn display_order(body: &Map<String, Value>) -> Result<Option<u64>, Fail> {
    match body.get("DisplayOrder") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(order @ 1..=50) => Ok(Some(order)),
            _ => Err(invalid("DisplayOrder must be between 1 and 50")),
        },
    }
}

/// CreateAgentStatus: always of the type CUSTOM ("Add a custom agent status", administrator guide).
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 127)?;
    let state = one_of(ask.body, "State", &STATES)?.ok_or_else(|| invalid("State is required"))?;
    let tags = tags(ask.body.get("Tags"))?;
    let mut body = Map::new();
    body.insert("Type".into(), json!("CUSTOM"));
    body.insert("State".into(), json!(state));
    if let Some(description) = text(ask.body, "Description", 1, 250)? {
        body.insert("Description".into(), json!(description));
    }
    if let Some(order) = display_order(ask.body)? {
        body.insert("DisplayOrder".into(), json!(order));
    }
    name_free(instance, Kind::AgentStatus, name, "")?;
    let status = made(instance, ask, Kind::AgentStatus, name, body, tags);
    let answer = json!({"AgentStatusId": status.id, "AgentStatusARN": status.arn});
    instance.resources.insert((Kind::AgentStatus, status.id.clone()), status);
    Ok(Answer::json(&answer))
}

/// The `AgentStatus` shape.
pub(crate) fn shape(instance: &Instance, status: &Resource) -> Value {
    let mut out = status.body.clone();
    out.insert("Name".into(), json!(status.name));
    out.insert("AgentStatusId".into(), json!(status.id));
    out.insert("AgentStatusARN".into(), json!(status.arn));
    out.insert("Tags".into(), json!(status.tags));
    out.insert("LastModifiedTime".into(), clock::epoch(status.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Value::Object(out)
}

/// DescribeAgentStatus.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let status = find(instance, Kind::AgentStatus, given).ok_or_else(|| not_found(given))?;
    Ok(Answer::json(&json!({"AgentStatus": shape(instance, status)})))
}

/// UpdateAgentStatus. ResetOrderNumber takes the order away. Assumed: InvalidRequestException for a system status that
/// is to be renamed or disabled, and for DisplayOrder together with ResetOrderNumber.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let status = find(instance, Kind::AgentStatus, given).ok_or_else(|| not_found(given))?;
    let system = status.body.get("Type").and_then(Value::as_str) != Some("CUSTOM");
    let name = text(ask.body, "Name", 1, 127)?;
    let state = one_of(ask.body, "State", &STATES)?;
    let description = text(ask.body, "Description", 0, 250)?;
    let order = display_order(ask.body)?;
    let reset = ask.body.get("ResetOrderNumber").and_then(Value::as_bool) == Some(true);
    if system && (name.is_some_and(|name| name != status.name) || state == Some("DISABLED")) {
        return Err(bad_request("A system agent status cannot be renamed or disabled"));
    }
    if order.is_some() && reset {
        return Err(bad_request("DisplayOrder and ResetOrderNumber exclude each other"));
    }
    let id = status.id.clone();
    if let Some(name) = name {
        name_free(instance, Kind::AgentStatus, name, &id)?;
    }
    let status = find_mut(instance, Kind::AgentStatus, &id)?;
    if let Some(name) = name {
        status.name = name.into();
    }
    if let Some(state) = state {
        status.body.insert("State".into(), json!(state));
    }
    match description {
        // Assumed, as for hours: an empty description takes it away (botocore UpdateAgentStatusDescription).
        Some("") => {
            status.body.remove("Description");
        }
        Some(description) => {
            status.body.insert("Description".into(), json!(description));
        }
        None => {}
    }
    if let Some(order) = order {
        status.body.insert("DisplayOrder".into(), json!(order));
    }
    if reset {
        status.body.remove("DisplayOrder");
    }
    status.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}
