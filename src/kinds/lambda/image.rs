//! The container images of functions: what versions run, by digest.

use std::collections::BTreeSet;

use super::send::Sender;
use super::state::{Content, State};
use crate::core::Result;
use crate::core::document::Document;
use crate::core::inventory::Found;
use crate::kinds::merged::merged;

/// Returns the images that `document`, a function, runs: its own and those that its aliases name. None, where its code is
/// an archive.
pub fn images(document: &Document) -> Vec<String> {
    let state = State::of(document);
    let named = state.aliases.values().filter_map(|alias| state.content(&alias.key));
    let all: BTreeSet<String> = named.chain([state.own.clone()]).filter_map(|c| image(&c)).collect();
    all.into_iter().collect()
}

fn image(content: &Content) -> Option<String> {
    let code = merged(content.portable.get("Code"), content.local.get("Code"))?;
    Some(code["ImageUri"].as_str()?.to_string())
}

impl Sender<'_> {
    /// Returns the image that the version `number` of `found` runs; `None` where its code is an archive.
    ///
    /// Source: "GetFunction" of the Lambda API reference: `ResolvedImageUri` has the digest of what `ImageUri` named when
    /// the version was made. A function is an image or an archive for good: no update request has `PackageType`.
    pub(super) async fn run_by(&self, found: &Found, number: &str) -> Result<Option<Vec<String>>> {
        let seen = self.shelf.seen(&found.id).map(|seen| seen.latest.1);
        if seen.is_some_and(|latest| latest.get("PackageType").is_some_and(|t| t == "Zip")) {
            return Ok(None);
        }
        let version = self.calls.function(&found.id, Some(number)).await?;
        if version["Configuration"]["PackageType"] != "Image" {
            return Ok(None);
        }
        let code = &version["Code"];
        let image = code["ResolvedImageUri"].as_str().or(code["ImageUri"].as_str());
        Ok(Some(image.map(String::from).into_iter().collect()))
    }
}
