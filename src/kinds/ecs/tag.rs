//! Tags of services.

use serde_json::{Map, Value, json};

use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::{Does, Move, Stage, facet_digest};

/// Sets tags.
pub const TAG: &str = "TagResource";
/// Takes tags away.
pub const UNTAG: &str = "UntagResource";

/// The member.
const TAGS: &str = "tags";

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
    let facet = vec![TAGS.to_string()];
    let one = |call: &str, args: Value, before: &Map<String, Value>, after: &Map<String, Value>| Move {
        address: change.address.clone(),
        stage: Stage::Write,
        does: Does::Update,
        call: call.into(),
        args,
        before: Some(facet_digest(&with(before), &facet)),
        after: Some(facet_digest(&with(after), &facet)),
        facet: facet.clone(),
    };
    let mut moves = Vec::new();
    if !gone.is_empty() {
        moves.push(one(UNTAG, json!({ "tagKeys": gone }), &old, &kept));
    }
    if !set.is_empty() {
        moves.push(one(TAG, json!({ "tags": set }), &kept, &new));
    }
    moves
}
