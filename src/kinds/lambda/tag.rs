//! Tags of functions.

use serde_json::{Map, Value, json};

use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::Move;

/// Sets tags.
pub const TAG: &str = "TagResource";
/// Takes tags away.
pub const UNTAG: &str = "UntagResource";

/// The member.
const TAGS: &str = "Tags";

/// Returns the moves that make the tags what `to` says: those that go make room first.
pub fn moves(change: &Change<'_>, from: &Document, to: &Document) -> Vec<Move> {
    let tags = |d: &Document| d.portable.get(TAGS).and_then(Value::as_object).cloned().unwrap_or_default();
    let with = |tags: &Map<String, Value>| {
        let mut document = Document::default();
        if !tags.is_empty() {
            document.portable.insert(TAGS.into(), Value::Object(tags.clone()));
        }
        document
    };
    let (old, new) = (tags(from), tags(to));
    let gone: Vec<&String> = old.keys().filter(|k| !new.contains_key(*k)).collect();
    let set: Map<String, Value> =
        new.iter().filter(|(k, v)| old.get(*k) != Some(v)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let mut kept = old.clone();
    kept.retain(|k, _| new.contains_key(k));
    let mut moves = Vec::new();
    if !gone.is_empty() {
        let args = json!({ "TagKeys": gone });
        moves.push(super::moves::setting(change, UNTAG, TAGS, args, &with(&old), &with(&kept)));
    }
    if !set.is_empty() {
        let args = json!({ "Tags": set });
        moves.push(super::moves::setting(change, TAG, TAGS, args, &with(&kept), &with(&new)));
    }
    moves
}
