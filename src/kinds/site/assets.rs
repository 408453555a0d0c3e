//! Putting what is new: nothing refers to it yet, so it is there before anything does.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::calls::Only;
use super::fetch;
use super::file::File;
use super::manifest::{Beside, Manifest};
use super::send::{AT_ONCE, Sender, later};
use crate::aws::{Failure, Fate};
use crate::core::{Error, ErrorKind};

/// What is there and is ours.
struct Ours {
    etag: String,
    /// Whether it is as it was put.
    stands: bool,
}

impl Sender<'_> {
    /// Puts the files that `args` name, and notes them before and after: what is found half put belongs to nobody else.
    pub(super) async fn assets(&self, args: &Value) -> Result<(), Failure> {
        let wanted = self.files(args)?;
        let (mut manifest, mut etag) = fetch::manifest(self.calls, self.site).await.map_err(later)?;
        let known = wanted.keys().filter_map(|path| manifest.beside.get(path));
        if self.after_deleting(known).await? {
            (manifest, etag) = fetch::manifest(self.calls, self.site).await.map_err(later)?;
        }
        let mut ours = self.ours(&wanted, &manifest).await?;
        let since = self.calls.account.clock.now();
        let mut lacking: Vec<(String, File, Only)> = Vec::new();
        for (path, file) in wanted {
            let was = ours.remove(&path);
            // What an earlier release had may still be there.
            let stands = was.as_ref().is_some_and(|was| was.stands);
            if stands && manifest.beside.get(&path).is_some_and(|b| b.has(&file)) {
                continue;
            }
            let was = was.map(|was| was.etag);
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

    /// Returns what is under the paths of `wanted`, where that is what `manifest` says or what it was put in the place of.
    async fn ours(
        &self,
        wanted: &BTreeMap<String, File>,
        manifest: &Manifest,
    ) -> Result<BTreeMap<String, Ours>, Failure> {
        let (mut ours, mut staged) = (BTreeMap::new(), Vec::new());
        let known: Vec<(&String, &Beside)> =
            wanted.keys().filter_map(|path| Some((path, manifest.beside.get(path)?))).collect();
        if known.is_empty() {
            return Ok(ours);
        }
        let listed = self.calls.list(self.site).await.map_err(later)?;
        for (path, known) in known {
            let Some(now) = listed.get(path) else { continue };
            match &known.etag {
                None => staged.push((path.clone(), known.clone())),
                Some(etag) if *etag == now.etag => {
                    let one = Ours { etag: etag.clone(), stands: !known.is_touched(now) };
                    ours.insert(path.clone(), one);
                }
                Some(_) => {}
            }
        }
        // Whether what was staged is there is not known by its ETag.
        let read = stream::iter(staged).map(|(path, known)| async move {
            if let Some(why) = self.with.lease.stop() {
                return Err(Failure { error: Error::new(ErrorKind::Interrupted, why), fate: Fate::Later });
            }
            let now = self.calls.get(self.site, &path).await.map_err(later)?;
            let now = now.filter(|object| known.is(object) || known.was.as_ref() == Some(&object.etag));
            Ok(now.map(|object| (path, Ours { etag: object.etag, stands: false })))
        });
        let mut read = read.buffer_unordered(AT_ONCE);
        while let Some(one) = read.try_next().await? {
            ours.extend(one);
        }
        Ok(ours)
    }
}
