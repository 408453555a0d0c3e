//! Deleting what has been in no release for longer than the grace.

use super::fetch;
use super::send::{Sender, later};
use crate::aws::Failure;

impl Sender<'_> {
    /// Deletes it, unless somebody has put something else there.
    pub(super) async fn retired(&self) -> Result<(), Failure> {
        let clock = &self.calls.account.clock;
        let grace = clock.scale(self.site.grace);
        let (mut manifest, etag) = fetch::manifest(self.calls, self.site).await.map_err(later)?;
        let old = |since: jiff::Timestamp| clock.now().duration_since(since).unsigned_abs() >= grace;
        let due: Vec<String> = manifest
            .beside
            .iter()
            .filter(|(path, b)| old(b.since) && !manifest.files.contains_key(*path))
            .map(|(path, _)| path.clone())
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        let listed = self.calls.list(self.site).await.map_err(later)?;
        let (mut delete, mut forget): (Vec<String>, Vec<String>) = Default::default();
        for path in due {
            let is_ours = match (listed.get(&path), manifest.beside.get(&path)) {
                (Some(now), _) if manifest.is_beside(&path, &now.etag) => true,
                // Staged and never finished: it may be there, and so may what somebody else has put.
                (Some(_), Some(staged)) if staged.etag.is_none() => {
                    let object = self.calls.get(self.site, &path).await.map_err(later)?;
                    object.is_some_and(|object| staged.is(&object))
                }
                _ => false,
            };
            if is_ours { &mut delete } else { &mut forget }.push(path);
        }
        self.calls.delete(self.site, &delete, self.with.lease.until()).await?;
        for path in delete.iter().chain(&forget) {
            manifest.beside.remove(path);
        }
        self.note(&mut manifest, etag.as_deref()).await.map(drop)
    }
}
