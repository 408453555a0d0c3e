//! Moves: what machines do. One call each, on one part of one resource.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::address::Address;
use super::digest::Digest;
use super::document::Document;
use super::rollout::Rollout;

/// When in a plan a move has its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Brings what is needed from elsewhere.
    Bring,
    /// Makes an empty shell, so that others can refer to it.
    Shell,
    /// Creates, fills or updates.
    Write,
    /// Switches callers over.
    Switch,
    /// Empties or deletes.
    Clean,
}

/// What a move does to its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Makes it.
    Create,
    /// Makes what nothing refers to yet: a build, a numbered version. It is no part of a document and is not undone;
    /// done again it does no harm, so it is never looked for before it is sent: the driver finds out what of it is
    /// there already. `before` and `after` are `None`.
    Prepare,
    /// Sets some of its members.
    Update,
    /// Removes it.
    Delete,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// What it writes.
    pub address: Address,
    /// When it has its turn.
    pub stage: Stage,
    /// What it does.
    pub does: Does,
    /// The call: `UpdateQueueName`.
    pub call: String,
    /// The members of the document that it sets: its facet. What other moves set is no business of this one.
    pub facet: Vec<String>,
    /// Its arguments; every string is a template.
    pub args: Value,
    /// The facet's digest before; `None` where the resource is not there before.
    pub before: Option<Digest>,
    /// The facet's digest after; `None` where the resource is not there after.
    pub after: Option<Digest>,
    /// The facet's digests on the way from before to after, where the call goes it step by step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<Digest>,
    /// The ladder on which traffic reaches what it writes; none where all of it does at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
}

/// Returns the digest of the members `facet` of `document`, both parts.
pub fn facet_digest(document: &Document, facet: &[String]) -> Digest {
    let part = |members: &Map<String, Value>| -> Map<String, Value> {
        facet.iter().filter_map(|m| members.get(m).map(|v| (m.clone(), v.clone()))).collect()
    };
    Digest::of_json(&json!({ "portable": part(&document.portable), "local": part(&document.local) }))
}
