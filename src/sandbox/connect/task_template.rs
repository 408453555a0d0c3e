//! Task templates: create, get, update, delete.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::{Ask, Env};
use super::input::{find, find_mut, invalid, list_of, not_found, object, one_of, required, text};
use super::made::made;

/// botocore TaskTemplateFieldType.
const TYPES: [&str; 14] = [
    "NAME",
    "DESCRIPTION",
    "SCHEDULED_TIME",
    "QUICK_CONNECT",
    "URL",
    "NUMBER",
    "TEXT",
    "TEXT_AREA",
    "DATE_TIME",
    "BOOLEAN",
    "SINGLE_SELECT",
    "EMAIL",
    "SELF_ASSIGN",
    "EXPIRY_DURATION",
];

/// `PropertyValidationException` (botocore: 400, with PropertyList).
fn property(path: String, message: &str) -> Fail {
    let property = json!({"PropertyPath": path, "Reason": "INVALID_FORMAT", "Message": message});
    Fail::new(400, "PropertyValidationException", message).with("PropertyList", json!([property]))
}

/// A flow that a template names. Assumed: not there is ResourceNotFoundException.
fn flow(
    instance: &Instance,
    env: &Env,
    body: &Map<String, Value>,
    name: &str,
) -> Result<Option<Value>, Fail> {
    let Some(given) = text(body, name, 0, 500)?.filter(|given| !given.is_empty()) else { return Ok(None) };
    let flow = find(instance, Kind::Flow, given).ok_or_else(|| not_found(&format!("flow {given}")))?;
    // assumed: switch saved_flow_can_be_referenced
    if flow.published.is_none() && !env.saved_can_be_referenced {
        return Err(invalid("The flow has not been published"));
    }
    Ok(Some(json!(flow.id)))
}

/// The members that create and update share. Assumed: constraints and defaults may name only fields that are there.
fn members(instance: &Instance, env: &Env, body: &Map<String, Value>) -> Result<Map<String, Value>, Fail> {
    let mut out = Map::new();
    if let Some(description) = text(body, "Description", 1, 255)? {
        out.insert("Description".into(), json!(description));
    }
    for name in ["ContactFlowId", "SelfAssignFlowId"] {
        out.extend(flow(instance, env, body, name)?.map(|id| (name.to_owned(), id)));
    }
    let mut fields = Vec::new();
    for (n, field) in list_of(body, "Fields", 0, usize::MAX)?.into_iter().flatten().enumerate() {
        let bad = || property(format!("Fields[{n}]"), "A field needs an Id with a Name");
        let members = field.as_object().ok_or_else(bad)?;
        let name = field["Id"]["Name"].as_str().filter(|it| !it.is_empty()).ok_or_else(bad)?;
        one_of(members, "Type", &TYPES)?;
        text(members, "Description", 1, 255)?;
        if fields.contains(&name) {
            return Err(property(format!("Fields[{n}].Id.Name"), "Two fields have one name"));
        }
        fields.push(name);
    }
    for (member, lists) in [
        ("Constraints", &["RequiredFields", "ReadOnlyFields", "InvisibleFields"][..]),
        ("Defaults", &["DefaultFieldValues"]),
    ] {
        let Some(whole) = object(body, member)? else { continue };
        for list in lists {
            for (n, item) in list_of(whole, list, 0, usize::MAX)?.into_iter().flatten().enumerate() {
                if !item["Id"]["Name"].as_str().is_some_and(|name| fields.contains(&name)) {
                    return Err(property(format!("{member}.{list}[{n}].Id.Name"), "There is no such field"));
                }
            }
        }
        out.insert(member.into(), json!(whole));
    }
    if let Some(fields) = body.get("Fields").filter(|it| !it.is_null()) {
        out.insert("Fields".into(), fields.clone());
    }
    // Assumed: a template is active unless it is said to be inactive.
    let status = one_of(body, "Status", &["ACTIVE", "INACTIVE"])?.unwrap_or("ACTIVE");
    out.insert("Status".into(), json!(status));
    Ok(out)
}

/// CreateTaskTemplate. That a name is there already is not in its list of errors: names need not be unique.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 100)?;
    list_of(ask.body, "Fields", 0, usize::MAX)?.ok_or_else(|| invalid("Fields is required"))?;
    let body = members(instance, &ask.env, ask.body)?;
    let template = made(instance, ask, Kind::TaskTemplate, name, body, Default::default());
    let answer = json!({"Id": template.id, "Arn": template.arn});
    instance.resources.insert((Kind::TaskTemplate, template.id.clone()), template);
    Ok(Answer::json(&answer))
}

fn found<'a>(instance: &'a Instance, ask: &Ask<'_>) -> Result<&'a Resource, Fail> {
    let given = ask.call.label(1);
    find(instance, Kind::TaskTemplate, given).ok_or_else(|| not_found(given))
}

fn shape(instance: &Instance, template: &Resource) -> Map<String, Value> {
    let mut out = template.body.clone();
    out.insert("InstanceId".into(), json!(instance.id));
    out.insert("Id".into(), json!(template.id));
    out.insert("Arn".into(), json!(template.arn));
    out.insert("Name".into(), json!(template.name));
    out.insert("LastModifiedTime".into(), clock::epoch(template.modified));
    out.insert("CreatedTime".into(), clock::epoch(template.modified));
    out
}

/// GetTaskTemplate: its answer is the template itself.
pub(crate) fn get(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let template = found(instance, ask)?;
    let mut out = shape(instance, template);
    out.insert("Tags".into(), json!(template.tags));
    Ok(Answer::json(&Value::Object(out)))
}

/// UpdateTaskTemplate: "does not support partial updates. Instead it does a full update of template content". Assumed:
/// the name, which is not required, stays where it is left out.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = found(instance, ask)?.id.clone();
    let name = text(ask.body, "Name", 1, 100)?;
    let body = members(instance, &ask.env, ask.body)?;
    let template = find_mut(instance, Kind::TaskTemplate, &id)?;
    template.body = body;
    template.name = name.map_or_else(|| template.name.clone(), str::to_owned);
    template.modified = ask.env.now;
    let template = template.clone();
    Ok(Answer::json(&Value::Object(shape(instance, &template))))
}

/// DeleteTaskTemplate. It has no error for one that is in use.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = found(instance, ask)?.id.clone();
    instance.resources.remove(&(Kind::TaskTemplate, id));
    Ok(Answer::json(&json!({})))
}
