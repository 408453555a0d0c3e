//! What a site's document says: its files, those that are the environment's own, and what it is on its way to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::core::Digest;
use crate::core::document::Document;
use crate::core::moves::facet_digest;

/// The member that holds the files.
pub const FILES: &str = "Files";
/// The member that holds the files that are the environment's own.
pub const OWN: &str = "Own";
/// The member that says that files are half-way.
pub const PENDING: &str = "Pending";

/// The members that the moves of a site set.
pub fn facet() -> Vec<String> {
    [FILES, OWN, PENDING].map(String::from).to_vec()
}

/// The files of a site, each as its entry in the document; paths are templates.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// All of them.
    pub files: BTreeMap<String, Value>,
    /// Those that may be half-way.
    pub pending: BTreeSet<String>,
}

impl State {
    /// Returns what `document` says.
    pub fn of(document: &Document) -> State {
        let both = [document.portable.get(FILES), document.local.get(OWN)];
        let files = both.into_iter().flatten().filter_map(Value::as_object).flatten();
        let paths = document.local.get(PENDING).and_then(|p| p["Paths"].as_array());
        State {
            files: files.map(|(path, file)| (path.clone(), file.clone())).collect(),
            pending: paths.into_iter().flatten().filter_map(Value::as_str).map(String::from).collect(),
        }
    }
}

/// Returns the member that says that `paths` are on their way to what is `to` by digest.
pub fn pending<'a>(to: &Digest, paths: impl Iterator<Item = &'a str>) -> Value {
    json!({ "To": to.to_string(), "Paths": paths.collect::<Vec<_>>() })
}

/// Returns the digest of what the moves of a site set of `document`.
pub fn print(document: &Document) -> Digest {
    facet_digest(document, &facet())
}

/// Returns the members of an object in `part`; none where it has none.
pub fn members<'a>(
    part: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    part.get(name).and_then(Value::as_object).into_iter().flatten()
}
