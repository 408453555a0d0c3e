//! Deleting what has been in no release for longer than the grace.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::calls::refused;
use super::fetch::{self, is_part};
use super::manifest::{Beside, Manifest, SKEW};
use super::moves::is_hashed;
use super::send::{Sender, later};
use crate::aws::{Failure, Fate};
use crate::core::lease::{LEASE, SETTLE};
use crate::core::{Error, ErrorKind};

/// How long after a deletion was noted a call of it may still have an effect: none is sent after the lease of whoever
/// noted it, and none is on its way for longer than that.
const ON_ITS_WAY: Duration = LEASE.saturating_add(SETTLE);
/// How long to wait before looking again whether the work should stop.
const PAUSE: Duration = Duration::from_secs(5);

impl Sender<'_> {
    /// Deletes it, unless somebody has put something else there. Before, the manifest says what goes: whoever writes the
    /// same site at the same time either has it first, and then nothing is deleted, or knows not to build on it.
    pub(super) async fn retired(&self) -> Result<(), Failure> {
        let clock = &self.calls.account.clock;
        let grace = clock.scale(self.site.grace);
        let (mut manifest, etag) = fetch::manifest(self.calls, self.site).await.map_err(later)?;
        let old = |since: Timestamp| clock.now().duration_since(since).unsigned_abs() >= grace;
        let is_due = |path: &String, b: &Beside| old(b.since) && !manifest.files.contains_key(path);
        let due = manifest.beside.iter().filter(|(path, b)| is_due(path, b));
        let due: Vec<String> = due.map(|(path, _)| path.clone()).collect();
        // Who is in the middle of a switch may want it, and so may a page that CloudFront still has.
        let is_held = self.site.distribution.is_some() && !manifest.stale.is_empty();
        if due.is_empty() || manifest.pending.is_some() || is_held {
            return Ok(());
        }
        let listed = self.calls.list(self.site).await.map_err(later)?;
        let mut delete: BTreeMap<String, String> = BTreeMap::new();
        for path in due {
            let is = match (listed.get(&path), manifest.beside.get(&path)) {
                // It is no part of the site any more, and nobody's business here.
                _ if !is_part(self.site, &path) => None,
                (Some(now), _) if manifest.is_beside(&path, &now.etag) => Some(now.etag.clone()),
                // Staged and never finished: it may be there, and so may what somebody else has put.
                (Some(_), Some(staged)) if staged.etag.is_none() => {
                    let object = self.calls.get(self.site, &path).await.map_err(later)?;
                    object.filter(|object| staged.is(object)).map(|object| object.etag)
                }
                _ => None,
            };
            match (is, manifest.beside.get_mut(&path)) {
                (Some(etag), Some(b)) => {
                    (b.etag, b.was, b.goes) = (Some(etag.clone()), None, Some(clock.now()));
                    delete.insert(path, etag);
                }
                _ => {
                    let was = manifest.beside.remove(&path);
                    // An earlier attempt has deleted it, and died.
                    if was.is_some_and(|b| b.goes.is_some()) && !listed.contains_key(&path) {
                        self.lost(&mut manifest, path);
                    }
                }
            }
        }
        let etag = self.note(&mut manifest, etag.as_deref()).await?;
        if delete.is_empty() {
            return self.forget_lost(&manifest).await;
        }
        let sent = self.calls.delete(self.site, &delete, self.with.lease.until()).await;
        let mut spared = match self.noted(sent) {
            Ok(spared) => spared,
            Err(failure) => {
                // Nobody has to wait for what was refused.
                if failure.fate != Fate::Unknown {
                    for path in delete.keys() {
                        manifest.beside.entry(path.clone()).and_modify(|b| b.goes = None);
                    }
                    self.note(&mut manifest, Some(&etag)).await?;
                }
                return Err(self.with_permission(failure));
            }
        };
        spared.retain(|s| !s.is_another);
        let all = delete.len();
        for path in delete.into_keys() {
            match (spared.iter().any(|s| s.path == path), manifest.beside.get_mut(&path)) {
                (true, Some(b)) => b.goes = None,
                _ => {
                    manifest.beside.remove(&path);
                    self.lost(&mut manifest, path);
                }
            }
        }
        self.note(&mut manifest, Some(&etag)).await?;
        let told = self.forget_lost(&manifest).await;
        match spared.first() {
            None => told,
            Some(first) => {
                let message = format!("{} of {all}, {} among them: {}", spared.len(), first.path, first.why);
                Err(self.with_permission(refused(Error::failed(message))))
            }
        }
    }

    /// Notes that `path` is deleted, where CloudFront may go on serving it: nobody asks again for a name with a digest in it.
    fn lost(&self, manifest: &mut Manifest, path: String) {
        if self.site.distribution.is_some() && !is_hashed(&path) {
            manifest.stale.insert(path);
        }
    }

    /// Lets CloudFront forget what is deleted.
    async fn forget_lost(&self, manifest: &Manifest) -> Result<(), Failure> {
        match manifest.stale.is_empty() {
            true => Ok(()),
            false => self.forget(&Value::Null).await,
        }
    }

    /// Waits until nobody can delete any of `known` any more who has set out to; whether there was anybody.
    ///
    /// When somebody has set out is told by their clock, which may be as far from ours as S3 lets both be from its own. So
    /// that is only believed where it is long ago; else the time runs from now.
    pub(super) async fn after_deleting(&self, known: impl Iterator<Item = &Beside>) -> Result<bool, Failure> {
        let clock = &self.calls.account.clock;
        let begun = clock.now();
        let long =
            clock.scale(ON_ITS_WAY.saturating_add(SKEW.unsigned_abs()).saturating_add(SKEW.unsigned_abs()));
        let is_over = |goes: &Timestamp| goes.checked_add(long).is_ok_and(|end| end < begun);
        let all: Vec<Timestamp> = known.filter_map(|b| b.goes).collect();
        if all.iter().all(is_over) {
            return Ok(!all.is_empty());
        }
        while clock.now().duration_since(begun).unsigned_abs() < clock.scale(ON_ITS_WAY) {
            if let Some(why) = self.with.lease.stop() {
                return Err(Failure { error: Error::new(ErrorKind::Interrupted, why), fate: Fate::Later });
            }
            clock.sleep(PAUSE).await;
        }
        Ok(true)
    }

    /// Returns `failure` with what lets old files be deleted.
    ///
    /// Source: "How to perform conditional deletes", Amazon S3 User Guide: deleting by ETag takes both permissions.
    fn with_permission(&self, failure: Failure) -> Failure {
        let Failure { error, fate } = failure;
        let place = format!("arn:aws:s3:::{}/{}*", self.site.bucket, self.site.prefix);
        let error = error.context("old files stay").hint(format!(
            "allow s3:DeleteObject and s3:GetObject on {place}; the next deployment that changes something deletes them"
        ));
        Failure { error, fate }
    }
}
