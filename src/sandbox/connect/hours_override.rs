//! Overrides of hours of operation. They are kept inside their hours, and vanish with them.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::{self, Kind};
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::hours::config;
use super::input::{
    bad_request, duplicate, find, find_mut, invalid, not_found, object, one_of, required, text,
};
use super::list::visible;
use super::{page, search};

/// Where hours keep them.
pub(crate) const OVERRIDES: &str = "Overrides";
const ID: &str = "HoursOfOperationOverrideId";
/// "Up to 50 overrides can be created for each hours of operation resource" (administrator guide, "Identify dates where
/// you need to override standard operating hours").
const MOST: usize = 50;

/// The overrides of hours.
pub(crate) fn of(hours: &Resource) -> &[Value] {
    hours.body.get(OVERRIDES).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn of_mut(hours: &mut Resource) -> Option<&mut Vec<Value>> {
    hours.body.entry(OVERRIDES).or_insert_with(|| json!([])).as_array_mut()
}

/// The `HoursOfOperationOverride` shape.
fn shape(hours: &Resource, it: &Value) -> Value {
    let mut out = it.clone();
    out["HoursOfOperationId"] = json!(hours.id);
    out["HoursOfOperationArn"] = json!(hours.arn);
    out
}

/// A date as botocore's HoursOfOperationOverrideYearMonthDayDateFormat has it, and that the calendar has (assumed).
fn date(body: &Map<String, Value>, name: &str) -> Result<Option<Value>, Fail> {
    let Some(date) = text(body, name, 0, usize::MAX)? else { return Ok(None) };
    if date.len() != 10 || date.parse::<jiff::civil::Date>().is_err() {
        return Err(invalid(format!("{name} must be a date as 2026-12-24")));
    }
    Ok(Some(json!(date)))
}

/// botocore RecurrencePattern: Frequency and Interval (1 to 6) are required; the rest is kept as it is.
fn recurrence(body: &Map<String, Value>) -> Result<Option<Value>, Fail> {
    let Some(config) = object(body, "RecurrenceConfig")? else { return Ok(None) };
    let pattern =
        object(config, "RecurrencePattern")?.ok_or_else(|| invalid("RecurrencePattern is required"))?;
    one_of(pattern, "Frequency", &["WEEKLY", "MONTHLY", "YEARLY"])?
        .ok_or_else(|| invalid("Frequency is required"))?;
    if !pattern.get("Interval").and_then(Value::as_u64).is_some_and(|interval| (1..=6).contains(&interval)) {
        return Err(invalid("Interval must be between 1 and 6"));
    }
    Ok(Some(Value::Object(config.clone())))
}

/// The members that create and update share, as far as they were given.
fn members(body: &Map<String, Value>) -> Result<Map<String, Value>, Fail> {
    let kind = one_of(body, "OverrideType", &["STANDARD", "OPEN", "CLOSED"])?;
    let all = [
        ("Name", text(body, "Name", 1, 127)?.map(|name| json!(name))),
        ("Description", text(body, "Description", 1, 250)?.map(|description| json!(description))),
        ("Config", body.get("Config").filter(|value| !value.is_null()).map(config).transpose()?),
        ("EffectiveFrom", date(body, "EffectiveFrom")?),
        ("EffectiveTill", date(body, "EffectiveTill")?),
        ("RecurrenceConfig", recurrence(body)?),
        ("OverrideType", kind.map(|kind| json!(kind))),
    ];
    let given = all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(given.collect())
}

/// Assumed: an override may not end before it begins.
fn in_order(it: &Map<String, Value>) -> Result<(), Fail> {
    let date = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default();
    if date("EffectiveTill") < date("EffectiveFrom") {
        return Err(bad_request("EffectiveTill is before EffectiveFrom"));
    }
    Ok(())
}

fn hours<'a>(instance: &'a Instance, ask: &Ask<'_>) -> Result<&'a Resource, Fail> {
    let given = ask.call.label(1);
    find(instance, Kind::Hours, given).ok_or_else(|| not_found(given))
}

fn found<'a>(hours: &'a Resource, id: &str) -> Result<&'a Value, Fail> {
    of(hours).iter().find(|it| it[ID] == id).ok_or_else(|| not_found(&format!("override {id}")))
}

/// Names are unique within the hours: assumed, from DuplicateResourceException in the lists of errors.
fn name_free(hours: &Resource, name: Option<&Value>, own_id: &str) -> Result<(), Fail> {
    let taken = of(hours).iter().any(|it| it.get("Name") == name && it[ID] != own_id);
    if name.is_some() && taken { Err(duplicate()) } else { Ok(()) }
}

/// The five operations on one set of hours.
pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = hours(instance, ask)?.id.clone();
    match ask.call.operation.as_str() {
        "ListHoursOfOperationOverrides" => return list(instance, ask),
        "DescribeHoursOfOperationOverride" => {
            let hours = hours(instance, ask)?;
            let shape = shape(hours, found(hours, ask.call.label(2))?);
            return Ok(Answer::json(&json!({"HoursOfOperationOverride": shape})));
        }
        _ => {}
    }
    let now = ask.env.now;
    let hours = find_mut(instance, Kind::Hours, &id)?;
    let answer = match ask.call.operation.as_str() {
        "CreateHoursOfOperationOverride" => create(hours, ask)?,
        "UpdateHoursOfOperationOverride" => update(hours, ask)?,
        _ => {
            found(hours, ask.call.label(2))?;
            if let Some(list) = of_mut(hours) {
                list.retain(|it| it[ID] != ask.call.label(2));
            }
            json!({})
        }
    };
    // assumed: switch override_touches_hours
    if ask.env.override_touches_hours {
        hours.modified = now;
    }
    Ok(Answer::json(&answer))
}

fn create(hours: &mut Resource, ask: &Ask<'_>) -> Result<Value, Fail> {
    required(ask.body, "Name", 1, 127)?;
    let mut it = members(ask.body)?;
    for name in ["Config", "EffectiveFrom", "EffectiveTill"] {
        it.get(name).ok_or_else(|| invalid(format!("{name} is required")))?;
    }
    in_order(&it)?;
    name_free(hours, it.get("Name"), "")?;
    if of(hours).len() >= MOST {
        return Err(Fail::new(429, "LimitExceededException", format!("Hours have at most {MOST} overrides")));
    }
    // Assumed: the type that is meant when none is given.
    it.entry("OverrideType").or_insert_with(|| json!("STANDARD"));
    let id = ids::random_uuid();
    it.insert(ID.into(), json!(id));
    if let Some(list) = of_mut(hours) {
        list.push(Value::Object(it));
    }
    Ok(json!({ID: id}))
}

/// Assumed: what is not given stays, so a description or a recurrence cannot be taken away.
fn update(hours: &mut Resource, ask: &Ask<'_>) -> Result<Value, Fail> {
    let id = ask.call.label(2);
    let new = members(ask.body)?;
    name_free(hours, new.get("Name"), id)?;
    let mut it = found(hours, id)?.as_object().cloned().unwrap_or_default();
    it.extend(new);
    in_order(&it)?;
    if let Some(place) = of_mut(hours).and_then(|list| list.iter_mut().find(|it| it[ID] == id)) {
        *place = Value::Object(it);
    }
    Ok(json!({}))
}

/// ListHoursOfOperationOverrides; LastModifiedTime is assumed to be that of the hours.
fn list(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let hours = hours(instance, ask)?;
    let items = of(hours).iter().map(|it| shape(hours, it)).collect();
    let mut more = Map::new();
    more.insert("LastModifiedTime".into(), clock::epoch(hours.modified));
    more.insert("LastModifiedRegion".into(), json!(instance.region));
    page::from_query_with(ask, "HoursOfOperationOverrideList", items, 100, 100, more)
}

/// SearchHoursOfOperationOverrides: of all hours. Assumed: tags are those of the hours, as overrides have none.
pub(crate) fn search_all(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let mut items = Vec::new();
    for hours in visible(instance, Kind::Hours, &ask.env) {
        if !search::filter(hours, ask.body.get("SearchFilter"))? {
            continue;
        }
        for it in of(hours) {
            let text = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default();
            let like = Resource {
                id: text(ID).into(),
                name: text("Name").into(),
                body: it.as_object().cloned().unwrap_or_default(),
                ..hours.clone()
            };
            if search::criteria(&like, ask.body.get("SearchCriteria"))? {
                items.push(shape(hours, it));
            }
        }
    }
    let mut more = Map::new();
    more.insert("ApproximateTotalCount".into(), json!(items.len()));
    page::from_body(ask, "HoursOfOperationOverrides", items, 100, 100, more)
}
