//! Links: lists whose items are added, changed and taken away by calls of their own, so many at a time.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::{Does, Move, Stage, facet_digest};

/// An operation on some items of a list.
#[derive(Clone, Copy)]
pub struct Batch {
    /// The operation.
    pub call: &'static str,
    /// How many items it takes.
    pub most: usize,
    /// Its arguments, given the items.
    pub arguments: fn(&[Value]) -> Value,
}

/// A member of a document that is such a list.
#[derive(Clone, Copy)]
pub struct Link {
    /// The member.
    pub member: &'static str,
    /// What of an item says which one it is.
    pub key: fn(&Value) -> Value,
    /// Adds items.
    pub add: Batch,
    /// Changes items that are there, and leaves what it is not given; `None` where an item is all key.
    pub change: Option<Batch>,
    /// Takes items away.
    pub remove: Batch,
}

/// The whole item is its key.
pub fn whole(item: &Value) -> Value {
    item.clone()
}

/// Returns the moves that make the list of `link` what `to` says, each as many items as one call takes: first what
/// goes, since lists have limits, then what changes, then what comes.
pub fn moves(link: &Link, change: &Change<'_>, from: &Document, to: &Document, stage: Stage) -> Vec<Move> {
    let (old, new) = (items(link, from), items(link, to));
    // An item that loses a member is made anew: an operation that changes one leaves what it is not given.
    let anew = |k: &String| old.get(k).zip(new.get(k)).is_some_and(|(old, new)| loses(old, new));
    let gone = old.iter().filter(|(k, _)| !new.contains_key(*k) || anew(k)).map(|(_, v)| v.clone());
    let changed = new.iter().filter(|(k, v)| old.get(*k).is_some_and(|o| o != *v) && !anew(k));
    let changed = changed.map(|(_, v)| v.clone());
    let come = new.iter().filter(|(k, _)| !old.contains_key(*k) || anew(k)).map(|(_, v)| v.clone());
    let facet = vec![link.member.to_string()];
    let mut now = old.clone();
    let mut document = from.clone();
    let mut moves = Vec::new();
    let mut calls: Vec<(Batch, Vec<Value>)> = Vec::new();
    let mut split = |batch: Batch, all: Vec<Value>| {
        calls.extend(all.chunks(batch.most.max(1)).map(|some| (batch, some.to_vec())));
    };
    split(link.remove, gone.collect());
    match link.change {
        Some(batch) => split(batch, changed.collect()),
        None => debug_assert!(changed.count() == 0),
    }
    split(link.add, come.collect());
    for (batch, some) in calls {
        let before = facet_digest(&document, &facet);
        for item in &some {
            let key = (link.key)(item).to_string();
            match batch.call == link.remove.call {
                true => now.remove(&key),
                false => now.insert(key, item.clone()),
            };
        }
        put(link, &mut document, to, from, &now);
        moves.push(Move {
            address: change.address.clone(),
            stage,
            does: Does::Update,
            call: batch.call.into(),
            facet: facet.clone(),
            args: (batch.arguments)(&some),
            before: Some(before),
            after: Some(facet_digest(&document, &facet)),
            through: Vec::new(),
            rollout: None,
        });
    }
    moves
}

/// Returns whether `old` has a member that `new` has not.
fn loses(old: &Value, new: &Value) -> bool {
    let members = |item: &Value| item.as_object().cloned().unwrap_or_default();
    let new = members(new);
    members(old).keys().any(|name| !new.contains_key(name))
}

/// Returns the items by their keys.
fn items(link: &Link, document: &Document) -> BTreeMap<String, Value> {
    let member = document.portable.get(link.member).or(document.local.get(link.member));
    let all = member.and_then(Value::as_array).into_iter().flatten();
    all.map(|item| ((link.key)(item).to_string(), item.clone())).collect()
}

/// Puts `now` where `to` or `from` has the list.
fn put(link: &Link, document: &mut Document, to: &Document, from: &Document, now: &BTreeMap<String, Value>) {
    let local = [to, from].iter().any(|d| d.local.contains_key(link.member));
    let part: &mut Map<String, Value> = if local { &mut document.local } else { &mut document.portable };
    let mut list: Vec<Value> = now.values().cloned().collect();
    list.sort_by_cached_key(Value::to_string);
    match list.is_empty() {
        true => part.remove(link.member),
        false => part.insert(link.member.to_string(), Value::Array(list)),
    };
}

/// Sorts the lists of `links` as they are sorted everywhere: AWS does not say that their order means anything.
pub fn arrange(links: &[Link], part: &mut Map<String, Value>) {
    for link in links {
        if let Some(Value::Array(list)) = part.get_mut(link.member) {
            list.sort_by_cached_key(Value::to_string);
        }
    }
}
