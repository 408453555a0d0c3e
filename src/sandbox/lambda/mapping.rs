//! Event source mappings.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::{clock, ids};
use super::ask::Ask;
use super::held::{Held, Mapping};
use super::input::{conflict, flag, malformed, needed, not_found, put, text};
use super::settle::{self, UnderWay};
use super::{list, setting};

/// What an update may set.
const SETTABLE: &[&str] = &[
    "BatchSize",
    "FilterCriteria",
    "KMSKeyArn",
    "MetricsConfig",
    "LoggingConfig",
    "ScalingConfig",
    "MaximumBatchingWindowInSeconds",
    "ParallelizationFactor",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "TumblingWindowInSeconds",
    "SourceAccessConfigurations",
    "FunctionResponseTypes",
    "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "ProvisionedPollerConfig",
];

/// What only a creation may set.
const FIXED: &[&str] = &[
    "EventSourceArn",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Topics",
    "Queues",
    "SelfManagedEventSource",
];

fn shown(id: &str, mapping: &Mapping) -> Value {
    let mut out = mapping.members.clone();
    let settled = if mapping.enabled { "Enabled" } else { "Disabled" };
    let state = mapping.passing.as_ref().map_or(settled, |(state, _)| state);
    out.insert("UUID".into(), json!(id));
    out.insert("State".into(), json!(state));
    out.insert("StateTransitionReason".into(), json!("USER_INITIATED"));
    out.insert("LastModified".into(), clock::epoch(mapping.modified));
    Value::Object(out)
}

/// The ARN that the function of a request has, which must be there.
fn target(held: &mut Held, ask: &Ask<'_>, given: &str) -> Result<String, Fail> {
    let (function, named) = ask.find(held, given)?;
    function.qualified(named.qualifier.as_deref()).ok_or_else(|| named.missing())?;
    Ok(named.whole())
}

/// Puts the members of a request in; ranges as in botocore where a wrong one is likely.
fn merge(members: &mut Map<String, Value>, body: &Map<String, Value>, names: &[&str]) -> Result<(), Fail> {
    for name in names {
        let Some(value) = body.get(*name).filter(|value| !value.is_null()) else { continue };
        let range = match *name {
            "BatchSize" => Some((1, 10_000)),
            "MaximumBatchingWindowInSeconds" => Some((0, 300)),
            "ParallelizationFactor" => Some((1, 10)),
            "MaximumRecordAgeInSeconds" => Some((-1, 604_800)),
            "MaximumRetryAttempts" => Some((-1, 10_000)),
            "TumblingWindowInSeconds" => Some((0, 900)),
            _ => None,
        };
        if let Some((low, high)) = range
            && !value.as_i64().is_some_and(|number| (low..=high).contains(&number))
        {
            return Err(malformed(name, &format!("Member must be between {low} and {high}")));
        }
        put(members, name, value.clone());
    }
    Ok(())
}

/// CreateEventSourceMapping: `Creating` first. What the source is, is not looked at.
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let arn = target(held, ask, needed(ask.body, "FunctionName")?)?;
    let source = text(ask.body, "EventSourceArn")?.unwrap_or_default();
    if source.is_empty() && !ask.body.contains_key("SelfManagedEventSource") {
        return Err(super::input::invalid("Unrecognized event source."));
    }
    let queue = source.split(':').nth(2) == Some("sqs");
    let taken = held.mappings.iter().find(|(_, known)| {
        let is = |name: &str, value: &str| known.members.get(name).and_then(Value::as_str) == Some(value);
        !source.is_empty() && is("EventSourceArn", source) && is("FunctionArn", &arn)
    });
    if let Some((id, _)) = taken {
        return Err(conflict(format!(
            "An event source mapping with event source arn (\"{source}\") and function (\"{arn}\") already exists. Please update or delete the existing mapping with UUID {id}"
        )));
    }
    let mut members = Map::new();
    members.insert("FunctionArn".into(), json!(arn));
    // "BatchSize ... The default value varies by service. For Amazon SQS, the default is 10. For all other services, the
    // default is 100."
    members.insert("BatchSize".into(), json!(if queue { 10 } else { 100 }));
    members.insert("MaximumBatchingWindowInSeconds".into(), json!(0));
    merge(&mut members, ask.body, SETTABLE)?;
    merge(&mut members, ask.body, FIXED)?;
    let id = ids::random_uuid();
    let own = format!("arn:aws:lambda:{}:{}", ask.call.region, ask.call.caller.account);
    members.insert("EventSourceMappingArn".into(), json!(format!("{own}:event-source-mapping:{id}")));
    let mapping = Mapping {
        region: ask.call.region.clone(),
        members,
        enabled: ask.body.get("Enabled").is_none_or(Value::is_null) || flag(ask.body, "Enabled"),
        modified: ask.rules.now,
        passing: Some(("Creating", UnderWay::new(&ask.rules, None))),
        tags: setting::read_tags(ask.body.get("Tags")),
    };
    let answer = shown(&id, &mapping);
    held.mappings.insert(id, mapping);
    Ok(Answer { status: 202, ..Answer::json(&answer) })
}

fn missing() -> Fail {
    not_found("The resource you requested does not exist.")
}

/// The mapping of the path, settled.
fn find<'h>(held: &'h mut Held, ask: &Ask<'_>) -> Result<(String, &'h mut Mapping), Fail> {
    let id = ask.call.label(0).to_owned();
    let mapping = held.mappings.get_mut(&id).filter(|mapping| mapping.region == ask.call.region);
    if !settle::mapping(mapping.ok_or_else(missing)?, &ask.rules) {
        held.mappings.remove(&id);
    }
    let mapping = held.mappings.get_mut(&id).ok_or_else(missing)?;
    Ok((id, mapping))
}

/// One that is in transition can be neither changed nor deleted (botocore ResourceInUseException: "you tried to update an
/// event source mapping in the CREATING state, or you tried to delete an event source mapping currently UPDATING").
fn settled(mapping: &Mapping) -> Result<(), Fail> {
    match &mapping.passing {
        None => Ok(()),
        Some(_) => Err(Fail::new(
            400,
            "ResourceInUseException",
            "Cannot update the event source mapping because it is in use.",
        )
        .with("Type", json!("User"))),
    }
}

/// GetEventSourceMapping.
pub(crate) fn get(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (id, mapping) = find(held, ask)?;
    Ok(Answer::json(&shown(&id, mapping)))
}

/// ListEventSourceMappings, of a source, of a function, or all.
pub(crate) fn list(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let function = match ask.call.param("FunctionName") {
        None => None,
        Some(given) => Some(super::input::named(ask.call, given)?.whole()),
    };
    let source = ask.call.param("EventSourceArn");
    held.mappings
        .retain(|_, mapping| mapping.region != ask.call.region || settle::mapping(mapping, &ask.rules));
    let found = held.mappings.iter().filter(|(_, mapping)| {
        mapping.region == ask.call.region
            && function.as_ref().is_none_or(|arn| mapping.members.get("FunctionArn") == Some(&json!(arn)))
            && source.is_none_or(|source| mapping.members.get("EventSourceArn") == Some(&json!(source)))
    });
    let items = found.map(|(id, mapping)| shown(id, mapping)).collect();
    list::page(ask.call, "EventSourceMappings", items, 100)
}

/// UpdateEventSourceMapping.
pub(crate) fn update(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    settled(find(held, ask)?.1)?;
    let function = match text(ask.body, "FunctionName")? {
        None => None,
        Some(given) => Some(target(held, ask, given)?),
    };
    let (id, mapping) = find(held, ask)?;
    merge(&mut mapping.members, ask.body, SETTABLE)?;
    if let Some(arn) = function {
        mapping.members.insert("FunctionArn".into(), json!(arn));
    }
    let was = mapping.enabled;
    if let Some(enabled) = ask.body.get("Enabled").and_then(Value::as_bool) {
        mapping.enabled = enabled;
    }
    let state = match (was, mapping.enabled) {
        (false, true) => "Enabling",
        (true, false) => "Disabling",
        _ => "Updating",
    };
    mapping.passing = Some((state, UnderWay::new(&ask.rules, None)));
    mapping.modified = ask.rules.now;
    Ok(Answer { status: 202, ..Answer::json(&shown(&id, mapping)) })
}

/// DeleteEventSourceMapping: "it enters a Deleting state and might not be completely deleted for several seconds".
pub(crate) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (id, mapping) = find(held, ask)?;
    settled(mapping)?;
    mapping.passing = Some(("Deleting", UnderWay::new(&ask.rules, None)));
    Ok(Answer { status: 202, ..Answer::json(&shown(&id, mapping)) })
}
