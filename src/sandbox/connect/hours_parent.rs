//! Parents of hours of operation, whose overrides their children inherit.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, find, find_mut, invalid, list_of, not_found};
use super::list::visible;
use super::page;

/// Where hours keep the ids of their parents, as `[{"Id"}]`.
pub(crate) const PARENTS: &str = "ParentHoursOfOperations";
/// botocore ParentHoursOfOperationConfigList: at most 3; assumed to be the limit of hours altogether too.
const MOST: usize = 3;

/// The ids of the parents.
pub(crate) fn of(hours: &Resource) -> impl Iterator<Item = &str> {
    let parents = hours.body.get(PARENTS).and_then(Value::as_array);
    parents.into_iter().flatten().filter_map(|parent| parent.get("Id").and_then(Value::as_str))
}

/// botocore HoursOfOperationsIdentifier.
fn identifier(hours: &Resource) -> Value {
    json!({"Name": hours.name, "Id": hours.id, "Arn": hours.arn})
}

/// The parents with the names that they have now.
pub(crate) fn shape(instance: &Instance, hours: &Resource) -> Vec<Value> {
    of(hours).filter_map(|id| find(instance, Kind::Hours, id)).map(identifier).collect()
}

/// The ids in a request's `ParentHoursOfOperationConfigs`; each must be there.
pub(crate) fn asked(instance: &Instance, body: &Map<String, Value>) -> Result<Vec<String>, Fail> {
    let mut out: Vec<String> = Vec::new();
    for config in list_of(body, "ParentHoursOfOperationConfigs", 0, MOST)?.into_iter().flatten() {
        let id = config.get("HoursOfOperationId").and_then(Value::as_str).unwrap_or_default();
        let parent = find(instance, Kind::Hours, id).ok_or_else(|| not_found(&format!("hours {id}")))?;
        if !out.contains(&parent.id) {
            out.push(parent.id.clone());
        }
    }
    Ok(out)
}

/// The members of a resource for these parents.
pub(crate) fn stored(ids: &[String]) -> Value {
    ids.iter().map(|id| json!({"Id": id})).collect()
}

fn child<'a>(instance: &'a Instance, ask: &Ask<'_>) -> Result<&'a Resource, Fail> {
    let given = ask.call.label(1);
    find(instance, Kind::Hours, given).ok_or_else(|| not_found(given))
}

/// Whether hours are, or inherit from, others.
fn inherits(instance: &Instance, hours: &str, from: &str, depth: usize) -> bool {
    // What a scenario seeds may go round in a circle.
    hours == from
        || depth > 0
            && find(instance, Kind::Hours, hours)
                .is_some_and(|hours| of(hours).any(|parent| inherits(instance, parent, from, depth - 1)))
}

/// AssociateHoursOfOperations adds parents. Assumed: one that is there already is no error; hours cannot inherit from
/// themselves; a fourth parent is a ServiceQuotaExceededException, which the operation's list of errors has.
pub(crate) fn associate(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let child = child(instance, ask)?;
    if ask.body.get("ParentHoursOfOperationConfigs").is_none() {
        return Err(invalid("ParentHoursOfOperationConfigs is required"));
    }
    let new = asked(instance, ask.body)?;
    if new.iter().any(|parent| inherits(instance, parent, &child.id, 20)) {
        return Err(bad_request("Hours of operation cannot inherit from themselves"));
    }
    let mut all: Vec<String> = of(child).map(str::to_owned).collect();
    all.extend(new.into_iter().filter(|id| !of(child).any(|known| known == id)));
    if all.len() > MOST {
        let message = format!("Hours of operation have at most {MOST} parents");
        return Err(Fail::new(402, "ServiceQuotaExceededException", message));
    }
    let id = child.id.clone();
    put(instance, &id, &all, ask)
}

/// DisassociateHoursOfOperations. Assumed: ResourceNotFoundException for hours that are no parent.
pub(crate) fn disassociate(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let child = child(instance, ask)?;
    let gone = list_of(ask.body, "ParentHoursOfOperationIds", 1, MOST)?;
    let gone = gone.ok_or_else(|| invalid("ParentHoursOfOperationIds is required"))?;
    let mut all: Vec<String> = of(child).map(str::to_owned).collect();
    for given in gone.iter().filter_map(Value::as_str) {
        let id = given.rsplit('/').next().unwrap_or(given);
        let at = all.iter().position(|known| known == id);
        all.remove(at.ok_or_else(|| not_found(&format!("parent hours {given}")))?);
    }
    let id = child.id.clone();
    put(instance, &id, &all, ask)
}

fn put(instance: &mut Instance, id: &str, parents: &[String], ask: &Ask<'_>) -> Result<Answer, Fail> {
    let hours = find_mut(instance, Kind::Hours, id)?;
    if parents.is_empty() {
        hours.body.remove(PARENTS);
    } else {
        hours.body.insert(PARENTS.into(), stored(parents));
    }
    hours.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// ListChildHoursOfOperations.
pub(crate) fn children(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let parent = child(instance, ask)?;
    let items = visible(instance, Kind::Hours, &ask.env)
        .filter(|hours| of(hours).any(|id| id == parent.id))
        .map(identifier)
        .collect();
    let mut more = Map::new();
    more.insert("LastModifiedTime".into(), clock::epoch(parent.modified));
    more.insert("LastModifiedRegion".into(), json!(instance.region));
    page::from_query_with(ask, "ChildHoursOfOperationsSummaryList", items, 100, 100, more)
}
