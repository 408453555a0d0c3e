//! Manifests: what an image consists of, read from the bytes that its digest is of.
//!
//! Source: the OCI image specification, "Image Manifest" and "Image Index"; Docker's "Image Manifest Version 2, Schema 2".
//! Both kinds are what ECR takes ("Container image manifest format support in Amazon ECR").

use std::collections::BTreeMap;

use serde_json::Value;

use crate::core::{Digest, Error, Result};

/// The types of manifests that are asked for: with fewer, ECR may answer with another one than the digest is of.
pub const TYPES: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// A manifest: an image for one platform, or an index of such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// `sha256:...`, which its text has.
    pub digest: String,
    /// Its text, byte for byte.
    pub text: String,
    /// What the registry says that it is.
    pub media_type: String,
    /// Its configuration and its layers, with their sizes.
    pub blobs: BTreeMap<String, u64>,
    /// The manifests of an index.
    pub children: Vec<String>,
    /// How many of these are for a platform: an index also names attestations, which run nowhere.
    pub platforms: usize,
}

impl Manifest {
    /// Reads the manifest `text`, which `digest` is said to be of. `Corrupt` if it is not, or names what is no digest.
    pub fn read(digest: &str, text: &str, media_type: &str) -> Result<Manifest> {
        told(digest)?.check(text.as_bytes(), format!("the manifest {digest}"))?;
        let bad = |why: &str| Error::corrupt(format!("the manifest {digest} cannot be read: {why}"));
        let value: Value = serde_json::from_str(text).map_err(|_| bad("it is no JSON"))?;
        if value["schemaVersion"] != 2 {
            return Err(bad("its schemaVersion is not 2"));
        }
        let (mut blobs, mut children, mut platforms) = (BTreeMap::new(), Vec::new(), 0);
        for part in many(&value["manifests"]) {
            children.push(named(part)?);
            platforms += usize::from(part["platform"]["os"].as_str().is_some_and(|os| os != "unknown"));
        }
        let config = Some(&value["config"]).filter(|config| !config.is_null());
        for part in config.into_iter().chain(many(&value["layers"])).filter(|part| !is_foreign(part)) {
            let size = part["size"].as_u64().ok_or_else(|| bad("a layer has no size"))?;
            blobs.insert(named(part)?, size);
        }
        if blobs.is_empty() && children.is_empty() {
            return Err(bad("it names neither layers nor manifests"));
        }
        let (digest, text, media_type) = (digest.to_string(), text.to_string(), media_type.to_string());
        Ok(Manifest { digest, text, media_type, blobs, children, platforms })
    }
}

/// Returns the digest that `text`, `sha256:...`, says.
pub fn told(text: &str) -> Result<Digest> {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    let bad = |_| Error::corrupt(format!("`{text}` is no digest: sha256: and 64 hexadecimal digits"));
    hex.parse::<Digest>().map_err(bad)
}

fn named(part: &Value) -> Result<String> {
    let digest = part["digest"].as_str().unwrap_or_default();
    told(digest)?;
    Ok(digest.to_string())
}

fn many(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Returns whether a layer is kept by somebody else: no registry has it.
///
/// Source: the OCI image specification, "Non-Distributable Layers", which "SHOULD NOT" be uploaded; Docker's media type
/// `application/vnd.docker.image.rootfs.foreign.diff.tar.gzip`.
fn is_foreign(part: &Value) -> bool {
    let media_type = part["mediaType"].as_str().unwrap_or_default();
    media_type.contains(".foreign.") || media_type.contains(".nondistributable.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn digest(text: &str) -> String {
        format!("sha256:{}", Digest::of(text.as_bytes()))
    }

    fn read(value: &Value) -> Result<Manifest> {
        let text = value.to_string();
        Manifest::read(&digest(&text), &text, TYPES[2])
    }

    #[test]
    fn an_image_names_its_configuration_and_its_layers() {
        let (a, b, c) = (digest("a"), digest("b"), digest("c"));
        let manifest = read(&json!({
            "schemaVersion": 2,
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": a, "size": 7 },
            "layers": [
                { "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": b, "size": 5000 },
                { "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "digest": c, "size": 9 },
                { "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": b, "size": 5000 },
            ],
        }));
        let manifest = manifest.unwrap();
        assert_eq!(manifest.blobs, BTreeMap::from([(a, 7), (b, 5000)]), "each once, and no foreign one");
        assert_eq!((manifest.children.len(), manifest.platforms), (0, 0));
    }

    #[test]
    fn an_index_names_its_manifests_and_an_attestation_is_no_platform() {
        let one = |text: &str, os: &str| json!({ "digest": digest(text), "size": 1, "platform": { "os": os, "architecture": "x" } });
        let index = json!({
            "schemaVersion": 2,
            "manifests": [one("a", "linux"), one("b", "linux"), one("c", "unknown")],
        });
        let index = read(&index).unwrap();
        assert_eq!(index.children, ["a", "b", "c"].map(digest));
        assert_eq!((index.platforms, index.blobs.len()), (2, 0));
    }

    #[test]
    fn what_its_digest_is_not_of_is_refused() {
        let layers = json!([{ "digest": digest("a"), "size": 1 }]);
        let text = json!({ "schemaVersion": 2, "layers": layers }).to_string();
        let other = Manifest::read(&digest("other"), &text, TYPES[2]).unwrap_err();
        assert!(other.message.contains("does not match its digest"), "{}", other.message);
        for bad in [
            json!({ "schemaVersion": 1, "layers": layers }),
            json!({ "schemaVersion": 2, "layers": [] }),
            json!({ "schemaVersion": 2, "layers": [{ "digest": "sha256:12", "size": 1 }] }),
            json!({ "schemaVersion": 2, "layers": [{ "digest": digest("a") }] }),
            json!({ "schemaVersion": 2, "manifests": [{ "digest": "md5:00" }] }),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
    }
}
