//! Overlays: members that documents get on their way into an environment, as its configuration says.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::address::Address;
use super::document::Document;
use super::encoder::{Encoder, Origin};
use super::error::Error;
use super::finding::{Finding, Weight};
use super::inventory::Inventory;
use super::means::{Means, Values};
use super::resolver::{Resolver, Unresolved};
use super::select::Selection;
use super::template::{Placeholder, Template};

/// What an environment's configuration says of documents, by address: merge patches.
pub type Overlays = BTreeMap<Address, Map<String, Value>>;

/// Merges `patch` into `target`, as RFC 7396 says: objects member by member, null removes, all else replaces.
pub fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Null => drop(target.remove(name)),
            Value::Object(inner) => {
                let there = target.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
                if !there.is_object() {
                    *there = Value::Object(Map::new());
                }
                if let Some(members) = there.as_object_mut() {
                    merge(members, inner);
                }
            }
            other => drop(target.insert(name.clone(), other.clone())),
        }
    }
}

/// Returns `patch` with each text as a read of `origin` writes it: else what is there already would never equal what the
/// overlay says. A text that names another resource is written so already.
fn spelled(patch: &Map<String, Value>, origin: &Origin<'_>, of: &Address) -> Map<String, Value> {
    let resolver = Resolver { inventory: origin.inventory, accounts: origin.accounts, vars: origin.vars };
    let spell = |text: &str| -> Option<String> {
        let template: Template = text.parse().ok()?;
        if template.holes().any(|hole| matches!(hole, Placeholder::To { .. })) {
            return None;
        }
        let unknown = |u: Unresolved| Error::input(u.why);
        let text = template.fill(&mut |hole| resolver.text(hole).map_err(unknown)).ok()?;
        Some(Encoder::new(origin, of).sweep(&text))
    };
    fn visit(value: &Value, spell: &dyn Fn(&str) -> Option<String>) -> Value {
        match value {
            Value::String(text) => Value::String(spell(text).unwrap_or_else(|| text.clone())),
            Value::Array(items) => items.iter().map(|item| visit(item, spell)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, member)| (name.clone(), visit(member, spell))).collect()
            }
            other => other.clone(),
        }
    }
    patch.iter().map(|(name, value)| (name.clone(), visit(value, &spell))).collect()
}

/// Returns `document` with what the overlay of `means` says of `address`, and a block for each member that nothing could write.
///
/// An empty text or structure means to go without: services answer it by leaving the member out.
pub fn overlaid(
    means: &Means<'_>,
    inventory: &Inventory,
    address: &Address,
    mut document: Document,
) -> (Document, Vec<Finding>) {
    let values = means.values;
    let Some(patch) = values.overlay.get(address) else { return (document, Vec::new()) };
    let Values { accounts, vars, seal, .. } = values;
    let origin = Origin { inventory, accounts, vars, seal };
    let mut placed = means.driver.place(address, &spelled(patch, &origin, address));
    placed.local.values_mut().for_each(nothing);
    let empty = |v: &Value| *v == Value::String(String::new());
    placed.portable.values_mut().filter(|v| empty(v)).for_each(|v| *v = Value::Null);
    merge(&mut document.portable, &placed.portable);
    merge(&mut document.local, &placed.local);
    document.local.retain(|_, v| v.as_object().is_none_or(|members| !members.is_empty()));
    let block = |name: &String| {
        let message = format!("its overlay sets {name}, which is not written");
        Finding::new(Weight::Block, Some(address), message).hint("take it out of the overlay")
    };
    (document, placed.unknown.keys().map(block).collect())
}

/// Makes what is empty in `value` null.
fn nothing(value: &mut Value) {
    match value {
        Value::String(text) if text.is_empty() => *value = Value::Null,
        Value::Object(members) if members.is_empty() => *value = Value::Null,
        Value::Object(members) => members.values_mut().for_each(nothing),
        _ => {}
    }
}

/// Returns a warning about the overlays that `select` picks and that are for nothing that `has` knows: a wrong name,
/// probably.
pub fn idle(overlays: &Overlays, select: &Selection, has: impl Fn(&Address) -> bool) -> Option<Finding> {
    let idle: Vec<String> =
        overlays.keys().filter(|a| select.picks(a) && !has(a)).map(ToString::to_string).collect();
    if idle.is_empty() {
        return None;
    }
    let message = format!("there are overlays for what the release does not have: {}", idle.join(", "));
    Some(Finding::new(Weight::Warning, None, message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_examples_of_rfc_7396_that_are_objects() {
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut target = target.as_object().unwrap().clone();
            merge(&mut target, patch.as_object().unwrap());
            assert_eq!(Value::Object(target), result, "{patch}");
        }
    }
}
