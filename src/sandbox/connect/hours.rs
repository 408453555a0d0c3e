//! Hours of operation; their overrides and parents have files of their own.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::{self, Kind};
use super::super::seed_instance::arn_below;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, find, find_mut, invalid, name_free, not_found, required, tags, text};
use super::{hours_override, hours_parent, references};

const DAYS: [&str; 7] = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

/// botocore HoursOfOperationConfigList and HoursOfOperationOverrideConfigList: up to 100 of {Day, StartTime, EndTime},
/// each time {Hours, Minutes}. That the members may be absent in an override is not used (assumed: they are needed).
pub(crate) fn config(value: &Value) -> Result<Value, Fail> {
    let list = value.as_array().filter(|list| list.len() <= 100);
    let list = list.ok_or_else(|| invalid("Config must be a list of at most 100 members"))?;
    for entry in list {
        let day = entry.get("Day").and_then(Value::as_str).unwrap_or_default();
        if !DAYS.contains(&day) {
            return Err(invalid(format!("{day:?} is not a day")));
        }
        for time in ["StartTime", "EndTime"] {
            let part = |name: &str| entry.get(time).and_then(|time| time.get(name)).and_then(Value::as_u64);
            if part("Hours").is_none_or(|hours| hours > 23)
                || part("Minutes").is_none_or(|minutes| minutes > 59)
            {
                return Err(invalid(format!("{time} must have Hours (0 to 23) and Minutes (0 to 59)")));
            }
        }
    }
    Ok(value.clone())
}

/// CreateHoursOfOperation.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 127)?;
    let zone = required(ask.body, "TimeZone", 1, usize::MAX)?;
    let tags = tags(ask.body.get("Tags"))?;
    let config = config(ask.body.get("Config").unwrap_or(&Value::Null))?;
    name_free(instance, Kind::Hours, name, "")?;
    let mut body = Map::new();
    body.insert("TimeZone".into(), json!(zone));
    body.insert("Config".into(), config);
    if let Some(description) = text(ask.body, "Description", 1, 250)? {
        body.insert("Description".into(), json!(description));
    }
    let parents = hours_parent::asked(instance, ask.body)?;
    if !parents.is_empty() {
        body.insert(hours_parent::PARENTS.into(), hours_parent::stored(&parents));
    }
    let id = ids::random_uuid();
    let arn = arn_below(instance, Kind::Hours, &id);
    let hours = Resource {
        kind: Kind::Hours,
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
    instance.resources.insert((Kind::Hours, id.clone()), hours);
    Ok(Answer::json(&json!({"HoursOfOperationId": id, "HoursOfOperationArn": arn})))
}

/// The `HoursOfOperation` shape.
pub(crate) fn shape(instance: &Instance, hours: &Resource) -> Value {
    let mut out = hours.body.clone();
    out.remove(hours_override::OVERRIDES);
    if out.contains_key(hours_parent::PARENTS) {
        out.insert(hours_parent::PARENTS.into(), Value::Array(hours_parent::shape(instance, hours)));
    }
    out.insert("Name".into(), json!(hours.name));
    out.insert("HoursOfOperationId".into(), json!(hours.id));
    out.insert("HoursOfOperationArn".into(), json!(hours.arn));
    out.insert("Tags".into(), json!(hours.tags));
    out.insert("LastModifiedTime".into(), clock::epoch(hours.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Value::Object(out)
}

/// DescribeHoursOfOperation.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let hours = find(instance, Kind::Hours, given).ok_or_else(|| not_found(given))?;
    let mut shape = shape(instance, hours);
    // assumed: switch hours_config_reordered
    if let (true, Some(config)) = (ask.env.hours_reordered, shape["Config"].as_array_mut()) {
        config.reverse();
    }
    Ok(Answer::json(&json!({"HoursOfOperation": shape})))
}

/// UpdateHoursOfOperation.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let id = find_mut(instance, Kind::Hours, given)?.id.clone();
    let name = text(ask.body, "Name", 1, 127)?;
    if let Some(name) = name {
        name_free(instance, Kind::Hours, name, &id)?;
    }
    let description = text(ask.body, "Description", 0, 250)?;
    let zone = text(ask.body, "TimeZone", 1, usize::MAX)?;
    let config = ask.body.get("Config").filter(|value| !value.is_null()).map(config).transpose()?;
    let hours = find_mut(instance, Kind::Hours, &id)?;
    if let Some(name) = name {
        hours.name = name.into();
    }
    match description {
        // Assumed: an empty description takes it away (botocore lets UpdateHoursOfOperationDescription be empty, and
        // the shape that Describe answers not).
        Some("") => {
            hours.body.remove("Description");
        }
        Some(description) => {
            hours.body.insert("Description".into(), json!(description));
        }
        None => {}
    }
    if let Some(zone) = zone {
        hours.body.insert("TimeZone".into(), json!(zone));
    }
    if let Some(config) = config {
        hours.body.insert("Config".into(), config);
    }
    hours.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// DeleteHoursOfOperation. Its errors in botocore have no ResourceInUseException, so the refusal of hours that a queue
/// uses is assumed to be an InvalidRequestException.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = find_mut(instance, Kind::Hours, ask.call.label(1))?.id.clone();
    if let Some(by) = references::user_of(instance, Kind::Hours, &id) {
        return Err(bad_request(format!("The hours of operation are in use by {by}")));
    }
    instance.resources.remove(&(Kind::Hours, id));
    Ok(Answer::json(&json!({})))
}
