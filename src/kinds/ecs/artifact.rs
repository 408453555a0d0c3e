//! Artifacts: a service as it is, with another image.

use serde_json::{Map, Value, json};

use super::driver::Services;
use super::fields::{CONTAINERS, DEFINITION};
use super::images::{Image, Repository};
use super::state::Content;
use crate::core::document::Document;
use crate::core::template::{Placeholder, Template, escape};
use crate::core::{Address, Error, ErrorKind, Pin, Result};

/// How many tags are named beside the one that is not there.
const CLOSEST: usize = 5;

/// Returns `document`, the service `address`, with `reference` as the image of its container of this name, or of the
/// only one that it has: `REPO:TAG`, `REPO@sha256:...`, or `@sha256:...` and `:TAG` of the repository that it has.
///
/// A tag is looked up now, in the image's own account and region, and the document gets the digest.
pub async fn with_image(
    services: &Services,
    address: &Address,
    document: &Document,
    container: Option<&str>,
    reference: &str,
) -> Result<Document> {
    let name = chosen(address, document, container)?;
    let old = image_of(document, &name).unwrap_or_default();
    let image = wanted(address, &name, reference, &here(old, &services.pin))?;
    let digest = match (&image.digest, &image.tag) {
        (Some(digest), _) => digest.clone(),
        (None, tag) => looked_up(services, &image, tag.as_deref().unwrap_or("latest")).await?,
    };
    let mut out = document.clone();
    // What is known of revisions speaks of what was there.
    out.exact.clear();
    let there = out.portable.get_mut(DEFINITION).and_then(|d| d.get_mut(CONTAINERS)?.get_mut(&name));
    if let Some(there) = there {
        there["image"] = json!(template(&image.at(&digest), &services.pin)?);
    }
    Ok(out)
}

fn containers(document: &Document) -> Option<&Map<String, Value>> {
    document.portable.get(DEFINITION)?.get(CONTAINERS)?.as_object()
}

fn image_of<'a>(document: &'a Document, name: &str) -> Option<&'a str> {
    containers(document)?.get(name)?.get("image")?.as_str()
}

/// Returns the name of the container that is meant, as the document has it.
fn chosen(address: &Address, document: &Document, container: Option<&str>) -> Result<String> {
    let names: Vec<&String> = containers(document).into_iter().flat_map(Map::keys).collect();
    let all = names.iter().map(|n| n.as_str()).collect::<Vec<_>>().join(", ");
    match (container, names.as_slice()) {
        (Some(name), _) if names.iter().any(|n| **n == escape(name)) => Ok(escape(name)),
        (Some(name), _) => Err(Error::input(format!("{address} has no container `{name}`; it has {all}"))),
        (None, [one]) => Ok((*one).clone()),
        (None, _) => Err(Error::input(format!("{address} has several containers: {all}"))
            .hint(format!("say which: {address}:CONTAINER=REPO:TAG"))),
    }
}

/// Returns the images that `document` runs in the environment that `pin` names.
pub fn images_of(document: &Document, pin: &Pin) -> Vec<String> {
    Content::of(document).images().values().filter_map(|image| Some(here(image.as_str()?, pin))).collect()
}

/// Returns the text that the template `text` is in the environment that `pin` names, as far as a registry goes.
pub fn here(text: &str, pin: &Pin) -> String {
    let filled = text.parse::<Template>().and_then(|template| {
        template.fill(&mut |hole| match hole {
            Placeholder::Account => Ok(pin.account.clone()),
            Placeholder::Region => Ok(pin.region.clone()),
            other => Err(Error::input(format!("{other} is in no registry"))),
        })
    });
    filled.unwrap_or_else(|_| text.to_string())
}

/// Returns the template for the image `text`: only the environment's own account is another one elsewhere.
fn template(text: &str, pin: &Pin) -> Result<String> {
    let image = Image::of(text);
    let Some((owner, region, _)) = image.in_ecr().filter(|(owner, ..)| *owner == pin.account) else {
        return Ok(escape(text));
    };
    let mut template = Template::default();
    template.hole(Placeholder::Account);
    let rest = text.strip_prefix(owner).unwrap_or(text);
    match rest.split_once(&pin.region).filter(|_| region == pin.region) {
        Some((before, after)) => {
            template.text(before);
            template.hole(Placeholder::Region);
            template.text(after);
        }
        None => template.text(rest),
    }
    Ok(template.to_string())
}

/// Returns the image that `reference` names, where the container has `old`.
fn wanted(address: &Address, container: &str, reference: &str, old: &str) -> Result<Image> {
    let old = Image::of(old);
    let image = Image::of(reference);
    let said = Image {
        // `orders:v7` is what a person calls the repository that is there already.
        name: match image.name.as_str() {
            "" => old.name.clone(),
            name if old.name.split_once('/').is_some_and(|(_, repository)| repository == name) => {
                old.name.clone()
            }
            name => name.to_string(),
        },
        ..image
    };
    if let Some(digest) = &said.digest {
        let hex = digest.strip_prefix("sha256:").unwrap_or_default();
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(Error::input(format!("`{digest}` is no digest: sha256: and 64 hexadecimal digits")));
        }
    }
    if said.name.is_empty() {
        return Err(Error::input(format!("`{reference}` names no repository for {container} of {address}")));
    }
    if said.digest.is_none() && said.in_ecr().is_none() {
        let message =
            format!("which bits `{said}` stands for cannot be looked up: it is in no registry of ECR");
        return Err(Error::input(message)
            .hint("name it by its digest (REPO@sha256:...), or with the host of its registry"));
    }
    Ok(said)
}

/// Returns the digest that `tag` of the repository of `image` stands for.
async fn looked_up(services: &Services, image: &Image, tag: &str) -> Result<String> {
    let Some((owner, region, name)) = image.in_ecr() else {
        return Err(Error::bug(format!("{image} is in no registry of ECR")));
    };
    let repository = Repository { account: &services.calls.account, owner, region, name };
    let found = repository.digests(&[&tag.to_string()]).await;
    let found = found.map_err(|e| e.context(format!("cannot look {}:{tag} up", image.name)))?;
    if let Some(digest) = found.get(tag) {
        return Ok(digest.clone());
    }
    let there = repository.tags().await.unwrap_or_default();
    let near = closest(tag, there);
    let message = format!("the repository {} has no image with the tag {tag}", image.name);
    Err(Error::new(ErrorKind::NotFound, message).hint(match near.is_empty() {
        true => "it has no tags at all: push the image first".to_string(),
        false => format!("the closest that it has: {}", near.join(", ")),
    }))
}

/// Returns the tags that are most like `wanted`, the nearest first.
fn closest(wanted: &str, mut tags: Vec<String>) -> Vec<String> {
    tags.sort_by_cached_key(|tag| (strsim::levenshtein(wanted, tag), tag.clone()));
    tags.truncate(CLOSEST);
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/orders@sha256:00";

    fn image(reference: &str) -> Result<String> {
        wanted(&Address::new("ecs/service", "c/orders"), "app", reference, OLD).map(|i| i.to_string())
    }

    #[test]
    fn a_reference_keeps_the_repository_that_is_there_unless_it_names_another() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        let name = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/orders";
        assert_eq!(image(&format!("@{digest}")).unwrap(), format!("{name}@{digest}"));
        assert_eq!(image(":v7").unwrap(), format!("{name}:v7"));
        assert_eq!(image("team/orders:v7").unwrap(), format!("{name}:v7"));
        let other = "222222222222.dkr.ecr.us-east-1.amazonaws.com/orders:v7";
        assert_eq!(image(other).unwrap(), other);
        assert_eq!(image(&format!("nginx@{digest}")).unwrap(), format!("nginx@{digest}"));
        assert!(image("nginx:1.25").unwrap_err().message.contains("cannot be looked up"));
        assert!(image("@sha256:12").unwrap_err().message.contains("64 hexadecimal digits"));
    }

    #[test]
    fn only_the_environments_own_registry_is_another_one_elsewhere() {
        let pin = Pin::services("111111111111".into(), "eu-west-1".into());
        let own = template(OLD, &pin).unwrap();
        assert_eq!(own, "@{account}.dkr.ecr.@{region}.amazonaws.com/team/orders@sha256:00");
        assert_eq!(here(&own, &pin), OLD);
        let shared = OLD.replace("1111", "2222");
        assert_eq!(template(&shared, &pin).unwrap(), shared);
        let far = OLD.replace("eu-west-1", "us-east-1");
        assert_eq!(
            template(&far, &pin).unwrap(),
            "@{account}.dkr.ecr.us-east-1.amazonaws.com/team/orders@sha256:00"
        );
    }

    #[test]
    fn the_container_is_said_where_there_are_several() {
        let address = Address::new("ecs/service", "c/orders");
        let mut document = Document::default();
        let all = json!({ CONTAINERS: { "app": { "image": "a" }, "proxy": { "image": "b" } } });
        document.portable.insert(DEFINITION.into(), all);
        assert_eq!(chosen(&address, &document, Some("app")).unwrap(), "app");
        assert!(chosen(&address, &document, None).unwrap_err().message.contains("app, proxy"));
        assert!(chosen(&address, &document, Some("web")).unwrap_err().message.contains("it has app, proxy"));
        document.portable[DEFINITION][CONTAINERS].as_object_mut().unwrap().remove("proxy");
        assert_eq!(chosen(&address, &document, None).unwrap(), "app");
    }

    #[test]
    fn the_closest_tags_come_first() {
        let tags = ["v10", "main", "v1.2.3", "v1.2.5"].map(String::from).to_vec();
        assert_eq!(closest("v1.2.4", tags)[..2], ["v1.2.3", "v1.2.5"]);
    }
}
