//! The names of objects: what is listed, by what it is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::core::condemned;
use crate::core::digest::Digest;
use crate::core::error::Result;
use crate::core::id::SnapshotId;
use crate::core::objects::{Key, Objects};
use crate::core::pin::Pin;

/// Everything in a store, by what its name says that it is.
#[derive(Default)]
pub(super) struct Named {
    pub(super) snapshots: BTreeMap<Pin, BTreeSet<SnapshotId>>,
    /// Archives of documents.
    pub(super) bodies: BTreeSet<Digest>,
    pub(super) blobs: BTreeSet<Digest>,
    pub(super) packages: BTreeSet<Digest>,
    pub(super) plans: BTreeSet<Digest>,
    /// Whose name says nothing.
    pub(super) strays: Vec<Key>,
    /// How many bytes are under each name, and since when.
    pub(super) weights: BTreeMap<String, (u64, Timestamp)>,
}

impl Named {
    /// Lists everything that is in `objects`: a page a thousand objects, and no look at any of them.
    pub(super) async fn list(objects: &dyn Objects) -> Result<Named> {
        let mut named = Named::default();
        let mut after: Option<Key> = None;
        loop {
            let page = objects.weigh("", after.as_ref()).await?;
            after = page.items.last().map(|one| one.key.clone());
            for one in page.items {
                named.weights.insert(one.key.to_string(), (one.length, one.written));
                if named.note(one.key.as_str()).is_none() {
                    named.strays.push(one.key);
                }
            }
            if !page.more || after.is_none() {
                return Ok(named);
            }
        }
    }

    /// Returns how many bytes are under `key`; none where nothing is.
    pub(super) fn length(&self, key: &str) -> u64 {
        self.weights.get(key).map_or(0, |(length, _)| *length)
    }

    /// Returns when what is under `key` was written; the end of time where nothing is.
    pub(super) fn written(&self, key: &str) -> Timestamp {
        self.weights.get(key).map_or(Timestamp::MAX, |(_, written)| *written)
    }

    /// Notes an object; `None` where its name says nothing.
    fn note(&mut self, key: &str) -> Option<()> {
        let (sort, rest) = key.split_once('/').unwrap_or((key, ""));
        let digest = |tail: &str| rest.strip_prefix("sha256/")?.strip_suffix(tail)?.parse::<Digest>().ok();
        match sort {
            "snapshots" => {
                let (pin, id) = rest.strip_suffix(".json")?.split_once('/')?;
                let (pin, id) = (pin.parse().ok()?, id.parse().ok()?);
                self.snapshots.entry(pin).or_default().insert(id);
            }
            "bodies" => drop(self.bodies.insert(digest(".zip")?)),
            "blobs" => drop(self.blobs.insert(digest("")?)),
            "packages" if rest.contains(".sig/") => {}
            "packages" => drop(self.packages.insert(digest(".zip")?)),
            "plans" => drop(self.plans.insert(digest(".json")?)),
            // What the audit was at a time; `history verify` holds it against that.
            "audit" => {
                let (pin, seq) = rest.strip_suffix(".json")?.split_once('/')?;
                let _: (Pin, u64) = (pin.parse().ok()?, seq.parse().ok()?);
            }
            // What is condemned, and what of it is spared.
            "gc" => condemned::is_named(key).then_some(())?,
            // What a vault keeps is opened by who may, and by nobody else.
            "format.json" | "secrets" => {}
            _ => return None,
        }
        Some(())
    }
}
