//! Overlays: members that documents get on their way into an environment, as its configuration says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::address::Address;
use super::document::Document;
use super::encoder::{Encoder, Hidden, Origin};
use super::finding::{Finding, Weight};
use super::given::{filled, wanted};
use super::inventory::Inventory;
use super::means::{Means, Values};
use super::resolver::Resolver;
use super::secret_paths::{Path, shown};
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

/// How the texts of an overlay are spelled.
struct Speller<'a> {
    origin: &'a Origin<'a>,
    of: &'a Address,
    means: &'a Means<'a>,
    /// Where the service has secrets.
    secret: BTreeSet<Path>,
    findings: Vec<Finding>,
}

impl Speller<'_> {
    /// Returns `value` with each text as a read of the origin writes it: else what is there already would never equal
    /// what the overlay says. A text that names another resource is written so already. A secret becomes its fingerprint,
    /// and is held by the vault.
    fn value(&mut self, value: &Value, path: &mut Path) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text, path).unwrap_or_else(|| text.clone())),
            Value::Array(items) => {
                let one = |(i, item): (usize, &Value)| self.below(&i.to_string(), item, path);
                items.iter().enumerate().map(one).collect()
            }
            Value::Object(members) => Value::Object(self.members(members, path)),
            other => other.clone(),
        }
    }

    fn members(&mut self, members: &Map<String, Value>, path: &mut Path) -> Map<String, Value> {
        members.iter().map(|(name, member)| (name.clone(), self.below(name, member, path))).collect()
    }

    fn below(&mut self, step: &str, value: &Value, path: &mut Path) -> Value {
        path.push(step.to_string());
        let value = self.value(value, path);
        path.pop();
        value
    }

    fn text(&mut self, text: &str, path: &Path) -> Option<String> {
        let template: Template = text.parse().ok()?;
        let named = template.holes().any(|hole| matches!(hole, Placeholder::Parameter(_)));
        if template.holes().any(|hole| matches!(hole, Placeholder::To { .. })) {
            if named {
                self.block(path, "names a parameter and another resource in one text");
            }
            return None;
        }
        let Origin { inventory, accounts, vars, seal } = *self.origin;
        let resolver = Resolver { inventory, accounts, vars };
        let text = filled(&template, &resolver, &self.means.values.parameters).ok()?;
        let secret = self.secret.contains(path);
        if named && !secret {
            self.block(path, "is no secret there: everybody who may look would see the parameter's value");
            return None;
        }
        if !secret {
            return Some(Encoder::new(self.origin, self.of).sweep(&text));
        }
        if !named && let Hidden::Open(template) = Encoder::new(self.origin, self.of).secret(&text) {
            return Some(template);
        }
        let secret = seal.secret(&text);
        let sealed = Placeholder::Sealed(secret.fingerprint()).to_string();
        self.means.vault.hold(secret);
        Some(sealed)
    }

    fn block(&mut self, path: &[String], why: &str) {
        let message = format!("its overlay sets {}, which {why}", shown(path));
        self.findings.push(Finding::new(Weight::Block, Some(self.of), message));
    }
}

/// Merges `patch`, what an overlay says of a local part, into `target`; what is emptied by it goes.
fn merge_local(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match (value, target.get_mut(name)) {
            (value, None) if is_nothing(value) => {}
            (Value::Object(inner), Some(Value::Object(there))) => {
                merge_local(there, inner);
                if there.is_empty() {
                    target.remove(name);
                }
            }
            _ => merge(target, &Map::from_iter([(name.clone(), value.clone())])),
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.values().all(is_nothing),
        _ => false,
    }
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
    let secret = wanted(means.driver, address, patch, values);
    let mut speller = Speller { origin: &origin, of: address, means, secret, findings: Vec::new() };
    let patch = speller.members(patch, &mut Path::new());
    let mut findings = speller.findings;
    let mut placed = means.driver.place(address, &patch);
    placed.local.values_mut().for_each(nothing);
    let empty = |v: &Value| *v == Value::String(String::new());
    placed.portable.values_mut().filter(|v| empty(v)).for_each(|v| *v = Value::Null);
    merge(&mut document.portable, &placed.portable);
    merge_local(&mut document.local, &placed.local);
    document.local.retain(|_, v| v.as_object().is_none_or(|members| !members.is_empty()));
    let block = |name: &String| {
        let message = format!("its overlay sets {name}, which is not written");
        Finding::new(Weight::Block, Some(address), message).hint("take it out of the overlay")
    };
    findings.extend(placed.unknown.keys().map(block));
    (document, findings)
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
