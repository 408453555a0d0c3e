//! Normalising: what means the same looks the same, whoever exported it and whenever.

use serde_json::{Map, Value};

use crate::core::digest::canonical;

/// Lists whose order means nothing: sets by what they are for, or with an order of their own (`priority`).
///
/// Source: botocore's `lexv2-models` model, `SampleUtterancesList`, `SlotPriority$priority`, `InputContextsList`,
/// `OutputContextsList`.
const UNORDERED: &[&str] = &[
    "sampleUtterances",
    "sampleValueElicitingUtterances",
    "slotPriorities",
    "inputContexts",
    "outputContexts",
];

/// Takes out of `value` what says nothing (a null, an empty list), and sorts the lists whose order means nothing.
///
/// Source for the first: the developer guide's examples of exported files have null for every member that is not set.
pub fn normalise(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                normalise(member);
                if let (true, Value::Array(items)) = (UNORDERED.contains(&name.as_str()), member) {
                    sort(items);
                }
            }
            members.retain(|_, v| !v.is_null() && v.as_array().is_none_or(|items| !items.is_empty()));
        }
        Value::Array(items) => items.iter_mut().for_each(normalise),
        _ => {}
    }
}

/// Sorts by priority first, where items have one, so that the list reads in its real order.
pub fn sort(items: &mut [Value]) {
    items.sort_by_cached_key(|item| (item["priority"].as_u64().unwrap_or_default(), canonical(item)));
}

/// Takes the members `names` out.
pub fn without(members: &mut Map<String, Value>, names: &[&str]) {
    members.retain(|name, _| !names.contains(&name.as_str()));
}
