//! Images: what a text names, and which bits a tag stands for now.
//!
//! Source: "Amazon ECR private registries": the registry of an account in a region is
//! `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, or `ACCOUNT.dkr-ecr.REGION.on.aws` over IPv6.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value, json};

use crate::aws::{Account, ECR};
use crate::core::{Error, Result};

/// How many images are asked for at once (`BatchGetImage` of the API reference).
const AT_ONCE: usize = 100;

/// An image as a text names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The host of its registry, and its repository there: all before the tag.
    pub name: String,
    /// The tag, if it has one.
    pub tag: Option<String>,
    /// `sha256:...`, if it has one.
    pub digest: Option<String>,
}

impl Image {
    /// Returns what `text` names. Source: the reference grammar of the OCI distribution specification.
    pub fn of(text: &str) -> Image {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_string())),
            None => (text, None),
        };
        let path = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest[path..].rfind(':') {
            Some(at) => (&rest[..path + at], Some(rest[path + at + 1..].to_string())),
            None => (rest, None),
        };
        Image { name: name.to_string(), tag, digest }
    }

    /// Returns the image of this digest in the same repository.
    pub fn at(&self, digest: &str) -> String {
        format!("{}@{digest}", self.name)
    }

    /// Returns where it is in ECR: account, region and repository; nothing where it is in no private registry there.
    pub fn in_ecr(&self) -> Option<(&str, &str, &str)> {
        let (host, repository) = self.name.split_once('/')?;
        let mut labels = host.split('.');
        let (account, kind, next) = (labels.next()?, labels.next()?, labels.next()?);
        let region = match kind {
            "dkr" if next.starts_with("ecr") => labels.next()?,
            "dkr-ecr" => next,
            _ => return None,
        };
        let known = [".amazonaws.com", ".amazonaws.com.cn", ".on.aws", ".on.amazonwebservices.com.cn"];
        let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        (is_account && known.iter().any(|end| host.ends_with(end))).then_some((account, region, repository))
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

/// Returns the digest that the tag of each of `texts` stands for now, or why nobody can tell. What has a digest has that.
pub async fn resolve(
    account: &Account,
    texts: impl IntoIterator<Item = String>,
) -> BTreeMap<String, Result<String, String>> {
    let mut out = BTreeMap::new();
    let mut asked: BTreeMap<(String, String, String), BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for text in texts {
        let image = Image::of(&text);
        if let Some(digest) = image.digest {
            out.insert(text, Ok(digest));
            continue;
        }
        // Source: the Docker reference: no tag is `latest`.
        let tag = image.tag.clone().unwrap_or_else(|| "latest".into());
        match image.in_ecr() {
            Some((owner, region, repository)) => {
                let place = (owner.to_string(), region.to_string(), repository.to_string());
                asked.entry(place).or_default().entry(tag).or_default().insert(text);
            }
            None => drop(out.insert(text, Err("it is in no registry of ECR".into()))),
        }
    }
    for ((owner, region, repository), tags) in asked {
        let place = Repository { account, owner: &owner, region: &region, name: &repository };
        let names: Vec<&String> = tags.keys().collect();
        for some in names.chunks(AT_ONCE) {
            let found = place.digests(some).await;
            for tag in some {
                let one = match &found {
                    Ok(found) => {
                        let missing = || format!("{repository} has no image with the tag {tag} any more");
                        found.get(*tag).cloned().ok_or_else(missing)
                    }
                    Err(e) => Err(e.message.clone()),
                };
                out.extend(tags[*tag].iter().map(|text| (text.clone(), one.clone())));
            }
        }
    }
    out
}

/// A repository of ECR.
pub struct Repository<'a> {
    /// The clients that ask.
    pub account: &'a Account,
    /// Whose registry it is in.
    pub owner: &'a str,
    /// Where that is.
    pub region: &'a str,
    /// Its name.
    pub name: &'a str,
}

impl Repository<'_> {
    /// Returns the digests that `tags` stand for; what is not there is left out.
    pub async fn digests(&self, tags: &[&String]) -> Result<BTreeMap<String, String>> {
        let ids: Vec<Value> = tags.iter().map(|tag| json!({ "imageTag": tag })).collect();
        let answer = self.ask("BatchGetImage", json!({ "imageIds": ids })).await?;
        let images = answer["images"].as_array().into_iter().flatten();
        let pair = |image: &Value| {
            let id = &image["imageId"];
            Some((id["imageTag"].as_str()?.to_string(), id["imageDigest"].as_str()?.to_string()))
        };
        Ok(images.filter_map(pair).collect())
    }

    /// Returns its tags.
    pub async fn tags(&self) -> Result<Vec<String>> {
        let mut tags = Vec::new();
        let mut body = json!({ "filter": { "tagStatus": "TAGGED" }, "maxResults": 1000 });
        loop {
            let mut page = self.ask("ListImages", body.clone()).await?;
            let ids = page["imageIds"].as_array().into_iter().flatten();
            tags.extend(ids.filter_map(|id| id["imageTag"].as_str().map(String::from)));
            let next = page["nextToken"].take();
            if next.as_str().is_none_or(str::is_empty) {
                return Ok(tags);
            }
            if next == body["nextToken"] {
                return Err(Error::failed("ListImages: the next page is the same page again"));
            }
            body["nextToken"] = next;
        }
    }

    /// Returns `body` with the members that say which repository it is about.
    pub fn body(&self, mut body: Value) -> Value {
        body["registryId"] = json!(self.owner);
        body["repositoryName"] = json!(self.name);
        body
    }

    /// Asks ECR about it.
    pub async fn ask(&self, operation: &'static str, body: Value) -> Result<Value> {
        let account = self.account.in_region(self.region);
        Ok(account.ask(&ECR, operation, &self.body(body)).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_a_repository_a_tag_and_a_digest() {
        let ecr = Image::of("111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/api:v1@sha256:ab");
        assert_eq!(ecr.in_ecr(), Some(("111111111111", "eu-west-1", "team/api")));
        assert_eq!((ecr.tag.as_deref(), ecr.digest.as_deref()), (Some("v1"), Some("sha256:ab")));
        assert_eq!(ecr.at("sha256:cd"), "111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/api@sha256:cd");
        let port = Image::of("localhost:5000/api");
        assert_eq!((port.name.as_str(), port.tag.as_deref()), ("localhost:5000/api", None));
        assert_eq!(port.in_ecr(), None);
        assert_eq!(Image::of("nginx:1.25").tag.as_deref(), Some("1.25"));
        let six = Image::of("111111111111.dkr-ecr.eu-west-1.on.aws/api");
        assert_eq!(six.in_ecr(), Some(("111111111111", "eu-west-1", "api")));
        assert_eq!(Image::of("evil.dkr.ecr.eu-west-1.amazonaws.com/api").in_ecr(), None);
        assert_eq!(ecr.to_string(), "111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/api:v1@sha256:ab");
    }
}
