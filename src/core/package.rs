//! A package: a selection of documents as one deterministic ZIP, named by its SHA-256.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::archive;
use super::blob::{self, Blobs};
use super::digest::{Digest, canonical};
use super::document::Document;
use super::error::{Error, ErrorKind, Result};
use super::finding::Finding;
use super::id::SnapshotId;
use super::inventory::{Found, Inventory};
use super::pin::Pin;
use super::select::Selection;
use super::snapshot::{Kept, Snapshot};

/// The name and version of a package's manifest.
pub const PACKAGE_SCHEMA: &str = "snapdeploy.package/1";

/// What a package holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageManifest {
    /// `snapdeploy.package/1`.
    pub schema: String,
    /// The snapshot that it was made from.
    pub snapshot: SnapshotId,
    /// The environment of that snapshot.
    pub environment: String,
    /// What the environment pointed at.
    pub pin: Pin,
    /// When the snapshot was taken.
    pub taken_at: Timestamp,
    /// Words of whoever made it.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The kinds of which it holds everything that was there.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub whole: BTreeSet<String>,
    /// Its documents.
    pub kept: Vec<Kept>,
    /// Everything else that was there, by name.
    pub inventory: Vec<Found>,
    /// What a person ought to know about its documents. One that names an id that nothing has must not reach another
    /// environment, from a package as little as from a snapshot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The environment's own values then: what `@{var:NAME}` stands for when a document goes back there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, String>,
}

/// A package in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// The manifest.
    pub manifest: PackageManifest,
    /// The documents, by address.
    pub documents: BTreeMap<Address, Document>,
    /// The bytes that the documents name, all of them and no others.
    pub blobs: Blobs,
}

impl Package {
    /// Returns the package of those documents of `snapshot` that `select` picks, and of `more`, still without the bytes
    /// that they name (`Repository::blobs` has them).
    pub fn of(
        snapshot: &Snapshot,
        select: &Selection,
        more: &BTreeSet<Address>,
        labels: BTreeMap<String, String>,
    ) -> Package {
        let m = &snapshot.manifest;
        let select_kind = |kind: &String| select.picks_all_of(kind);
        let select = |a: &Address| select.picks(a) || more.contains(a);
        let (kept, left): (Vec<_>, Vec<_>) = m.kept.iter().cloned().partition(|k| select(&k.found.address));
        let mut inventory: Vec<Found> = left.into_iter().map(|k| k.found).collect();
        inventory.extend(m.inventory.iter().cloned());
        inventory.sort_by(|a, b| a.address.cmp(&b.address));
        let findings =
            m.findings.iter().filter(|f| f.address.as_ref().is_some_and(select)).cloned().collect();
        let documents = snapshot
            .documents
            .iter()
            .filter(|(a, _)| select(a))
            .map(|(a, d)| (a.clone(), d.clone()))
            .collect();
        let manifest = PackageManifest {
            schema: PACKAGE_SCHEMA.into(),
            snapshot: m.id.clone(),
            environment: m.environment.clone(),
            pin: m.pin.clone(),
            taken_at: m.taken_at,
            labels,
            whole: m.whole().into_iter().filter(select_kind).collect(),
            kept,
            inventory,
            findings,
            vars: m.vars.clone(),
        };
        Package { manifest, documents, blobs: Blobs::new() }
    }

    /// Returns everything that was there.
    pub fn inventory(&self) -> Inventory {
        let kept = self.manifest.kept.iter().map(|k| k.found.clone());
        Inventory::new(self.manifest.pin.clone(), kept.chain(self.manifest.inventory.iter().cloned()))
    }

    /// Returns the package's bytes. Their digest is its name. Fails with `Input` if they are more than an archive can
    /// hold, with `Corrupt` unless its blobs are those that its documents name.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        blob::account(&self.blobs, &self.documents)?;
        let bodies =
            bodies(self.documents.values()).into_iter().map(|(name, body)| (name, Bytes::from(body)));
        let mut entries: BTreeMap<String, Bytes> = bodies.chain(blob::entries(&self.blobs)).collect();
        let manifest = serde_json::to_value(&self.manifest)
            .map_err(|e| Error::bug(format!("cannot write the manifest: {e}")))?;
        entries.insert("manifest.json".into(), canonical(&manifest).into());
        archive::pack(&entries).map_err(|e| match e.kind {
            ErrorKind::Input => e.hint("package fewer documents: name their addresses"),
            _ => e,
        })
    }

    /// Returns the package that `bytes` hold. `Corrupt` unless every byte of it is accounted for.
    pub fn from_bytes(bytes: &[u8]) -> Result<Package> {
        let mut entries = archive::unpack(bytes)?;
        let raw = entries
            .remove("manifest.json")
            .ok_or_else(|| Error::corrupt("not a package of snapdeploy: it has no manifest.json"))?;
        let manifest = manifest_from(&raw)?;
        let mut names = BTreeSet::new();
        let found = manifest.kept.iter().map(|k| &k.found).chain(&manifest.inventory);
        if let Some(twice) = found.map(|f| &f.address).find(|a| !names.insert(*a)) {
            return Err(Error::corrupt(format!("{twice} is named twice")));
        }
        let blobs = blob::take(&mut entries)?;
        let documents = documents(entries, &manifest.kept)?;
        blob::account(&blobs, &documents)?;
        Ok(Package { manifest, documents, blobs })
    }
}

/// Returns the manifest that `raw` holds.
fn manifest_from(raw: &[u8]) -> Result<PackageManifest> {
    #[derive(Deserialize)]
    struct Schema {
        schema: String,
    }
    let bad = |e: serde_json::Error| Error::corrupt(format!("the manifest is not what it has to be: {e}"));
    let Schema { schema } = serde_json::from_slice(raw).map_err(bad)?;
    if schema != PACKAGE_SCHEMA {
        let shown = schema.escape_debug().to_string();
        return Err(Error::input(format!(
            "the manifest says `{shown}`; this version reads `{PACKAGE_SCHEMA}`"
        ))
        .hint("use the version of snapdeploy that made it, or a newer one"));
    }
    let manifest: PackageManifest = serde_json::from_slice(raw).map_err(bad)?;
    // A member that is named twice, or that is known nowhere, would otherwise mean what each reader likes.
    let again = serde_json::to_value(&manifest).map_err(bad)?;
    if canonical(&again).as_bytes() != raw {
        return Err(Error::corrupt(
            "the manifest says more than this version reads, or is not in canonical form",
        ));
    }
    Ok(manifest)
}

/// Returns the archive's entries for `documents`, named by their digests.
pub fn bodies<'a>(documents: impl Iterator<Item = &'a Document>) -> BTreeMap<String, Vec<u8>> {
    documents
        .map(|d| {
            let bytes = d.to_bytes();
            (format!("bodies/{}.json", Digest::of(&bytes)), bytes)
        })
        .collect()
}

/// Returns the documents that `kept` names, out of `entries`; every entry has to be named by its digest, and used.
pub fn documents(entries: BTreeMap<String, Vec<u8>>, kept: &[Kept]) -> Result<BTreeMap<Address, Document>> {
    let mut found = BTreeMap::new();
    for (name, bytes) in entries {
        let digest = name
            .strip_prefix("bodies/")
            .and_then(|n| n.strip_suffix(".json"))
            .and_then(|n| n.parse::<Digest>().ok())
            .ok_or_else(|| {
                Error::corrupt(format!("`{}` does not belong into a package", name.escape_debug()))
            })?;
        digest.check(&bytes, format!("the document `{name}`"))?;
        let document = Document::from_bytes(&bytes).map_err(|e| e.context(format!("`{name}`")))?;
        if document.to_bytes() != bytes {
            return Err(Error::corrupt(format!("the document `{name}` is not in canonical form")));
        }
        found.insert(digest, (document, false));
    }
    let mut documents = BTreeMap::new();
    for k in kept {
        let address = &k.found.address;
        let (document, used) = found
            .get_mut(&k.body)
            .ok_or_else(|| Error::corrupt(format!("the document of {address} is missing")))?;
        *used = true;
        if document.portable_digest() != k.portable || document.local_digest() != k.local {
            return Err(Error::corrupt(format!("the document of {address} does not match its digests")));
        }
        if documents.insert(address.clone(), document.clone()).is_some() {
            return Err(Error::corrupt(format!("{address} is named twice")));
        }
    }
    match found.into_iter().find(|(_, (_, used))| !used) {
        Some((digest, _)) => Err(Error::corrupt(format!("the document {digest} belongs to nothing"))),
        None => Ok(documents),
    }
}
