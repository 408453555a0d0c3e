//! A function that several environments share, each with aliases of its own: what is not an alias's own is all of
//! theirs, and none of them writes it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::fields::is_kept;
use super::moves::{known, unpublished};
use super::permission::parts;
use super::source::{SOURCES, alias_of};
use super::state::{ALIASES, FOREIGN, State, VERSIONS};
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::finding::{Finding, Weight};

/// Leaves to `state` and `to`, which are to be where there is `from` (which `was` says), all that is no alias's of this
/// environment: `$LATEST`, words, tags, reserved concurrency, who may invoke the function itself and what does. Says
/// what of it would have been another.
///
/// A version can only be made of `$LATEST`: where one has to be, that becomes what is published.
///
/// Source: "Manage Lambda function versions", AWS Lambda Developer Guide.
pub fn leave(
    address: &Address,
    from: &Document,
    was: &State,
    state: &mut State,
    to: &mut Document,
) -> Option<Finding> {
    let others = from.exact.get(FOREIGN)?.as_array()?.iter().filter_map(Value::as_str);
    let others: BTreeSet<&str> = others.collect();
    let mut differing = members(&from.portable, &mut to.portable);
    differing.extend(members(&from.local, &mut to.local));
    if was.description != state.description {
        differing.insert("Description".into());
        state.description.clone_from(&was.description);
    }
    let wished = state.own.clone();
    state.know(&wished);
    let made = unpublished(state, was, &known(from, to));
    let last = made.last().and_then(|key| state.content(key));
    let passing = last.is_some();
    state.own = last.unwrap_or_else(|| was.own.clone());
    if state.own != wished {
        differing.insert("$LATEST".into());
    }
    let others = others.into_iter().collect::<Vec<_>>().join(", ");
    let shared = format!("is shared with {others}, an alias of another environment: its");
    let message = match (differing.is_empty(), passing && state.own != was.own) {
        (true, false) => return None,
        (true, true) => format!("{shared} $LATEST becomes what is published for this one"),
        (false, goes) => {
            let names: Vec<String> = differing.into_iter().collect();
            let also = if goes { "; its $LATEST becomes what is published for this one" } else { "" };
            format!("{shared} own {} would be another, and stays as it is{also}", names.join(", "))
        }
    };
    let hint = "what all of them share is changed by hand, once it is right for all";
    Some(Finding::new(Weight::Warning, Some(address), message).hint(hint))
}

/// Makes the members of `to` that no version keeps what they are in `from`, but for what belongs to an alias. Returns
/// the names of those that were not.
fn members(from: &Map<String, Value>, to: &mut Map<String, Value>) -> BTreeSet<String> {
    let mut differing = BTreeSet::new();
    let apart =
        |name: &String| !is_kept(name) && ![ALIASES, VERSIONS, "Description"].contains(&name.as_str());
    let names: BTreeSet<String> = from.keys().chain(to.keys()).filter(|n| apart(n)).cloned().collect();
    for name in names {
        let left = match name.as_str() {
            SOURCES | "Permissions" | "OtherPermissions" => mixed(&name, from.get(&name), to.get(&name)),
            _ => from.get(&name).cloned(),
        };
        if to.get(&name) == left.as_ref() {
            continue;
        }
        match left {
            Some(value) => drop(to.insert(name.clone(), value)),
            None => drop(to.remove(&name)),
        }
        differing.insert(name);
    }
    differing
}

/// Returns what of `to` is an alias's, and what of `from` is the function's own.
fn mixed(member: &str, from: Option<&Value>, to: Option<&Value>) -> Option<Value> {
    let of_alias = |key: &str| {
        let alias = if member == SOURCES { alias_of(key) } else { parts(key).0 };
        alias.is_some()
    };
    let entries = |part: Option<&Value>| part.and_then(Value::as_object).cloned().unwrap_or_default();
    let own = entries(from).into_iter().filter(|(key, _)| !of_alias(key));
    let all: Map<String, Value> =
        own.chain(entries(to).into_iter().filter(|(key, _)| of_alias(key))).collect();
    (!all.is_empty()).then_some(Value::Object(all))
}
