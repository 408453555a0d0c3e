//! What a function is: its own content, its aliases, and what the versions keep that they name.
//!
//! Numbers of versions mean nothing elsewhere, so an alias names content: by the digest of what means the same
//! everywhere, and in the environment's own part by the digest of the rest (two versions may differ in a secret only).
//! The content that is also that of `$LATEST` is in the document already; other content is kept in `Versions`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::fields::{facet, is_kept};
use crate::core::Digest;
use crate::core::document::Document;
use crate::core::moves::facet_digest;

/// The member that says which aliases there are.
pub const ALIASES: &str = "Aliases";
/// The member that holds what versions keep; in a document's exact part, the digests of each by number.
pub const VERSIONS: &str = "Versions";
/// The member of a document's exact part that names the aliases that other environments have of a shared function.
pub const FOREIGN: &str = "Foreign";
/// What an alias names that follows what is not published yet.
pub const LATEST: &str = "$LATEST";

/// What a version keeps, in both parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// What means the same everywhere.
    pub portable: Map<String, Value>,
    /// What belongs to the environment.
    pub local: Map<String, Value>,
}

/// The digests of the two parts of a content.
pub type Key = (String, String);

impl Content {
    /// Returns what a version of `document` would keep.
    pub fn of(document: &Document) -> Content {
        Content { portable: kept(&document.portable), local: kept(&document.local) }
    }

    /// Returns what it is told by.
    pub fn key(&self) -> Key {
        (digest(&self.portable), digest(&self.local))
    }
}

fn kept(part: &Map<String, Value>) -> Map<String, Value> {
    part.iter().filter(|(name, _)| is_kept(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Returns what one part of a content is told by.
pub fn digest(part: &Map<String, Value>) -> String {
    Digest::of_json(&Value::Object(part.clone())).to_string()
}

/// An alias.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    /// The content that it names; both are [`LATEST`] where it names that.
    pub key: Key,
    /// What is said of it.
    pub description: Option<Value>,
    /// The share of other versions, by their keys joined with a colon: the environment's own, since it is a moment of a
    /// rollout.
    pub routing: Map<String, Value>,
}

/// A function, without what has nothing to do with its versions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// What `$LATEST` is.
    pub own: Content,
    /// What is said of it.
    pub description: Option<Value>,
    /// Its aliases, by name.
    pub aliases: BTreeMap<String, Alias>,
    /// What means the same everywhere of what is known of versions, by digest.
    pub portable: BTreeMap<String, Map<String, Value>>,
    /// What belongs to the environment of it, by digest.
    pub local: BTreeMap<String, Map<String, Value>>,
}

impl State {
    /// Returns what `document` says. Where references in it were given other names since it was made, its versions have
    /// other digests, and its aliases name those.
    pub fn of(document: &Document) -> State {
        let own = Content::of(document);
        let ((portable, renamed), (local, renamed_local)) =
            (versions(&document.portable), versions(&document.local));
        let of = |part: &Map<String, Value>, name: &str| {
            part.get(ALIASES).and_then(|all| all.get(name)).cloned().unwrap_or_default()
        };
        let names = [&document.portable, &document.local].map(|p| p.get(ALIASES).and_then(Value::as_object));
        let aliases = names[0].into_iter().flatten().map(|(name, item)| {
            let there = of(&document.local, name);
            let text = |item: &Value| item["Content"].as_str().unwrap_or_default().to_string();
            let current = |digest: String, renamed: &BTreeMap<String, String>| {
                renamed.get(&digest).cloned().unwrap_or(digest)
            };
            let alias = Alias {
                key: (current(text(item), &renamed), current(text(&there), &renamed_local)),
                description: item.get("Description").cloned(),
                routing: there["RoutingConfig"].as_object().cloned().unwrap_or_default(),
            };
            (name.clone(), alias)
        });
        State {
            description: document.portable.get("Description").cloned(),
            aliases: aliases.collect(),
            own,
            portable,
            local,
        }
    }

    /// Writes it into `document`, in place of what that says of it.
    pub fn write(&self, document: &mut Document) {
        for part in [&mut document.portable, &mut document.local] {
            part.retain(|name, _| {
                !is_kept(name) && ![ALIASES, VERSIONS, "Description"].contains(&name.as_str())
            });
        }
        document.portable.extend(self.own.portable.clone());
        document.local.extend(self.own.local.clone());
        document.portable.extend(self.description.clone().map(|d| ("Description".to_string(), d)));
        let (own, own_local) = self.own.key();
        let (mut aliases, mut local) = (Map::new(), Map::new());
        let (mut named, mut named_local) = (BTreeSet::new(), BTreeSet::new());
        for (name, alias) in &self.aliases {
            let mut item = json!({ "Content": alias.key.0 });
            if let Some(words) = &alias.description {
                item["Description"] = words.clone();
            }
            aliases.insert(name.clone(), item);
            let mut item = json!({ "Content": alias.key.1 });
            if !alias.routing.is_empty() {
                item["RoutingConfig"] = Value::Object(alias.routing.clone());
            }
            local.insert(name.clone(), item);
            named.extend((alias.key.0 != own).then_some(&alias.key.0));
            named_local.extend((alias.key.1 != own_local).then_some(&alias.key.1));
        }
        put(&mut document.portable, aliases, &self.portable, &named);
        put(&mut document.local, local, &self.local, &named_local);
    }

    /// Returns the digest of all that it says, as it stands in a document.
    pub fn print(&self) -> Digest {
        let mut document = Document::default();
        self.write(&mut document);
        facet_digest(&document, &facet())
    }

    /// Returns the content that `key` tells, as far as it is known.
    pub fn content(&self, key: &Key) -> Option<Content> {
        let own = self.own.key();
        let portable = if key.0 == own.0 { Some(&self.own.portable) } else { self.portable.get(&key.0) };
        let local = if key.1 == own.1 { Some(&self.own.local) } else { self.local.get(&key.1) };
        Some(Content { portable: portable?.clone(), local: local?.clone() })
    }

    /// Notes `content`, so that an alias can name it.
    pub fn know(&mut self, content: &Content) {
        let key = content.key();
        self.portable.insert(key.0, content.portable.clone());
        self.local.insert(key.1, content.local.clone());
    }
}

type Parts = BTreeMap<String, Map<String, Value>>;

/// Returns the versions of `part` by what they are told by, and what was told otherwise when they were written.
fn versions(part: &Map<String, Value>) -> (Parts, BTreeMap<String, String>) {
    let (mut all, mut renamed) = (Parts::new(), BTreeMap::new());
    for (was, members) in part.get(VERSIONS).and_then(Value::as_object).into_iter().flatten() {
        let members = members.as_object().cloned().unwrap_or_default();
        let now = digest(&members);
        renamed.insert(was.clone(), now.clone());
        all.insert(now, members);
    }
    (all, renamed)
}

fn put(part: &mut Map<String, Value>, aliases: Map<String, Value>, known: &Parts, named: &BTreeSet<&String>) {
    if !aliases.is_empty() {
        part.insert(ALIASES.into(), Value::Object(aliases));
    }
    let versions = known.iter().filter(|(digest, _)| named.contains(digest));
    let versions: Map<String, Value> =
        versions.map(|(digest, members)| (digest.clone(), Value::Object(members.clone()))).collect();
    if !versions.is_empty() {
        part.insert(VERSIONS.into(), Value::Object(versions));
    }
}

/// Returns what `document` says of the versions that are there: the key of each by number, where it was looked at.
pub fn numbered(document: &Document) -> BTreeMap<u64, Option<Key>> {
    let noted = document.exact.get(VERSIONS).and_then(Value::as_object).into_iter().flatten();
    let key = |v: &Value| Some((v["Portable"].as_str()?.to_string(), v["Local"].as_str()?.to_string()));
    noted.filter_map(|(number, v)| Some((number.parse().ok()?, key(v)))).collect()
}

/// Notes in `document` which versions are there.
pub fn number(document: &mut Document, versions: &BTreeMap<u64, Option<Key>>) {
    let key = |key: &Option<Key>| key.as_ref().map(|(p, l)| json!({ "Portable": p, "Local": l }));
    let all = versions.iter().map(|(number, k)| (number.to_string(), json!(key(k))));
    document.exact.insert(VERSIONS.into(), Value::Object(all.collect()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(memory: u64, live: &str) -> Document {
        let mut document = Document::default();
        document.portable.insert("MemorySize".into(), json!(memory));
        document.portable.insert("Tags".into(), json!({ "a": "b" }));
        document.local.insert("Role".into(), json!("r"));
        let mut state = State::of(&document);
        let old = Content { portable: Map::from_iter([("MemorySize".into(), json!(1))]), local: Map::new() };
        state.know(&old);
        let key = if live == "old" { old.key() } else { state.own.key() };
        state.aliases.insert("live".into(), Alias { key, description: None, routing: Map::new() });
        state.write(&mut document);
        document
    }

    #[test]
    fn only_content_that_is_not_the_functions_own_is_kept_beside_it() {
        let same = document(2, "own");
        assert!(!same.portable.contains_key(VERSIONS) && !same.local.contains_key(VERSIONS));
        let other = document(2, "old");
        assert_eq!(other.portable[VERSIONS].as_object().unwrap().len(), 1);
        for whole in [same, other] {
            let mut again = Document::default();
            again.portable.insert("Tags".into(), json!({ "a": "b" }));
            State::of(&whole).write(&mut again);
            assert_eq!(again, whole);
        }
    }

    #[test]
    fn aliases_follow_versions_whose_references_got_other_names() {
        let mut whole = document(2, "old");
        let versions = whole.portable[VERSIONS].as_object_mut().unwrap();
        for members in versions.values_mut() {
            members["MemorySize"] = json!(3);
        }
        let state = State::of(&whole);
        let content = state.content(&state.aliases["live"].key).unwrap();
        assert_eq!(content.portable["MemorySize"], 3);
        assert_eq!(content.key(), state.aliases["live"].key);
    }
}
