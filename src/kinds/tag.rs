//! Tags of what AWS tags by TagResource and UntagResource: the moves that make them others.

use serde_json::{Map, Value, json};

use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::{Does, Move, Stage, facet_digest};

/// Sets tags.
pub const TAG: &str = "TagResource";
/// Takes tags away.
pub const UNTAG: &str = "UntagResource";

/// How a service writes what concerns tags.
#[derive(Clone, Copy, Debug)]
pub struct Spelled {
    /// The member that holds them, in a document and in a call.
    pub tags: &'static str,
    /// The member that names those that go.
    pub keys: &'static str,
}

impl Spelled {
    /// Returns the moves that make the tags what `to` says: those that go make room first.
    pub fn moves(self, change: &Change<'_>, from: &Document, to: &Document) -> Vec<Move> {
        let tags =
            |d: &Document| d.portable.get(self.tags).and_then(Value::as_object).cloned().unwrap_or_default();
        let (old, new) = (tags(from), tags(to));
        let gone: Vec<&String> = old.keys().filter(|k| !new.contains_key(*k)).collect();
        let set: Map<String, Value> =
            new.iter().filter(|(k, v)| old.get(*k) != Some(v)).map(|(k, v)| (k.clone(), v.clone())).collect();
        let mut kept = old.clone();
        kept.retain(|k, _| new.contains_key(k));
        let mut moves = Vec::new();
        if !gone.is_empty() {
            moves.push(self.one(change, UNTAG, json!({ self.keys: gone }), [&old, &kept]));
        }
        if !set.is_empty() {
            moves.push(self.one(change, TAG, json!({ self.tags: set }), [&kept, &new]));
        }
        moves
    }

    /// Returns the move that makes the first of two maps of tags the second.
    fn one(self, change: &Change<'_>, call: &str, args: Value, tags: [&Map<String, Value>; 2]) -> Move {
        let facet = vec![self.tags.to_string()];
        let [before, after] = tags.map(|tags| {
            let mut document = Document::default();
            if !tags.is_empty() {
                document.portable.insert(self.tags.into(), Value::Object(tags.clone()));
            }
            Some(facet_digest(&document, &facet))
        });
        let (stage, does, call) = (Stage::Write, Does::Update, call.into());
        Move {
            address: change.address.clone(),
            stage,
            does,
            call,
            args,
            before,
            after,
            facet,
            through: Vec::new(),
            rollout: None,
        }
    }
}
