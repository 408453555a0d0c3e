//! The switch: what changes under its name is put, pages last and service workers after them, and then the manifest says
//! what the release is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::calls::{Only, refused};
use super::fetch::{self, Seen};
use super::file::File;
use super::manifest::{Beside, Kept, Manifest, Pending};
use super::send::{Sender, later};
use crate::aws::Failure;
use crate::core::site::Site;
use crate::core::{Error, ErrorKind};

/// Names of service workers, which browsers ask for on every visit and which may hold all other files back.
const WORKERS: [&str; 5] =
    ["firebase-messaging-sw.js", "ngsw-worker.js", "service-worker.js", "serviceworker.js", "sw.js"];

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

impl Sender<'_> {
    /// Puts the files that `args` name in the place of those that are there, and writes the manifest.
    pub(super) async fn pages(&self, args: &Value) -> Result<(), Failure> {
        let changed = self.files(args)?;
        let seen = match self.shelf.seen(self.address.name()) {
            Some(seen) => seen,
            None => fetch::seen(self.calls, self.site).await.map_err(later)?.0,
        };
        let to = args["To"].as_str().and_then(|t| t.parse().ok());
        let to = to.ok_or_else(|| refused(Error::bug("a switch does not say where to")))?;
        let (mut manifest, mut etag) = (seen.manifest.clone(), seen.etag.clone());
        // What was half-way is whatever an earlier attempt has left.
        let half = manifest.pending.take().map(|p| p.paths).unwrap_or_default();
        if !changed.is_empty() {
            // Half-way a file is what it was: also one that nobody has noted yet.
            for (path, kept) in seen.files.iter().filter(|(path, _)| changed.contains_key(*path)) {
                manifest.files.insert(path.clone(), kept.clone());
            }
            let paths = changed.keys().chain(&half).cloned().collect();
            manifest.pending = Some(Pending { to, paths });
            etag = Some(self.note(&mut manifest, etag.as_deref()).await?);
        }
        let only = |path: &str| match seen.listed.get(path) {
            _ if half.contains(path) => Only::Always,
            Some(etag) => Only::IfIs(etag.clone()),
            None => Only::IfAbsent,
        };
        let mut put = BTreeMap::new();
        for now in 0..=LAST {
            let mut files = Vec::new();
            for (path, file) in &changed {
                if turn(self.site, path) == now {
                    files.push((path.clone(), file.clone(), only(path)));
                }
            }
            put.extend(self.put_all(files).await?);
        }
        let mut next = self.release(&seen, args, &changed, &put)?;
        self.note(&mut next, etag.as_deref()).await.map(drop)
    }

    /// Returns the manifest of the release: what stays as it is, what was `put`, and what is new; and what has no part in
    /// it any more.
    fn release(
        &self,
        seen: &Seen,
        args: &Value,
        changed: &BTreeMap<String, File>,
        put: &BTreeMap<String, String>,
    ) -> Result<Manifest, Failure> {
        let (new, gone) = (texts(&args["New"]), texts(&args["Gone"]));
        let now = self.calls.account.clock.now();
        let mut next = Manifest::default();
        next.beside.clone_from(&seen.manifest.beside);
        for (path, kept) in &seen.files {
            let kept = match (changed.get(path), put.get(path)) {
                (Some(file), Some(etag)) => Kept::new(etag.clone(), Some(now), file.clone()),
                _ => kept.clone(),
            };
            match gone.contains(path) {
                true => {
                    next.beside.insert(path.clone(), Beside::kept(now, kept));
                }
                false => drop(next.files.insert(path.clone(), kept)),
            }
        }
        for path in new {
            let there = next.beside.remove(&path);
            // Since it is beside it has not been changed by us: it was put, or was in the release until then.
            let there = there.and_then(|b| Some(Kept::new(b.etag?, Some(b.since), b.file)));
            let kept = there.filter(|kept| seen.listed.get(&path) == Some(&kept.etag)).ok_or_else(|| {
                let message = format!("{path} is not there any more as it was put");
                refused(Error::new(ErrorKind::Stale, message))
            })?;
            next.files.insert(path, kept);
        }
        Ok(next)
    }
}
