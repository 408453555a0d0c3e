//! The names of objects: what is listed, by what it is.

use std::collections::{BTreeMap, BTreeSet};

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
}

impl Named {
    /// Lists everything that is in `objects`: a page a thousand objects, and no look at any of them.
    pub(super) async fn list(objects: &dyn Objects) -> Result<Named> {
        let mut named = Named::default();
        let mut after: Option<Key> = None;
        loop {
            let page = objects.list("", after.as_ref()).await?;
            for key in &page.items {
                if named.note(key.as_str()).is_none() {
                    named.strays.push(key.clone());
                }
            }
            after = page.items.last().cloned();
            if !page.more || after.is_none() {
                return Ok(named);
            }
        }
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
            // What a vault keeps is opened by who may, and by nobody else.
            "format.json" | "secrets" => {}
            _ => return None,
        }
        Some(())
    }
}
