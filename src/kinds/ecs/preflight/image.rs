//! Whether the images are there, by digest and in their own registries, and are what ran then.

use serde_json::{Value, json};

use super::card::Card;
use super::platform;
use super::target::{Target, Wanted};
use crate::aws::{Account, ECR};
use crate::core::run::RunKind;
use crate::core::{ErrorKind, Result};
use crate::kinds::ecs::driver::Services;
use crate::kinds::ecs::images::Image;

/// A private registry of ECR, and a repository in it.
struct Place<'a> {
    account: Account,
    owner: &'a str,
    region: &'a str,
    repository: &'a str,
}

/// Asks about each image.
pub async fn ask(services: &Services, kind: RunKind, target: &Target, card: &mut Card<'_>) {
    for wanted in &target.images {
        let asked = format!("image {}", wanted.container);
        let image = Image::of(&wanted.image);
        let Some((owner, region, repository)) = image.in_ecr() else {
            card.warn(
                &asked,
                format!("{} is in no registry of ECR, and could not be asked for", wanted.image),
            );
            continue;
        };
        let account = services.calls.account.in_region(region);
        let place = Place { account, owner, region, repository };
        one(&place, &image, wanted, &asked, card).await;
        if kind == RunKind::Rollback && wanted.guessed && image.digest.is_some() {
            let text = wanted.written.as_deref().unwrap_or(&wanted.image);
            card.warn_so(
                &asked,
                format!("nobody knows what {text} stood for when it ran: what it stands for now is taken"),
                format!("if its digest is known: --artifact ADDRESS:{}=@sha256:...", wanted.container),
            );
        }
        if let Some(digest) = &image.digest {
            platform::ask(&place.account, (owner, repository, digest), target, &wanted.container, card).await;
        }
    }
}

async fn one(place: &Place<'_>, image: &Image, wanted: &Wanted, asked: &str, card: &mut Card<'_>) {
    let id = match (&image.digest, &image.tag) {
        (Some(digest), _) => json!({ "imageDigest": digest }),
        (None, tag) => json!({ "imageTag": tag.as_deref().unwrap_or("latest") }),
    };
    let shown = short(image);
    let gone =
        || format!("{shown} is not in {} of {} in {} any more", place.repository, place.owner, place.region);
    let again = "build or copy it there again, or go back to another revision: --to :NUMBER";
    let there = match place.status(&id).await {
        Ok(there) => there,
        Err(e) if e.kind == ErrorKind::NotFound => return card.block(asked, gone(), again),
        Err(e) => return card.unasked(asked, &e, "ecr:DescribeImages"),
    };
    match there.as_deref() {
        None => return card.block(asked, gone(), again),
        Some("ARCHIVED") => {
            let member = match (&image.digest, &image.tag) {
                (Some(digest), _) => format!("imageDigest={digest}"),
                (None, tag) => format!("imageTag={}", tag.as_deref().unwrap_or("latest")),
            };
            return card.block(
                asked,
                format!("{shown} is archived, and cannot be pulled until it is restored"),
                // Source: "Restoring an image" of the ECR User Guide; UpdateImageStorageClass.
                format!(
                    "aws ecr update-image-storage-class --region {} --registry-id {} --repository-name {} \
                     --image-id {member} --target-storage-class STANDARD\nthen wait until it is ACTIVE: typically 20 \
                     minutes",
                    place.region, place.owner, place.repository
                ),
            );
        }
        Some("ACTIVATING") => {
            return card.block(
                asked,
                format!("{shown} is being restored from the archive"),
                "wait until it is ACTIVE: typically 20 minutes",
            );
        }
        Some(_) => {}
    }
    let Some(digest) = &image.digest else {
        return card
            .warn(asked, format!("{shown} is there, and nobody can tell whether it is what ran then"));
    };
    same(place, wanted, digest, &shown, asked, card).await;
}

/// Says whether the tag that the task definition names still stands for `digest`.
async fn same(
    place: &Place<'_>,
    wanted: &Wanted,
    digest: &str,
    shown: &str,
    asked: &str,
    card: &mut Card<'_>,
) {
    let written = wanted.written.as_deref().map(Image::of);
    let Some(tag) =
        written.as_ref().filter(|w| w.digest.is_none()).map(|w| w.tag.as_deref().unwrap_or("latest"))
    else {
        return card.pass(asked, format!("{shown} is there"));
    };
    match place.digest(tag).await {
        Ok(Some(now)) if now == digest => {
            card.pass(asked, format!("{shown} is there, and the tag {tag} stands for it"));
        }
        Ok(Some(now)) => card.warn(
            asked,
            format!(
                "the tag {tag} stands for {} by now; what ran then is pinned by its digest: {shown}",
                cut(&now)
            ),
        ),
        Ok(None) => card.warn(
            asked,
            format!("no image has the tag {tag} any more; what ran then is pinned by its digest: {shown}"),
        ),
        Err(e) => card.unasked(asked, &e, "ecr:DescribeImages"),
    }
}

impl Place<'_> {
    /// Returns the `imageStatus` of an image, and nothing where it is not told or the image is not there.
    ///
    /// Source: "DescribeImages" and `DescribeImagesFilter` of the ECR API reference: without `imageStatus` only those
    /// that are ACTIVE are found.
    async fn status(&self, id: &Value) -> Result<Option<String>> {
        let found = self.describe(id, json!({ "imageStatus": "ANY" })).await?;
        Ok(found.map(|detail| detail["imageStatus"].as_str().unwrap_or("ACTIVE").to_string()))
    }

    /// Returns the digest that a tag stands for.
    async fn digest(&self, tag: &str) -> Result<Option<String>> {
        let id = json!({ "imageTag": tag });
        match self.describe(&id, json!({ "imageStatus": "ANY" })).await {
            Ok(found) => Ok(found.and_then(|detail| detail["imageDigest"].as_str().map(String::from))),
            Err(e) if e.kind == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    async fn describe(&self, id: &Value, filter: Value) -> Result<Option<Value>> {
        let body = json!({
            "registryId": self.owner, "repositoryName": self.repository, "imageIds": [id], "filter": filter,
        });
        let mut answer = self.account.ask(&ECR, "DescribeImages", &body).await?;
        Ok(answer["imageDetails"].get_mut(0).map(Value::take))
    }
}

/// Returns the image with the first digits of its digest, or with its tag.
fn short(image: &Image) -> String {
    let name = image.name.rsplit('/').next().unwrap_or(&image.name);
    match (&image.digest, &image.tag) {
        (Some(digest), _) => format!("{name}@{}", cut(digest)),
        (None, tag) => format!("{name}:{}", tag.as_deref().unwrap_or("latest")),
    }
}

fn cut(digest: &str) -> &str {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    hex.get(..12).unwrap_or(hex)
}
