//! Whether an image is for the platform that the tasks run on.

use serde_json::{Value, json};

use super::card::Card;
use super::target::Target;
use crate::aws::{Account, ECR, http};
use crate::core::{Error, Result};

/// What a manifest, or a list of them, may be (the OCI image specification, and "Image manifest" of Docker).
const ACCEPTED: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// Asks whether the image of `digest` can run where the tasks of the target do.
pub async fn ask(
    account: &Account,
    (owner, repository, digest): (&str, &str, &str),
    target: &Target,
    container: &str,
    card: &mut Card<'_>,
) {
    let asked = format!("platform {container}");
    let wanted = wanted(target);
    match platforms(account, owner, repository, digest).await {
        // What is not there has its own line.
        Ok(None) => {}
        Ok(Some(all)) if all.is_empty() => card.warn(&asked, "the image does not say what it is for"),
        Ok(Some(all)) if all.contains(&wanted) => card.pass(&asked, wanted),
        Ok(Some(all)) => card.block(
            &asked,
            format!("the tasks run on {wanted}, and the image is for {}", all.join(", ")),
            "build it for that platform too, or set runtimePlatform in the task definition",
        ),
        Err(e) => card.unasked(&asked, &e, "ecr:BatchGetImage and ecr:GetDownloadUrlForLayer"),
    }
}

/// Returns the platform of the tasks as images name it.
///
/// Source: `RuntimePlatform` of the ECS API reference: without one it is X86_64 and LINUX; the image specification has
/// Go's words for the same.
fn wanted(target: &Target) -> String {
    let system = match target.text("/runtimePlatform/operatingSystemFamily") {
        Some(family) if family.starts_with("WINDOWS") => "windows",
        _ => "linux",
    };
    let architecture = match target.text("/runtimePlatform/cpuArchitecture") {
        Some("ARM64") => "arm64",
        _ => "amd64",
    };
    format!("{system}/{architecture}")
}

/// Returns what the image is for; `None` where it is not there.
async fn platforms(
    account: &Account,
    owner: &str,
    repository: &str,
    digest: &str,
) -> Result<Option<Vec<String>>> {
    let body = json!({
        "registryId": owner, "repositoryName": repository, "imageIds": [{ "imageDigest": digest }],
        "acceptedMediaTypes": ACCEPTED,
    });
    let answer = account.ask(&ECR, "BatchGetImage", &body).await?;
    let Some(text) = answer["images"][0]["imageManifest"].as_str() else { return Ok(None) };
    let manifest: Value = serde_json::from_str(text)
        .map_err(|_| Error::failed(format!("the manifest of {digest} is not JSON")))?;
    if let Some(all) = manifest["manifests"].as_array() {
        return Ok(Some(all.iter().filter_map(|one| named(&one["platform"])).collect()));
    }
    let Some(config) = manifest["config"]["digest"].as_str() else { return Ok(Some(Vec::new())) };
    let body = json!({ "registryId": owner, "repositoryName": repository, "layerDigest": config });
    let answer = account.ask(&ECR, "GetDownloadUrlForLayer", &body).await?;
    let Some(url) = answer["downloadUrl"].as_str() else { return Ok(Some(Vec::new())) };
    let bytes = http::get(url).await?;
    let config: Value = serde_json::from_slice(&bytes)
        .map_err(|_| Error::failed(format!("the configuration of {digest} is not JSON")))?;
    Ok(Some(named(&config).into_iter().collect()))
}

/// Returns `os/architecture`. A list also has attestations, which are for no platform.
fn named(of: &Value) -> Option<String> {
    let (system, architecture) = (of["os"].as_str()?, of["architecture"].as_str()?);
    (system != "unknown").then(|| format!("{system}/{architecture}"))
}
