//! The repository: snapshots and blobs in a store of objects (packages and plans: `stored.rs`). Data first, commit last; readers in the
//! opposite order; every read verified against its digest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use serde_json::Value;

use super::address::Address;
use super::archive;
use super::blob::{self, Blobs};
use super::clock::Clock;
use super::condemned;
use super::digest::{Digest, canonical};
use super::document::Document;
use super::driver::BlobSource;
use super::error::{Error, ErrorKind, Result};
use super::id::SnapshotId;
use super::objects::{Created, Key, Objects};
use super::package::{bodies, documents};
use super::pin::Pin;
use super::snapshot::{Manifest, SNAPSHOT_SCHEMA, Snapshot};

/// The member of a stored manifest that has the digest of all its others.
const SEAL: &str = "digest";

/// How long a service has to fetch a blob by its link.
const LINK_TTL: Duration = Duration::from_secs(15 * 60);

/// How many blobs are asked for at the same time.
const BLOBS_AT_ONCE: usize = 8;

const FORMAT: &[u8] = b"{\"schema\":\"snapdeploy.store/1\"}\n";

/// A store of objects, as snapshots, packages and plans.
#[derive(Clone, Copy)]
pub struct Repository<'a> {
    pub(super) objects: &'a dyn Objects,
}

impl<'a> Repository<'a> {
    /// Returns the repository in `objects`.
    pub fn new(objects: &'a dyn Objects) -> Repository<'a> {
        Repository { objects }
    }

    /// Returns where it is.
    pub fn place(&self) -> String {
        self.objects.place()
    }

    /// Fails unless the store can be read and has the layout that this version writes. A store without a layout yet
    /// is fine.
    pub async fn check(&self) -> Result<()> {
        self.is_marked().await.map(drop)
    }

    /// Returns whether the store says which layout it has.
    async fn is_marked(&self) -> Result<bool> {
        match self.objects.read(&Key::new("format.json")?).await {
            Ok(found) if found[..] == *FORMAT => Ok(true),
            Ok(_) => {
                Err(Error::input(format!("{} has a layout that this version does not know", self.place()))
                    .hint("use a newer version of snapdeploy"))
            }
            Err(e) if e.kind == ErrorKind::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }

    pub(super) async fn mark(&self) -> Result<()> {
        match self.is_marked().await? {
            true => Ok(()),
            false => {
                self.objects.create(&Key::new("format.json")?, Bytes::from_static(FORMAT)).await.map(drop)
            }
        }
    }

    /// Writes the snapshot and reads it back. Its manifest is written last; that write is the commit.
    ///
    /// Refuses, as a `Bug`, a snapshot that names a blob that is not in the store: whoever took it has to put the
    /// blobs first. Returns the snapshot as it was read back, and how many objects were written.
    pub async fn commit(&self, snapshot: Snapshot) -> Result<(Snapshot, usize)> {
        self.mark().await?;
        let Snapshot { mut manifest, documents } = snapshot;
        let archive = archive::pack(&bodies(documents.values()))?;
        manifest.bodies = Digest::of(&archive);
        let named = blob::named(&documents);
        let key = bodies_key(&manifest.bodies)?;
        let began = self.spare(named.keys(), Some(&key)).await?;
        if let Some((digest, address)) = self.missing_blob(&named).await? {
            return Err(Error::bug(format!(
                "{address} names the blob {digest}, which is not in {}; nothing was committed",
                self.place()
            )));
        }
        let mut written = 0;
        let there = match self.objects.read(&key).await {
            Ok(found) => manifest.bodies.check(&found, &key).map(|()| true)?,
            Err(e) if e.kind == ErrorKind::NotFound => false,
            Err(e) => return Err(e),
        };
        if !there && self.objects.create(&key, Bytes::from(archive)).await? == Created::New {
            written += 1;
        }
        let mut value = serde_json::to_value(&manifest)
            .map_err(|e| Error::bug(format!("cannot write the manifest: {e}")))?;
        // Its key is an id, so nothing but itself can say what it has to be.
        value[SEAL] = Value::String(Digest::of_json(&value).to_string());
        // What was looked at so long ago may have been removed.
        if now().duration_since(began) > condemned::TRUSTED {
            let message = format!("the snapshot {} was a day in the writing, and was not kept", manifest.id);
            return Err(Error::new(ErrorKind::Unavailable, message).hint("the same command again"));
        }
        let key = snapshot_key(&manifest.pin, &manifest.id)?;
        if self.objects.create(&key, Bytes::from(canonical(&value))).await? == Created::New {
            written += 1;
        }
        let read = self.read_back(&manifest.pin, &manifest.id).await?;
        if read.manifest != manifest || read.documents != documents {
            return Err(Error::corrupt(format!(
                "the snapshot {} does not read back as written",
                manifest.id
            )));
        }
        Ok((read, written))
    }

    /// Returns the snapshot `id` of `pin`. `Corrupt` if a document or a blob that it names is not there any more;
    /// whether a blob has the right bytes is seen when it is read.
    pub async fn snapshot(&self, pin: &Pin, id: &SnapshotId) -> Result<Snapshot> {
        let snapshot = self.read_back(pin, id).await?;
        match self.missing_blob(&blob::named(&snapshot.documents)).await? {
            None => Ok(snapshot),
            Some((digest, address)) => Err(Error::corrupt(format!(
                "the snapshot {id} has lost the blob {digest}, which {address} names ({})",
                blob_key(&digest)?
            ))),
        }
    }

    /// Returns the snapshot `id` of `pin`, without a look at its blobs.
    async fn read_back(&self, pin: &Pin, id: &SnapshotId) -> Result<Snapshot> {
        let manifest = self.manifest(pin, id).await?;
        let documents = self.documents_of(&manifest).await?;
        Ok(Snapshot { manifest, documents })
    }

    /// Returns the documents of the snapshot that has this manifest, without a look at their blobs.
    pub async fn documents_of(&self, manifest: &Manifest) -> Result<BTreeMap<Address, Document>> {
        let key = bodies_key(&manifest.bodies)?;
        let archive = self.objects.read(&key).await.map_err(|e| match e.kind {
            ErrorKind::NotFound => {
                Error::corrupt(format!("the snapshot {} has lost its documents ({key})", manifest.id))
            }
            _ => e,
        })?;
        manifest.bodies.check(&archive, &key)?;
        documents(archive::unpack(&archive)?, &manifest.kept)
    }

    /// Returns the manifest of the snapshot `id` of `pin`, without its documents.
    pub async fn manifest(&self, pin: &Pin, id: &SnapshotId) -> Result<Manifest> {
        let key = snapshot_key(pin, id)?;
        let raw = self.objects.read(&key).await.map_err(|e| match e.kind {
            ErrorKind::NotFound => Error::not_found(format!("there is no snapshot {id} of {pin}")),
            _ => e,
        })?;
        let bad = |e: &dyn std::fmt::Display| {
            Error::corrupt(format!("the manifest of the snapshot {id} ({key}) is not what it has to be: {e}"))
        };
        let mut value: Value = serde_json::from_slice(&raw).map_err(|e| bad(&e))?;
        if canonical(&value).as_bytes() != &raw[..] {
            return Err(bad(&"it is not in canonical form"));
        }
        let seal = value.as_object_mut().and_then(|members| members.remove(SEAL));
        if seal.as_ref().and_then(Value::as_str) != Some(&Digest::of_json(&value).to_string()) {
            return Err(bad(&"it does not match its digest"));
        }
        if value["schema"] != SNAPSHOT_SCHEMA {
            return Err(other_version(&format!("the snapshot {id}")));
        }
        let manifest: Manifest = serde_json::from_value(value.clone()).map_err(|e| bad(&e))?;
        // A member that is known nowhere would otherwise be lost without a word.
        let again = serde_json::to_value(&manifest).map_err(|e| bad(&e))?;
        if canonical(&again) != canonical(&value) {
            return Err(bad(&"it says more than this version reads"));
        }
        if manifest.id != *id || manifest.pin != *pin {
            return Err(Error::corrupt(format!(
                "the manifest of the snapshot {id} ({key}) belongs to something else"
            )));
        }
        Ok(manifest)
    }

    /// Returns the manifest of a snapshot that was listed; `None` if it has been forgotten since.
    pub async fn listed(&self, pin: &Pin, id: &SnapshotId) -> Result<Option<Manifest>> {
        match self.manifest(pin, id).await {
            Ok(manifest) => Ok(Some(manifest)),
            Err(e) if e.kind == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Returns the ids of all snapshots of `pin`, oldest first.
    pub async fn snapshots(&self, pin: &Pin) -> Result<Vec<SnapshotId>> {
        let prefix = format!("snapshots/{pin}/");
        let mut ids = Vec::new();
        let mut after: Option<Key> = None;
        loop {
            let page = self.objects.list(&prefix, after.as_ref()).await?;
            for key in &page.items {
                let name = key.as_str().strip_prefix(&prefix).and_then(|n| n.strip_suffix(".json"));
                ids.extend(name.and_then(|n| n.parse::<SnapshotId>().ok()));
            }
            after = page.items.last().cloned();
            if !page.more || after.is_none() {
                return Ok(ids);
            }
        }
    }

    /// Keeps all that is not there yet.
    pub async fn put_blobs(&self, all: impl IntoIterator<Item = Bytes>) -> Result<()> {
        let all: BTreeMap<Digest, Bytes> = all.into_iter().map(|b| (Digest::of(&b), b)).collect();
        self.fill(all.keys(), async |digest| Ok(all.get(&digest).cloned().unwrap_or_default())).await
    }

    /// Keeps those of `digests` whose bytes are not there yet, as `read` returns them. `Corrupt` if it returns others.
    pub async fn fill(
        &self,
        digests: impl Iterator<Item = &Digest>,
        read: impl AsyncFn(Digest) -> Result<Bytes>,
    ) -> Result<()> {
        let digests: Vec<&Digest> = digests.collect();
        self.spare(digests.iter().copied(), None).await?;
        let lacking = self.lacking(digests.into_iter()).await?;
        if !lacking.is_empty() {
            self.mark().await?;
        }
        let read = &read;
        let puts = lacking.into_iter().map(|digest| async move {
            let bytes = read(digest).await?;
            digest.check(&bytes, format!("the blob {digest}"))?;
            self.objects.create(&blob_key(&digest)?, bytes).await.map(drop)
        });
        futures::stream::iter(puts).buffer_unordered(BLOBS_AT_ONCE).try_collect().await
    }

    /// Keeps the bytes, unless they are there, and returns their digest.
    pub async fn put_blob(&self, bytes: impl Into<Bytes>) -> Result<Digest> {
        let bytes = bytes.into();
        let digest = Digest::of(&bytes);
        self.spare([&digest], None).await?;
        // Asked first: bytes that are there need not be sent again.
        if !self.has_blob(&digest).await? {
            self.mark().await?;
            self.objects.create(&blob_key(&digest)?, bytes).await?;
        }
        Ok(digest)
    }

    /// Returns the bytes with this digest. `Corrupt` if they are not what was kept.
    pub async fn blob(&self, digest: &Digest) -> Result<Bytes> {
        let bytes = self.objects.read(&blob_key(digest)?).await.map_err(|e| match e.kind {
            ErrorKind::NotFound => Error::not_found(format!("there is no blob {digest} in {}", self.place())),
            _ => e,
        })?;
        digest.check(&bytes, format!("the blob {digest}"))?;
        Ok(bytes)
    }

    /// Returns whether the bytes with this digest are kept, without reading them.
    pub async fn has_blob(&self, digest: &Digest) -> Result<bool> {
        self.objects.has(&blob_key(digest)?).await
    }

    /// Returns a link under which a service can fetch the blob for `ttl` from now; `None` if the store makes none.
    pub async fn blob_link(&self, digest: &Digest, ttl: Duration) -> Result<Option<String>> {
        self.objects.link(&blob_key(digest)?, ttl).await
    }

    /// Returns the bytes of all blobs that `documents` name.
    pub async fn blobs(&self, documents: &BTreeMap<Address, Document>) -> Result<Blobs> {
        let named = blob::named(documents).into_iter();
        let reads = named.map(|(digest, address)| async move {
            let bytes = self.blob(&digest).await;
            bytes.map(|b| (digest, b)).map_err(|e| e.context(format!("{address} cannot be packed")))
        });
        futures::stream::iter(reads).buffered(BLOBS_AT_ONCE).try_collect().await
    }

    /// Sees to it that neither these blobs nor `other` are removed before they are named; returns since when.
    pub(super) async fn spare(
        &self,
        blobs: impl IntoIterator<Item = &Digest>,
        other: Option<&Key>,
    ) -> Result<jiff::Timestamp> {
        let blobs = blobs.into_iter().map(blob_key);
        let keys: BTreeSet<Key> = blobs.chain(other.cloned().map(Ok)).collect::<Result<_>>()?;
        let began = now();
        condemned::spare(self.objects, &keys, began).await?;
        Ok(began)
    }

    /// Returns a blob of `named` that is not in the store, and what names it.
    async fn missing_blob<'b>(
        &self,
        named: &BTreeMap<Digest, &'b Address>,
    ) -> Result<Option<(Digest, &'b Address)>> {
        let lacking = self.lacking(named.keys()).await?;
        Ok(named
            .iter()
            .find(|(digest, _)| lacking.contains(digest))
            .map(|(digest, address)| (*digest, *address)))
    }

    /// Returns those of `digests` whose bytes are not kept.
    pub async fn lacking(&self, digests: impl Iterator<Item = &Digest>) -> Result<BTreeSet<Digest>> {
        let keys = digests.map(|digest| Ok((blob_key(digest)?, *digest)));
        let keys: BTreeMap<Key, Digest> = keys.collect::<Result<_>>()?;
        let lacking = self.objects.lacking(&keys.keys().cloned().collect()).await?;
        Ok(lacking.iter().filter_map(|key| keys.get(key)).copied().collect())
    }
}

pub(super) fn other_version(what: &str) -> Error {
    Error::input(format!("{what} was made by another version of snapdeploy"))
        .hint("use the version that made it, or a newer one")
}

#[async_trait]
impl BlobSource for Repository<'_> {
    async fn bytes(&self, digest: &Digest) -> Result<Bytes> {
        self.blob(digest).await
    }

    async fn link(&self, digest: &Digest) -> Result<Option<String>> {
        self.blob_link(digest, LINK_TTL).await
    }
}

fn blob_key(digest: &Digest) -> Result<Key> {
    Key::new(format!("blobs/sha256/{digest}"))
}

fn bodies_key(digest: &Digest) -> Result<Key> {
    Key::new(format!("bodies/sha256/{digest}.zip"))
}

/// Objects are condemned and spared by the time of the machine, which no other clock counts.
fn now() -> jiff::Timestamp {
    Clock::system().now()
}

fn snapshot_key(pin: &Pin, id: &SnapshotId) -> Result<Key> {
    Key::new(format!("snapshots/{pin}/{id}.json"))
}
