//! How the ledger lies in its tables.
//!
//! Both tables have the keys `pk` and `sk`, texts.
//!
//! | table  | pk           | sk                      | what                                                      |
//! |--------|--------------|-------------------------|-----------------------------------------------------------|
//! | leases | `PIN#<pin>`  | `LEASE`                 | the newest epoch, and the run that holds it               |
//! | leases | `PIN#<pin>`  | `BEAT`                  | its heartbeat: apart, since journal writes check `LEASE`  |
//! | leases | `PIN#<pin>`  | `HEAD`                  | the number and the digest of the newest audit entry       |
//! | leases | `RUN#<run>`  | `META` `FINISH` `UNDONE`| how a run began, ended, and by which run it was undone    |
//! | audit  | `PIN#<pin>`  | `AUDIT#<20 digits>`     | an audit entry                                            |
//! | audit  | `RUN#<run>`  | `ROW#<10 digits>`       | a row of a journal                                        |
//!
//! A text too long for one item goes on in items whose `sk` ends in `#P0001`, `#P0002`, ...

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};

use crate::core::ledger::Head;
use crate::core::{Error, Pin, Result, RunId};

use super::super::lease::{Lease, Owner};

pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) const LEASE: &str = "LEASE";
pub(super) const BEAT: &str = "BEAT";
pub(super) const HEAD: &str = "HEAD";
pub(super) const META: &str = "META";
pub(super) const FINISH: &str = "FINISH";
pub(super) const UNDONE: &str = "UNDONE";

/// How many bytes of a text one item takes; DynamoDB's limit for a whole item is 400 KB.
const PART: usize = 350_000;

pub(super) fn pin_pk(pin: &Pin) -> String {
    format!("PIN#{pin}")
}

pub(super) fn run_pk(run: &RunId) -> String {
    format!("RUN#{run}")
}

pub(super) fn audit_sk(seq: u64) -> String {
    format!("AUDIT#{seq:020}")
}

pub(super) fn row_sk(seq: u32) -> String {
    format!("ROW#{seq:010}")
}

pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(super) fn key(pk: &str, sk: &str) -> Item {
    HashMap::from([("pk".to_string(), text(pk)), ("sk".to_string(), text(sk))])
}

fn item(pk: &str, sk: &str, rest: impl IntoIterator<Item = (&'static str, AttributeValue)>) -> Item {
    let mut item = key(pk, sk);
    item.extend(rest.into_iter().map(|(name, value)| (name.to_string(), value)));
    item
}

/// Returns the items that hold `value`, the first of which has the key itself.
pub(super) fn document(pk: &str, sk: &str, value: &impl Serialize) -> Result<Vec<Item>> {
    let json = serde_json::to_string(value)
        .map_err(|e| Error::bug(format!("cannot write as JSON: {e}")).source(e))?;
    let mut parts = Vec::new();
    let mut rest = json.as_str();
    while rest.len() > PART {
        let (part, after) = rest.split_at(rest.floor_char_boundary(PART));
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    let more = number(parts.len() as u64 - 1);
    Ok(parts
        .into_iter()
        .enumerate()
        .map(|(i, part)| match i {
            0 => item(pk, sk, [("body", text(part)), ("parts", more.clone())]),
            i => item(pk, &format!("{sk}#P{i:04}"), [("body", text(part))]),
        })
        .collect())
}

/// Returns the documents that `items` hold, by their `sk`, in order. One whose first item is not among them is left
/// out.
pub(super) fn documents<T: DeserializeOwned>(items: &[Item]) -> Result<BTreeMap<String, T>> {
    let mut found: BTreeMap<&str, BTreeMap<&str, &Item>> = BTreeMap::new();
    for item in items {
        let sk = get_text(item, "sk")?;
        let (first, part) = sk.split_once("#P").unwrap_or((sk, ""));
        found.entry(first).or_default().insert(part, item);
    }
    let whole = found.into_iter().filter(|(_, parts)| parts.contains_key(""));
    whole
        .map(|(sk, parts)| {
            if get_number(parts[""], "parts")? + 1 != parts.len() as u64 {
                return Err(unreadable(parts[""], "a part of it is missing"));
            }
            let body: String = parts.values().map(|item| get_text(item, "body")).collect::<Result<_>>()?;
            Ok((sk.to_string(), from_json(parts[""], &body)?))
        })
        .collect()
}

/// Returns whether the item is a document's first.
pub(super) fn is_first(item: &Item) -> bool {
    get_text(item, "sk").is_ok_and(|sk| !sk.contains("#P"))
}

fn from_json<T: DeserializeOwned>(item: &Item, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|e| unreadable(item, e))
}

fn unreadable(item: &Item, why: impl std::fmt::Display) -> Error {
    let part = |name| item.get(name).and_then(|value| value.as_s().ok()).map_or("?", String::as_str);
    Error::corrupt(format!("the ledger's item {}/{} cannot be read: {why}", part("pk"), part("sk")))
}

pub(super) fn get_text<'a>(item: &'a Item, name: &str) -> Result<&'a str> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
        .ok_or_else(|| unreadable(item, format!("no text `{name}`")))
}

pub(super) fn get_number(item: &Item, name: &str) -> Result<u64> {
    item.get(name)
        .and_then(|value| value.as_n().ok())
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| unreadable(item, format!("no number `{name}`")))
}

/// Returns the two items of a lease: `LEASE` and `BEAT`.
pub(super) fn lease_items(pin: &Pin, lease: &Lease) -> Result<[Item; 2]> {
    let pk = pin_pk(pin);
    let mut held = item(&pk, LEASE, [("epoch", number(lease.epoch))]);
    let mut beat = item(&pk, BEAT, [("epoch", number(lease.epoch))]);
    if let Some(owner) = &lease.owner {
        let start = serde_json::to_string(&owner.start)
            .map_err(|e| Error::bug(format!("cannot write as JSON: {e}")).source(e))?;
        let length = u64::try_from(owner.lease.as_millis()).unwrap_or(u64::MAX);
        held.insert("holder".into(), text(owner.start.run.as_str()));
        held.insert("start_json".into(), text(start));
        held.insert("lease_ms".into(), number(length));
        beat.insert("holder".into(), text(owner.start.run.as_str()));
        beat.insert("beat".into(), text(&owner.beat));
        beat.insert("parked".into(), AttributeValue::Bool(owner.parked));
        if let Some(who) = &owner.stop_asked_by {
            beat.insert("stop_asked_by".into(), text(who));
        }
    }
    Ok([held, beat])
}

/// What the leases table says of a pin.
#[derive(Debug, Default)]
pub(super) struct PinState {
    pub(super) lease: Lease,
    /// The newest audit entry.
    pub(super) head: Option<Head>,
}

/// Returns what `items`, all those of a pin, say; `None` if they are of different moments.
pub(super) fn pin_state(items: &[Item]) -> Result<Option<PinState>> {
    let find = |sk| items.iter().find(|item| get_text(item, "sk").is_ok_and(|name| name == sk));
    let head = find(HEAD).map(read_head).transpose()?;
    let (lease, beat) = match (find(LEASE), find(BEAT)) {
        (None, None) => return Ok(Some(PinState { lease: Lease::default(), head })),
        (Some(lease), Some(beat)) => (lease, beat),
        _ => return Ok(None),
    };
    let (epoch, held) = (get_number(lease, "epoch")?, lease.contains_key("holder"));
    if get_number(beat, "epoch")? != epoch || held != beat.contains_key("holder") {
        return Ok(None);
    }
    let owner = match held {
        false => None,
        true => Some(Owner {
            start: from_json(lease, get_text(lease, "start_json")?)?,
            beat: get_text(beat, "beat")?.to_string(),
            lease: Duration::from_millis(get_number(lease, "lease_ms")?),
            parked: beat.get("parked").and_then(|value| value.as_bool().ok()).copied().unwrap_or(false),
            stop_asked_by: beat
                .get("stop_asked_by")
                .map(|_| get_text(beat, "stop_asked_by").map(str::to_string))
                .transpose()?,
        }),
    };
    Ok(Some(PinState { lease: Lease { epoch, owner }, head }))
}

fn read_head(item: &Item) -> Result<Head> {
    let digest = get_text(item, "digest")?.parse().map_err(|e: Error| unreadable(item, e.message))?;
    Ok(Head { seq: get_number(item, "seq")?, digest })
}

/// Returns the item that says which entry is the newest.
pub(super) fn head_item(pin: &Pin, head: &Head) -> Item {
    item(&pin_pk(pin), HEAD, [("seq", number(head.seq)), ("digest", text(head.digest.to_string()))])
}
