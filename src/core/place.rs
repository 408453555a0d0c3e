//! Placing: which part of a document a member belongs to, by the field table of its kind.

use serde_json::{Map, Value};

use super::document::Document;
use super::fields::{Class, FieldRule};
use super::portable::{class_of, is_below, rules_below};
use super::secret_paths::{put, whole};
use super::template::Placeholder;

/// Whether a class is meant; `None` is what no rule knows.
type Pick = fn(Option<Class>) -> bool;

/// Returns `members`, a merge patch, in the parts that `rules` put them into. What no rule knows and what changes by
/// itself is put into `unknown`: it can never be written.
pub fn place(members: &Map<String, Value>, rules: &[FieldRule]) -> Document {
    let unwritable: Pick = |class| matches!(class, None | Some(Class::Volatile | Class::Identity));
    let travels: Pick =
        |class| class.is_some_and(|c| !c.stays() && !matches!(c, Class::Volatile | Class::Identity));
    let (mut portable, mut local) = (
        members_of(members, rules, travels),
        members_of(members, rules, |class| class.is_some_and(Class::stays)),
    );
    hide(&mut portable, &mut local, &mut Vec::new(), rules);
    Document { portable, local, unknown: members_of(members, rules, unwritable), ..Document::default() }
}

/// Takes the fingerprints of secrets out of `portable`, which only says that there is one, into `local`. What stands in
/// the place of a secret and is none takes away the one that the environment has.
fn hide(
    portable: &mut Map<String, Value>,
    local: &mut Map<String, Value>,
    path: &mut Vec<String>,
    rules: &[FieldRule],
) {
    for (name, value) in portable {
        path.push(name.clone());
        match value {
            Value::Object(members) if !members.is_empty() => hide(members, local, path, rules),
            Value::Array(_) => {}
            value if matches!(class_of(path, rules), Some(Class::Secret)) => {
                let sealed = value.as_str().and_then(whole).filter(|p| matches!(p, Placeholder::Sealed(_)));
                match sealed {
                    Some(_) => {
                        put(local, path, std::mem::replace(value, Placeholder::Secret.to_string().into()))
                    }
                    None => put(local, path, Value::Null),
                }
            }
            _ => {}
        }
        path.pop();
    }
}

/// Returns what of `local`, the local part of a document, is operational by `rules`.
pub fn operational(local: &Map<String, Value>, rules: &[FieldRule]) -> Map<String, Value> {
    members_of(local, rules, |class| class.is_some_and(Class::is_operational))
}

/// Returns what of `local`, the local part of a document, is a draft by `rules`.
pub fn drafts(local: &Map<String, Value>, rules: &[FieldRule]) -> Map<String, Value> {
    members_of(local, rules, |class| matches!(class, Some(Class::Draft)))
}

/// Returns `whole` without what `part`, which came of it, has.
pub fn without(whole: &Map<String, Value>, part: &Map<String, Value>) -> Map<String, Value> {
    let mut rest = Value::Object(whole.clone());
    for (name, value) in part {
        take_away(&mut rest, name, value);
    }
    match rest {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn take_away(from: &mut Value, name: &str, part: &Value) {
    let Some(members) = from.as_object_mut() else { return };
    let Some(there) = members.get_mut(name) else { return };
    let emptied = match (&mut *there, part) {
        (Value::Object(inner), Value::Object(names)) if !names.is_empty() && !inner.is_empty() => {
            names.iter().for_each(|(name, value)| take_away(there, name, value));
            there.as_object().is_some_and(Map::is_empty)
        }
        (Value::Array(items), Value::Array(parts)) if items.len() == parts.len() && items != parts => {
            for (item, part) in items.iter_mut().zip(parts) {
                part.as_object().into_iter().flatten().for_each(|(name, value)| take_away(item, name, value));
            }
            items.iter().all(|item| item.as_object().is_some_and(Map::is_empty))
        }
        _ => true,
    };
    if emptied {
        members.remove(name);
    }
}

fn members_of(members: &Map<String, Value>, rules: &[FieldRule], pick: Pick) -> Map<String, Value> {
    match part(&Value::Object(members.clone()), &mut Vec::new(), rules, pick) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// Returns what of `value` is of a class that is meant. An array keeps its places.
fn part(value: &Value, path: &mut Vec<String>, rules: &[FieldRule], pick: Pick) -> Option<Value> {
    match value {
        Value::Object(members) if !members.is_empty() && (path.is_empty() || rules_below(path, rules)) => {
            let mut kept = Map::new();
            for (name, member) in members {
                path.push(name.clone());
                let of = part(member, path, rules, pick);
                path.pop();
                kept.extend(of.map(|value| (name.clone(), value)));
            }
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(items) if items.iter().any(Value::is_object) && rules_below(path, rules) => {
            let parts: Vec<Option<Value>> = items.iter().map(|i| part(i, path, rules, pick)).collect();
            let hole = || Value::Object(Map::new());
            parts
                .iter()
                .any(Option::is_some)
                .then(|| Value::Array(parts.into_iter().map(|p| p.unwrap_or_else(hole)).collect()))
        }
        // Nothing, where there might have been something of several classes, is nothing of each.
        _ => {
            let own = class_of(path, rules);
            let mut below = rules.iter().filter(|r| is_below(path, r)).map(|r| r.class).peekable();
            let known = own.is_some() || below.peek().is_some();
            let meant =
                own.is_some_and(|c| pick(Some(c))) || below.any(|c| pick(Some(c))) || (!known && pick(None));
            meant.then(|| value.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fields::field;
    use super::*;

    const RULES: &[FieldRule] = &[
        field("Id", Class::Identity),
        field("Words", Class::Portable),
        field("Caller.Flow", Class::Ref("connect/flow")),
        field("Caller.Name", Class::Local),
        field("Limit", Class::Operational),
        field("Rows.Open", Class::Operational),
        field("Rows.Name", Class::Local),
    ];

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn each_member_of_a_patch_goes_to_the_part_that_its_rule_says() {
        let patch =
            json!({ "Words": "x", "Caller": { "Flow": "f", "Name": "n" }, "Limit": 3, "Id": 1, "New": 2 });
        let placed = place(&map(patch), RULES);
        assert_eq!(Value::Object(placed.portable), json!({ "Words": "x", "Caller": { "Flow": "f" } }));
        assert_eq!(Value::Object(placed.local), json!({ "Caller": { "Name": "n" }, "Limit": 3 }));
        assert_eq!(Value::Object(placed.unknown), json!({ "Id": 1, "New": 2 }));
        let nothing = place(&map(json!({ "Caller": null })), RULES);
        assert_eq!(
            (nothing.portable, nothing.local),
            (map(json!({ "Caller": null })), map(json!({ "Caller": null })))
        );
    }

    #[test]
    fn what_is_operational_is_told_from_the_rest_and_can_be_taken_away() {
        let local = map(json!({
            "Caller": { "Name": "n" }, "Limit": 3, "Rows": [{ "Open": true, "Name": "a" }, { "Open": false }],
        }));
        let own = operational(&local, RULES);
        assert_eq!(
            Value::Object(own.clone()),
            json!({ "Limit": 3, "Rows": [{ "Open": true }, { "Open": false }] })
        );
        let rest = without(&local, &own);
        assert_eq!(Value::Object(rest), json!({ "Caller": { "Name": "n" }, "Rows": [{ "Name": "a" }, {}] }));
    }
}
