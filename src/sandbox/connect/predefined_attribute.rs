//! Predefined attributes: create, describe, update, delete. A name is an id.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, duplicate, in_use, invalid, list_of, not_found, object, required};
use super::made::made;
use super::user_proficiency;

/// How the names of AWS's own begin.
pub(crate) const SYSTEM: &str = "connect:";

/// The members that create and update share, as far as they are given: up to 500 values, up to 10 purposes, words of 1
/// to 100 characters each (botocore).
fn members(body: &Map<String, Value>) -> Result<Map<String, Value>, Fail> {
    let words = |list: &Vec<Value>| {
        let word = |item: &Value| item.as_str().is_some_and(|it| (1..=100).contains(&it.chars().count()));
        list.iter().all(word)
    };
    let mut out = Map::new();
    if let Some(values) = object(body, "Values")? {
        let list = list_of(values, "StringList", 0, 500)?.ok_or_else(|| invalid("StringList is required"))?;
        if !words(list) {
            return Err(invalid("StringList must hold strings of 1 to 100 characters"));
        }
        out.insert("Values".into(), json!({"StringList": list}));
    }
    if let Some(purposes) = list_of(body, "Purposes", 0, 10)? {
        if !words(purposes) {
            return Err(invalid("Purposes must hold strings of 1 to 100 characters"));
        }
        out.insert("Purposes".into(), json!(purposes));
    }
    if let Some(configuration) = object(body, "AttributeConfiguration")? {
        let on = configuration.get("EnableValueValidationOnAssociation").and_then(Value::as_bool);
        let on = on.unwrap_or_default();
        out.insert("AttributeConfiguration".into(), json!({"EnableValueValidationOnAssociation": on}));
    }
    Ok(out)
}

/// CreatePredefinedAttribute: answers nothing.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 100)?;
    if name.starts_with(SYSTEM) {
        return Err(bad_request("The name is AWS's own"));
    }
    let mut body = members(ask.body)?;
    body.entry("Values").or_insert_with(|| json!({"StringList": []}));
    let key = (Kind::PredefinedAttribute, name.to_owned());
    if instance.resources.contains_key(&key) {
        return Err(duplicate());
    }
    let mut attribute = made(instance, ask, Kind::PredefinedAttribute, name, body, Default::default());
    (attribute.id, attribute.arn) = (name.to_owned(), String::new());
    instance.resources.insert(key, attribute);
    Ok(Answer::json(&json!({})))
}

/// The `PredefinedAttribute` shape. Assumed: AWS's own are read-only.
pub(crate) fn shape(instance: &Instance, attribute: &Resource) -> Value {
    let mut out = attribute.body.clone();
    out.insert("Name".into(), json!(attribute.name));
    if let Some(Value::Object(configuration)) = out.get_mut("AttributeConfiguration") {
        configuration.insert("IsReadOnly".into(), json!(attribute.name.starts_with(SYSTEM)));
    }
    out.insert("LastModifiedTime".into(), clock::epoch(attribute.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Value::Object(out)
}

fn key(instance: &Instance, ask: &Ask<'_>) -> Result<(Kind, String), Fail> {
    let key = (Kind::PredefinedAttribute, ask.call.label(1).to_owned());
    if instance.resources.contains_key(&key) { Ok(key) } else { Err(not_found(&key.1)) }
}

/// DescribePredefinedAttribute.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let attribute = &instance.resources[&key(instance, ask)?];
    Ok(Answer::json(&json!({"PredefinedAttribute": shape(instance, attribute)})))
}

/// UpdatePredefinedAttribute. Assumed: what is not given stays; AWS's own are refused.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let key = key(instance, ask)?;
    if key.1.starts_with(SYSTEM) {
        return Err(bad_request("The attribute is AWS's own"));
    }
    let new = members(ask.body)?;
    let missing = not_found(&key.1);
    let attribute = instance.resources.get_mut(&key).ok_or(missing)?;
    attribute.body.extend(new);
    attribute.body.retain(|name, value| name != "Purposes" || *value != json!([]));
    attribute.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// DeletePredefinedAttribute. ResourceInUseException is in its list of errors; assumed for one that is a proficiency of
/// a user.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let key = key(instance, ask)?;
    let has = |user: &&Resource| {
        user.kind == Kind::User && user_proficiency::of(user).any(|it| it["AttributeName"] == key.1)
    };
    if let Some(user) = instance.resources.values().find(has) {
        let fail = in_use(&instance.resources[&key], &format!("user {}", user.name));
        return Err(fail.with("ResourceId", json!(key.1)));
    }
    if key.1.starts_with(SYSTEM) {
        return Err(bad_request("The attribute is AWS's own"));
    }
    instance.resources.remove(&key);
    Ok(Answer::json(&json!({})))
}
