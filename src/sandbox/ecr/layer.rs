//! Layers: what is there of them, their bytes, and uploads in parts.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::answer::Fail;
use super::super::s3::{Bucket, CONNECT_OWNER, Object};
use super::super::{base64, ids, presigned};
use super::ask::{Ask, invalid};
use super::held::{Held, Repository, Upload};
use super::manifest;
use super::repository::heading;

/// Where the layers lie that there are URLs of: a bucket that no account can create.
const LAYER_BUCKET: &str = "ecr_layers";

/// How long such a URL is good for; AWS does not say.
const VALID_SECONDS: u32 = 3600;

/// What InitiateLayerUpload tells clients to send at once (its example in the API reference).
const PART_SIZE: usize = 10_485_760;

/// "The maximum size of each image layer part can be 20971520 bytes" (UploadLayerPart).
const MOST_PART: usize = 20_971_520;

/// "Layer parts must be at least 5 MiB in size" (LayerPartTooSmallException).
const LEAST_PART: usize = 5 * 1024 * 1024;

/// The media type that a manifest of the repository gives a layer.
fn media_type(repository: &Repository, digest: &str) -> Option<String> {
    repository.images.values().find_map(|image| manifest::media_type(&image.manifest, digest))
}

/// `BatchCheckLayerAvailability`.
pub(super) fn check(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let digests = ask.texts("layerDigests");
    if digests.is_empty() || digests.len() > 100 {
        return Err(invalid("layerDigests", "Member must have length between 1 and 100"));
    }
    let repository = ask.repository(held)?;
    let active = repository.layers_in_use(&["ACTIVE"], ask.now);
    let archived = repository.layers_in_use(&["ARCHIVED", "ACTIVATING"], ask.now);
    let (mut layers, mut failures) = (Vec::new(), Vec::new());
    for digest in digests {
        if !manifest::is_digest(digest) {
            let why = "Invalid layer digest";
            failures.push(
                json!({"layerDigest": digest, "failureCode": "InvalidLayerDigest", "failureReason": why}),
            );
            continue;
        }
        if !repository.layers.contains_key(digest) && ask.switches.on("ecr_missing_layer_is_failure") {
            let why = format!("Layer with digest '{digest}' does not exist");
            failures.push(
                json!({"layerDigest": digest, "failureCode": "MissingLayerDigest", "failureReason": why}),
            );
            continue;
        }
        let mut layer = json!({"layerDigest": digest, "layerAvailability": "UNAVAILABLE"});
        if let Some(bytes) = repository.layers.get(digest) {
            let in_archive = archived.contains(digest) && !active.contains(digest);
            layer["layerAvailability"] = json!(if in_archive { "ARCHIVED" } else { "AVAILABLE" });
            layer["layerSize"] = json!(bytes.len());
            if let Some(media_type) = media_type(repository, digest) {
                layer["mediaType"] = json!(media_type);
            }
        }
        layers.push(layer);
    }
    Ok(json!({"layers": layers, "failures": failures}))
}

/// `GetDownloadUrlForLayer`: "You can only get URLs for image layers that are referenced in an image".
pub(super) fn download(
    held: &mut Held,
    ask: &Ask<'_>,
    buckets: &mut BTreeMap<String, Bucket>,
) -> Result<Value, Fail> {
    let digest = ask.needed("layerDigest")?;
    let repository = ask.repository(held)?;
    let bytes = repository.layers.get(digest).ok_or_else(|| {
        let message = format!("The layer with digest '{digest}' does not exist in {}", repository.place());
        Fail::new(400, "LayersNotFoundException", message)
    })?;
    if !repository.layers_in_use(&["ACTIVE"], ask.now).contains(digest) {
        // "The specified layer is not available because it is not associated with an image."
        let message = format!(
            "The layer with digest '{digest}' in {} is not associated with an image",
            repository.place()
        );
        return Err(Fail::new(400, "LayerInaccessibleException", message));
    }
    let key = digest.replace(':', "/");
    let own = || Bucket::new(CONNECT_OWNER, &ask.call.region);
    let bucket = buckets.entry(LAYER_BUCKET.to_owned()).or_insert_with(own);
    let object = || Object::of(bytes.clone(), "application/octet-stream", ask.now);
    bucket.objects.entry(key.clone()).or_insert_with(object);
    let host = ask.call.header("host").unwrap_or_default();
    let url =
        presigned::url(host, &format!("/{LAYER_BUCKET}/{key}"), &ask.call.region, ask.now, VALID_SECONDS);
    Ok(json!({"downloadUrl": url, "layerDigest": digest}))
}

/// `InitiateLayerUpload`.
pub(super) fn initiate(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    ask.repository(held)?;
    let (region, repository) = ask.place()?;
    let id = ids::random_uuid();
    held.uploads.insert(id.clone(), Upload { region, repository, bytes: Vec::new(), parts: Vec::new() });
    Ok(json!({"uploadId": id, "partSize": PART_SIZE}))
}

/// The upload that is named.
fn upload<'h>(held: &'h mut Held, ask: &Ask<'_>) -> Result<&'h mut Upload, Fail> {
    ask.repository(held)?;
    let (region, repository) = ask.place()?;
    let id = ask.needed("uploadId")?;
    let missing = || {
        let message = format!(
            "The layer upload with id '{id}' could not be found in the repository with name '{repository}' in the registry with id '{}'",
            ask.registry()
        );
        Fail::new(400, "UploadNotFoundException", message)
    };
    let found =
        held.uploads.get_mut(id).filter(|found| found.region == region && found.repository == repository);
    found.ok_or_else(missing)
}

/// `UploadLayerPart`: "the first byte specified is not consecutive to the last byte of a previous layer part upload"
/// (InvalidLayerPartException).
pub(super) fn part(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let (first, last) = (ask.number("partFirstByte")?, ask.number("partLastByte")?);
    let bad = || Fail::new(400, "SerializationException", "layerPartBlob is not base 64");
    let bytes = base64::decode(ask.needed("layerPartBlob")?).ok_or_else(bad)?;
    let (registry, (_, repository), id) = (ask.registry(), ask.place()?, ask.needed("uploadId")?);
    let upload = upload(held, ask)?;
    let there = upload.bytes.len();
    if first != there
        || last.checked_sub(first).map(|most| most + 1) != Some(bytes.len())
        || bytes.len() > MOST_PART
    {
        let message = format!(
            "Invalid layer part upload for upload with id '{id}' in the repository with name '{repository}' in the registry with id '{registry}'"
        );
        let fail = Fail::new(400, "InvalidLayerPartException", message);
        let fail = fail.with("registryId", json!(registry)).with("repositoryName", json!(repository));
        return Err(fail
            .with("uploadId", json!(id))
            .with("lastValidByteReceived", json!(there.saturating_sub(1))));
    }
    upload.parts.push(bytes.len());
    upload.bytes.extend(bytes);
    Ok(json!({
        "registryId": registry, "repositoryName": repository, "uploadId": id, "lastByteReceived": last,
    }))
}

/// `CompleteLayerUpload`: "you can optionally provide a sha256 digest of the image layer for data validation purposes".
pub(super) fn complete(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let digests = ask.texts("layerDigests");
    let id = ask.needed("uploadId")?;
    let (whole, parts) = {
        let upload = upload(held, ask)?;
        (Bytes::from(upload.bytes.clone()), upload.parts.clone())
    };
    let refused = |code: &str, what: &str| {
        let (registry, name) = (ask.registry(), ask.text("repositoryName").unwrap_or_default());
        let place = format!("in the repository with name '{name}' in the registry with id '{registry}'");
        Fail::new(400, code, format!("The layer upload with id '{id}' {place} {what}"))
    };
    if parts.is_empty() {
        return Err(refused("EmptyUploadException", "does not contain any layer parts"));
    }
    if parts.iter().rev().skip(1).any(|size| *size < LEAST_PART) {
        return Err(refused(
            "LayerPartTooSmallException",
            "has a part of less than 5 MiB that is not its last",
        ));
    }
    let digest = manifest::digest_of(&whole);
    if !digests.contains(&digest.as_str()) {
        let what = format!("has the digest '{digest}', which is not the one that was specified");
        return Err(refused("InvalidLayerException", &what));
    }
    let repository = ask.repository(held)?;
    if repository.layers.contains_key(&digest) {
        let message = format!("Layer with digest '{digest}' already exists in {}", repository.place());
        return Err(Fail::new(400, "LayerAlreadyExistsException", message));
    }
    repository.layers.insert(digest.clone(), whole);
    let mut answer = heading(repository);
    answer.insert("uploadId".into(), json!(id));
    answer.insert("layerDigest".into(), json!(digest));
    held.uploads.remove(id);
    Ok(Value::Object(answer))
}
