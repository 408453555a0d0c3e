//! Routing profiles: create, describe, the four updates of the profile itself, delete.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::{self, Kind};
use super::super::seed_instance::arn_below;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{
    bad_request, find, find_mut, in_use, invalid, name_free, not_found, one_of, required, tags, text,
};
use super::profile_queues::{self, MANUAL, QUEUES};
use super::references;

/// botocore Channel.
pub(crate) const CHANNELS: [&str; 4] = ["VOICE", "CHAT", "TASK", "EMAIL"];
/// botocore AgentAvailabilityTimer; assumed: the first is what a profile has that was made without one.
const TIMERS: [&str; 2] = ["TIME_SINCE_LAST_ACTIVITY", "TIME_SINCE_LAST_INBOUND"];
/// botocore BehaviorType; assumed: the first is what a channel has that was given none.
const BEHAVIORS: [&str; 2] = ["ROUTE_CURRENT_CHANNEL_ONLY", "ROUTE_ANY_CHANNEL"];

/// "MediaConcurrency": VOICE takes 1, CHAT and TASK 1 to 10; assumed: EMAIL like them, a channel once only, and a
/// Concurrency or workload types needed for each.
fn concurrencies(body: &Map<String, Value>) -> Result<Value, Fail> {
    let list = body.get("MediaConcurrencies").and_then(Value::as_array);
    let list = list.ok_or_else(|| invalid("MediaConcurrencies is required"))?;
    let mut seen = BTreeSet::new();
    for entry in list {
        let entry =
            entry.as_object().ok_or_else(|| invalid("MediaConcurrencies must be a list of objects"))?;
        let channel = one_of(entry, "Channel", &CHANNELS)?.ok_or_else(|| invalid("Channel is required"))?;
        if !seen.insert(channel) {
            return Err(invalid(format!("MediaConcurrencies has {channel} twice")));
        }
        let most = if channel == "VOICE" { 1 } else { 10 };
        match entry.get("Concurrency").filter(|value| !value.is_null()) {
            Some(value) if !value.as_u64().is_some_and(|count| (1..=most).contains(&count)) => {
                return Err(invalid(format!("Concurrency of {channel} must be between 1 and {most}")));
            }
            None if !entry.get("WorkloadTypeConcurrencies").is_some_and(Value::is_array) => {
                return Err(invalid(format!("Concurrency of {channel} is required")));
            }
            _ => {}
        }
        if let Some(behavior) = entry.get("CrossChannelBehavior").filter(|value| !value.is_null()) {
            let behavior =
                behavior.as_object().ok_or_else(|| invalid("CrossChannelBehavior must be an object"))?;
            one_of(behavior, "BehaviorType", &BEHAVIORS)?
                .ok_or_else(|| invalid("BehaviorType is required"))?;
        }
    }
    Ok(json!(list))
}

/// The id of the queue that a member names.
fn outbound_queue(instance: &Instance, body: &Map<String, Value>) -> Result<Value, Fail> {
    let given = required(body, "DefaultOutboundQueueId", 0, usize::MAX)?;
    let queue = find(instance, Kind::Queue, given).ok_or_else(|| not_found(&format!("queue {given}")))?;
    Ok(json!(queue.id))
}

/// CreateRoutingProfile.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 127)?;
    // botocore: required here, and nowhere else.
    let description = required(ask.body, "Description", 1, 250)?;
    let tags = tags(ask.body.get("Tags"))?;
    let mut body = Map::new();
    body.insert("Description".into(), json!(description));
    body.insert("MediaConcurrencies".into(), concurrencies(ask.body)?);
    if let Some(timer) = one_of(ask.body, "AgentAvailabilityTimer", &TIMERS)? {
        body.insert("AgentAvailabilityTimer".into(), json!(timer));
    }
    name_free(instance, Kind::RoutingProfile, name, "")?;
    body.insert("DefaultOutboundQueueId".into(), outbound_queue(instance, ask.body)?);
    for list in [&QUEUES, &MANUAL] {
        let given = profile_queues::read(instance, list, ask.body)?;
        profile_queues::store(&mut body, list, given);
    }
    let id = ids::random_uuid();
    let arn = arn_below(instance, Kind::RoutingProfile, &id);
    let profile = Resource {
        kind: Kind::RoutingProfile,
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
    instance.resources.insert((Kind::RoutingProfile, id.clone()), profile);
    Ok(Answer::json(&json!({"RoutingProfileId": id, "RoutingProfileArn": arn})))
}

/// The `RoutingProfile` shape, as Describe fills it. Assumed: queues are counted for each channel.
pub(crate) fn shape(instance: &Instance, profile: &Resource) -> Value {
    let mut out = profile.body.clone();
    for (list, count, ids) in [
        (&QUEUES, "NumberOfAssociatedQueues", "AssociatedQueueIds"),
        (&MANUAL, "NumberOfAssociatedManualAssignmentQueues", "AssociatedManualAssignmentQueueIds"),
    ] {
        out.remove(list.member);
        let entries = profile_queues::entries(profile, list);
        let queues: BTreeSet<&str> =
            entries.iter().map(profile_queues::pair).map(|(queue, _)| queue).collect();
        out.insert(count.into(), json!(entries.len()));
        out.insert(ids.into(), json!(queues));
    }
    let users = instance.resources.values().filter(|user| {
        user.kind == Kind::User
            && user.body.get("RoutingProfileId").and_then(Value::as_str) == Some(&profile.id)
    });
    out.insert("NumberOfAssociatedUsers".into(), json!(users.count()));
    for entry in out.get_mut("MediaConcurrencies").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(entry) = entry.as_object_mut() {
            entry.entry("CrossChannelBehavior").or_insert_with(|| json!({"BehaviorType": BEHAVIORS[0]}));
        }
    }
    out.entry("AgentAvailabilityTimer").or_insert_with(|| json!(TIMERS[0]));
    out.entry("IsDefault").or_insert(json!(false));
    out.insert("InstanceId".into(), json!(instance.id));
    out.insert("Name".into(), json!(profile.name));
    out.insert("RoutingProfileId".into(), json!(profile.id));
    out.insert("RoutingProfileArn".into(), json!(profile.arn));
    out.insert("Tags".into(), json!(profile.tags));
    out.insert("LastModifiedTime".into(), clock::epoch(profile.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Value::Object(out)
}

/// The same as SearchRoutingProfiles fills it: "does not populate LastModifiedRegion, LastModifiedTime,
/// MediaConcurrencies.CrossChannelBehavior, and AgentAvailabilityTimer in its response" (API reference).
pub(crate) fn found(instance: &Instance, profile: &Resource) -> Value {
    let mut shape = shape(instance, profile);
    if let Some(shape) = shape.as_object_mut() {
        for member in ["LastModifiedRegion", "LastModifiedTime", "AgentAvailabilityTimer"] {
            shape.remove(member);
        }
        let channels = shape.get_mut("MediaConcurrencies").and_then(Value::as_array_mut);
        for entry in channels.into_iter().flatten().filter_map(Value::as_object_mut) {
            entry.remove("CrossChannelBehavior");
        }
    }
    shape
}

/// DescribeRoutingProfile.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let profile = find(instance, Kind::RoutingProfile, given).ok_or_else(|| not_found(given))?;
    Ok(Answer::json(&json!({"RoutingProfile": shape(instance, profile)})))
}

/// UpdateRoutingProfileConcurrency (assumed: the list replaces the one before), DefaultOutboundQueue, Name and
/// AgentAvailabilityTimer.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = find_mut(instance, Kind::RoutingProfile, ask.call.label(1))?.id.clone();
    let mut new_name = None;
    let set = match ask.call.operation.as_str() {
        "UpdateRoutingProfileConcurrency" => Some(("MediaConcurrencies", concurrencies(ask.body)?)),
        "UpdateRoutingProfileDefaultOutboundQueue" => {
            Some(("DefaultOutboundQueueId", outbound_queue(instance, ask.body)?))
        }
        "UpdateRoutingProfileAgentAvailabilityTimer" => {
            let timer = one_of(ask.body, "AgentAvailabilityTimer", &TIMERS)?;
            let timer = timer.ok_or_else(|| invalid("AgentAvailabilityTimer is required"))?;
            Some(("AgentAvailabilityTimer", json!(timer)))
        }
        "UpdateRoutingProfileName" => {
            new_name = text(ask.body, "Name", 1, 127)?;
            let description = text(ask.body, "Description", 1, 250)?;
            // Assumed, as for queues and quick connects.
            if new_name.is_none() && description.is_none() {
                return Err(bad_request("At least one of Name and Description is required"));
            }
            if let Some(name) = new_name {
                name_free(instance, Kind::RoutingProfile, name, &id)?;
            }
            description.map(|description| ("Description", json!(description)))
        }
        other => return Err(Fail::not_implemented(&format!("connect:{other}"))),
    };
    let profile = find_mut(instance, Kind::RoutingProfile, &id)?;
    if let Some((member, value)) = set {
        profile.body.insert(member.into(), value);
    }
    if let Some(name) = new_name {
        profile.name = name.into();
    }
    profile.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// DeleteRoutingProfile. ResourceInUseException is in its list of errors; assumed: a user who has the profile is use.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let profile = find_mut(instance, Kind::RoutingProfile, ask.call.label(1))?.clone();
    if let Some(by) = references::user_of(instance, Kind::RoutingProfile, &profile.id) {
        return Err(in_use(&profile, &by));
    }
    instance.resources.remove(&(Kind::RoutingProfile, profile.id));
    Ok(Answer::json(&json!({})))
}
