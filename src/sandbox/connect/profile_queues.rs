//! The queues of routing profiles: those that route to agents, and those that contacts are assigned from by hand.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, find, find_mut, invalid, not_found, one_of, required};
use super::page;
use super::profile::CHANNELS;

/// Administrator guide, "Quotas": 50 queues per routing profile. Assumed: queue and channel pairs, each list by itself.
const MOST_PAIRS: usize = 50;
/// botocore: RoutingProfileQueueConfigList and its manual twin have 1 to 10 members; DisassociateRoutingProfileQueues:
/// "Up to 10 queue references ... in a single API call".
const MOST_AT_ONCE: usize = 10;

/// One of the two lists of a routing profile.
pub(crate) struct List {
    /// Its name in a create and an association.
    pub(crate) member: &'static str,
    /// Its name in a dissociation.
    references: &'static str,
    /// Its name when it is listed.
    summaries: &'static str,
    /// Whether an entry has a priority and a delay.
    order: Order,
}

/// Whether the entries of a list have an order.
#[derive(PartialEq, Eq)]
enum Order {
    PriorityAndDelay,
    None,
}

/// The queues that route contacts to agents.
pub(crate) const QUEUES: List = List {
    member: "QueueConfigs",
    references: "QueueReferences",
    summaries: "RoutingProfileQueueConfigSummaryList",
    order: Order::PriorityAndDelay,
};

/// The queues that contacts are assigned from by hand.
pub(crate) const MANUAL: List = List {
    member: "ManualAssignmentQueueConfigs",
    references: "ManualAssignmentQueueReferences",
    summaries: "RoutingProfileManualAssignmentQueueConfigSummaryList",
    order: Order::None,
};

/// The entries of a list, in the order of queue and channel.
pub(crate) fn entries<'a>(profile: &'a Resource, list: &List) -> &'a [Value] {
    profile.body.get(list.member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Queue id and channel of an entry.
pub(crate) fn pair(entry: &Value) -> (&str, &str) {
    let part = |name: &str| {
        entry.get("QueueReference").and_then(|reference| reference.get(name)).and_then(Value::as_str)
    };
    (part("QueueId").unwrap_or_default(), part("Channel").unwrap_or_default())
}

/// `{QueueId, Channel}` with the bare id of a queue that is there. Assumed: ResourceNotFoundException when it is not.
fn reference(instance: &Instance, value: Option<&Value>) -> Result<Value, Fail> {
    let value = value.and_then(Value::as_object).ok_or_else(|| invalid("QueueReference is required"))?;
    let given = required(value, "QueueId", 0, usize::MAX)?;
    let channel = one_of(value, "Channel", &CHANNELS)?.ok_or_else(|| invalid("Channel is required"))?;
    let queue = find(instance, Kind::Queue, given).ok_or_else(|| not_found(&format!("queue {given}")))?;
    Ok(json!({"QueueId": queue.id, "Channel": channel}))
}

/// The list in a request, checked; empty when it has none.
pub(crate) fn read(instance: &Instance, list: &List, body: &Map<String, Value>) -> Result<Vec<Value>, Fail> {
    let Some(given) = body.get(list.member).filter(|value| !value.is_null()) else {
        return Ok(Vec::new());
    };
    let given = given.as_array().filter(|given| (1..=MOST_AT_ONCE).contains(&given.len()));
    let given = given
        .ok_or_else(|| invalid(format!("{} must have between 1 and {MOST_AT_ONCE} members", list.member)))?;
    let mut out: Vec<Value> = Vec::new();
    for entry in given {
        let mut kept = Map::new();
        kept.insert("QueueReference".into(), reference(instance, entry.get("QueueReference"))?);
        if list.order == Order::PriorityAndDelay {
            // botocore Priority and Delay; both are required.
            for (name, low, high) in [("Priority", 1, 99), ("Delay", 0, 9999)] {
                let value = entry.get(name).and_then(Value::as_u64).filter(|n| (low..=high).contains(n));
                let value =
                    value.ok_or_else(|| invalid(format!("{name} must be between {low} and {high}")))?;
                kept.insert(name.into(), json!(value));
            }
        }
        let kept = Value::Object(kept);
        // Assumed.
        if out.iter().any(|other| pair(other) == pair(&kept)) {
            return Err(invalid(format!("{} names a queue and channel twice", list.member)));
        }
        out.push(kept);
    }
    Ok(out)
}

/// Puts entries into a profile, in the place of those of the same queue and channel.
pub(crate) fn store(body: &mut Map<String, Value>, list: &List, given: Vec<Value>) {
    let mut all = match body.remove(list.member) {
        Some(Value::Array(all)) => all,
        _ => Vec::new(),
    };
    all.retain(|entry| given.iter().all(|new| pair(new) != pair(entry)));
    all.extend(given);
    all.sort_by(|a, b| pair(a).cmp(&pair(b)));
    if !all.is_empty() {
        body.insert(list.member.into(), Value::Array(all));
    }
}

/// AssociateRoutingProfileQueues.
pub(crate) fn associate(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let profile = find_mut(instance, Kind::RoutingProfile, ask.call.label(1))?.clone();
    let mut body = profile.body.clone();
    let mut count = 0;
    for list in [&QUEUES, &MANUAL] {
        let given = read(instance, list, ask.body)?;
        count += given.len();
        let there =
            given.iter().find(|new| entries(&profile, list).iter().any(|entry| pair(entry) == pair(new)));
        // assumed: switch associate_again
        if let (Some(there), false) = (there, ask.env.associate_again) {
            return Err(bad_request(format!("The queue {} is already associated", pair(there).0)));
        }
        store(&mut body, list, given);
        if body.get(list.member).and_then(Value::as_array).is_some_and(|all| all.len() > MOST_PAIRS) {
            let why = format!("A routing profile has at most {MOST_PAIRS} queues");
            // switch profile_quota_is_limit_exceeded: botocore lists no LimitExceededException for this operation.
            return Err(if ask.env.quota_is_limit_exceeded {
                Fail::new(429, "LimitExceededException", why)
            } else {
                bad_request(why)
            });
        }
    }
    // Assumed: neither list is required in botocore, and nothing to do is a mistake.
    if count == 0 {
        return Err(bad_request("QueueConfigs or ManualAssignmentQueueConfigs is required"));
    }
    change(instance, &profile.id, body, ask)
}

/// DisassociateRoutingProfileQueues. Assumed: what is not associated is passed over.
pub(crate) fn disassociate(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let profile = find_mut(instance, Kind::RoutingProfile, ask.call.label(1))?.clone();
    let mut body = profile.body.clone();
    let mut count = 0;
    for list in [&QUEUES, &MANUAL] {
        let mut gone = Vec::new();
        for given in ask.body.get(list.references).and_then(Value::as_array).into_iter().flatten() {
            gone.push(json!({"QueueReference": reference(instance, Some(given))?}));
        }
        count += gone.len();
        if let Some(Value::Array(all)) = body.get_mut(list.member) {
            all.retain(|entry| gone.iter().all(|other| pair(other) != pair(entry)));
        }
        store(&mut body, list, Vec::new());
    }
    if count > MOST_AT_ONCE {
        return Err(invalid(format!("At most {MOST_AT_ONCE} queue references can be disassociated at once")));
    }
    if count == 0 {
        return Err(bad_request("QueueReferences or ManualAssignmentQueueReferences is required"));
    }
    change(instance, &profile.id, body, ask)
}

/// UpdateRoutingProfileQueues: "Queues must first be associated to the routing profile" (API reference); assumed: else an
/// InvalidRequestException.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let profile = find_mut(instance, Kind::RoutingProfile, ask.call.label(1))?.clone();
    let given = read(instance, &QUEUES, ask.body)?;
    if given.is_empty() {
        return Err(invalid("QueueConfigs is required"));
    }
    let known = entries(&profile, &QUEUES);
    if let Some(new) = given.iter().find(|new| known.iter().all(|entry| pair(entry) != pair(new))) {
        let (queue, channel) = pair(new);
        return Err(bad_request(format!("The queue {queue} is not associated for {channel}")));
    }
    let mut body = profile.body.clone();
    store(&mut body, &QUEUES, given);
    change(instance, &profile.id, body, ask)
}

fn change(
    instance: &mut Instance,
    id: &str,
    body: Map<String, Value>,
    ask: &Ask<'_>,
) -> Result<Answer, Fail> {
    let profile = find_mut(instance, Kind::RoutingProfile, id)?;
    profile.body = body;
    profile.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// ListRoutingProfileQueues and ListRoutingProfileManualAssignmentQueues: at most 100 a page (botocore MaxResult100).
pub(crate) fn list(instance: &Instance, ask: &Ask<'_>, list: &List) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let profile = find(instance, Kind::RoutingProfile, given).ok_or_else(|| not_found(given))?;
    let mut items = Vec::new();
    for entry in entries(profile, list) {
        let (id, channel) = pair(entry);
        let Some(queue) = find(instance, Kind::Queue, id) else { continue };
        let mut item = json!({
            "QueueId": queue.id, "QueueArn": queue.arn, "QueueName": queue.name, "Channel": channel,
        });
        for name in ["Priority", "Delay"] {
            if let Some(value) = entry.get(name) {
                item[name] = value.clone();
            }
        }
        items.push(item);
    }
    let mut more = Map::new();
    more.insert("LastModifiedTime".into(), clock::epoch(profile.modified));
    more.insert("LastModifiedRegion".into(), json!(instance.region));
    page::from_query_with(ask, list.summaries, items, 100, 100, more)
}

/// A queue is gone: no profile routes from it any more (assumed; only where AWS lets it be deleted all the same).
pub(crate) fn forget_queue(instance: &mut Instance, id: &str) {
    for profile in instance.resources.values_mut().filter(|other| other.kind == Kind::RoutingProfile) {
        for list in [&QUEUES, &MANUAL] {
            if let Some(Value::Array(all)) = profile.body.get_mut(list.member) {
                all.retain(|entry| pair(entry).0 != id);
            }
            store(&mut profile.body, list, Vec::new());
        }
    }
}
