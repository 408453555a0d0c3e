//! `DescribeImageScanFindings`: what a scan has found, as it is told from outside.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::base64;
use super::super::world::World;
use super::ask::{Ask, ImageId, invalid};
use super::held::Held;

/// The states of a scan, and the severities (botocore, `ScanStatus` and `FindingSeverity`).
const STATES: &[&str] = &[
    "IN_PROGRESS",
    "COMPLETE",
    "FAILED",
    "UNSUPPORTED_IMAGE",
    "ACTIVE",
    "PENDING",
    "SCAN_ELIGIBILITY_EXPIRED",
    "FINDINGS_UNAVAILABLE",
    "LIMIT_EXCEEDED",
    "IMAGE_ARCHIVED",
];
const SEVERITIES: &[&str] = &["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL", "UNDEFINED"];

/// A scan of an image.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    status: String,
    at: f64,
    counts: Map<String, Value>,
}

/// Makes the scan of an image be as it is told: `account`, `region`, `repository`, `tag` or `digest`, `status`, and `counts`
/// by severity.
pub(crate) fn set_scan(world: &mut World, body: &Value) -> Result<(), String> {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let now = world.clock.now();
    let status = Some(text("status")).filter(|s| !s.is_empty()).unwrap_or("COMPLETE");
    if !STATES.contains(&status) {
        return Err(format!("status is none of {}", STATES.join(", ")));
    }
    let counts = body["counts"].as_object().cloned().unwrap_or_default();
    if counts.iter().any(|(name, count)| !SEVERITIES.contains(&name.as_str()) || !count.is_u64()) {
        return Err(format!("counts are numbers by severity: {}", SEVERITIES.join(", ")));
    }
    let account = world.accounts.get_mut(text("account"));
    let held = &mut account.ok_or_else(|| format!("there is no account {:?}", text("account")))?.images;
    let place = (text("region").to_owned(), text("repository").to_owned());
    let repository = held.repositories.get_mut(&place);
    let repository = repository.ok_or_else(|| format!("there is no repository {:?}", text("repository")))?;
    let digest =
        ImageId::of(&json!({"imageTag": body["tag"], "imageDigest": body["digest"]})).find(repository);
    let digest = digest.map_err(|(_, why)| why.to_owned())?;
    repository.scans.insert(digest, Scan { status: status.to_owned(), at: now, counts });
    Ok(())
}

/// Answers a scan: "ScanNotFoundException: The specified image scan could not be found. Ensure that image scanning is enabled on
/// the repository and try again."
pub(super) fn describe(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let id = ImageId::of(ask.body.get("imageId").unwrap_or(&Value::Null));
    let size = if ask.body.contains_key("maxResults") { ask.number("maxResults")? } else { 100 };
    if !(1..=1000).contains(&size) {
        return Err(invalid("maxResults", "Member must have value between 1 and 1000"));
    }
    let start = match ask.text("nextToken") {
        None => 0,
        Some(token) => base64::decode(token)
            .and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<usize>().ok())
            .ok_or_else(|| invalid("nextToken", "is not a token of this list"))?,
    };
    let repository = ask.repository(held)?;
    let missing = |code: &str, what: &str| {
        let message = format!(
            "{what} does not exist in the repository with name '{}' in the registry with id '{}'",
            repository.name, repository.account
        );
        Fail::new(400, code, message)
    };
    let digest = id
        .find(repository)
        .map_err(|_| missing("ImageNotFoundException", &format!("The image with imageId {}", id.shown())))?;
    let scan = repository
        .scans
        .get(&digest)
        .ok_or_else(|| missing("ScanNotFoundException", &format!("Image scan for '{}'", id.shown())))?;
    let mut out = json!({
        "registryId": repository.account, "repositoryName": repository.name,
        "imageId": ImageId { digest: Some(digest), tag: id.tag.clone() }.json(),
        "imageScanStatus": {"status": scan.status, "description": ""},
    });
    if ["COMPLETE", "ACTIVE"].contains(&scan.status.as_str()) {
        let times = |(severity, count): (&String, &Value)| {
            let count = usize::try_from(count.as_u64().unwrap_or(0)).unwrap_or(0);
            (1..=count)
                .map(|n| json!({"name": format!("CVE-2026-{n:04}"), "severity": severity}))
                .collect::<Vec<_>>()
        };
        let all: Vec<Value> = scan.counts.iter().flat_map(times).collect();
        let more = start + size < all.len();
        out["imageScanFindings"] = json!({
            "imageScanCompletedAt": scan.at, "vulnerabilitySourceUpdatedAt": scan.at,
            "findingSeverityCounts": scan.counts,
            "findings": all.into_iter().skip(start).take(size).collect::<Vec<_>>(),
        });
        if more {
            out["nextToken"] = json!(base64::encode((start + size).to_string().as_bytes()));
        }
    }
    Ok(out)
}
