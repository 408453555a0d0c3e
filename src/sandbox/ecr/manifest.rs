//! Manifests: image manifests and lists of them, as Docker and OCI write them.

use serde_json::Value;

use super::super::digest;

/// Docker's manifest of an image (Image Manifest Version 2, Schema 2), and OCI's.
pub(super) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// A list of manifests, one for each platform.
pub(super) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// What a manifest names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// The configuration, where there is one, and the layers.
    pub(super) blobs: Vec<String>,
    /// The manifests of a list.
    pub(super) manifests: Vec<String>,
    /// The media type of the configuration.
    pub(super) config_type: Option<String>,
}

impl Parts {
    /// Reads a manifest; one that is no JSON names nothing.
    pub(super) fn of(text: &str) -> Parts {
        let manifest: Value = serde_json::from_str(text).unwrap_or_default();
        let digest = |part: &Value| part["digest"].as_str().map(str::to_owned);
        let all = |name: &str| manifest[name].as_array().into_iter().flatten().filter_map(digest);
        Parts {
            blobs: digest(&manifest["config"]).into_iter().chain(all("layers")).collect(),
            manifests: all("manifests").collect(),
            config_type: manifest["config"]["mediaType"].as_str().map(str::to_owned),
        }
    }
}

/// The media type that a manifest gives one of its layers or its configuration.
pub(super) fn media_type(text: &str, digest: &str) -> Option<String> {
    let manifest: Value = serde_json::from_str(text).unwrap_or_default();
    let layers = manifest["layers"].as_array().into_iter().flatten();
    let mut parts = layers.chain([&manifest["config"]]);
    let named = parts.find(|part| part["digest"] == digest)?;
    named["mediaType"].as_str().map(str::to_owned)
}

/// Whether it is a list of manifests.
pub(super) fn is_list(media_type: &str) -> bool {
    [OCI_INDEX, DOCKER_LIST].contains(&media_type)
}

/// Whether ECR knows the type ("Container image manifest format support in Amazon ECR"). Schema 1 is no longer pushed.
pub(super) fn is_known(media_type: &str) -> bool {
    [OCI_MANIFEST, DOCKER_MANIFEST].contains(&media_type) || is_list(media_type)
}

/// `sha256:` and the digest of some bytes.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", digest::sha256_hex(bytes))
}

/// Whether a text is the digest of something.
pub(super) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}
