//! Copying an image from one registry to another: the same bytes, so that it keeps its digest.
//!
//! Layers first, then the manifests that name them, then the index that names these: ECR takes nothing that names what is not
//! there (PutImage: LayersNotFoundException, ReferencedImagesNotFoundException). What is there is not sent, so that a copy
//! that was broken off goes on where it was.

use std::collections::BTreeMap;

use serde_json::Value;

use super::images::Repository;
use super::manifest::Manifest;
use super::registry::{Target, refused, unsent};
use crate::aws::Failure;
use crate::core::driver::Sending;
use crate::core::event::Event;
use crate::core::{Address, Error, ErrorKind, Result};

/// An image with all that it consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// What an index names comes before the index: the image itself is the last.
    pub manifests: Vec<Manifest>,
}

impl Whole {
    /// Reads the image `digest` of `from`. Fails, with what to type, where it cannot be pulled from there.
    pub async fn read(from: &Repository<'_>, digest: &str) -> Result<Whole> {
        let mut all: Vec<Manifest> = Vec::new();
        let mut wanted = vec![digest.to_string()];
        while !wanted.is_empty() {
            let found = from.manifests(&wanted).await.map_err(|e| denied(from, e))?;
            if let Some(missing) = wanted.iter().find(|d| found.iter().all(|m| m.digest != **d)) {
                return Err(lost(from, missing).await);
            }
            wanted = found.iter().flat_map(|m| m.children.clone()).collect();
            wanted.sort_unstable();
            wanted.dedup();
            wanted.retain(|d| all.iter().chain(&found).all(|m| m.digest != *d));
            all.extend(found);
        }
        all.reverse();
        Ok(Whole { manifests: all })
    }

    /// Returns its layers and configurations, with their sizes.
    pub fn blobs(&self) -> BTreeMap<String, u64> {
        self.manifests.iter().flat_map(|m| m.blobs.clone()).collect()
    }

    /// Returns for how many platforms it is.
    pub fn platforms(&self) -> usize {
        self.manifests.last().map_or(0, |m| m.platforms).max(1)
    }
}

/// A copy to be made.
pub struct Copy<'a> {
    /// What needs it.
    pub address: &'a Address,
    /// Where it is.
    pub from: Repository<'a>,
    /// Where it is to be.
    pub to: Repository<'a>,
    /// The image.
    pub digest: &'a str,
    /// The tags that it gets there, unless they are other images' by now.
    pub tags: Vec<String>,
}

impl Copy<'_> {
    /// Copies what is not there yet.
    pub async fn make(&self, with: &Sending<'_>) -> Result<(), Failure> {
        let whole = Whole::read(&self.from, self.digest).await.map_err(unsent)?;
        let target = Target { repository: &self.to, with };
        let digests: Vec<String> = whole.manifests.iter().map(|m| m.digest.clone()).collect();
        let there = self.to.manifests(&digests).await.map_err(|e| unsent(denied(&self.to, e)))?;
        let missing: Vec<&Manifest> =
            whole.manifests.iter().filter(|m| there.iter().all(|t| t.digest != m.digest)).collect();
        self.layers(&target, &missing).await?;
        for manifest in missing {
            target.put(manifest, None).await.map_err(|f| self.explained(f))?;
        }
        let Some(image) = whole.manifests.last() else { return Ok(()) };
        let tags: Vec<&String> = self.tags.iter().collect();
        let named = match tags.is_empty() {
            true => BTreeMap::new(),
            false => self.to.digests(&tags).await.map_err(unsent)?,
        };
        for tag in tags.into_iter().filter(|tag| !named.contains_key(*tag)) {
            target.put(image, Some(tag)).await.map_err(|f| self.explained(f))?;
        }
        Ok(())
    }

    /// Copies the layers of `manifests`, one after the other: only one part of one is held at a time.
    async fn layers(&self, target: &Target<'_>, manifests: &[&Manifest]) -> Result<(), Failure> {
        let sizes: BTreeMap<String, u64> = manifests.iter().flat_map(|m| m.blobs.clone()).collect();
        let lacking = self.to.lacking(sizes.keys()).await.map_err(unsent)?;
        let total: u64 = lacking.iter().filter_map(|digest| sizes.get(digest)).sum();
        let mut done = 0;
        for digest in &lacking {
            let size = sizes.get(digest).copied().unwrap_or_default();
            let what = format!("copying {}: {} of {}", self.to.name, shown_size(done), shown_size(total));
            target.with.events.emit(Event::Going { address: self.address.clone(), what });
            let from = self.from.layer(digest).await.map_err(|e| unsent(denied(&self.from, e)))?;
            target.upload(digest, size, from).await.map_err(|f| self.explained(f))?;
            done += size;
        }
        Ok(())
    }

    fn explained(&self, failure: Failure) -> Failure {
        let error = match failure.error.kind {
            ErrorKind::Corrupt => failure.error.hint(format!(
                "push the image again in {} {}, from where it was built, and deploy that",
                self.from.owner, self.from.region
            )),
            _ => denied(&self.to, failure.error),
        };
        match error.kind {
            ErrorKind::Corrupt => refused(error),
            _ => Failure { error, ..failure },
        }
    }
}

/// Returns why the image `digest` cannot be pulled from `from`.
async fn lost(from: &Repository<'_>, digest: &str) -> Error {
    let detail = from.detail(digest).await;
    let status = detail.as_ref().ok().and_then(|d| d.as_ref()?["imageStatus"].as_str());
    let Repository { owner, region, name, .. } = from;
    let image = format!("{name}@{}", short(digest));
    match status {
        // Source: "Archiving an image", ECR User Guide: "Archived images cannot be pulled".
        Some("ARCHIVED") => Error::blocked(format!("{image} of {owner} is ARCHIVED, and cannot be copied"))
            .hint(format!(
                "aws ecr update-image-storage-class --registry-id {owner} --region {region} --repository-name {name} \
                 --image-id imageDigest={digest} --target-storage-class STANDARD"
            )),
        Some("ACTIVATING") => {
            Error::blocked(format!("{image} of {owner} is on its way back from the archive"))
                .hint("the same command again, once it is ACTIVE: typically within 20 minutes")
        }
        _ => Error::not_found(format!("{owner} has no {image} in {region} any more")).hint(
            "push these bits again; or deploy what that environment runs now: snapdeploy extract ENV, then deploy that",
        ),
    }
}

/// Returns `error`; where `repository` may not be read or written, with what to write so that it may.
fn denied(repository: &Repository<'_>, error: Error) -> Error {
    let Repository { account, owner, region, name } = repository;
    let own = account.account == *owner;
    match (error.kind, own) {
        (ErrorKind::NotFound, _) if error.code.as_deref() == Some("RepositoryNotFoundException") => error
            .hint(format!(
                "aws ecr create-repository --registry-id {owner} --region {region} --repository-name {name}"
            )),
        (ErrorKind::Denied, true) => error.hint(format!(
            "let the role of {owner} do that on the repository {name}: ecr:BatchGetImage, ecr:DescribeImages, \
             ecr:BatchCheckLayerAvailability, ecr:GetDownloadUrlForLayer to copy from it; ecr:InitiateLayerUpload, \
             ecr:UploadLayerPart, ecr:CompleteLayerUpload, ecr:PutImage to copy into it"
        )),
        (ErrorKind::Denied, false) => error.hint(format!(
            "name {owner} in an environment of snapdeploy.toml, whose read_role_arn may pull; or let {} pull, in the \
             policy of {name} there: {}",
            account.account,
            serde_json::json!({
                "Effect": "Allow", "Principal": { "AWS": account.account },
                "Action": ["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"],
            })
        )),
        _ => error,
    }
}

/// Returns the tags of the image `digest` of `from`; none where nobody may know them.
pub async fn tags(from: &Repository<'_>, digest: &str) -> Vec<String> {
    let detail = from.detail(digest).await.ok().flatten().unwrap_or_default();
    let tags = detail["imageTags"].as_array().into_iter().flatten();
    tags.filter_map(Value::as_str).map(String::from).collect()
}

/// Returns `sha256:` with the first digits of `digest`.
pub fn short(digest: &str) -> String {
    match digest.char_indices().nth("sha256:".len() + 12) {
        Some((end, _)) => format!("{}…", &digest[..end]),
        None => digest.to_string(),
    }
}

/// Returns `84 MB`: in the units that registries count in, rounded up.
pub fn shown_size(bytes: u64) -> String {
    match bytes {
        0 => "0 MB".to_string(),
        1..=999_999 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_digests_as_people_read_them() {
        let shown = [0, 1, 1000, 999_999, 1_000_000, 83_500_001].map(shown_size);
        assert_eq!(shown, ["0 MB", "1 kB", "1 kB", "1000 kB", "1 MB", "84 MB"]);
        assert_eq!(short(&format!("sha256:{}", "ab".repeat(32))), "sha256:abababababab…");
        assert_eq!(short("sha256:ab"), "sha256:ab");
    }
}
