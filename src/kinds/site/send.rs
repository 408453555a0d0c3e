//! Sending one move of a site: many calls, each before the lease ends, and each safe to be sent again.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::Value;

use super::calls::{Calls, Object, Only, refused};
use super::fetch::Shelf;
use super::file::File;
use super::manifest::{KEY, Manifest};
use super::moves::{ASSETS, INVALIDATE, PAGES, RETIRED};
use crate::aws::{Failure, Fate};
use crate::core::address::Address;
use crate::core::driver::{Reply, Sending};
use crate::core::moves::Move;
use crate::core::site::Site;
use crate::core::{Error, ErrorKind, Result};

/// How many objects are put at once.
pub(super) const AT_ONCE: usize = 16;

/// Somebody who sends moves of one site.
pub struct Sender<'a> {
    pub(super) calls: &'a Calls,
    pub(super) shelf: &'a Shelf,
    pub(super) site: &'a Site,
    pub(super) address: &'a Address,
    pub(super) with: &'a Sending<'a>,
    /// Whether a call of this move may have had an effect.
    wrote: AtomicBool,
}

impl<'a> Sender<'a> {
    /// Returns somebody who sends moves of `site`, which is called `address`.
    pub fn new(
        calls: &'a Calls,
        shelf: &'a Shelf,
        (site, address): (&'a Site, &'a Address),
        with: &'a Sending<'a>,
    ) -> Sender<'a> {
        Sender { calls, shelf, site, address, with, wrote: AtomicBool::new(false) }
    }
}

impl Sender<'_> {
    /// Sends `m`, with its arguments resolved.
    pub async fn send(&self, m: &Move, args: Value) -> Reply {
        self.shelf.written(self.address.name());
        let sent = match m.call.as_str() {
            ASSETS => self.assets(&args).await,
            PAGES => self.pages(&args).await,
            RETIRED => self.retired().await,
            INVALIDATE => self.forget(&args).await,
            other => Err(refused(Error::bug(format!("{} has no call {other}", m.address)))),
        };
        match sent {
            Ok(()) => Reply::Done(None),
            Err(Failure { error, fate }) => {
                let error = error.context(format!("cannot write {}", m.address));
                match (fate, self.wrote.load(Ordering::Relaxed)) {
                    (Fate::Refused, false) => Reply::Refused(error),
                    (Fate::Refused, true) => Reply::Partly(error),
                    (Fate::Later, false) => Reply::Later(error),
                    (Fate::Later, true) | (Fate::Unknown, _) => Reply::Unknown(error),
                }
            }
        }
    }

    /// Notes that what was `sent` may have had an effect, unless it was refused.
    pub(super) fn noted<T>(&self, sent: Result<T, Failure>) -> Result<T, Failure> {
        if sent.as_ref().map_or_else(|f| f.fate == Fate::Unknown, |_| true) {
            self.wrote.store(true, Ordering::Relaxed);
        }
        sent
    }

    /// Returns the files that `args` name, by path.
    pub(super) fn files(&self, args: &Value) -> Result<BTreeMap<String, File>, Failure> {
        let all = args["Files"].as_object().into_iter().flatten();
        let one = |(path, value): (&String, &Value)| {
            let file = File::of_value(value);
            let file = file.ok_or_else(|| refused(Error::bug(format!("{path} is no file of a site"))))?;
            Ok((path.clone(), file))
        };
        all.map(one).collect()
    }

    /// Returns the bytes of `file`: from the store, or from where they lie in the bucket.
    async fn bytes(&self, file: &File) -> Result<Bytes, Failure> {
        if let Some(given) = self.site.given.values().find(|bytes| file.body.check(bytes, "").is_ok()) {
            return Ok(given.clone());
        }
        match self.with.blobs.bytes(&file.body).await {
            Ok(bytes) => Ok(bytes),
            Err(e) if e.kind == ErrorKind::NotFound => {
                let seen = self.shelf.seen(self.address.name()).unwrap_or_default();
                let there = super::fetch::bytes(self.calls, self.site, &seen, &file.body).await;
                there.map_err(|other| match other.kind {
                    ErrorKind::NotFound => refused(e),
                    _ => later(other),
                })
            }
            Err(e) => Err(later(e)),
        }
    }

    /// Puts `file` under `path` and returns its ETag. Where something else is there than `only` says, it may be what an
    /// earlier attempt has put.
    pub(super) async fn put(&self, path: &str, file: &File, only: Only) -> Result<String, Failure> {
        let bytes = self.bytes(file).await?;
        let is_known = matches!(only, Only::IfIs(_));
        let sent = self.calls.put(self.site, path, (file, bytes), only, self.with.lease.until()).await;
        // Source: "Conditional writes", Amazon S3 User Guide: 404 where what is to be replaced is not there any more.
        let is_stale = |e: &Error| e.kind == ErrorKind::Stale || is_known && e.kind == ErrorKind::NotFound;
        match self.noted(sent) {
            Err(failure) if is_stale(&failure.error) => {
                match self.calls.get(self.site, path).await.map_err(later)? {
                    Some(Object { etag, file: there, .. }) if there == *file => Ok(etag),
                    _ => {
                        let message =
                            format!("{path} has been changed by somebody else since the plan was made");
                        Err(refused(Error::new(ErrorKind::Stale, message)))
                    }
                }
            }
            sent => sent,
        }
    }

    /// Puts `files`, several at once, each only if what is said is there. Returns their ETags. After the first failure nothing
    /// new is begun, and what is in flight ends: whoever looks next sees all that this has written.
    pub(super) async fn put_all(
        &self,
        files: Vec<(String, File, Only)>,
    ) -> Result<BTreeMap<String, String>, Failure> {
        let failed = &AtomicBool::new(false);
        let puts = stream::iter(files).map(|(path, file, only)| async move {
            if failed.load(Ordering::Relaxed) {
                return None;
            }
            let put = match self.with.lease.stop() {
                Some(why) => {
                    Err(Failure { error: Error::new(ErrorKind::Interrupted, why), fate: Fate::Later })
                }
                None => self.put(&path, &file, only).await,
            };
            failed.fetch_or(put.is_err(), Ordering::Relaxed);
            Some(put.map(|etag| (path, etag)))
        });
        let ended: Vec<Result<(String, String), Failure>> =
            puts.buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
        let (mut put, mut worst): (BTreeMap<String, String>, Option<Failure>) = Default::default();
        for one in ended {
            match one {
                Ok((path, etag)) => drop(put.insert(path, etag)),
                Err(failure) if worst.as_ref().is_none_or(|w| doubt(failure.fate) > doubt(w.fate)) => {
                    worst = Some(failure);
                }
                Err(_) => {}
            }
        }
        worst.map_or(Ok(put), Err)
    }

    /// Writes `manifest` in the place of the one with the ETag `was`, or of none. Returns the new one's ETag.
    pub(super) async fn note(&self, manifest: &mut Manifest, was: Option<&str>) -> Result<String, Failure> {
        let mut id = [0; 16];
        getrandom::fill(&mut id)
            .map_err(|e| refused(Error::failed(format!("there is no randomness: {e}"))))?;
        manifest.id = hex::encode(id);
        let bytes = Bytes::from(manifest.to_bytes().map_err(refused)?);
        let mut file = File::of(&bytes, "application/json");
        // A browser has no business with it, and a cache none at all.
        file.headers.insert("CacheControl".into(), "no-store".into());
        let only = was.map_or(Only::IfAbsent, |etag| Only::IfIs(etag.to_string()));
        let sent = self.calls.put(self.site, KEY, (&file, bytes), only, self.with.lease.until()).await;
        match self.noted(sent) {
            Err(failure) if failure.error.kind == ErrorKind::Stale => {
                let (there, etag) = super::fetch::manifest(self.calls, self.site).await.map_err(later)?;
                match etag.filter(|_| there.id == manifest.id) {
                    // An attempt whose answer was lost has written it.
                    Some(etag) => Ok(etag),
                    None => {
                        let message = "somebody else is writing the same site";
                        Err(refused(Error::new(ErrorKind::Stale, message)))
                    }
                }
            }
            sent => sent,
        }
    }
}

/// Returns how little is known of what a call with this fate has done.
fn doubt(fate: Fate) -> u8 {
    match fate {
        Fate::Refused => 0,
        Fate::Later => 1,
        Fate::Unknown => 2,
    }
}

/// Nothing was sent, or it does no harm to send it again.
pub(super) fn later(error: Error) -> Failure {
    let fate = if error.kind == ErrorKind::Unavailable { Fate::Later } else { Fate::Refused };
    Failure { error, fate }
}
