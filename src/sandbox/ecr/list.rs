//! Images as they are listed and described, and pages.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::super::{base64, clock};
use super::ask::{Ask, invalid};
use super::held::{Held, Image, Repository};
use super::manifest::Parts;
use super::repository::heading;

/// A page: "maxResults ... between 1 and 1000. If this parameter is not used, then ... up to 100 results".
pub(super) fn page(ask: &Ask<'_>, member: &str, items: Vec<Value>) -> Result<Value, Fail> {
    let size = if ask.body.contains_key("maxResults") { ask.number("maxResults")? } else { 100 };
    if !(1..=1000).contains(&size) {
        return Err(invalid("maxResults", "Member must have value between 1 and 1000"));
    }
    let start = match ask.text("nextToken") {
        None => 0,
        Some(token) => {
            let start =
                base64::decode(token).and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<usize>().ok());
            start
                .filter(|start| *start < items.len())
                .ok_or_else(|| invalid("nextToken", "is not a token of this list"))?
        }
    };
    let more = start + size < items.len();
    let mut out = json!({member: items.into_iter().skip(start).take(size).collect::<Vec<_>>()});
    if more {
        out["nextToken"] = json!(base64::encode((start + size).to_string().as_bytes()));
    }
    Ok(out)
}

/// A `filter`: which tags, and which status. "If not specified, only images with ACTIVE status are returned."
struct Filter<'a> {
    tagged: Option<&'a str>,
    status: &'a str,
}

impl<'a> Filter<'a> {
    fn of(ask: &Ask<'a>) -> Result<Filter<'a>, Fail> {
        let member = |name: &str| ask.body.get("filter").and_then(|filter| filter[name].as_str());
        let filter =
            Filter { tagged: member("tagStatus"), status: member("imageStatus").unwrap_or("ACTIVE") };
        if !matches!(filter.tagged, None | Some("TAGGED" | "UNTAGGED" | "ANY")) {
            return Err(invalid(
                "filter.tagStatus",
                "Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]",
            ));
        }
        if !["ACTIVE", "ARCHIVED", "ACTIVATING", "ANY"].contains(&filter.status) {
            let known = "Member must satisfy enum value set: [ACTIVE, ARCHIVED, ACTIVATING, ANY]";
            return Err(invalid("filter.imageStatus", known));
        }
        Ok(filter)
    }

    fn has(&self, image: &Image, tags: &[&String], now: f64) -> bool {
        let tagged = match self.tagged {
            Some("TAGGED") => !tags.is_empty(),
            Some("UNTAGGED") => tags.is_empty(),
            _ => true,
        };
        tagged && (self.status == "ANY" || self.status == image.status(now))
    }
}

/// `ListImages`: one entry for each tag, or for an image without one.
pub(super) fn list(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let filter = Filter::of(ask)?;
    let repository = ask.repository(held)?;
    let mut out = Vec::new();
    for (digest, image) in &repository.images {
        let tags = repository.tags_of(digest);
        if !filter.has(image, &tags, ask.now) {
            continue;
        }
        if tags.is_empty() {
            out.push(json!({"imageDigest": digest}));
        }
        out.extend(tags.iter().map(|tag| json!({"imageDigest": digest, "imageTag": tag})));
    }
    page(ask, "imageIds", out)
}

/// `DescribeImages`: those that are named, or all of the repository.
pub(super) fn describe(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let filter = Filter::of(ask)?;
    let ids = ask.image_ids()?;
    let repository = ask.repository(held)?;
    if ids.is_empty() {
        let images = repository.images.iter();
        let shown = images.filter(|(digest, image)| filter.has(image, &repository.tags_of(digest), ask.now));
        return page(
            ask,
            "imageDetails",
            shown.map(|(digest, image)| detail(repository, digest, image, ask.now)).collect(),
        );
    }
    // "This option cannot be used when you specify images with imageIds" (nextToken, maxResults).
    for paging in ["nextToken", "maxResults"] {
        if ask.body.contains_key(paging) {
            return Err(invalid(paging, "cannot be used with imageIds"));
        }
    }
    let mut out = Vec::new();
    for id in &ids {
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
            "MissingDigestAndTag" | "InvalidImageDigest" => invalid("imageIds", why),
            _ => missing(),
        })?;
        let image = repository.images.get(&digest).ok_or_else(missing)?;
        if !filter.has(image, &repository.tags_of(&digest), ask.now) {
            return Err(missing());
        }
        out.push(detail(repository, &digest, image, ask.now));
    }
    Ok(json!({"imageDetails": out}))
}

fn detail(repository: &Repository, digest: &str, image: &Image, now: f64) -> Value {
    let mut out = heading(repository);
    let mut set = |name: &str, value: Value| out.insert(name.to_owned(), value);
    set("imageDigest", json!(digest));
    let tags = repository.tags_of(digest);
    if !tags.is_empty() {
        set("imageTags", json!(tags));
    }
    set("imageSizeInBytes", json!(repository.size(image)));
    set("imagePushedAt", clock::epoch(image.pushed));
    set("imageManifestMediaType", json!(image.media_type));
    if let Some(config) = Parts::of(&image.manifest).config_type {
        set("artifactMediaType", json!(config));
    }
    set("imageStatus", json!(image.status(now)));
    if let Some(at) = image.archived {
        set("lastArchivedAt", clock::epoch(at));
    }
    if let Some(at) = image.activated.filter(|at| *at <= now) {
        set("lastActivatedAt", clock::epoch(at));
    }
    Value::Object(out)
}
