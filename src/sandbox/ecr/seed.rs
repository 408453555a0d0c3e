//! Repositories and images of a scenario: real layers, configurations and manifests, the same for the same seed.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::clock;
use super::behaviour::Behaviour;
use super::held::{Held, Image, Repository, Storage};
use super::manifest::{OCI_INDEX, OCI_MANIFEST, digest_of};

/// An image of a scenario. Two with the same text, platforms and behaviour are the same bits, in whichever account.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageSeed {
    /// The region of its repository.
    pub region: String,
    /// The repository, which is made where it is not there.
    pub repository: String,
    /// The tag; none, if this is empty.
    pub tag: String,
    /// `linux/amd64` and so on: for more than one there is a list of manifests.
    pub platforms: Vec<String>,
    /// What is in its layer; the repository and the tag, if this is empty.
    pub text: String,
    /// What a container does that runs it.
    pub behaviour: Behaviour,
    /// Whether it lies in the archive.
    pub archived: bool,
}

impl Default for ImageSeed {
    fn default() -> ImageSeed {
        ImageSeed {
            region: "us-east-1".into(),
            repository: "app".into(),
            tag: "latest".into(),
            platforms: vec!["linux/amd64".into()],
            text: String::new(),
            behaviour: Behaviour::default(),
            archived: false,
        }
    }
}

/// A repository of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositorySeed {
    /// Its region.
    pub region: String,
    /// Its name.
    pub name: String,
    /// `MUTABLE` or `IMMUTABLE`.
    pub mutability: String,
    /// Its policy, as JSON; only its own account may read it without one.
    pub policy: Option<String>,
}

impl Default for RepositorySeed {
    fn default() -> RepositorySeed {
        RepositorySeed {
            region: "us-east-1".into(),
            name: "app".into(),
            mutability: "MUTABLE".into(),
            policy: None,
        }
    }
}

fn repository<'h>(held: &'h mut Held, account: &str, region: &str, name: &str) -> &'h mut Repository {
    let made = || Repository::new(account, region, name, clock::SEEDED);
    held.repositories.entry((region.to_owned(), name.to_owned())).or_insert_with(made)
}

impl Held {
    /// Adds a repository, or sets one that is there.
    pub(crate) fn seed_repository(&mut self, account: &str, seed: RepositorySeed) {
        let repository = repository(self, account, &seed.region, &seed.name);
        repository.mutability = seed.mutability;
        repository.policy = seed.policy;
    }

    /// Adds an image; its digest.
    pub(crate) fn seed_image(&mut self, account: &str, seed: &ImageSeed) -> String {
        let repository = repository(self, account, &seed.region, &seed.repository);
        let text = if seed.text.is_empty() {
            format!("{}:{}", seed.repository, seed.tag)
        } else {
            seed.text.clone()
        };
        let layer = tar("app", text.as_bytes());
        let layer_digest = keep(repository, layer.clone());
        let mut manifests = Vec::new();
        for platform in &seed.platforms {
            let (os, architecture) = platform.split_once('/').unwrap_or(("linux", platform));
            let config = json!({
                "architecture": architecture, "os": os, "created": "2026-01-01T00:00:00Z",
                "config": {"Cmd": ["/app"], "Labels": seed.behaviour.labels()},
                "rootfs": {"type": "layers", "diff_ids": [layer_digest]},
                "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "COPY app /app"}],
            });
            let config = Bytes::from(config.to_string());
            let size = config.len();
            let manifest = json!({
                "schemaVersion": 2, "mediaType": OCI_MANIFEST,
                "config": {
                    "mediaType": "application/vnd.oci.image.config.v1+json", "digest": keep(repository, config), "size": size,
                },
                "layers": [{
                    "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer_digest, "size": layer.len(),
                }],
            });
            let size = manifest.to_string().len();
            let digest = put(repository, &manifest, OCI_MANIFEST, seed);
            manifests.push(json!({
                "mediaType": OCI_MANIFEST, "digest": digest, "size": size,
                "platform": {"architecture": architecture, "os": os},
            }));
        }
        let digest = match manifests.as_slice() {
            [one] => one["digest"].as_str().unwrap_or_default().to_owned(),
            _ => {
                let list = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests});
                put(repository, &list, OCI_INDEX, seed)
            }
        };
        if !seed.tag.is_empty() {
            repository.tags.insert(seed.tag.clone(), digest.clone());
        }
        digest
    }
}

fn keep(repository: &mut Repository, bytes: Bytes) -> String {
    let digest = digest_of(&bytes);
    repository.layers.insert(digest.clone(), bytes);
    digest
}

fn put(repository: &mut Repository, manifest: &Value, media_type: &str, seed: &ImageSeed) -> String {
    let manifest = manifest.to_string();
    let digest = digest_of(manifest.as_bytes());
    let image = Image {
        manifest,
        media_type: media_type.into(),
        pushed: clock::SEEDED,
        storage: if seed.archived { Storage::Archive } else { Storage::Standard },
        archived: seed.archived.then_some(clock::SEEDED),
        activated: None,
    };
    repository.images.insert(digest.clone(), image);
    digest
}

/// A tar archive of one file (POSIX.1-1988, ustar).
fn tar(name: &str, bytes: &[u8]) -> Bytes {
    let mut header = [0_u8; 512];
    let mut field = |at: usize, text: &str| {
        for (to, from) in header.iter_mut().skip(at).zip(text.bytes()) {
            *to = from;
        }
    };
    field(0, name);
    field(100, "0000755\0");
    field(108, "0000000\0");
    field(116, "0000000\0");
    field(124, &format!("{:011o}\0", bytes.len()));
    field(136, "00000000000\0");
    // The sum is over the header with blanks where the sum will be.
    field(148, "        ");
    field(156, "0");
    field(257, "ustar\u{0}00");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    for (to, from) in header.iter_mut().skip(148).zip(format!("{sum:06o}\0 ").bytes()) {
        *to = from;
    }
    let mut out = header.to_vec();
    out.extend_from_slice(bytes);
    out.resize(out.len().next_multiple_of(512) + 1024, 0);
    Bytes::from(out)
}
