//! What is known of the versions there: which of them has which content, and which can be used.

use std::collections::BTreeMap;

use serde_json::Value;

use super::encode::{AVAILABLE, NUMBERS};
use crate::core::document::Document;

/// Returns the version that has each content, by its digest: the newest of those that `from` saw, or that there were when
/// `to` was and that are still available (numbers are never used twice). What a description says is not enough: the same
/// content is another definition where a value of the environment was another one then.
pub fn of(from: &Document, to: &Document) -> BTreeMap<String, u64> {
    let usable = usable(from);
    let (now, mut seen) = (numbers(from, NUMBERS), numbers(to, NUMBERS));
    seen.retain(|number, digest| now.get(number).is_none_or(|d| d == digest));
    seen.extend(now);
    seen.into_iter()
        .filter(|(number, _)| usable.contains(number))
        .map(|(number, digest)| (digest, number))
        .collect()
}

/// Returns the numbers of the versions that could be used when `document` was read.
pub fn usable(document: &Document) -> Vec<u64> {
    let listed = document.exact.get(AVAILABLE).and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(Value::as_u64).collect()
}

/// Returns what `document` says under `member`: digests by number.
pub fn numbers(document: &Document, member: &str) -> BTreeMap<u64, String> {
    let noted = document.exact.get(member).and_then(Value::as_object).into_iter().flatten();
    noted.filter_map(|(number, digest)| Some((number.parse().ok()?, digest.as_str()?.to_string()))).collect()
}
