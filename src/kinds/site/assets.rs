//! Putting what is new: nothing refers to it yet, so it is there before anything does.

use serde_json::Value;

use super::calls::Only;
use super::fetch;
use super::file::File;
use super::manifest::Beside;
use super::send::{Sender, later};
use crate::aws::Failure;

impl Sender<'_> {
    /// Puts the files that `args` name, and notes them before and after: what is found half put belongs to nobody else.
    pub(super) async fn assets(&self, args: &Value) -> Result<(), Failure> {
        let wanted = self.files(args)?;
        let (mut manifest, etag) = fetch::manifest(self.calls, self.site).await.map_err(later)?;
        let since = self.calls.account.clock.now();
        let mut lacking: Vec<(String, File, Only)> = Vec::new();
        for (path, file) in wanted {
            self.after_deleting(manifest.beside.get(&path)).await?;
            let was = match manifest.beside.get(&path) {
                Some(known) => self.ours(&path, known).await?,
                None => None,
            };
            // What an earlier release had may still be there.
            if was.is_some() && manifest.beside.get(&path).is_some_and(|b| b.has(&file) && b.etag == was) {
                continue;
            }
            manifest.beside.insert(path.clone(), Beside::staged(since, file.clone(), was.clone()));
            lacking.push((path, file, was.map_or(Only::IfAbsent, Only::IfIs)));
        }
        if lacking.is_empty() {
            return Ok(());
        }
        let etag = self.note(&mut manifest, etag.as_deref()).await?;
        let put = self.put_all(lacking).await?;
        let since = self.calls.account.clock.now();
        for (path, etag) in put {
            manifest.beside.entry(path).and_modify(|b| (b.since, b.etag, b.was) = (since, Some(etag), None));
        }
        self.note(&mut manifest, Some(&etag)).await.map(drop)
    }

    /// Returns the ETag of what is at `path`, if that is what `known` says or what it was put in the place of.
    async fn ours(&self, path: &str, known: &Beside) -> Result<Option<String>, Failure> {
        if known.etag.is_some() {
            let now = self.calls.etag(self.site, path).await.map_err(later)?;
            return Ok(now.filter(|now| known.etag.as_ref() == Some(now)));
        }
        let now = self.calls.get(self.site, path).await.map_err(later)?;
        let now = now.filter(|object| known.is(object) || known.was.as_ref() == Some(&object.etag));
        Ok(now.map(|object| object.etag))
    }
}
