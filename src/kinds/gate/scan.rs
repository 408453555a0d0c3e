//! Scans: a gate that asks what ECR has found in the images that are deployed.
//!
//! Source: "DescribeImageScanFindings" of the ECR API reference, and botocore's model: the severities, and the states of a
//! scan.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::unasked;
use crate::aws::Account;
use crate::core::Result;
use crate::core::gate::{Answer, Decision};
use crate::kinds::ecs::{Image, Repository};

const PERMISSION: &str = "ecr:DescribeImageScanFindings";
/// The severities, each worse than those before it. `UNDEFINED` and `UNTRIAGED` say that nobody has judged yet.
const SEVERITIES: [&str; 6] = ["NONE", "INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

/// What was found in one image.
enum Found {
    /// How many findings of each severity.
    Counts(BTreeMap<String, u64>),
    /// Why nobody can tell.
    Nothing(String),
}

/// Asks once, of each of `images`.
pub async fn ask(account: &Account, images: &[String], worst: &str) -> Answer {
    if images.is_empty() {
        return Answer::new(Decision::Inconclusive, "no image is known that is deployed");
    }
    let (mut bad, mut unknown, mut said) = (Vec::new(), Vec::new(), Vec::new());
    for text in images {
        let image = Image::of(text);
        let short = short(&image);
        let Some((owner, region, name)) = image.in_ecr() else {
            unknown.push(format!("{short} is in no registry of ECR"));
            continue;
        };
        let Some(digest) = &image.digest else {
            unknown.push(format!("{short} is named by a tag"));
            continue;
        };
        let repository = Repository { account, owner, region, name };
        match found(&repository, digest).await {
            Ok(Found::Counts(counts)) => {
                let words = words(&counts);
                match counts.iter().any(|(severity, count)| *count > 0 && is_worse(severity, worst)) {
                    true => bad.push(format!("{short} has {words}")),
                    false => said.push(format!("{short} has {words}")),
                }
            }
            Ok(Found::Nothing(why)) => unknown.push(format!("{short}: {why}")),
            Err(e) => unknown.push(unasked(&e, PERMISSION).said),
        }
    }
    let bound = if worst == "NONE" {
        "nothing may be found".into()
    } else {
        format!("{worst} is the worst that may be")
    };
    match (bad.is_empty(), unknown.is_empty()) {
        (false, _) => Answer::new(Decision::Failed, format!("{}; {bound}", bad.join(", "))),
        (true, false) => Answer::new(Decision::Inconclusive, unknown.join(", ")),
        (true, true) => Answer::new(Decision::Passed, said.join(", ")),
    }
}

async fn found(repository: &Repository<'_>, digest: &str) -> Result<Found> {
    // The counts are on every page.
    let body = json!({ "imageId": { "imageDigest": digest }, "maxResults": 1 });
    let answer = match repository.ask("DescribeImageScanFindings", body).await {
        Ok(answer) => answer,
        Err(e) if e.code.as_deref() == Some("ScanNotFoundException") => {
            return Ok(Found::Nothing("it has not been scanned".into()));
        }
        Err(e) => return Err(e),
    };
    let status = answer["imageScanStatus"]["status"].as_str().unwrap_or_default();
    // COMPLETE is the end of a basic scan; with enhanced scanning an image is ACTIVE for as long as it is looked at.
    if !["COMPLETE", "ACTIVE"].contains(&status) {
        let why = answer["imageScanStatus"]["description"].as_str().map(|why| format!(" ({why})"));
        return Ok(Found::Nothing(format!("its scan is {status}{}", why.unwrap_or_default())));
    }
    let counts = answer["imageScanFindings"]["findingSeverityCounts"].as_object().into_iter().flatten();
    Ok(Found::Counts(counts.map(|(severity, n)| (severity.clone(), n.as_u64().unwrap_or(0))).collect()))
}

/// Returns whether a finding of `severity` is worse than `worst`. What nobody has judged is no worse than anything found.
fn is_worse(severity: &str, worst: &str) -> bool {
    let rank = |name: &str| SEVERITIES.iter().position(|known| *known == name);
    rank(severity).unwrap_or(1) > rank(worst).unwrap_or(0)
}

fn words(counts: &BTreeMap<String, u64>) -> String {
    let rank = |name: &str| SEVERITIES.iter().position(|known| *known == name).unwrap_or(0);
    let mut all: Vec<(&String, &u64)> = counts.iter().filter(|(_, count)| **count > 0).collect();
    all.sort_by_key(|(severity, _)| std::cmp::Reverse(rank(severity)));
    match all.is_empty() {
        true => "no findings".into(),
        false => {
            all.iter().map(|(severity, count)| format!("{count} {severity}")).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Returns the image as it is said: its repository, and the beginning of its digest.
fn short(image: &Image) -> String {
    let name = image.name.split_once('/').map_or(image.name.as_str(), |(_, name)| name);
    match &image.digest {
        Some(digest) => format!("{name}@{}", digest.chars().take(19).collect::<String>()),
        None => format!("{name}:{}", Value::from(image.tag.clone()).as_str().unwrap_or("latest")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_in_order_and_what_nobody_has_judged_counts_as_found() {
        assert!(is_worse("CRITICAL", "HIGH") && !is_worse("HIGH", "HIGH"));
        assert!(is_worse("UNDEFINED", "NONE") && !is_worse("UNTRIAGED", "LOW"));
        let counts = [("LOW".to_string(), 2), ("CRITICAL".to_string(), 1), ("HIGH".to_string(), 0)].into();
        assert_eq!(words(&counts), "1 CRITICAL, 2 LOW");
    }
}
