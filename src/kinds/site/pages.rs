//! The switch: what changes under its name is put, and pages that are new, pages last and service workers after them; then
//! the manifest says what the release is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::calls::{Only, refused};
use super::fetch::{self, Seen};
use super::file::File;
use super::manifest::{Beside, Kept, Manifest, Pending};
use super::moves::is_hashed;
use super::send::{Sender, later};
use crate::aws::Failure;
use crate::core::run::RunKind;
use crate::core::site::Site;
use crate::core::{Digest, Error, ErrorKind};

/// Names of service workers, which browsers ask for on every visit and which may hold all other files back.
const WORKERS: [&str; 5] =
    ["firebase-messaging-sw.js", "ngsw-worker.js", "service-worker.js", "serviceworker.js", "sw.js"];

/// What a release follows that is the first thing that anybody notes.
const FIRST: &str = "nothing";

/// The last turn.
pub const LAST: u8 = 2;

/// Returns when `path` has its turn: what pages refer to, then pages, then what decides which pages are shown.
pub fn turn(site: &Site, path: &str) -> u8 {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        _ if WORKERS.contains(&name) || site.workers.has(path) => LAST,
        _ if is_page(name) => 1,
        _ => 0,
    }
}

/// Returns whether the file at `path` is a page.
pub fn is_page(path: &str) -> bool {
    path.ends_with(".html") || path.ends_with(".htm")
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(String::from).collect()
}

/// Returns what is under `path` in truth, where that is known and ours.
fn there<'s>(seen: &'s Seen, path: &str) -> Option<Cow<'s, Kept>> {
    if let Some(kept) = seen.half.get(path) {
        return Some(Cow::Borrowed(kept));
    }
    let now = seen.listed.get(path)?;
    if let Some(kept) = seen.files.get(path).filter(|kept| kept.etag == *now) {
        return Some(Cow::Borrowed(kept));
    }
    let beside = seen.manifest.beside.get(path).filter(|b| b.etag.as_ref() == Some(now) && b.goes.is_none());
    beside.map(|b| Cow::Owned(Kept::new(now.clone(), Some(b.since), b.file.clone())))
}

impl Sender<'_> {
    /// Puts the files that `args` name, where they are not there, and writes the manifest.
    pub(super) async fn pages(&self, args: &Value) -> Result<(), Failure> {
        let wanted = self.files(args)?;
        let mut seen = match self.shelf.seen(self.address.name()) {
            Some(seen) => seen,
            None => fetch::seen(self.calls, self.site).await.map_err(later)?.0,
        };
        let to = args["To"].as_str().and_then(|t| t.parse().ok());
        let to = to.ok_or_else(|| refused(Error::bug("a switch does not say where to")))?;
        let known = wanted.keys().filter_map(|path| seen.manifest.beside.get(path));
        if self.after_deleting(known).await? {
            seen = fetch::seen(self.calls, self.site).await.map_err(later)?.0;
        }
        let new = staged(&seen, texts(&args["New"]))?;
        let (mut etag, mut follows) = (seen.etag.clone(), seen.manifest.id.clone());
        if !wanted.is_empty() {
            let mut manifest = half(&seen, to, &wanted);
            etag = Some(self.note(&mut manifest, etag.as_deref()).await?);
            follows = manifest.id;
        }
        let mut put: BTreeMap<String, Kept> = BTreeMap::new();
        for now in 0..=LAST {
            let (mut absent, mut other) = (Vec::new(), Vec::new());
            for (path, file) in wanted.iter().filter(|(path, _)| turn(self.site, path) == now) {
                let there = there(&seen, path);
                if let Some(kept) = there.as_ref().filter(|kept| kept.file == *file) {
                    put.insert(path.clone(), Kept::clone(kept));
                    continue;
                }
                let is = there.map(|kept| kept.etag.clone()).or_else(|| seen.listed.get(path).cloned());
                match is {
                    None => absent.push((path.clone(), file.clone(), Only::IfAbsent)),
                    Some(etag) => other.push((path.clone(), file.clone(), Only::IfIs(etag))),
                }
            }
            // A page that is there already may come to name one that is not yet.
            for lacking in [absent, other] {
                for (path, etag) in self.put_all(lacking).await? {
                    let at = Some(self.calls.account.clock.now());
                    put.extend(wanted.get(&path).map(|f| (path.clone(), Kept::new(etag, at, f.clone()))));
                }
            }
        }
        let mut next = self.release(&seen, texts(&args["Gone"]), (put, new));
        // No two manifests follow the same one, and one that follows none is a release all the same.
        next.switch = if follows.is_empty() { FIRST.into() } else { follows };
        next.releases = match self.with.kind {
            RunKind::Deploy => seen.manifest.releases.saturating_add(1),
            RunKind::Rollback => seen.manifest.releases.saturating_sub(1),
        };
        self.note(&mut next, etag.as_deref()).await.map(drop)
    }

    /// Returns the manifest of the release: what stays as it is, what was `put`, and what is `new`; and what has no part in
    /// it any more.
    fn release(
        &self,
        seen: &Seen,
        gone: BTreeSet<String>,
        (put, new): (BTreeMap<String, Kept>, BTreeMap<String, Kept>),
    ) -> Manifest {
        let now = self.calls.account.clock.now();
        let mut next = Manifest::default();
        next.stale.clone_from(&seen.manifest.stale);
        // Until CloudFront has been told: whoever looks next may not know that nobody has got to it.
        if self.site.distribution.is_some() {
            let named = put.keys().chain(new.keys().filter(|path| !is_hashed(path)));
            next.stale.extend(named.cloned());
        }
        next.beside.clone_from(&seen.manifest.beside);
        next.files.clone_from(&seen.files);
        next.files.extend(put);
        for path in gone {
            let was = next.files.remove(&path);
            // Also what a switch that never ended has put: it is there, and in no release.
            if let Some(kept) = seen.half.get(&path).cloned().or(was) {
                next.beside.insert(path, Beside::kept(now, kept));
            }
        }
        next.files.extend(new);
        next.beside.retain(|path, _| !next.files.contains_key(path));
        next
    }
}

/// Returns the files at `new`, which were put before.
///
/// Fails with `Stale` where one of them is not there as it was put, or somebody has set out to delete it: the call that
/// does may still be on its way.
fn staged(seen: &Seen, new: BTreeSet<String>) -> Result<BTreeMap<String, Kept>, Failure> {
    let one = |path: String| {
        let stale = |what: &str| refused(Error::new(ErrorKind::Stale, format!("{path} {what}")));
        let there = seen.manifest.beside.get(&path);
        if there.is_some_and(|b| b.goes.is_some()) {
            return Err(stale("is being deleted by somebody else, for whom it is an old file"));
        }
        let there = there.and_then(|b| Some(Kept::new(b.etag.clone()?, Some(b.since), b.file.clone())));
        let there = there.filter(|kept| seen.listed.get(&path) == Some(&kept.etag));
        let kept = there.ok_or_else(|| stale("is not there any more as it was put"))?;
        Ok((path, kept))
    };
    new.into_iter().map(one).collect()
}

/// Returns the manifest of a site that `wanted` is being put into, on its way to what is `to` by digest.
fn half(seen: &Seen, to: Digest, wanted: &BTreeMap<String, File>) -> Manifest {
    let mut manifest = seen.manifest.clone();
    // What was half-way is whatever an earlier attempt has left.
    let was = manifest.pending.take().map(|p| p.paths).unwrap_or_default();
    let mut paths = BTreeMap::new();
    for path in wanted.keys().chain(was.keys()) {
        // Half-way a file is what it was: also one that nobody has noted yet.
        manifest.files.extend(seen.files.get(path).map(|kept| (path.clone(), kept.clone())));
        let mut may_be: Vec<File> = seen.half.get(path).map(|kept| kept.file.clone()).into_iter().collect();
        may_be.extend(wanted.get(path).filter(|file| !may_be.contains(file)).cloned());
        paths.insert(path.clone(), may_be);
    }
    manifest.pending = Some(Pending { to, paths });
    manifest
}
