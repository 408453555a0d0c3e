//! What a service runs: the content of its task definition, and which revisions have which.
//!
//! Numbers of revisions mean nothing elsewhere, so a document holds content, and what is known of numbers stands in its
//! exact part, which is never compared. The images of a revision count as what their tags stand for now: what a deployment of
//! it would run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::fields::{CONTAINERS, DEFINITION};
use crate::core::Digest;
use crate::core::document::Document;

/// Members of a document's exact part: the family, the number of the revision that the service has, the images of that as
/// its text names them and as they would be run now, and the revisions of the family that are ACTIVE.
const FAMILY: &str = "Family";
const REVISION: &str = "Revision";
const WRITTEN: &str = "Written";
const IMAGES: &str = "Images";
const GUESSED: &str = "Guessed";
const DESIRED: &str = "Desired";
const REVISIONS: &str = "Revisions";

/// What a task definition holds, in both parts.
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
    /// Returns what the service that is `document` runs.
    pub fn of(document: &Document) -> Content {
        let part = |part: &Map<String, Value>| {
            part.get(DEFINITION).and_then(Value::as_object).cloned().unwrap_or_default()
        };
        Content { portable: part(&document.portable), local: part(&document.local) }
    }

    /// Writes it into `document`.
    pub fn write(self, document: &mut Document) {
        for (part, of) in [(&mut document.portable, self.portable), (&mut document.local, self.local)] {
            match of.is_empty() {
                true => drop(part.remove(DEFINITION)),
                false => drop(part.insert(DEFINITION.into(), Value::Object(of))),
            }
        }
    }

    /// Returns what it is told by.
    pub fn key(&self) -> Key {
        let digest = |part: &Map<String, Value>| Digest::of_json(&Value::Object(part.clone())).to_string();
        (digest(&self.portable), digest(&self.local))
    }

    /// Returns the images of its containers.
    pub fn images(&self) -> Map<String, Value> {
        let containers = self.portable.get(CONTAINERS).and_then(Value::as_object).into_iter().flatten();
        containers.map(|(name, c)| (name.clone(), c.get("image").cloned().unwrap_or_default())).collect()
    }

    /// Returns it with `images` in its containers.
    pub fn with_images(mut self, images: &Map<String, Value>) -> Content {
        let containers = self.portable.get_mut(CONTAINERS).and_then(Value::as_object_mut);
        for (name, container) in containers.into_iter().flatten() {
            if let Some(image) = images.get(name) {
                container["image"] = image.clone();
            }
        }
        self
    }
}

/// A revision that is ACTIVE, and was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// What it is now.
    pub key: Key,
    /// Whether each of its images is named by its digest: then it is that for ever.
    pub pinned: bool,
}

/// What is known of the revisions of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// The family of the task definition.
    pub family: String,
    /// The number of the revision that the service has.
    pub revision: Option<u64>,
    /// The images of that by container, as its text names them.
    pub written: Map<String, Value>,
    /// The images of that by container, as a deployment would run them now: templates.
    pub images: Map<String, Value>,
    /// The containers of that whose image is what its tag stands for now, since nobody knows what ran.
    pub guessed: BTreeSet<String>,
    /// How many tasks are asked for: nobody's to change, but what a service is to have that has to be created again.
    pub desired: Option<u64>,
    /// The revisions that are ACTIVE, by number; those that were not looked at have nothing.
    pub active: BTreeMap<u64, Option<Revision>>,
}

impl Known {
    /// Returns what `document` says.
    pub fn of(document: &Document) -> Known {
        let object = |name: &str| document.exact.get(name).and_then(Value::as_object).cloned();
        let revision = |v: &Value| {
            let key = (v["Portable"].as_str()?.to_string(), v["Local"].as_str()?.to_string());
            Some(Revision { key, pinned: v["Pinned"] == true })
        };
        let active = object(REVISIONS).unwrap_or_default().into_iter();
        let guessed = document.exact.get(GUESSED).and_then(Value::as_array).into_iter().flatten();
        Known {
            family: document.exact.get(FAMILY).and_then(Value::as_str).unwrap_or_default().to_string(),
            revision: document.exact.get(REVISION).and_then(Value::as_u64),
            written: object(WRITTEN).unwrap_or_default(),
            images: object(IMAGES).unwrap_or_default(),
            guessed: guessed.filter_map(|name| name.as_str().map(String::from)).collect(),
            desired: document.exact.get(DESIRED).and_then(Value::as_u64),
            active: active.filter_map(|(n, v)| Some((n.parse().ok()?, revision(&v)))).collect(),
        }
    }

    /// Writes it into `document`.
    pub fn write(&self, document: &mut Document) {
        let revision = |r: &Revision| json!({ "Portable": r.key.0, "Local": r.key.1, "Pinned": r.pinned });
        let active = self.active.iter().map(|(n, r)| (n.to_string(), r.as_ref().map(revision).into()));
        let active: Map<String, Value> = active.collect();
        document.exact.extend([
            (FAMILY.to_string(), json!(self.family)),
            (REVISION.to_string(), json!(self.revision)),
            (WRITTEN.to_string(), json!(self.written)),
            (IMAGES.to_string(), json!(self.images)),
            (REVISIONS.to_string(), json!(active)),
        ]);
        document.exact.extend(self.desired.map(|count| (DESIRED.to_string(), json!(count))));
        if !self.guessed.is_empty() {
            document.exact.insert(GUESSED.into(), json!(self.guessed));
        }
    }

    /// Returns the number of an ACTIVE revision that has the content `key`: the one that the service has, else the one
    /// that it had `then`, else the newest. What was known of one then is still so where its images are pinned.
    pub fn having(&self, key: &Key, then: &Known) -> Option<u64> {
        let has = |n: &u64, r: &Option<Revision>| {
            let before = || then.active.get(n)?.as_ref().filter(|r| r.pinned && then.family == self.family);
            r.as_ref().or_else(before).is_some_and(|r| r.key == *key)
        };
        let all: Vec<u64> = self.active.iter().filter(|(n, r)| has(n, r)).map(|(n, _)| *n).collect();
        let then = then.revision.filter(|_| then.family == self.family);
        let first = [self.revision, then].into_iter().flatten().find(|n| all.contains(n));
        first.or(all.last().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(revision: u64, active: &[(u64, &str, bool)]) -> Known {
        let one = |(n, key, pinned): &(u64, &str, bool)| {
            (*n, (!key.is_empty()).then(|| Revision { key: (key.to_string(), "l".into()), pinned: *pinned }))
        };
        Known {
            family: "f".into(),
            revision: Some(revision),
            active: active.iter().map(one).collect(),
            ..Known::default()
        }
    }

    #[test]
    fn a_revision_is_found_by_what_it_would_run() {
        let now = known(5, &[(1, "", false), (2, "", false), (3, "a", true), (4, "a", true), (5, "b", true)]);
        let key = |text: &str| (text.to_string(), "l".to_string());
        let none = Known::default();
        assert_eq!(now.having(&key("a"), &none), Some(4));
        assert_eq!(now.having(&key("a"), &known(3, &[])), Some(3), "the one that it had then");
        assert_eq!(now.having(&key("b"), &known(3, &[])), Some(5));
        assert_eq!(now.having(&key("c"), &none), None);
        let then = known(1, &[(1, "c", true), (2, "d", false), (9, "e", true)]);
        assert_eq!(now.having(&key("c"), &then), Some(1), "as it was known then");
        assert_eq!(now.having(&key("d"), &then), None, "its tag may stand for something else now");
        assert_eq!(now.having(&key("e"), &then), None, "it is not ACTIVE any more");
        let mut document = Document::default();
        now.write(&mut document);
        assert_eq!(Known::of(&document), now);
    }
}
