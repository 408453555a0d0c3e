//! Deleting what has been in no release for longer than the grace.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::calls::refused;
use super::fetch::{self, is_part};
use super::manifest::Beside;
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
        // Who is in the middle of a switch may want it.
        if due.is_empty() || manifest.pending.is_some() {
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
                _ => drop(manifest.beside.remove(&path)),
            }
        }
        let etag = self.note(&mut manifest, etag.as_deref()).await?;
        if delete.is_empty() {
            return Ok(());
        }
        let sent = self.calls.delete(self.site, &delete, self.with.lease.until()).await;
        let mut spared = self.noted(sent).map_err(|failure| self.with_permission(failure))?;
        spared.retain(|s| !s.is_another);
        let all = delete.len();
        for path in delete.into_keys() {
            match (spared.iter().any(|s| s.path == path), manifest.beside.get_mut(&path)) {
                (true, Some(b)) => b.goes = None,
                _ => drop(manifest.beside.remove(&path)),
            }
        }
        self.note(&mut manifest, Some(&etag)).await?;
        match spared.first() {
            None => Ok(()),
            Some(first) => {
                let message = format!("{} of {all}, {} among them: {}", spared.len(), first.path, first.why);
                Err(self.with_permission(refused(Error::failed(message))))
            }
        }
    }

    /// Waits until nobody can delete `known` any more who has set out to; whether there was anybody.
    pub(super) async fn after_deleting(&self, known: Option<&Beside>) -> Result<bool, Failure> {
        let clock = &self.calls.account.clock;
        let Some(since) = known.and_then(|b| b.goes) else { return Ok(false) };
        while clock.now().duration_since(since).unsigned_abs() < clock.scale(ON_ITS_WAY) {
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
