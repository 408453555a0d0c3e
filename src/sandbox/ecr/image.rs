//! Images: manifests that are put, fetched and deleted.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, ImageId, invalid};
use super::held::{Held, Image, Repository, Storage};
use super::manifest::{self, Parts};
use super::repository::heading;

/// An image as `PutImage` and `BatchGetImage` answer it.
fn shown(repository: &Repository, id: &ImageId, image: &Image) -> Value {
    let mut out = heading(repository);
    out.insert("imageId".into(), id.json());
    out.insert("imageManifest".into(), json!(image.manifest));
    out.insert("imageManifestMediaType".into(), json!(image.media_type));
    Value::Object(out)
}

/// What type a manifest is of: "If you push an image manifest that does not contain the mediaType field, you must specify
/// the imageManifestMediaType in the request" (PutImage).
fn media_type(ask: &Ask<'_>, text: &str) -> Result<String, Fail> {
    let manifest: Value =
        serde_json::from_str(text).map_err(|_| invalid("ImageManifest", "Invalid JSON syntax"))?;
    let own = manifest["mediaType"].as_str();
    let given = ask.text("imageManifestMediaType");
    let found =
        own.or(given).ok_or_else(|| invalid("ImageManifest", "no media type is in it nor beside it"))?;
    if own.zip(given).is_some_and(|(own, given)| own != given) {
        return Err(invalid("ImageManifestMediaType", "does not match the media type of the manifest"));
    }
    if !manifest::is_known(found) {
        return Err(invalid("ImageManifest", "media type is not supported"));
    }
    Ok(found.to_owned())
}

/// Refuses a manifest that names what is not in the repository.
fn check_parts(repository: &Repository, text: &str) -> Result<(), Fail> {
    let parts = Parts::of(text);
    let missing = |all: &[String], there: &dyn Fn(&str) -> bool| {
        all.iter().filter(|digest| !there(digest)).cloned().collect::<Vec<_>>().join(", ")
    };
    let layers = missing(&parts.blobs, &|digest| repository.layers.contains_key(digest));
    let images = missing(&parts.manifests, &|digest| {
        repository.images.get(digest).is_some_and(|image| !manifest::is_list(&image.media_type))
    });
    for (code, what, lost) in [
        ("LayersNotFoundException", "Layers", layers),
        ("ReferencedImagesNotFoundException", "Images", images),
    ] {
        if !lost.is_empty() {
            let message = format!(
                "{what} with digests '[{lost}]' required for pushing image into {} do not exist",
                repository.place().replacen("the ", "", 1)
            );
            return Err(Fail::new(400, code, message));
        }
    }
    Ok(())
}

/// `PutImage`.
pub(super) fn put(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let text = ask.needed("imageManifest")?;
    let tag = ask.text("imageTag");
    let repository = ask.repository(held)?;
    let media_type = media_type(ask, text)?;
    let digest = manifest::digest_of(text.as_bytes());
    if let Some(wanted) = ask.text("imageDigest").filter(|wanted| *wanted != digest) {
        let message = format!(
            "The specified image digest '{wanted}' does not match the digest of the manifest, '{digest}'"
        );
        return Err(Fail::new(400, "ImageDigestDoesNotMatchException", message));
    }
    check_parts(repository, text)?;
    let there = repository.images.get(&digest).map(|image| image.status(ask.now));
    let same_tag = tag.is_none_or(|tag| repository.tags.get(tag) == Some(&digest));
    let taken = tag.filter(|tag| !repository.movable(tag) && repository.tags.contains_key(*tag));
    // What an identical push to an immutable tag is refused with is told differently (containers-roadmap issue 2179,
    // aws-sdk issue 750).
    let tag_first = ask.switches.on("ecr_same_image_is_tag_conflict");
    if let Some(tag) = taken.filter(|_| !same_tag || tag_first) {
        let message = format!(
            "The image tag '{tag}' already exists in the '{}' repository and cannot be overwritten because the repository is immutable.",
            repository.name
        );
        return Err(Fail::new(400, "ImageTagAlreadyExistsException", message));
    }
    if there == Some("ACTIVE") && same_tag {
        let tagged = tag.map(|tag| format!(" and tag '{tag}'")).unwrap_or_default();
        let message = format!(
            "Image with digest '{digest}'{tagged} already exists in the repository with name '{}' in registry with id '{}'",
            repository.name, repository.account
        );
        return Err(Fail::new(400, "ImageAlreadyExistsException", message));
    }
    let now = ask.now;
    let image = repository.images.entry(digest.clone()).or_insert_with(|| Image {
        manifest: text.to_owned(),
        media_type,
        pushed: now,
        storage: Storage::Standard,
        archived: None,
        activated: None,
    });
    if image.storage != Storage::Standard {
        // "When you push an image that is currently archived, that image will immediately be restored" ("Restoring an
        // image", ECR User Guide).
        image.storage = Storage::Standard;
        image.activated = Some(now);
    }
    let image = image.clone();
    if let Some(tag) = tag {
        repository.tags.insert(tag.to_owned(), digest.clone());
    }
    let id = ImageId { digest: Some(digest), tag: tag.map(str::to_owned) };
    Ok(json!({"image": shown(repository, &id, &image)}))
}

fn failure(id: &ImageId, code: &str, why: &str) -> Value {
    json!({"imageId": id.json(), "failureCode": code, "failureReason": why})
}

/// `BatchGetImage`.
pub(super) fn batch_get(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let accepted = ask.texts("acceptedMediaTypes");
    let ids = ask.image_ids()?;
    let repository = ask.repository(held)?;
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for id in &ids {
        let found = id.find(repository).and_then(|digest| {
            let image =
                repository.images.get(&digest).ok_or(("ImageNotFound", "Requested image not found"))?;
            if image.status(ask.now) != "ACTIVE" {
                // "Requests to pull the archived image will fail with a 404 error" ("Archiving an image"); which code
                // that is here, nothing says.
                let inaccessible = ask.switches.on("ecr_archived_image_is_inaccessible");
                let code = if inaccessible { "ImageInaccessible" } else { "ImageNotFound" };
                return Err((code, "Requested image not found"));
            }
            let refused = !accepted.is_empty() && !accepted.contains(&image.media_type.as_str());
            if refused && ask.switches.on("ecr_unaccepted_type_fails") {
                return Err(("ImageNotFound", "Requested image not found"));
            }
            Ok((digest, image))
        });
        match found {
            Ok((digest, image)) => {
                let whole = ImageId { digest: Some(digest), tag: id.tag.clone() };
                images.push(shown(repository, &whole, image));
            }
            Err((code, why)) => failures.push(failure(id, code, why)),
        }
    }
    Ok(json!({"images": images, "failures": failures}))
}

/// `BatchDeleteImage`: "When you remove the last tag from an image, the image is deleted from your repository. You can
/// completely delete an image (and all of its tags) by specifying the image's digest".
pub(super) fn batch_delete(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let ids = ask.image_ids()?;
    let repository = ask.repository(held)?;
    let (mut gone, mut failures) = (Vec::new(), Vec::new());
    for id in &ids {
        let digest = match id.find(repository) {
            Ok(digest) => digest,
            Err((code, why)) => {
                failures.push(failure(id, code, why));
                continue;
            }
        };
        let tags: Vec<String> = repository.tags_of(&digest).into_iter().cloned().collect();
        let last = id.tag.is_none() || tags.len() < 2;
        let lists =
            repository.images.values().filter(|image| Parts::of(&image.manifest).manifests.contains(&digest));
        if last && lists.count() > 0 {
            let why = "Requested image referenced by manifest list";
            failures.push(failure(id, "ImageReferencedByManifestList", why));
            continue;
        }
        let removed: Vec<String> = if id.tag.is_some() { id.tag.iter().cloned().collect() } else { tags };
        for tag in &removed {
            repository.tags.remove(tag);
            gone.push(json!({"imageDigest": digest, "imageTag": tag}));
        }
        if removed.is_empty() {
            gone.push(json!({"imageDigest": digest}));
        }
        if last {
            repository.images.remove(&digest);
        }
    }
    Ok(json!({"imageIds": gone, "failures": failures}))
}
