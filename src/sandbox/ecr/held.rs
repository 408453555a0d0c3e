//! What ECR holds in an account: repositories with their images, tags and layers, and uploads under way.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::manifest;
use super::scan::Scan;

/// What of ECR is in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    /// By region and name.
    pub(super) repositories: BTreeMap<(String, String), Repository>,
    /// Layers under way, by the id of the upload.
    pub(super) uploads: BTreeMap<String, Upload>,
}

/// A repository.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    pub(super) account: String,
    pub(super) region: String,
    pub(super) name: String,
    pub(super) created: f64,
    /// `MUTABLE`, `IMMUTABLE`, or one of them `_WITH_EXCLUSION`.
    pub(super) mutability: String,
    /// The tags, with `*`, that the mutability does not hold for.
    pub(super) exclusions: Vec<String>,
    pub(super) scan_on_push: bool,
    pub(super) encryption: Value,
    pub(super) policy: Option<String>,
    /// By digest.
    pub(super) images: BTreeMap<String, Image>,
    /// The digest of each tag.
    pub(super) tags: BTreeMap<String, String>,
    /// What scans have found, by digest.
    pub(super) scans: BTreeMap<String, Scan>,
    /// Layers and configurations, by digest.
    pub(super) layers: BTreeMap<String, Bytes>,
}

/// A manifest.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    /// Its text, byte for byte: the digest is of it.
    pub(super) manifest: String,
    pub(super) media_type: String,
    pub(super) pushed: f64,
    pub(super) storage: Storage,
    pub(super) archived: Option<f64>,
    pub(super) activated: Option<f64>,
}

/// Where an image lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Storage {
    /// In the standard class.
    Standard,
    /// In the archive.
    Archive,
    /// On its way back, until then.
    Restoring(f64),
}

/// A layer under way.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(super) region: String,
    pub(super) repository: String,
    pub(super) bytes: Vec<u8>,
    /// How many bytes each part has.
    pub(super) parts: Vec<usize>,
}

impl Image {
    /// `imageStatus`.
    pub(super) fn status(&self, now: f64) -> &'static str {
        match self.storage {
            Storage::Standard => "ACTIVE",
            Storage::Archive => "ARCHIVED",
            Storage::Restoring(until) if now < until => "ACTIVATING",
            Storage::Restoring(_) => "ACTIVE",
        }
    }
}

impl Repository {
    /// A repository with what CreateRepository takes for granted.
    pub(super) fn new(account: &str, region: &str, name: &str, created: f64) -> Repository {
        Repository {
            account: account.into(),
            region: region.into(),
            name: name.into(),
            created,
            mutability: "MUTABLE".into(),
            exclusions: Vec::new(),
            scan_on_push: false,
            encryption: json!({"encryptionType": "AES256"}),
            policy: None,
            images: BTreeMap::new(),
            tags: BTreeMap::new(),
            scans: BTreeMap::new(),
            layers: BTreeMap::new(),
        }
    }

    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:ecr:{}:{}:repository/{}", self.region, self.account, self.name)
    }

    /// What is said of it in the words of errors.
    pub(super) fn place(&self) -> String {
        format!("the repository with name '{}' in the registry with id '{}'", self.name, self.account)
    }

    /// Whether a tag may be moved to another image ("Preventing image tags from being overwritten", ECR User Guide).
    pub(super) fn movable(&self, tag: &str) -> bool {
        let excluded = self.exclusions.iter().any(|filter| matches(filter, tag));
        match self.mutability.as_str() {
            "IMMUTABLE" => false,
            "IMMUTABLE_WITH_EXCLUSION" => excluded,
            "MUTABLE_WITH_EXCLUSION" => !excluded,
            _ => true,
        }
    }

    /// The tags of an image.
    pub(super) fn tags_of(&self, digest: &str) -> Vec<&String> {
        self.tags.iter().filter(|(_, of)| *of == digest).map(|(tag, _)| tag).collect()
    }

    /// The layers and configurations that the images with one of these statuses name.
    pub(super) fn layers_in_use(&self, statuses: &[&str], now: f64) -> BTreeSet<String> {
        let images = self.images.values().filter(|image| statuses.contains(&image.status(now)));
        images.flat_map(|image| manifest::Parts::of(&image.manifest).blobs).collect()
    }

    /// Bytes of an image: of its layers and its configuration; "If the image is a manifest list, this will be the max
    /// size of all manifests in the list" (ImageDetail).
    pub(super) fn size(&self, image: &Image) -> usize {
        let parts = manifest::Parts::of(&image.manifest);
        let own: usize =
            parts.blobs.iter().filter_map(|digest| self.layers.get(digest)).map(Bytes::len).sum();
        let children = parts.manifests.iter().filter_map(|digest| self.images.get(digest));
        // A manifest list of a manifest list is refused, so this ends.
        children.map(|child| self.size(child)).max().unwrap_or(own)
    }
}

/// Whether a text fits a filter in which `*` stands for anything.
fn matches(filter: &str, text: &str) -> bool {
    match filter.split_once('*') {
        None => filter == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            (0..=tail.len()).any(|at| tail.get(at..).is_some_and(|tail| matches(rest, tail)))
        }),
    }
}

/// "The specified repository could not be found" (RepositoryNotFoundException).
pub(super) fn no_repository(account: &str, name: &str) -> Fail {
    let message =
        format!("The repository with name '{name}' does not exist in the registry with id '{account}'");
    Fail::new(400, "RepositoryNotFoundException", message)
}

impl Held {
    /// A repository.
    pub(super) fn repository(&self, account: &str, region: &str, name: &str) -> Result<&Repository, Fail> {
        let place = (region.to_owned(), name.to_owned());
        self.repositories.get(&place).ok_or_else(|| no_repository(account, name))
    }

    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        let mut out = Map::new();
        for ((region, name), repository) in &self.repositories {
            let images: Map<String, Value> = repository
                .images
                .iter()
                .map(|(digest, image)| {
                    let storage = match image.storage {
                        Storage::Standard => "standard",
                        Storage::Archive => "archive",
                        Storage::Restoring(_) => "restoring",
                    };
                    (digest.clone(), json!({"mediaType": image.media_type, "storage": storage}))
                })
                .collect();
            out.insert(
                format!("{region}/{name}"),
                json!({
                    "images": images, "tags": repository.tags, "layers": repository.layers.keys().collect::<Vec<_>>(),
                    "mutability": repository.mutability, "policy": repository.policy,
                }),
            );
        }
        Value::Object(out)
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn filters_of_tags() {
        for (filter, text, fits) in [
            ("latest", "latest", true),
            ("latest", "latest-1", false),
            ("dev-*", "dev-7", true),
            ("*-rc*", "1.0-rc2", true),
            ("*-rc", "1.0-rc2", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(filter, text), fits, "{filter} {text}");
        }
    }
}
