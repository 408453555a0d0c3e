//! The Search operations: what a listing shows, whole, and filtered.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::list::visible;
use super::{flow, hours, page, profile, queue, quick_connect};

/// Every Search operation; a search sees what a list sees. Page sizes: botocore MaxResult100 and MaxResult500.
pub(crate) fn search(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (kind, member, max) = match ask.call.operation.as_str() {
        "SearchContactFlows" => (Kind::Flow, "ContactFlows", 100),
        "SearchQueues" => (Kind::Queue, "Queues", 500),
        "SearchRoutingProfiles" => (Kind::RoutingProfile, "RoutingProfiles", 500),
        "SearchQuickConnects" => (Kind::QuickConnect, "QuickConnects", 100),
        _ => (Kind::Hours, "HoursOfOperations", 100),
    };
    let mut items = Vec::new();
    for resource in visible(instance, kind, &ask.env) {
        if !criteria(resource, ask.body.get("SearchCriteria"))?
            || !filter(resource, ask.body.get("SearchFilter"))?
        {
            continue;
        }
        items.push(match kind {
            Kind::Flow => {
                let mut shape = flow::shape(instance, resource, &ask.env, false);
                // assumed: switch search_fills_content
                if let (false, Some(shape)) = (ask.env.search_fills_content, shape.as_object_mut()) {
                    shape.remove("Content");
                    shape.remove("FlowContentSha256");
                }
                shape
            }
            Kind::Queue => queue::shape(instance, resource),
            Kind::RoutingProfile => profile::found(instance, resource),
            Kind::QuickConnect => quick_connect::shape(instance, resource),
            _ => hours::shape(instance, resource),
        });
    }
    let mut more = Map::new();
    more.insert("ApproximateTotalCount".into(), json!(items.len()));
    page::from_body(ask, member, items, max.min(100), max, more)
}

/// SearchCriteria: AND and OR lists of criteria, a condition on a string, conditions on words of the kind.
fn criteria(resource: &Resource, value: Option<&Value>) -> Result<bool, Fail> {
    for (name, condition) in value.and_then(Value::as_object).into_iter().flatten() {
        let ok = match name.as_str() {
            "OrConditions" => any(resource, condition)?,
            "AndConditions" => every(resource, condition)?,
            "StringCondition" => string_condition(resource, condition)?,
            "TypeCondition" => resource.body.get("Type") == Some(condition),
            "StateCondition" => resource.body.get("State") == Some(condition),
            "StatusCondition" => {
                let status = if resource.published.is_some() { "PUBLISHED" } else { "SAVED" };
                condition.as_str() == Some(status)
            }
            "QueueTypeCondition" => condition.as_str() == Some("STANDARD"),
            other => return Err(Fail::not_implemented(&format!("the search criterion {other}"))),
        };
        if !ok {
            return Ok(false);
        }
    }
    Ok(true)
}

fn any(resource: &Resource, list: &Value) -> Result<bool, Fail> {
    for item in list.as_array().into_iter().flatten() {
        if criteria(resource, Some(item))? {
            return Ok(true);
        }
    }
    Ok(list.as_array().is_none_or(Vec::is_empty))
}

fn every(resource: &Resource, list: &Value) -> Result<bool, Fail> {
    for item in list.as_array().into_iter().flatten() {
        if !criteria(resource, Some(item))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// "The currently supported values for FieldName are name, description and resourceID" (SearchQueues' reference).
/// Assumed: without regard to case.
fn string_condition(resource: &Resource, condition: &Value) -> Result<bool, Fail> {
    let part = |name: &str| condition.get(name).and_then(Value::as_str).unwrap_or_default();
    let have = match part("FieldName").to_lowercase().as_str() {
        "name" => resource.name.as_str(),
        "description" => resource.body.get("Description").and_then(Value::as_str).unwrap_or_default(),
        "resourceid" => resource.id.as_str(),
        other => return Err(super::input::invalid(format!("FieldName {other:?} is not supported"))),
    };
    let (have, wanted) = (have.to_lowercase(), part("Value").to_lowercase());
    Ok(match part("ComparisonType") {
        "STARTS_WITH" => have.starts_with(&wanted),
        "CONTAINS" => have.contains(&wanted),
        "EXACT" => have == wanted,
        other => return Err(super::input::invalid(format!("ComparisonType {other:?} is not supported"))),
    })
}

/// SearchFilter: tags only.
fn filter(resource: &Resource, value: Option<&Value>) -> Result<bool, Fail> {
    for (name, filter) in value.and_then(Value::as_object).into_iter().flatten() {
        if name != "TagFilter" {
            return Err(Fail::not_implemented(&format!("the search filter {name}")));
        }
        let has = |condition: &Value| {
            let part = |name: &str| condition.get(name).and_then(Value::as_str);
            let value = part("TagKey").and_then(|key| resource.tags.get(key));
            value.is_some_and(|value| part("TagValue").is_none_or(|wanted| wanted == value))
        };
        let all = |list: &Value| list.as_array().into_iter().flatten().all(has);
        let ors = filter.get("OrConditions").and_then(Value::as_array);
        let ok = filter.get("TagCondition").is_none_or(has)
            && filter.get("AndConditions").is_none_or(all)
            && ors.is_none_or(|ors| ors.iter().any(all));
        if !ok {
            return Ok(false);
        }
    }
    Ok(true)
}
