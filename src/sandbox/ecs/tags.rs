//! Tags as ECS has them: a list of `{key, value}`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Tags by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// As answers have them.
pub(crate) fn show(tags: &Tags) -> Value {
    tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
}

/// As requests have them.
pub(crate) fn read(given: Option<&Value>) -> Tags {
    let items = given.and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| {
            let value = item.get("value").and_then(Value::as_str).unwrap_or_default();
            Some((item.get("key")?.as_str()?.to_owned(), value.to_owned()))
        })
        .collect()
}
