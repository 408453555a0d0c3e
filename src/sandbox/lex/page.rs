//! Pages of Lex's lists.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::base64;
use super::ask::{Ask, invalid};

/// Members of a list's answer besides its items.
pub(crate) type More<'a> = &'a [(&'a str, &'a str)];

/// One page. botocore MaxResults: 1 to 1000. The default is not documented; assumed 100.
pub(crate) fn page(ask: &Ask<'_>, member: &str, items: Vec<Value>, more: More<'_>) -> Result<Answer, Fail> {
    let size = match ask.body.get("maxResults").filter(|value| !value.is_null()) {
        None => 100,
        Some(value) => {
            value.as_u64().filter(|size| (1..=1000).contains(size)).ok_or_else(|| invalid("maxResults"))?
        }
    };
    let size = usize::try_from(size).unwrap_or(100);
    let start = match ask.text("nextToken") {
        None => 0,
        Some(token) => base64::decode(token)
            .and_then(|bytes| String::from_utf8(bytes).ok()?.strip_prefix("lex@")?.parse().ok())
            .ok_or_else(|| invalid("nextToken"))?,
    };
    let mut out: Map<String, Value> =
        more.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let end = (start + size).min(items.len());
    if end < items.len() {
        out.insert("nextToken".into(), json!(base64::encode(format!("lex@{end}").as_bytes())));
    }
    out.insert(member.into(), items.into_iter().take(end).skip(start).collect());
    Ok(Answer::json(&Value::Object(out)))
}

/// Keeps what all filters of a request let through; `have` says what an item has for a filter's name.
pub(crate) fn filtered<T>(ask: &Ask<'_>, items: Vec<T>, have: impl Fn(&T, &str) -> String) -> Vec<T> {
    let filters: Vec<&Value> =
        ask.body.get("filters").and_then(Value::as_array).into_iter().flatten().collect();
    let text =
        |filter: &Value, at: &str| filter.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    let fits = |item: &T| {
        filters.iter().all(|filter| {
            let (have, value) = (have(item, &text(filter, "/name")), text(filter, "/values/0"));
            match text(filter, "/operator").as_str() {
                "CO" => have.contains(&value),
                "NE" => have != value,
                _ => have == value,
            }
        })
    };
    items.into_iter().filter(fits).collect()
}

/// Turns a sorted list round when the request asks for descending order.
pub(crate) fn sorted<T>(ask: &Ask<'_>, mut items: Vec<T>) -> Vec<T> {
    let order = ask.body.get("sortBy").and_then(|by| by.get("order")).and_then(Value::as_str);
    if order == Some("Descending") {
        items.reverse();
    }
    items
}
