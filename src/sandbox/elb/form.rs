//! Requests of the query protocol: `Actions.member.1.Type=forward` as the tree that it means.

use serde_json::{Map, Value};

use super::super::answer::Fail;
use super::super::call::{Call, parse_pairs};

/// Deeper than any request of the model goes.
const DEPTH: usize = 24;

/// The parameters of a call: structures, lists and texts (numbers and booleans are texts here).
pub(crate) fn tree(call: &Call) -> Map<String, Value> {
    let body = String::from_utf8_lossy(&call.body);
    let mut root = Value::Object(Map::new());
    for (name, value) in parse_pairs(&body, true) {
        let path: Vec<&str> = name.split('.').collect();
        if path.len() <= DEPTH {
            insert(&mut root, &path, value);
        }
    }
    match lists(root) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn insert(at: &mut Value, path: &[&str], value: String) {
    let Some((first, rest)) = path.split_first() else {
        *at = Value::String(value);
        return;
    };
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Value::Object(map) = at {
        insert(map.entry(*first).or_insert(Value::Null), rest, value);
    }
}

/// `{"member": {"1": ..., "2": ...}}` is a list.
fn lists(value: Value) -> Value {
    let Value::Object(mut map) = value else { return value };
    if map.len() == 1
        && let Some(Value::Object(members)) = map.get_mut("member")
    {
        let mut items: Vec<(u64, Value)> = std::mem::take(members)
            .into_iter()
            .map(|(at, item)| (at.parse().unwrap_or(u64::MAX), lists(item)))
            .collect();
        items.sort_by_key(|(at, _)| *at);
        return Value::Array(items.into_iter().map(|(_, item)| item).collect());
    }
    Value::Object(map.into_iter().map(|(name, inner)| (name, lists(inner))).collect())
}

/// A text.
pub(crate) fn text<'a>(form: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    form.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A text that has to be there.
pub(crate) fn needed<'a>(form: &'a Map<String, Value>, name: &str) -> Result<&'a str, Fail> {
    // "Common errors": ValidationError, "The input fails to satisfy the constraints specified by an AWS service."
    let missing = || {
        invalid(format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        ))
    };
    text(form, name).ok_or_else(missing)
}

/// A list; an absent one is empty.
pub(crate) fn list<'a>(form: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    form.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A list of texts.
pub(crate) fn texts<'a>(form: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    list(form, name).iter().filter_map(Value::as_str).collect()
}

/// A whole number between two bounds, if it is given.
pub(crate) fn number(
    form: &Map<String, Value>,
    name: &str,
    low: u64,
    high: u64,
) -> Result<Option<u64>, Fail> {
    let Some(given) = text(form, name) else { return Ok(None) };
    match given.parse() {
        Ok(number) if (low..=high).contains(&number) => Ok(Some(number)),
        _ => Err(invalid(format!("{name} '{given}' must be between {low} and {high}"))),
    }
}

/// A parameter that does not fit.
pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "ValidationError", message)
}

/// `LoadBalancerNotFound` and the like, in AWS's words.
pub(crate) fn not_found(what: &str) -> Fail {
    let (code, words) = match what {
        "balancer" => ("LoadBalancerNotFound", "load balancers"),
        "group" => ("TargetGroupNotFound", "target groups"),
        "listener" => ("ListenerNotFound", "listeners"),
        _ => ("RuleNotFound", "rules"),
    };
    Fail::new(400, code, format!("One or more {words} not found"))
}
