//! `Marker`, `PageSize` and `NextMarker`.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::form::{invalid, number, text};
use super::xml;

/// A page of what was found; `PageSize` is 1 to 400 (botocore PageSize).
pub(crate) fn page(ask: &Ask<'_>, name: &str, items: Vec<Value>) -> Result<Answer, Fail> {
    let size = number(ask.form, "PageSize", 1, 400)?.unwrap_or(400) as usize;
    let from: usize = match text(ask.form, "Marker") {
        None => 0,
        Some(marker) => marker.parse().map_err(|_| invalid(format!("Invalid marker '{marker}'")))?,
    };
    let next = from.saturating_add(size);
    let more = next < items.len();
    let shown: Vec<Value> = items.into_iter().skip(from).take(size).collect();
    let mut result = Map::from_iter([(name.to_owned(), Value::Array(shown))]);
    if more {
        result.insert("NextMarker".into(), json!(next.to_string()));
    }
    Ok(xml::answer(&ask.call.operation, &result))
}
