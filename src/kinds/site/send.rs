//! Sending one move of a site: many calls, each before the lease ends, and each safe to be sent again.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
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
}

impl Sender<'_> {
    /// Sends `m`, with its arguments resolved.
    pub async fn send(&self, m: &Move, args: Value) -> Reply {
        self.shelf.written(self.address.name());
        let sent = match m.call.as_str() {
            ASSETS => self.assets(&args).await,
            PAGES => self.pages(&args).await,
            RETIRED => self.retired().await,
            INVALIDATE => self.invalidate(&args).await,
            other => Err(refused(Error::bug(format!("{} has no call {other}", m.address)))),
        };
        match sent {
            Ok(()) => Reply::Done(None),
            Err(Failure { error, fate }) => {
                let error = error.context(format!("cannot write {}", m.address));
                match fate {
                    Fate::Refused => Reply::Refused(error),
                    Fate::Later => Reply::Later(error),
                    Fate::Unknown => Reply::Unknown(error),
                }
            }
        }
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
                there.map_err(|_| refused(e))
            }
            Err(e) => Err(later(e)),
        }
    }

    /// Puts `file` under `path` and returns its ETag. Where something else is there than `only` says, it may be what an
    /// earlier attempt has put.
    pub(super) async fn put(&self, path: &str, file: &File, only: Only) -> Result<String, Failure> {
        let bytes = self.bytes(file).await?;
        let sent = self.calls.put(self.site, path, (file, bytes), only, self.with.lease.until()).await;
        match sent {
            Err(failure) if failure.error.kind == ErrorKind::Stale => {
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

    /// Puts `files`, several at once, each only if what is said is there. Returns their ETags.
    pub(super) async fn put_all(
        &self,
        files: Vec<(String, File, Only)>,
    ) -> Result<BTreeMap<String, String>, Failure> {
        let puts = stream::iter(files).map(|(path, file, only)| async move {
            if let Some(why) = self.with.lease.stop() {
                return Err(Failure { error: Error::new(ErrorKind::Interrupted, why), fate: Fate::Later });
            }
            let etag = self.put(&path, &file, only).await?;
            Ok((path, etag))
        });
        puts.buffer_unordered(AT_ONCE).try_collect().await
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
        match sent {
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

/// Nothing was sent, or it does no harm to send it again.
pub(super) fn later(error: Error) -> Failure {
    let fate = if error.kind == ErrorKind::Unavailable { Fate::Later } else { Fate::Refused };
    Failure { error, fate }
}
