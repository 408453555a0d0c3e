//! From a call to the operation, and what the calls have in common: a registry, a repository, ids of images.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::call::Call;
use super::super::switch::Switches;
use super::super::world::World;
use super::held::{Held, Repository, no_repository};
use super::policy::{self, Principal};
use super::{archive, image, layer, list, manifest, repository, scan};

/// A call, its body, and when it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) call: &'a Call,
    pub(super) body: &'a Map<String, Value>,
    pub(super) switches: &'a Switches,
    pub(super) now: f64,
}

/// An id of an image, as it was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ImageId {
    pub(super) digest: Option<String>,
    pub(super) tag: Option<String>,
}

/// `InvalidParameterException`, as ECR words it.
pub(super) fn invalid(parameter: &str, why: &str) -> Fail {
    let message = format!("Invalid parameter at '{parameter}' failed to satisfy constraint: '{why}'");
    Fail::new(400, "InvalidParameterException", message)
}

impl<'a> Ask<'a> {
    /// A member that is text.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// A member that has to be there.
    pub(super) fn needed(&self, name: &str) -> Result<&'a str, Fail> {
        self.text(name).ok_or_else(|| invalid(name, "must not be null"))
    }

    /// A member that is a whole number.
    pub(super) fn number(&self, name: &str) -> Result<usize, Fail> {
        let number =
            self.body.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| invalid(name, "must be a whole number that is not negative"))
    }

    /// The members of a list of texts.
    pub(super) fn texts(&self, name: &str) -> Vec<&'a str> {
        self.body
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// "If you do not specify a registry, the default registry is assumed."
    pub(super) fn registry(&self) -> &'a str {
        self.text("registryId").unwrap_or(&self.call.caller.account)
    }

    /// The key of the repository that is named.
    pub(super) fn place(&self) -> Result<(String, String), Fail> {
        Ok((self.call.region.clone(), self.needed("repositoryName")?.to_owned()))
    }

    /// The repository that is named, if its policy lets the caller carry the operation out.
    pub(super) fn repository<'h>(&self, held: &'h mut Held) -> Result<&'h mut Repository, Fail> {
        let place = self.place()?;
        let missing = || no_repository(self.registry(), &place.1);
        let repository = held.repositories.get_mut(&place).ok_or_else(missing)?;
        self.allowed(repository)?;
        Ok(repository)
    }

    /// Whether the policy of a repository lets the caller carry the operation out.
    pub(super) fn allowed(&self, repository: &Repository) -> Result<(), Fail> {
        let caller = &self.call.caller;
        let who = Principal { account: &caller.account, role: caller.role.as_deref(), arn: &caller.arn };
        policy::check(repository, &who, &format!("ecr:{}", self.call.operation))
    }

    /// The `imageIds`; at most 100 (botocore, ImageIdentifierList).
    pub(super) fn image_ids(&self) -> Result<Vec<ImageId>, Fail> {
        let ids = self.body.get("imageIds").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if ids.len() > 100 {
            return Err(invalid("imageIds", "Member must have length less than or equal to 100"));
        }
        Ok(ids.iter().map(ImageId::of).collect())
    }
}

impl ImageId {
    /// Reads one.
    pub(super) fn of(value: &Value) -> ImageId {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        ImageId { digest: text("imageDigest"), tag: text("imageTag") }
    }

    /// As an answer has it.
    pub(super) fn json(&self) -> Value {
        let mut out = Map::new();
        if let Some(digest) = &self.digest {
            out.insert("imageDigest".into(), json!(digest));
        }
        if let Some(tag) = &self.tag {
            out.insert("imageTag".into(), json!(tag));
        }
        Value::Object(out)
    }

    /// The digest of the image that it means; else the code and the reason of a failure (botocore, ImageFailureCode).
    pub(super) fn find(&self, repository: &Repository) -> Result<String, (&'static str, &'static str)> {
        let missing = ("ImageNotFound", "Requested image not found");
        let digest = match (&self.digest, &self.tag) {
            (None, None) => {
                return Err((
                    "MissingDigestAndTag",
                    "Invalid request parameters: both tag and digest cannot be null",
                ));
            }
            (Some(digest), _) if !manifest::is_digest(digest) => {
                return Err((
                    "InvalidImageDigest",
                    "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
                ));
            }
            (Some(digest), None) => digest.clone(),
            (None, Some(tag)) => repository.tags.get(tag).cloned().ok_or(missing)?,
            (Some(digest), Some(tag)) => {
                let of = repository.tags.get(tag).ok_or(missing)?;
                if of != digest {
                    return Err((
                        "ImageTagDoesNotMatchDigest",
                        "Requested image tag does not match the digest",
                    ));
                }
                digest.clone()
            }
        };
        if repository.images.contains_key(&digest) { Ok(digest) } else { Err(missing) }
    }

    /// As ECR writes one in the words of an error.
    pub(super) fn shown(&self) -> String {
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "null".into());
        format!("{{imageDigest:'{}', imageTag:'{}'}}", part(&self.digest), part(&self.tag))
    }
}

/// What a call is about, for the log.
pub(crate) fn hint(call: &Call) -> String {
    let body = call.json().unwrap_or_default();
    body.get("repositoryName").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Carries an operation out.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let body = call.json()?;
    let now = world.clock.now();
    let World { accounts, buckets, switches, .. } = world;
    let ask = Ask { call, body: &body, switches, now };
    let nobodys = || match ask.text("repositoryName") {
        Some(name) => no_repository(ask.registry(), name),
        None => no_repository(ask.registry(), "*"),
    };
    let held = &mut accounts.get_mut(ask.registry()).ok_or_else(nobodys)?.images;
    let value = match call.operation.as_str() {
        "CreateRepository" => repository::create(held, &ask)?,
        "DescribeRepositories" => repository::describe(held, &ask)?,
        "DeleteRepository" => repository::delete(held, &ask)?,
        "SetRepositoryPolicy" => repository::set_policy(held, &ask)?,
        "GetRepositoryPolicy" => repository::policy(held, &ask)?,
        "DeleteRepositoryPolicy" => repository::delete_policy(held, &ask)?,
        "PutImage" => image::put(held, &ask)?,
        "BatchGetImage" => image::batch_get(held, &ask)?,
        "BatchDeleteImage" => image::batch_delete(held, &ask)?,
        "DescribeImages" => list::describe(held, &ask)?,
        "ListImages" => list::list(held, &ask)?,
        "DescribeImageScanFindings" => scan::describe(held, &ask)?,
        "UpdateImageStorageClass" => archive::update(held, &ask)?,
        "BatchCheckLayerAvailability" => layer::check(held, &ask)?,
        "GetDownloadUrlForLayer" => layer::download(held, &ask, buckets)?,
        "InitiateLayerUpload" => layer::initiate(held, &ask)?,
        "UploadLayerPart" => layer::part(held, &ask)?,
        "CompleteLayerUpload" => layer::complete(held, &ask)?,
        other => return Err(Fail::not_implemented(&format!("ecr:{other}"))),
    };
    Ok(Answer::aws_json("1.1", &value))
}
