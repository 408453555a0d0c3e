//! Quick connects: create, describe, the two updates, delete.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::{self, Kind};
use super::super::seed_instance::arn_below;
use super::super::world::{Instance, Resource};
use super::env::{Ask, Env};
use super::input::{
    bad_request, find, find_mut, invalid, name_free, not_found, one_of, required, tags, text,
};
use super::{queue_links, references};

/// botocore QuickConnectType.
const TYPES: [&str; 4] = ["USER", "QUEUE", "PHONE_NUMBER", "FLOW"];

/// A flow that a quick connect names. Assumed: not there is ResourceNotFoundException; its type is not checked.
fn flow(instance: &Instance, env: &Env, config: &Map<String, Value>) -> Result<(), Fail> {
    let given = required(config, "ContactFlowId", 0, 500)?;
    let flow = find(instance, Kind::Flow, given).ok_or_else(|| not_found(&format!("flow {given}")))?;
    // assumed: switch saved_flow_can_be_referenced
    if flow.published.is_none() && !env.saved_can_be_referenced {
        return Err(bad_request("The flow of the quick connect has not been published"));
    }
    Ok(())
}

/// "PhoneNumber ... in E.164 format" (botocore's pattern, `+` and 2 to 15 digits of which the first is not 0).
fn e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

/// The configuration: each of the four is "required only if QuickConnectType is" its type (API reference); assumed: a
/// configuration of another type beside it is an InvalidRequestException.
fn config(instance: &Instance, env: &Env, body: &Map<String, Value>) -> Result<Value, Fail> {
    let whole = body.get("QuickConnectConfig").and_then(Value::as_object);
    let whole = whole.ok_or_else(|| invalid("QuickConnectConfig is required"))?;
    let kind = one_of(whole, "QuickConnectType", &TYPES)?;
    let kind = kind.ok_or_else(|| invalid("QuickConnectType is required"))?;
    let wanted = match kind {
        "USER" => "UserConfig",
        "QUEUE" => "QueueConfig",
        "PHONE_NUMBER" => "PhoneConfig",
        _ => "FlowConfig",
    };
    let part = whole.get(wanted).and_then(Value::as_object);
    let part = part.ok_or_else(|| bad_request(format!("{wanted} is required for {kind}")))?;
    let odd = ["UserConfig", "QueueConfig", "PhoneConfig", "FlowConfig"]
        .into_iter()
        .find(|name| *name != wanted && whole.get(*name).is_some_and(|value| !value.is_null()));
    if let Some(odd) = odd {
        return Err(bad_request(format!("{odd} does not go with {kind}")));
    }
    match kind {
        "USER" | "QUEUE" => {
            let (member, of) = if kind == "USER" { ("UserId", Kind::User) } else { ("QueueId", Kind::Queue) };
            let given = required(part, member, 0, usize::MAX)?;
            find(instance, of, given).ok_or_else(|| not_found(&format!("{} {given}", of.word())))?;
            flow(instance, env, part)?;
        }
        "PHONE_NUMBER" => {
            let number = required(part, "PhoneNumber", 0, usize::MAX)?;
            if !e164(number) {
                return Err(invalid(format!("{number} is not a phone number in E.164 format")));
            }
        }
        _ => flow(instance, env, part)?,
    }
    Ok(Value::Object(whole.clone()))
}

/// CreateQuickConnect.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 127)?;
    let tags = tags(ask.body.get("Tags"))?;
    let mut body = Map::new();
    if let Some(description) = text(ask.body, "Description", 1, 250)? {
        body.insert("Description".into(), json!(description));
    }
    body.insert("QuickConnectConfig".into(), config(instance, &ask.env, ask.body)?);
    name_free(instance, Kind::QuickConnect, name, "")?;
    let id = ids::random_uuid();
    let arn = arn_below(instance, Kind::QuickConnect, &id);
    let made = Resource {
        kind: Kind::QuickConnect,
        id: id.clone(),
        arn: arn.clone(),
        name: name.into(),
        body,
        tags,
        published: None,
        saved: String::new(),
        version: 0,
        born: ask.env.n,
        modified: ask.env.now,
    };
    instance.resources.insert((Kind::QuickConnect, id.clone()), made);
    Ok(Answer::json(&json!({"QuickConnectId": id, "QuickConnectARN": arn})))
}

/// The type in its configuration.
pub(crate) fn type_of(quick_connect: &Resource) -> &str {
    let config = quick_connect.body.get("QuickConnectConfig");
    config.and_then(|config| config.get("QuickConnectType")).and_then(Value::as_str).unwrap_or_default()
}

/// The `QuickConnect` shape, which Search answers whole.
pub(crate) fn shape(instance: &Instance, quick_connect: &Resource) -> Value {
    let mut out = quick_connect.body.clone();
    out.insert("Name".into(), json!(quick_connect.name));
    out.insert("QuickConnectId".into(), json!(quick_connect.id));
    out.insert("QuickConnectARN".into(), json!(quick_connect.arn));
    out.insert("Tags".into(), json!(quick_connect.tags));
    out.insert("LastModifiedTime".into(), clock::epoch(quick_connect.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Value::Object(out)
}

/// DescribeQuickConnect.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let found = find(instance, Kind::QuickConnect, given).ok_or_else(|| not_found(given))?;
    Ok(Answer::json(&json!({"QuickConnect": shape(instance, found)})))
}

/// UpdateQuickConnectConfig and UpdateQuickConnectName.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = find_mut(instance, Kind::QuickConnect, ask.call.label(1))?.id.clone();
    if ask.call.operation == "UpdateQuickConnectConfig" {
        let config = config(instance, &ask.env, ask.body)?;
        let found = find_mut(instance, Kind::QuickConnect, &id)?;
        found.body.insert("QuickConnectConfig".into(), config);
        found.modified = ask.env.now;
        return Ok(Answer::json(&json!({})));
    }
    let name = text(ask.body, "Name", 1, 127)?;
    // botocore UpdateQuickConnectDescription may be empty.
    let description = text(ask.body, "Description", 0, 250)?;
    // "At least Name or Description must be provided" (API reference).
    if name.is_none() && description.is_none() {
        return Err(bad_request("At least one of Name and Description is required"));
    }
    if let Some(name) = name {
        // botocore lists no DuplicateResourceException for this operation, though the name is "unique"; assumed.
        name_free(instance, Kind::QuickConnect, name, &id).map_err(|fail| bad_request(fail.message))?;
    }
    let found = find_mut(instance, Kind::QuickConnect, &id)?;
    if let Some(name) = name {
        found.name = name.into();
    }
    match description {
        // Assumed: an empty description takes it away (the shape that Describe answers cannot be empty).
        Some("") => {
            found.body.remove("Description");
        }
        Some(description) => {
            found.body.insert("Description".into(), json!(description));
        }
        None => {}
    }
    found.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// DeleteQuickConnect. Its errors in botocore have no ResourceInUseException.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = find_mut(instance, Kind::QuickConnect, ask.call.label(1))?.id.clone();
    // assumed: switch delete_linked_quick_connect
    if let (Some(by), false) =
        (references::user_of(instance, Kind::QuickConnect, &id), ask.env.delete_linked_quick_connect)
    {
        return Err(bad_request(format!("The quick connect is in use by {by}")));
    }
    queue_links::forget_quick_connect(instance, &id);
    instance.resources.remove(&(Kind::QuickConnect, id));
    Ok(Answer::json(&json!({})))
}
