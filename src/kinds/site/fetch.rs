//! Reading a site: one listing, the manifest, and what of the listing the manifest does not know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::calls::Calls;
use super::manifest::{KEY, Kept, Manifest};
use super::state::{FILES, OWN, PENDING, pending};
use crate::core::driver::Raw;
use crate::core::site::Site;
use crate::core::template::escape;
use crate::core::{Digest, Error, Result};

/// How many objects are read at once.
const AT_ONCE: usize = 16;
/// How many bytes are held of what had to be read to be known: the rest is read again where it is wanted.
const HELD: usize = 64 << 20;
/// How long what was seen is taken as it was by a plan, which is held against what is there before anything is written.
const RECENT: Duration = Duration::from_secs(60);

/// A site as it was last seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What the bucket says of itself.
    pub manifest: Manifest,
    /// The ETag of that; none where there is none yet.
    pub etag: Option<String>,
    /// The ETag of each object.
    pub listed: BTreeMap<String, String>,
    /// What is part of the site.
    pub files: BTreeMap<String, Kept>,
    /// What is there in truth of what is half-way, where that is not what it was before.
    pub half: BTreeMap<String, Kept>,
    /// Files that have tags, as far as they were read.
    pub tagged: BTreeSet<String>,
    /// Files whose `Expires` is no date, as far as they were read.
    pub undated: BTreeSet<String>,
    /// Where bytes lie, by digest.
    places: BTreeMap<Digest, Vec<String>>,
}

/// What was last seen, by address's name, and when; no time where it has been written to since.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<Shelved>);

type Shelved = BTreeMap<String, (Arc<Seen>, Option<Timestamp>)>;

impl Shelf {
    /// Returns what was last seen of the site `name`.
    pub fn seen(&self, name: &str) -> Option<Arc<Seen>> {
        self.all().get(name).map(|(seen, _)| seen.clone())
    }

    /// Returns that, where it was seen a moment before `now` and not written to since.
    ///
    /// A plan is made of it right after the source was read, which may be the same site: a bucket of a million files is
    /// listed by a thousand calls.
    pub fn recent(&self, name: &str, now: Timestamp) -> Option<Arc<Seen>> {
        let is_recent = |at: &Timestamp| now.duration_since(*at).unsigned_abs() < RECENT;
        self.all()
            .get(name)
            .filter(|(_, at)| at.is_some_and(|at| is_recent(&at)))
            .map(|(seen, _)| seen.clone())
    }

    /// Notes what was seen `now`.
    pub fn note(&self, name: &str, seen: Arc<Seen>, now: Timestamp) {
        self.all().insert(name.into(), (seen, Some(now)));
    }

    /// Notes that the site `name` is written to.
    pub fn written(&self, name: &str) {
        self.all().entry(name.into()).and_modify(|(_, at)| *at = None);
    }

    fn all(&self) -> MutexGuard<'_, Shelved> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what the bucket of `site` says of itself, and the ETag of that.
pub async fn manifest(calls: &Calls, site: &Site) -> Result<(Manifest, Option<String>)> {
    match calls.get(site, KEY).await? {
        None => Ok((Manifest::default(), None)),
        Some(object) => {
            let place = format!("s3://{}/{}{KEY}", site.bucket, site.prefix);
            Ok((Manifest::read(&object.bytes, &place)?, Some(object.etag)))
        }
    }
}

/// Returns whether `path` is part of the site at all.
pub fn is_part(site: &Site, path: &str) -> bool {
    path != KEY && !site.keep.has(path)
}

/// Reads `site`, and the bytes of what was not known, as far as they can be held.
pub async fn seen(calls: &Calls, site: &Site) -> Result<(Arc<Seen>, BTreeMap<Digest, Bytes>)> {
    let (listed, manifest) = futures::future::try_join(calls.list(site), manifest(calls, site)).await?;
    let (mut manifest, etag) = manifest;
    let (mut files, mut half, mut unknown) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for (path, there) in listed.iter().filter(|(path, _)| is_part(site, path)) {
        match manifest.knows(path, there) {
            Some(kept) => drop(files.insert(path.clone(), kept.clone())),
            None if manifest.is_beside(path, &there.etag) => {}
            None => unknown.push(path.clone()),
        }
    }
    let read = stream::iter(unknown).map(|path| async move {
        let object = calls.get(site, &path).await?;
        Ok::<_, Error>(object.map(|object| (path, object)))
    });
    let mut read = read.buffer_unordered(AT_ONCE);
    let (mut bytes, mut held) = (BTreeMap::new(), 0);
    let (mut tagged, mut undated) = (BTreeSet::new(), BTreeSet::new());
    while let Some(one) = read.try_next().await? {
        let Some((path, object)) = one else { continue };
        let pending = manifest.pending.as_ref().and_then(|p| p.paths.get(&path));
        if pending.is_some_and(|all| all.contains(&object.file)) {
            // What is half-way is what it was, until all of it is what it is to be.
            files.extend(manifest.files.get(&path).map(|kept| (path.clone(), kept.clone())));
            half.insert(path, Kept::new(object.etag, object.modified, object.file));
            continue;
        }
        // What was to be put, and is there although nobody has heard so, belongs to no release either.
        if let Some(staged) = manifest.beside.get_mut(&path).filter(|b| b.is(&object)) {
            staged.etag = Some(object.etag);
            continue;
        }
        held += object.bytes.len();
        if held <= HELD {
            bytes.insert(object.file.body, object.bytes);
        }
        if object.tags > 0 {
            tagged.insert(path.clone());
        }
        if object.is_undated {
            undated.insert(path.clone());
        }
        files.insert(path, Kept::new(object.etag, object.modified, object.file));
    }
    drop(read);
    let mut places = BTreeMap::<Digest, Vec<String>>::new();
    let there = files.iter().map(|(path, kept)| (path, &kept.file));
    let beside = manifest.beside.iter().map(|(path, beside)| (path, &beside.file));
    let halves = half.iter().map(|(path, kept): (_, &Kept)| (path, &kept.file));
    for (path, file) in there.chain(beside).chain(halves) {
        places.entry(file.body).or_default().push(path.clone());
    }
    let listed = listed.into_iter().map(|(path, there)| (path, there.etag)).collect();
    Ok((Arc::new(Seen { manifest, etag, listed, files, half, tagged, undated, places }), bytes))
}

/// Returns `seen` as the core takes it, with the `bytes` that were read.
pub fn raw(site: &Site, seen: &Seen, bytes: BTreeMap<Digest, Bytes>) -> Raw {
    let mut wire = Map::new();
    let part = |own: bool| -> Map<String, Value> {
        let files = seen.files.iter().filter(|(path, _)| site.own.has(path) == own);
        files.map(|(path, kept)| (escape(path), kept.file.to_value())).collect()
    };
    wire.insert(FILES.into(), Value::Object(part(false)));
    let own = part(true);
    if !own.is_empty() {
        wire.insert(OWN.into(), Value::Object(own));
    }
    if let Some(p) = &seen.manifest.pending {
        let paths: BTreeSet<String> = p.paths.keys().map(|path| escape(path)).collect();
        wire.insert(PENDING.into(), pending(&p.to, paths.iter().map(String::as_str)));
    }
    let all: BTreeSet<Digest> = seen.files.values().map(|kept| kept.file.body).collect();
    let unread = all.into_iter().filter(|digest| !bytes.contains_key(digest)).collect();
    Raw { wire, blobs: bytes, unread }
}

/// Reads the bytes of `file`, which lie under one of the paths that `seen` has.
pub async fn bytes(calls: &Calls, site: &Site, seen: &Seen, digest: &Digest) -> Result<Bytes> {
    for path in seen.places.get(digest).into_iter().flatten() {
        let object = calls.get(site, path).await?;
        if let Some(object) = object.filter(|object| object.file.body == *digest) {
            return Ok(object.bytes);
        }
    }
    Err(Error::not_found(format!("nothing in s3://{}/{} is {digest}", site.bucket, site.prefix)))
}
