//! A bot that several environments share, each with aliases of its own: what is not an alias's own is all of theirs, and
//! none of them writes it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::bot::{ALIASES, LOGS, POLICIES, VERSIONS};
use super::encode::FOREIGN;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::finding::{Finding, Weight};

/// The policy of the bot itself.
const WHOLE: &str = "bot";

/// Returns the aliases that other environments have of what `document` is, sorted.
fn others(document: &Document) -> BTreeSet<&str> {
    let all = document.exact.get(FOREIGN).and_then(Value::as_array).into_iter().flatten();
    all.filter_map(Value::as_str).collect()
}

/// Leaves to `to` what `from` has and no alias of this environment: settings, tags, the policy of the bot itself. Says
/// what of it would have been another.
pub fn leave(address: &Address, from: &Document, to: &mut Document) -> Option<Finding> {
    let others = others(from);
    if others.is_empty() {
        return None;
    }
    let mut differing = members(&from.portable, &mut to.portable, &[ALIASES, VERSIONS, POLICIES]);
    differing.extend(members(&from.local, &mut to.local, &[LOGS]));
    if whole_policy(from, to) {
        differing.push(POLICIES.into());
    }
    if differing.is_empty() {
        return None;
    }
    differing.sort();
    let message = format!(
        "is shared with {}, an alias of another environment: its own {} would be another, and stays as it is",
        others.into_iter().collect::<Vec<_>>().join(", "),
        differing.join(", ")
    );
    let hint = "what all of them share is changed by hand, once it is right for all";
    Some(Finding::new(Weight::Warning, Some(address), message).hint(hint))
}

/// Makes the members of `to` what they are in `from`, but for those that are the aliases' `own`. Returns which were not.
fn members(from: &Map<String, Value>, to: &mut Map<String, Value>, own: &[&str]) -> Vec<String> {
    let stays = |name: &String| !own.contains(&name.as_str());
    let mut names: Vec<String> = from.keys().chain(to.keys()).filter(|n| stays(n)).cloned().collect();
    names.sort();
    names.dedup();
    names.retain(|name| from.get(name) != to.get(name));
    for name in &names {
        match from.get(name) {
            Some(value) => drop(to.insert(name.clone(), value.clone())),
            None => drop(to.remove(name)),
        }
    }
    names
}

/// Makes the policy of the bot itself what it is in `from`. Returns whether it was not.
fn whole_policy(from: &Document, to: &mut Document) -> bool {
    let of = |d: &Document| d.portable.get(POLICIES).and_then(|p| p.get(WHOLE)).cloned();
    let (was, wanted) = (of(from), of(to));
    if was == wanted {
        return false;
    }
    let mut all = to.portable.get(POLICIES).and_then(Value::as_object).cloned().unwrap_or_default();
    match was {
        Some(policy) => drop(all.insert(WHOLE.into(), policy)),
        None => drop(all.remove(WHOLE)),
    }
    match all.is_empty() {
        true => drop(to.portable.remove(POLICIES)),
        false => drop(to.portable.insert(POLICIES.into(), all.into())),
    }
    true
}
