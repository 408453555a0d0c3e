//! Event source mappings: what invokes a function with records of a stream or messages of a queue.
//!
//! Source: botocore's `lambda` model, `EventSourceMappingConfiguration`, `CreateEventSourceMappingRequest` and
//! `UpdateEventSourceMappingRequest`.

use serde_json::{Map, Value, json};

use super::moves::setting;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::fields::{Class, FieldRule, field};
use crate::core::finding::{Finding, Weight};
use crate::core::moves::Move;
use crate::core::portable::{Encoder, encode as take};
use crate::kinds::merged::merged;

/// The member of a document that has them, by source.
pub const SOURCES: &str = "EventSourceMappings";

/// What stands between the source and the alias that it invokes.
const TO: &str = " -> ";

/// What each member is; whether it is enabled is changed by those who run it.
const FIELDS: &[FieldRule] = &[
    field("AmazonManagedKafkaEventSourceConfig", Class::Portable),
    field("BatchSize", Class::Portable),
    field("BisectBatchOnFunctionError", Class::Portable),
    field("DestinationConfig", Class::Portable),
    field("DocumentDBEventSourceConfig", Class::Portable),
    field("Enabled", Class::Operational),
    field("EventSourceArn", Class::Portable),
    field("EventSourceMappingArn", Class::Identity),
    field("FilterCriteria", Class::Portable),
    field("FilterCriteriaError", Class::Volatile),
    field("FunctionArn", Class::Volatile),
    field("FunctionResponseTypes", Class::Portable),
    field("KMSKeyArn", Class::Local),
    field("LastModified", Class::Volatile),
    field("LastProcessingResult", Class::Volatile),
    field("LoggingConfig", Class::Portable),
    field("MaximumBatchingWindowInSeconds", Class::Portable),
    field("MaximumRecordAgeInSeconds", Class::Portable),
    field("MaximumRetryAttempts", Class::Portable),
    field("MetricsConfig", Class::Portable),
    field("ParallelizationFactor", Class::Portable),
    field("ProvisionedPollerConfig", Class::Portable),
    field("Queues", Class::Portable),
    field("ScalingConfig", Class::Portable),
    field("SelfManagedEventSource", Class::Portable),
    field("SelfManagedKafkaEventSourceConfig", Class::Portable),
    field("SourceAccessConfigurations", Class::Portable),
    field("StartingPosition", Class::Portable),
    field("StartingPositionTimestamp", Class::Portable),
    field("State", Class::Volatile),
    field("StateTransitionReason", Class::Volatile),
    field("Topics", Class::Portable),
    field("TumblingWindowInSeconds", Class::Portable),
    field("UUID", Class::Identity),
];

/// Members that only a create takes.
pub const BORN: [&str; 8] = [
    "AmazonManagedKafkaEventSourceConfig",
    "EventSourceArn",
    "Queues",
    "SelfManagedEventSource",
    "SelfManagedKafkaEventSourceConfig",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Topics",
];

/// Adds the mappings `sources` to both parts of `document`. `logical` says what everybody calls an alias.
pub fn encode(
    sources: &Value,
    encoder: &mut Encoder<'_>,
    document: &mut Document,
    logical: impl Fn(&str) -> String,
) {
    let (mut portable, mut local) = (Map::new(), Map::new());
    for wire in sources.as_array().into_iter().flatten() {
        let Some(members) = wire.as_object() else { continue };
        // One that is being deleted is as good as gone.
        if wire["State"] == "Deleting" {
            continue;
        }
        let mut members = members.clone();
        members.insert("Enabled".into(), json!(is_enabled(wire)));
        members.retain(|_, v| !v.is_null() && *v != json!({}) && *v != json!([]));
        let of = encoder.at(SOURCES, |e| take(&members, FIELDS, e));
        let key = encoder.quietly(|e| e.sweep(&key_of(wire, &logical)));
        local.insert(key.clone(), Value::Object(of.local));
        portable.insert(key, Value::Object(of.portable));
    }
    for (part, all) in [(&mut document.portable, portable), (&mut document.local, local)] {
        if !all.is_empty() {
            part.insert(SOURCES.into(), Value::Object(all));
        }
    }
}

/// Returns what a mapping is told by: its source, what is read of that where one source has several, and the alias that
/// it invokes where it is one.
pub fn key_of(wire: &Value, logical: impl Fn(&str) -> String) -> String {
    let source = match wire["EventSourceArn"].as_str() {
        Some(arn) => {
            let of = ["Topics", "Queues"]
                .into_iter()
                .flat_map(|member| wire[member].as_array().into_iter().flatten());
            let database = &wire["DocumentDBEventSourceConfig"];
            let of = of.chain([&database["DatabaseName"], &database["CollectionName"]]);
            let parts = std::iter::once(arn).chain(of.filter_map(Value::as_str));
            parts.collect::<Vec<_>>().join(" ")
        }
        None => format!("{} {}", wire["SelfManagedEventSource"], wire["Topics"]),
    };
    match alias(wire) {
        Some(alias) => format!("{source}{TO}{}", logical(alias)),
        None => source,
    }
}

/// Returns the alias that the mapping whose key is `key` invokes, by the name that everybody has for it.
pub fn alias_of(key: &str) -> Option<&str> {
    key.rsplit_once(TO).map(|(_, alias)| alias)
}

/// Source: an ARN of a function has seven parts, that of an alias eight.
pub fn alias(wire: &Value) -> Option<&str> {
    wire["FunctionArn"].as_str()?.split(':').nth(7)
}

/// Source: "Event source mapping states": Creating, Enabling, Enabled, Disabling, Disabled, Updating, Deleting.
fn is_enabled(wire: &Value) -> bool {
    !wire["State"].as_str().is_some_and(|s| s.starts_with("Disabl"))
}

/// Leaves to `to`, which is promoted, the mappings that `from` has besides: what invokes a function is the business of
/// where it runs, and a queue that nobody reads any more tells nobody.
pub fn keep(address: &Address, from: &Document, to: &mut Document) -> Option<Finding> {
    let all = |d: &Map<String, Value>| d.get(SOURCES).and_then(Value::as_object).cloned().unwrap_or_default();
    let wanted = all(&to.portable);
    let besides: Vec<String> = all(&from.portable).into_iter().map(|(key, _)| key).collect();
    let besides: Vec<String> = besides.into_iter().filter(|key| !wanted.contains_key(key)).collect();
    if besides.is_empty() {
        return None;
    }
    for (there, part) in [(&from.portable, &mut to.portable), (&from.local, &mut to.local)] {
        let there = all(there);
        let own = part.entry(SOURCES).or_insert_with(|| json!({}));
        for key in &besides {
            if let (Some(item), Some(own)) = (there.get(key), own.as_object_mut()) {
                own.insert(key.clone(), item.clone());
            }
        }
    }
    let names: Vec<&str> = besides.iter().map(|key| key.rsplit(':').next().unwrap_or(key)).collect();
    let message =
        format!("keeps the event source mapping of {}, which the source does not have", names.join(", "));
    let hint = "if it is to go: aws lambda delete-event-source-mapping --uuid UUID";
    Some(Finding::new(Weight::Note, Some(address), message).hint(hint))
}

/// Makes a mapping.
pub const CREATE: &str = "CreateEventSourceMapping";
/// Changes one.
pub const UPDATE: &str = "UpdateEventSourceMapping";
/// Takes one away.
pub const DELETE: &str = "DeleteEventSourceMapping";

/// Returns the moves that make the mappings what `to` says. One that differs in what only a create takes is made anew.
pub fn moves(change: &Change<'_>, from: &Document, to: &Document) -> Vec<Move> {
    let all = |d: &Document| {
        let part = |part: &Map<String, Value>| {
            part.get(SOURCES).and_then(Value::as_object).cloned().unwrap_or_default()
        };
        (part(&d.portable), part(&d.local))
    };
    let (mut now, new) = (all(from), all(to));
    let with = |(portable, local): &(Map<String, Value>, Map<String, Value>)| {
        let member = |part: &Map<String, Value>| {
            (!part.is_empty())
                .then(|| (SOURCES.to_string(), Value::Object(part.clone())))
                .into_iter()
                .collect()
        };
        Document { portable: member(portable), local: member(local), ..Document::default() }
    };
    let same = |key: &String, name: &str| {
        let of = |part: &Map<String, Value>| part.get(key).and_then(|item| item.get(name)).cloned();
        of(&all(from).0) == of(&new.0)
    };
    let mut moves = Vec::new();
    for key in now.0.clone().into_iter().map(|(key, _)| key) {
        if new.0.contains_key(&key) && BORN.iter().all(|name| same(&key, name)) {
            continue;
        }
        let before = with(&now);
        now.0.remove(&key);
        now.1.remove(&key);
        moves.push(setting(change, DELETE, SOURCES, json!({ "Source": key }), &before, &with(&now)));
    }
    for key in new.0.keys() {
        let (was, is) = ((now.0.get(key), now.1.get(key)), (new.0.get(key), new.1.get(key)));
        if was == is {
            continue;
        }
        let call = if was.0.is_none() { CREATE } else { UPDATE };
        let mut args = merged(is.0, is.1).unwrap_or_else(|| json!({}));
        if call == UPDATE {
            let old = was.0.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone());
            let missing: Vec<String> = old.filter(|name| args.get(name).is_none()).collect();
            if let Some(members) = args.as_object_mut() {
                members.retain(|name, _| !BORN.contains(&name.as_str()));
            }
            for name in missing.iter().filter(|name| !BORN.contains(&name.as_str())) {
                // An empty structure or list takes away; a number has a default that the service sets when it is made.
                args[name] = if was.0.is_some_and(|w| w[name].is_array()) { json!([]) } else { json!({}) };
            }
        }
        args["Source"] = json!(key);
        let before = with(&now);
        now.0.insert(key.clone(), is.0.cloned().unwrap_or_default());
        match is.1 {
            Some(local) => drop(now.1.insert(key.clone(), local.clone())),
            None => drop(now.1.remove(key)),
        }
        moves.push(setting(change, call, SOURCES, args, &before, &with(&now)));
    }
    moves
}
