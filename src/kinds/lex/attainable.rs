//! What a bot can become, and what is left over: versions are never deleted, the draft stays as it was last imported, and
//! what a bot has besides is left to it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::bot::{ALIASES, POLICIES, VERSIONS};
use super::encode::NUMBERS;
use super::{alias, known, shared};
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::finding::{Finding, Weight};

/// Returns `to` as it is attainable from `from`, and what is to be said.
pub fn attainable(
    address: &Address,
    from: Option<&Document>,
    to: Option<&Document>,
) -> (Option<Document>, Vec<Finding>) {
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => (from, to),
        (Some(_), None) => {
            let message = "is deleted with all its versions and aliases; what comes back has other ids";
            return (None, vec![Finding::new(Weight::Warning, Some(address), message)]);
        }
        _ => return (to.cloned(), Vec::new()),
    };
    let mut to = to.clone();
    let mut said = Vec::new();
    // Only what comes home says which versions there were.
    match to.exact.contains_key(NUMBERS) {
        true => said.extend(coming_home(address, from, &to)),
        false => said.extend(keep(address, from, &mut to)),
    }
    said.extend(shared::leave(address, from, &mut to));
    said.extend(overwritten(address, from, &to));
    (Some(to), said)
}

/// Returns a warning where something is imported on the way from `from` to `to`: that goes by way of the draft, and no
/// snapshot has what is in that.
fn overwritten(address: &Address, from: &Document, to: &Document) -> Option<Finding> {
    let (old, new, known) = (alias::of(from), alias::of(to), known::of(from, to));
    let changed = |name: &String, item: &Value| {
        old.get(name) != Some(item) && !known.contains_key(item["Content"].as_str().unwrap_or_default())
    };
    let imported = !old.is_empty() && new.iter().any(|(name, item)| changed(name, item));
    let message = "its draft is replaced by what is imported, and is not put back: what nobody has made a version of \
                   is lost";
    imported.then(|| Finding::new(Weight::Warning, Some(address), message))
}

/// Returns what is to be said of what comes home: versions that have to be made again, and those that stay.
fn coming_home(address: &Address, from: &Document, to: &Document) -> Vec<Finding> {
    let mut said = Vec::new();
    let (old, new) = (alias::of(from), alias::of(to));
    if old == new {
        return said;
    }
    let known = known::of(from, to);
    let then = known::numbers(to, NUMBERS);
    let mut told = BTreeSet::new();
    for (name, item) in new.iter().filter(|(name, item)| old.get(*name) != Some(item)) {
        let content = item["Content"].as_str().unwrap_or_default();
        if known.contains_key(content) || !told.insert(content) {
            continue;
        }
        let number = then.iter().rev().find(|(_, digest)| *digest == content).map(|(number, _)| *number);
        let number = number.map_or("its version".to_string(), |n| format!("version {n}"));
        let message = format!(
            "its alias {name} cannot just be pointed back: {number} is gone or has become inactive, and is imported and \
             built again, which takes minutes"
        );
        said.push(Finding::new(Weight::Warning, Some(address), message));
    }
    let since: Vec<String> = known::usable(from)
        .into_iter()
        .filter(|n| !known::usable(to).contains(n) && !then.contains_key(n))
        .map(|n| n.to_string())
        .collect();
    if !since.is_empty() {
        let message = format!(
            "version {} was made since and stays, and so does what was last imported into the draft: nothing uses it",
            since.join(", ")
        );
        said.push(Finding::new(Weight::Note, Some(address), message));
    }
    said
}

/// Leaves to `to` the aliases that `from` has besides, with what belongs to them: somebody may use them.
fn keep(address: &Address, from: &Document, to: &mut Document) -> Vec<Finding> {
    let (old, mut new) = (alias::of(from), alias::of(to));
    let besides: Vec<(String, Value)> = old.into_iter().filter(|(name, _)| !new.contains_key(name)).collect();
    if besides.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = besides.iter().map(|(name, _)| name.clone()).collect();
    if new.is_empty() {
        // What was the content of its draft is nothing that an alias names.
        to.portable.remove(VERSIONS);
    }
    for (name, item) in besides {
        let content = item["Content"].as_str().unwrap_or_default().to_string();
        copy(from, to, VERSIONS, &content);
        copy(from, to, POLICIES, &format!("#{name}"));
        new.insert(name, item);
    }
    to.portable.insert(ALIASES.into(), new.into_values().collect());
    let message = format!("keeps its alias {}, which the source does not have", names.join(", "));
    vec![Finding::new(Weight::Note, Some(address), message)]
}

/// Copies what `from` has at `name` of its portable `part`.
fn copy(from: &Document, to: &mut Document, part: &str, name: &str) {
    let Some(value) = from.portable.get(part).and_then(|p| p.get(name)) else { return };
    let there = to.portable.entry(part).or_insert_with(|| Value::Object(Map::new()));
    if let Some(members) = there.as_object_mut() {
        members.insert(name.into(), value.clone());
    }
}
