//! Putting what is new: nothing refers to it yet, so it is there before anything does.

use std::collections::{BTreeMap, BTreeSet};

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
        let mut lacking: BTreeMap<String, File> = BTreeMap::new();
        for (path, file) in wanted {
            // What an earlier release had may still be there.
            let known = manifest.beside.get(&path).filter(|b| b.file == file).and_then(|b| b.etag.clone());
            let there = match known {
                Some(etag) => {
                    self.calls.etag(self.site, &path).await.map_err(later)?.filter(|now| *now == etag)
                }
                None => None,
            };
            if there.is_none() {
                lacking.insert(path, file);
            }
        }
        if lacking.is_empty() {
            return Ok(());
        }
        let ours: BTreeSet<String> = manifest.beside.keys().cloned().collect();
        let since = self.calls.account.clock.now();
        for (path, file) in &lacking {
            let beside = Beside { since, file: file.clone(), etag: None };
            manifest.beside.insert(path.clone(), beside);
        }
        let etag = self.note(&mut manifest, etag.as_deref()).await?;
        let files = lacking.into_iter().map(|(path, file)| {
            let only = if ours.contains(&path) { Only::Always } else { Only::IfAbsent };
            (path, file, only)
        });
        let put = self.put_all(files.collect()).await?;
        for (path, etag) in put {
            manifest.beside.entry(path).and_modify(|b| b.etag = Some(etag));
        }
        self.note(&mut manifest, Some(&etag)).await.map(drop)
    }
}
