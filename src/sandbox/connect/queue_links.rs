//! What queues are linked to: quick connects and e-mail addresses.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, find, find_mut, invalid, not_found};
use super::{page, quick_connect};

/// botocore QuickConnectsList, EmailAddressConfigList and EmailAddressIdList: 1 to 50 members.
const MOST_AT_ONCE: usize = 50;
/// Administrator guide, "Quotas": 700 quick connects per queue.
const MOST_QUICK_CONNECTS: usize = 700;
/// AssociateQueueEmailAddresses: "up to 49 additional email addresses with a single queue".
const MOST_ADDRESSES: usize = 49;

/// Members of a queue's body that Describe does not show.
pub(crate) const HIDDEN: [&str; 2] = [QUICK_CONNECTS, ADDRESSES];
const QUICK_CONNECTS: &str = "QuickConnectIds";
const ADDRESSES: &str = "EmailAddressIds";

/// The ids of one sort that a queue is linked to, in their order.
fn linked<'a>(body: &'a Map<String, Value>, member: &str) -> BTreeSet<&'a str> {
    let ids = body.get(member).and_then(Value::as_array);
    ids.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether a queue is linked to a quick connect.
pub(crate) fn has_quick_connect(queue: &Resource, id: &str) -> bool {
    linked(&queue.body, QUICK_CONNECTS).contains(id)
}

fn set(body: &mut Map<String, Value>, member: &str, ids: BTreeSet<String>) {
    if ids.is_empty() {
        body.remove(member);
    } else {
        body.insert(member.into(), json!(ids));
    }
}

/// The list in a request: its items, if it has the right length.
fn given<'a>(body: &'a Map<String, Value>, member: &str) -> Result<&'a [Value], Fail> {
    let list = body.get(member).and_then(Value::as_array);
    let list = list.filter(|list| (1..=MOST_AT_ONCE).contains(&list.len()));
    let list =
        list.ok_or_else(|| invalid(format!("{member} must have between 1 and {MOST_AT_ONCE} members")))?;
    Ok(list)
}

/// The quick connects that a request names, all of them there. Assumed: ResourceNotFoundException when one is not.
fn quick_connects(instance: &Instance, body: &Map<String, Value>) -> Result<BTreeSet<String>, Fail> {
    let mut out = BTreeSet::new();
    for id in given(body, QUICK_CONNECTS)? {
        let id = id.as_str().unwrap_or_default();
        let found = find(instance, Kind::QuickConnect, id);
        out.insert(found.ok_or_else(|| not_found(&format!("quick connect {id}")))?.id.clone());
    }
    Ok(out)
}

/// The e-mail addresses that a request names. The sandbox holds no addresses: any id is taken for one.
fn addresses(body: &Map<String, Value>, member: &str) -> Result<BTreeSet<String>, Fail> {
    let mut out = BTreeSet::new();
    for item in given(body, member)? {
        let id = item.get("EmailAddressId").unwrap_or(item).as_str().unwrap_or_default();
        // botocore EmailAddressId.
        if !(1..=500).contains(&id.chars().count()) {
            return Err(invalid("EmailAddressId must have between 1 and 500 characters"));
        }
        out.insert(id.to_owned());
    }
    Ok(out)
}

/// The links in a CreateQueue request, for the body of the queue.
pub(crate) fn of_create(
    instance: &Instance,
    request: &Map<String, Value>,
    body: &mut Map<String, Value>,
) -> Result<(), Fail> {
    let has = |member: &str| request.get(member).is_some_and(|value| !value.is_null());
    if has(QUICK_CONNECTS) {
        set(body, QUICK_CONNECTS, quick_connects(instance, request)?);
    }
    if has("EmailAddressesConfig") {
        set(body, ADDRESSES, addresses(request, "EmailAddressesConfig")?);
    }
    Ok(())
}

/// AssociateQueueQuickConnects, DisassociateQueueQuickConnects and the same for e-mail addresses. Assumed: to take away
/// what is not linked is no error.
pub(crate) fn change(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let queue = find_mut(instance, Kind::Queue, ask.call.label(1))?.clone();
    let (member, ids, most) = match ask.call.operation.as_str() {
        "AssociateQueueQuickConnects" | "DisassociateQueueQuickConnects" => {
            (QUICK_CONNECTS, quick_connects(instance, ask.body)?, MOST_QUICK_CONNECTS)
        }
        "AssociateQueueEmailAddresses" => {
            (ADDRESSES, addresses(ask.body, "EmailAddressesConfig")?, MOST_ADDRESSES)
        }
        _ => (ADDRESSES, addresses(ask.body, "EmailAddressesId")?, MOST_ADDRESSES),
    };
    let mut all: BTreeSet<String> = linked(&queue.body, member).into_iter().map(str::to_owned).collect();
    if ask.call.operation.starts_with("Associate") {
        // assumed: switch associate_again
        if let (Some(id), false) = (ids.intersection(&all).next(), ask.env.associate_again) {
            return Err(bad_request(format!("{id} is already associated with the queue")));
        }
        all.extend(ids);
        if all.len() > most {
            let why = format!("A queue has at most {most} of them");
            return Err(Fail::new(429, "LimitExceededException", why));
        }
    } else {
        all.retain(|id| !ids.contains(id));
    }
    let queue = find_mut(instance, Kind::Queue, &queue.id)?;
    set(&mut queue.body, member, all);
    queue.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// ListQueueQuickConnects and ListQueueEmailAddresses: at most 100 a page (botocore MaxResult100).
pub(crate) fn list(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let queue = find(instance, Kind::Queue, given).ok_or_else(|| not_found(given))?;
    let mut more = Map::new();
    more.insert("LastModifiedTime".into(), clock::epoch(queue.modified));
    more.insert("LastModifiedRegion".into(), json!(instance.region));
    if ask.call.operation == "ListQueueQuickConnects" {
        let items = linked(&queue.body, QUICK_CONNECTS)
            .into_iter()
            .filter_map(|id| find(instance, Kind::QuickConnect, id))
            .map(|found| summary(instance, found))
            .collect();
        return page::from_query_with(ask, "QuickConnectSummaryList", items, 100, 100, more);
    }
    // "Both explicitly associated email addresses and any default outbound email address" (API reference).
    let default =
        queue.body.get("OutboundEmailConfig").and_then(|config| config.get("OutboundEmailAddressId"));
    let default = default.and_then(Value::as_str);
    let mut ids = linked(&queue.body, ADDRESSES);
    ids.extend(default);
    let shape = |id: &str| {
        json!({
            "Id": id, "Arn": format!("{}/email-address/{id}", instance.arn),
            "IsDefaultOutboundEmail": default == Some(id),
        })
    };
    let items = ids.into_iter().map(shape).collect();
    page::from_query_with(ask, "EmailAddressMetadataList", items, 100, 100, more)
}

/// The `QuickConnectSummary` shape.
pub(crate) fn summary(instance: &Instance, found: &Resource) -> Value {
    json!({
        "Id": found.id, "Arn": found.arn, "Name": found.name, "QuickConnectType": quick_connect::type_of(found),
        "LastModifiedTime": clock::epoch(found.modified), "LastModifiedRegion": instance.region,
    })
}

/// A quick connect is gone: its links go with it (assumed).
pub(crate) fn forget_quick_connect(instance: &mut Instance, id: &str) {
    for queue in instance.resources.values_mut().filter(|other| other.kind == Kind::Queue) {
        let left: BTreeSet<String> = linked(&queue.body, QUICK_CONNECTS)
            .into_iter()
            .filter(|linked| *linked != id)
            .map(str::to_owned)
            .collect();
        set(&mut queue.body, QUICK_CONNECTS, left);
    }
}
