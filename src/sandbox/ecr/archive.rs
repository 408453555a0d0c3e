//! The archive: images that cannot be pulled until they are restored.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, ImageId, invalid};
use super::held::{Held, Storage};
use super::repository::heading;

/// `UpdateImageStorageClass`. A restore takes as long as the switch says ("typically up to 20 minutes", "Restoring an
/// image"); until then the image is ACTIVATING.
pub(super) fn update(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let target = ask.needed("targetStorageClass")?;
    let id = ask.body.get("imageId").map(ImageId::of).unwrap_or_default();
    let repository = ask.repository(held)?;
    let missing = || {
        let message = format!(
            "The image with imageId {} does not exist within the repository with name '{}' in the registry with id '{}'",
            id.shown(),
            repository.name,
            repository.account
        );
        Fail::new(400, "ImageNotFoundException", message)
    };
    let digest = id.find(repository).map_err(|(code, why)| match code {
        "MissingDigestAndTag" | "InvalidImageDigest" => invalid("imageId", why),
        _ => missing(),
    })?;
    let (now, takes) = (ask.now, ask.switches.number("ecr_restore_seconds"));
    let mut answer = heading(repository);
    let lost = missing();
    let image = repository.images.get_mut(&digest).ok_or(lost)?;
    match (target, image.status(now)) {
        ("ARCHIVE", "ACTIVE") => {
            image.storage = Storage::Archive;
            image.archived = Some(now);
        }
        ("STANDARD", "ARCHIVED") => {
            let until = now + takes as f64;
            image.storage = Storage::Restoring(until);
            image.activated = Some(until);
        }
        ("ARCHIVE" | "STANDARD", status) => {
            let message = format!("The image is {status} and cannot be moved to {target}");
            return Err(Fail::new(400, "ImageStorageClassUpdateNotSupportedException", message));
        }
        _ => {
            return Err(invalid(
                "targetStorageClass",
                "Member must satisfy enum value set: [STANDARD, ARCHIVE]",
            ));
        }
    }
    answer.insert("imageId".into(), json!({"imageDigest": digest}));
    if let Some(tag) = &id.tag {
        answer.insert("imageId".into(), json!({"imageDigest": digest, "imageTag": tag}));
    }
    answer.insert("imageStatus".into(), json!(image.status(now)));
    Ok(Value::Object(answer))
}
