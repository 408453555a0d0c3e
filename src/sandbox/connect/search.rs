//! The Search operations: what a listing shows, whole, and filtered.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::content::Which;
use super::env::Ask;
use super::list::visible;
use super::{
    agent_status, content, hierarchy, hours, page, predefined_attribute, profile, prompt, queue,
    quick_connect, security_profile,
};

/// Every search of resources; a search sees what a list sees. Page sizes: botocore MaxResult100 and MaxResult500.
pub(crate) fn search(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (kind, member, max) = match ask.call.operation.as_str() {
        "SearchContactFlows" => (Kind::Flow, "ContactFlows", 100),
        "SearchContactFlowModules" => (Kind::Module, "ContactFlowModules", 100),
        "SearchPrompts" => (Kind::Prompt, "Prompts", 100),
        "SearchQueues" => (Kind::Queue, "Queues", 500),
        "SearchHoursOfOperations" => (Kind::Hours, "HoursOfOperations", 100),
        "SearchSecurityProfiles" => (Kind::SecurityProfile, "SecurityProfiles", 100),
        "SearchAgentStatuses" => (Kind::AgentStatus, "AgentStatuses", 100),
        "SearchRoutingProfiles" => (Kind::RoutingProfile, "RoutingProfiles", 500),
        "SearchUserHierarchyGroups" => (Kind::UserHierarchyGroup, "UserHierarchyGroups", 100),
        "SearchPredefinedAttributes" => (Kind::PredefinedAttribute, "PredefinedAttributes", 100),
        "SearchQuickConnects" => (Kind::QuickConnect, "QuickConnects", 100),
        other => return Err(Fail::not_implemented(&format!("connect:{other}"))),
    };
    let mut items = Vec::new();
    for resource in visible(instance, kind, &ask.env) {
        if !criteria(resource, ask.body.get("SearchCriteria"))?
            || !filter(resource, ask.body.get("SearchFilter"))?
        {
            continue;
        }
        items.push(match kind {
            Kind::Flow | Kind::Module => {
                let mut shape = content::shape(instance, resource, &ask.env, Which::Published);
                // assumed: switch search_fills_content
                if let (false, Some(shape)) = (ask.env.search_fills_content, shape.as_object_mut()) {
                    shape.remove("Content");
                    shape.remove(content::digest_member(kind));
                }
                shape
            }
            Kind::Prompt => prompt::shape(instance, resource),
            Kind::Queue => queue::shape(instance, resource),
            Kind::SecurityProfile => security_profile::summary(instance, resource),
            Kind::AgentStatus => agent_status::shape(instance, resource),
            Kind::RoutingProfile => profile::found(instance, resource),
            Kind::QuickConnect => quick_connect::shape(instance, resource),
            Kind::UserHierarchyGroup => hierarchy::shape(instance, resource),
            Kind::PredefinedAttribute => predefined_attribute::shape(instance, resource),
            _ => hours::shape(instance, resource),
        });
    }
    let mut more = Map::new();
    more.insert("ApproximateTotalCount".into(), json!(items.len()));
    page::from_body(ask, member, items, max.min(100), max, more)
}

/// SearchCriteria: AND and OR lists of criteria, a condition on a string, conditions on words of the kind.
pub(crate) fn criteria(resource: &Resource, value: Option<&Value>) -> Result<bool, Fail> {
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
            "DateCondition" => date_condition(resource, condition)?,
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

/// "The currently supported values for FieldName are name, description and resourceID" (SearchQueues' reference); of
/// agent statuses also state, type and displayOrder (SearchAgentStatuses'). Assumed: without regard to case.
fn string_condition(resource: &Resource, condition: &Value) -> Result<bool, Fail> {
    let part = |name: &str| condition.get(name).and_then(Value::as_str).unwrap_or_default();
    let member = |name: &str| match resource.body.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let have = match part("FieldName").to_lowercase().as_str() {
        "name" => resource.name.clone(),
        "description" => member("Description"),
        "resourceid" => resource.id.clone(),
        "state" if resource.kind == Kind::AgentStatus => member("State"),
        "type" if resource.kind == Kind::AgentStatus => member("Type"),
        "displayorder" if resource.kind == Kind::AgentStatus => member("DisplayOrder"),
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

/// A condition on a date of an override (botocore DateCondition). Assumed: the fields are EffectiveFrom and
/// EffectiveTill, written in any case.
fn date_condition(resource: &Resource, condition: &Value) -> Result<bool, Fail> {
    let part = |name: &str| condition.get(name).and_then(Value::as_str).unwrap_or_default();
    let field = part("FieldName");
    let have = resource.body.iter().find(|(name, _)| name.eq_ignore_ascii_case(field));
    let effective = field.to_lowercase().starts_with("effective");
    let Some(have) = have.filter(|_| effective).and_then(|(_, value)| value.as_str()) else {
        return Err(super::input::invalid(format!("FieldName {field:?} is not supported")));
    };
    let wanted = part("Value");
    Ok(match part("ComparisonType") {
        "GREATER_THAN" => have > wanted,
        "LESS_THAN" => have < wanted,
        "GREATER_THAN_OR_EQUAL_TO" => have >= wanted,
        "LESS_THAN_OR_EQUAL_TO" => have <= wanted,
        "EQUAL_TO" => have == wanted,
        other => return Err(super::input::invalid(format!("ComparisonType {other:?} is not supported"))),
    })
}

/// SearchFilter: tags only. AttributeFilter (agent statuses) has its lists of conditions one level deeper than TagFilter.
pub(crate) fn filter(resource: &Resource, value: Option<&Value>) -> Result<bool, Fail> {
    for (name, filter) in value.and_then(Value::as_object).into_iter().flatten() {
        if !matches!(name.as_str(), "TagFilter" | "AttributeFilter") {
            return Err(Fail::not_implemented(&format!("the search filter {name}")));
        }
        let has = |condition: &Value| {
            let part = |name: &str| condition.get(name).and_then(Value::as_str);
            let value = part("TagKey").and_then(|key| resource.tags.get(key));
            value.is_some_and(|value| part("TagValue").is_none_or(|wanted| wanted == value))
        };
        let all = |list: &Value| {
            list.get("TagConditions").unwrap_or(list).as_array().into_iter().flatten().all(has)
        };
        let ors = filter.get("OrConditions").and_then(Value::as_array);
        let ok = filter.get("TagCondition").is_none_or(has)
            && filter.get("AndConditions").is_none_or(all)
            && filter.get("AndCondition").is_none_or(all)
            && ors.is_none_or(|ors| ors.iter().any(all));
        if !ok {
            return Ok(false);
        }
    }
    Ok(true)
}
