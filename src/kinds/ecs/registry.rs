//! Manifests and layers of a repository of ECR: out of one, and into another.
//!
//! Source: the Amazon ECR API reference, operations by their names: "These operations are used by the Amazon ECR proxy",
//! and any client may call them.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::images::Repository;
use super::manifest::{Manifest, TYPES};
use crate::aws::http::{Incoming, open};
use crate::aws::{ECR, Failure, Fate, Guard, Patience};
use crate::core::base64;
use crate::core::driver::Sending;
use crate::core::{Error, ErrorKind, Result};

/// How many images and layers are asked for at once (BatchGetImage, BatchCheckLayerAvailability).
const AT_ONCE: usize = 100;
/// The least and the most bytes of a part that is not the last (LayerPartTooSmallException; UploadLayerPart), and what one
/// has where InitiateLayerUpload does not say.
const PART: (usize, usize) = (5 << 20, 20 << 20);
const USUAL_PART: usize = 10 << 20;

impl Repository<'_> {
    /// Returns the manifests of these digests, as far as they can be pulled.
    pub async fn manifests(&self, digests: &[String]) -> Result<Vec<Manifest>> {
        let mut out = Vec::new();
        for some in digests.chunks(AT_ONCE) {
            let ids: Vec<Value> = some.iter().map(|digest| json!({ "imageDigest": digest })).collect();
            let body = json!({ "imageIds": ids, "acceptedMediaTypes": TYPES });
            let answer = self.ask("BatchGetImage", body).await?;
            for image in answer["images"].as_array().into_iter().flatten() {
                let text = |member: &Value| member.as_str().unwrap_or_default().to_string();
                let digest = text(&image["imageId"]["imageDigest"]);
                // One image may be answered once for each of its tags.
                if out.iter().all(|m: &Manifest| m.digest != digest) {
                    let (manifest, kind) =
                        (text(&image["imageManifest"]), text(&image["imageManifestMediaType"]));
                    out.push(Manifest::read(&digest, &manifest, &kind)?);
                }
            }
        }
        Ok(out)
    }

    /// Returns what is known of an image, in whichever state it is; nothing where there is none.
    ///
    /// Source: "DescribeImagesFilter": without `imageStatus` only what is ACTIVE is told.
    pub async fn detail(&self, digest: &str) -> Result<Option<Value>> {
        let body = json!({ "imageIds": [{ "imageDigest": digest }], "filter": { "imageStatus": "ANY" } });
        match self.ask("DescribeImages", body).await {
            Ok(mut answer) => Ok(answer["imageDetails"].get_mut(0).map(Value::take)),
            Err(e) if e.code.as_deref() == Some("ImageNotFoundException") => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Returns which of these layers and configurations cannot be pulled from it.
    pub async fn lacking(&self, digests: impl Iterator<Item = &String>) -> Result<BTreeSet<String>> {
        let mut lacking: BTreeSet<String> = digests.cloned().collect();
        let all: Vec<String> = lacking.iter().cloned().collect();
        for some in all.chunks(AT_ONCE) {
            let answer = self.ask("BatchCheckLayerAvailability", json!({ "layerDigests": some })).await?;
            // What is not there may be a failure, or a layer that is UNAVAILABLE.
            let layers = answer["layers"].as_array().into_iter().flatten();
            for layer in layers.filter(|layer| layer["layerAvailability"] == "AVAILABLE") {
                lacking.remove(layer["layerDigest"].as_str().unwrap_or_default());
            }
        }
        Ok(lacking)
    }

    /// Begins to read a layer or a configuration.
    pub async fn layer(&self, digest: &str) -> Result<Incoming> {
        let answer = self.ask("GetDownloadUrlForLayer", json!({ "layerDigest": digest })).await?;
        let url = answer["downloadUrl"].as_str();
        let url = url.ok_or_else(|| Error::failed("GetDownloadUrlForLayer: the answer has no URL"))?;
        open(url).await.map_err(|e| e.context(format!("cannot read the layer {digest} of {}", self.name)))
    }
}

/// A repository that something is put into.
pub struct Target<'a> {
    /// Which.
    pub repository: &'a Repository<'a>,
    /// What it is sent with.
    pub with: &'a Sending<'a>,
}

impl Target<'_> {
    /// Sends a call; again where it was throttled, and has had no effect.
    async fn tell(&self, operation: &'static str, body: Value) -> Result<Value, Failure> {
        let account = self.repository.account.in_region(self.repository.region);
        let body = self.repository.body(body);
        let mut patience = Patience::new(&account.clock);
        loop {
            if let Some(why) = self.with.lease.stop() {
                return Err(refused(Error::new(ErrorKind::Interrupted, why)));
            }
            let guard = Guard::new(self.with.lease.until(), &account.clock);
            let told = account.tell(&ECR, operation, &body, guard).await;
            match told {
                Err(failure) if failure.fate == Fate::Later && patience.wait(true).await => {}
                told => return told,
            }
        }
    }

    /// Puts `manifest`, whose layers and manifests are there, under `tag` or without one. An image that is there, and a tag
    /// that cannot be moved, stay as they are.
    pub async fn put(&self, manifest: &Manifest, tag: Option<&str>) -> Result<(), Failure> {
        let mut body = json!({
            "imageManifest": manifest.text, "imageManifestMediaType": manifest.media_type, "imageDigest": manifest.digest,
        });
        if let Some(tag) = tag {
            body["imageTag"] = json!(tag);
        }
        match self.tell("PutImage", body).await {
            Err(failure) if is(&failure, "ImageAlreadyExistsException") => Ok(()),
            Err(failure) if tag.is_some() && is(&failure, "ImageTagAlreadyExistsException") => Ok(()),
            told => told.map(drop),
        }
    }

    /// Puts the layer `digest` of `size` bytes, as it comes in, part by part. Bytes that it is not of are never completed.
    pub async fn upload(&self, digest: &str, size: u64, mut from: Incoming) -> Result<(), Failure> {
        let begun = self.tell("InitiateLayerUpload", json!({})).await?;
        let id = begun["uploadId"].as_str().unwrap_or_default();
        let told = begun["partSize"].as_u64().and_then(|size| usize::try_from(size).ok());
        let at_once = told.unwrap_or(USUAL_PART).clamp(PART.0, PART.1);
        let (mut sum, mut first) = (Sha256::new(), 0_u64);
        loop {
            let part = from.part(at_once).await.map_err(unsent)?;
            let next = first + part.len() as u64;
            if part.is_empty() || next > size {
                first = next;
                break;
            }
            sum.update(&part);
            self.tell("UploadLayerPart", part_of(id, first, &part)).await?;
            first = next;
        }
        let found = format!("sha256:{}", hex::encode(sum.finalize()));
        if first != size || found != digest {
            let message = format!(
                "the layer {digest} came in with other bytes than its digest and its size ({size}) say; it was not taken"
            );
            return Err(refused(Error::corrupt(message)));
        }
        let body = json!({ "uploadId": id, "layerDigests": [digest] });
        match self.tell("CompleteLayerUpload", body).await {
            Err(failure) if is(&failure, "LayerAlreadyExistsException") => Ok(()),
            told => told.map(drop),
        }
    }
}

fn part_of(id: &str, first: u64, part: &Bytes) -> Value {
    json!({
        "uploadId": id, "partFirstByte": first, "partLastByte": first + part.len() as u64 - 1,
        "layerPartBlob": base64::encode(part),
    })
}

fn is(failure: &Failure, code: &str) -> bool {
    failure.error.code.as_deref() == Some(code)
}

/// Sending it again would not help.
pub fn refused(error: Error) -> Failure {
    Failure { error, fate: Fate::Refused }
}

/// Nothing was sent.
pub fn unsent(error: Error) -> Failure {
    let fate = if error.kind == ErrorKind::Unavailable { Fate::Later } else { Fate::Refused };
    Failure { error, fate }
}
