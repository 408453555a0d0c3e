//! Pulls, as ECS makes them.

use super::super::digest;
use super::super::world::World;
use super::behaviour::Behaviour;
use super::held::{Image, Repository};
use super::manifest::{self, Parts};
use super::policy::{self, Principal};

/// An image as a puller gets it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pulled {
    /// `sha256:...`.
    pub(crate) digest: String,
    /// What it does.
    pub(crate) behaviour: Behaviour,
}

/// A reference to an image in ECR: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG` or `@DIGEST`.
#[derive(Debug, PartialEq, Eq)]
struct Reference<'a> {
    account: &'a str,
    region: &'a str,
    repository: &'a str,
    tag: &'a str,
    digest: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Nothing when it is of another registry. Without a tag and a digest it is `latest`; a digest goes before a tag
    /// (distribution specification, "Pulling manifests").
    fn of(image: &'a str) -> Option<Reference<'a>> {
        let (host, path) = image.split_once('/')?;
        let (account, rest) = host.split_once(".dkr.ecr.")?;
        let region = rest.strip_suffix(".amazonaws.com")?;
        let (path, digest) = path.split_once('@').map_or((path, None), |(path, digest)| (path, Some(digest)));
        let (repository, tag) = path.split_once(':').unwrap_or((path, "latest"));
        Some(Reference { account, region, repository, tag, digest })
    }
}

/// Pulls `image` (`HOST/REPOSITORY:TAG`, `HOST/REPOSITORY@DIGEST`) for the account `by`. What is in no registry of the
/// sandbox's accounts is there, with a digest made of its name. The error is the reason that a stopped task has, in the
/// words of containerd and ECR that "CannotPullContainer task errors" (ECS Developer Guide) and the issues of
/// amazon-ecs-agent quote.
pub(crate) fn pull(world: &World, by: &str, image: &str) -> Result<Pulled, String> {
    let made_up = || {
        let digest = match image.split_once('@') {
            Some((_, digest)) => digest.to_owned(),
            None => format!("sha256:{}", digest::sha256_hex(image.as_bytes())),
        };
        Pulled { digest, behaviour: Behaviour::default() }
    };
    let Some(reference) = Reference::of(image) else { return Ok(made_up()) };
    let Some(owner) = world.accounts.get(reference.account) else { return Ok(made_up()) };
    let failed = |why: &str| {
        format!(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: {why}"
        )
    };
    let repository = owner
        .images
        .repository(reference.account, reference.region, reference.repository)
        .map_err(|missing| failed(&format!("name unknown: {}", missing.message)))?;
    let arn = format!("arn:aws:iam::{by}:root");
    let who = Principal { account: by, role: None, arn: &arn };
    for action in ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"] {
        policy::check(repository, &who, action).map_err(|_| {
            let host = image.split('/').next().unwrap_or_default();
            let wanted = reference.digest.unwrap_or(reference.tag);
            failed(&format!(
                "pulling from host {host} failed with status code [manifests {wanted}]: 403 Forbidden"
            ))
        })?;
    }
    let digest = match reference.digest {
        Some(digest) => Some(digest),
        None => repository.tags.get(reference.tag).map(String::as_str),
    };
    let found = digest.and_then(|digest| Some((digest, repository.images.get(digest)?)));
    let (digest, found) = found
        // "Archived images cannot be pulled. Requests to pull the archived image will fail with a 404 error", and "the image
        // can't be pulled until the restore completes" ("Archiving an image", "Restoring an image").
        .filter(|(_, found)| found.status(world.clock.now()) == "ACTIVE")
        .ok_or_else(|| failed(&format!("{image}: not found")))?;
    Ok(Pulled { digest: digest.to_owned(), behaviour: behaviour(repository, found) })
}

/// What an image does: as its configuration says, or that of the first manifest of a list.
fn behaviour(repository: &Repository, image: &Image) -> Behaviour {
    let parts = Parts::of(&image.manifest);
    if manifest::is_list(&image.media_type) {
        let child = parts.manifests.first().and_then(|digest| repository.images.get(digest));
        let child = child.filter(|child| !manifest::is_list(&child.media_type));
        return child.map(|child| behaviour(repository, child)).unwrap_or_default();
    }
    let config = parts.blobs.first().and_then(|digest| repository.layers.get(digest));
    config.map(|bytes| Behaviour::of_config(bytes)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{Behaviour, ImageSeed, RepositorySeed};
    use super::{Reference, pull};
    use crate::sandbox::Scenario;

    const DEV: &str = "111111111111";
    const PROD: &str = "222222222222";
    const HOST: &str = "111111111111.dkr.ecr.us-east-1.amazonaws.com";

    /// Why a pull fails, without what all of them begin with.
    fn refusal(world: &crate::sandbox::world::World, by: &str, image: &str) -> String {
        let why = pull(world, by, image).unwrap_err();
        let head = format!(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}: "
        );
        why.strip_prefix(&head).unwrap_or_else(|| panic!("{why}")).to_owned()
    }

    #[test]
    fn pulls_give_what_the_image_does_or_why_not() {
        let behaviour =
            Behaviour { exits: Some((2.0, 3)), log: vec!["no database".into()], ..Behaviour::default() };
        let mut scenario = Scenario::empty();
        scenario.account(PROD);
        let account = scenario.account(DEV);
        let both = vec!["linux/amd64".into(), "linux/arm64".into()];
        let seed = ImageSeed { tag: "v1".into(), behaviour: behaviour.clone(), ..ImageSeed::default() };
        let one = account.image(seed.clone());
        let many = account.image(ImageSeed { tag: "v2".into(), platforms: both, ..seed.clone() });
        account.image(ImageSeed { tag: "old".into(), archived: true, ..seed });
        let open = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "ecr:*"}]}"#;
        let seed =
            RepositorySeed { name: "open".into(), policy: Some(open.into()), ..RepositorySeed::default() };
        account.repository(seed).image(ImageSeed { repository: "open".into(), ..ImageSeed::default() });
        let world = scenario.into_world();
        for (image, digest) in
            [("app:v1".to_owned(), &one), (format!("app@{one}"), &one), ("app:v2".into(), &many)]
        {
            let got = pull(&world, DEV, &format!("{HOST}/{image}")).unwrap();
            assert_eq!((&got.digest, &got.behaviour), (digest, &behaviour), "{image}");
        }
        assert!(pull(&world, PROD, &format!("{HOST}/open")).is_ok());
        for image in [format!("{HOST}/app:v9"), format!("{HOST}/app:old"), format!("{HOST}/app@sha256:0")] {
            assert_eq!(refusal(&world, DEV, &image), format!("{image}: not found"));
        }
        let none = "name unknown: The repository with name 'none' does not exist in the registry with id '111111111111'";
        assert_eq!(refusal(&world, DEV, &format!("{HOST}/none:v1")), none);
        let forbidden =
            format!("pulling from host {HOST} failed with status code [manifests v1]: 403 Forbidden");
        assert_eq!(refusal(&world, PROD, &format!("{HOST}/app:v1")), forbidden);
        let elsewhere = pull(&world, DEV, "nginx:1").unwrap();
        assert_eq!(elsewhere, pull(&world, PROD, "nginx:1").unwrap());
        assert_eq!(elsewhere.behaviour, Behaviour::default());
    }

    #[test]
    fn references() {
        let host = "111111111111.dkr.ecr.us-east-1.amazonaws.com";
        let of = |repository, tag, digest| {
            Some(Reference { account: "111111111111", region: "us-east-1", repository, tag, digest })
        };
        for (tail, wanted) in [
            ("team/api", of("team/api", "latest", None)),
            ("api:v1", of("api", "v1", None)),
            ("api@sha256:0", of("api", "latest", Some("sha256:0"))),
            ("api:v1@sha256:0", of("api", "v1", Some("sha256:0"))),
        ] {
            assert_eq!(Reference::of(&format!("{host}/{tail}")), wanted, "{tail}");
        }
        assert_eq!(Reference::of("nginx:1"), None);
        assert_eq!(Reference::of("public.ecr.aws/nginx/nginx:1"), None);
    }
}
