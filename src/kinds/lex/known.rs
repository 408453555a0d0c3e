//! What is known of the versions there: which of them has which content, and which can be used.

use std::collections::BTreeMap;

use serde_json::Value;

use super::encode::{AVAILABLE, CLAIMED, NUMBERS};
use crate::core::document::Document;

/// A version that has a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// It was exported and seen to have it.
    Seen(u64),
    /// It says so in its description, and is exported before an alias is pointed to it.
    Claimed(u64),
}

impl Version {
    /// Returns its number.
    pub fn number(self) -> u64 {
        match self {
            Version::Seen(number) | Version::Claimed(number) => number,
        }
    }
}

/// Returns the version that has each content, by its digest: the newest of those that `from` saw, or that there were when
/// `to` was and that are still available (numbers are never used twice); else the newest of those that claim it.
pub fn of(from: &Document, to: &Document) -> BTreeMap<String, Version> {
    let usable = usable(from);
    let (now, mut seen) = (numbers(from, NUMBERS), numbers(to, NUMBERS));
    seen.retain(|number, digest| now.get(number).is_none_or(|d| d == digest));
    seen.extend(now);
    let claimed = numbers(from, CLAIMED).into_iter().map(|(n, d)| (d, Version::Claimed(n)));
    let mut all: BTreeMap<String, Version> =
        claimed.filter(|(_, v)| usable.contains(&v.number()) && !seen.contains_key(&v.number())).collect();
    let seen = seen.into_iter().filter(|(number, _)| usable.contains(number));
    all.extend(seen.map(|(number, digest)| (digest, Version::Seen(number))));
    all
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
