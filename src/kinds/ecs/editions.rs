//! Editions of a service: the revisions that it ran, and what it would be as one of them again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::calls::{family_of, revision_of};
use super::copy::tags;
use super::driver::Services;
use super::encode::{live as encoded, written};
use super::fetch::{ran as ran_now, task_definition};
use super::images::{Image, Repository, resolve};
use super::past_shifts::past_shifts;
use crate::core::document::Document;
use crate::core::driver::{Freshness, Live};
use crate::core::edition::{Edition, EditionImage};
use crate::core::inventory::{Found, Inventory};
use crate::core::{Error, ErrorKind, Result};

/// How many are told of.
const MOST: usize = 10;
/// How many deployments are looked through for them: a revision may have been deployed many times.
const DEPLOYMENTS: usize = 100;

/// What is known of how a revision was deployed.
#[derive(Clone, Debug, Default)]
struct Deployed {
    /// When that began last.
    at: Option<f64>,
    /// How that ended.
    good: Option<bool>,
    /// The digests that ran, by container.
    ran: BTreeMap<String, String>,
}

/// Returns what `of` was before and is now, the newest first: ten at most.
///
/// Source: deploy-peers 4.1: service deployments of 90 days are kept, each with the service revision that it was of; only
/// SUCCESSFUL is success. What CodeDeploy deploys has deployments of CodeDeploy instead. Of what was deployed longer ago the
/// newest revisions that are ACTIVE are told, and nothing of how they did.
pub async fn editions(services: &Services, of: &Found) -> Result<Vec<Edition>> {
    let calls = &services.calls;
    let service = calls.service(&of.id).await?;
    let Some(current) = task_definition(&service).map(String::from) else { return Ok(Vec::new()) };
    let mut deployed = deployed(services, of, &service).await?;
    let mut arns: Vec<String> = deployed.keys().cloned().collect();
    let at = |arn: &String| deployed.get(arn).and_then(|d| d.at).unwrap_or_default();
    arns.sort_by(|a, b| at(b).total_cmp(&at(a)));
    if !arns.contains(&current) {
        arns.insert(0, current.clone());
    }
    if arns.len() < MOST {
        let listed = calls.revisions(family_of(&current), MOST).await?;
        let more: Vec<String> = listed.into_iter().filter(|arn| !arns.contains(arn)).collect();
        arns.extend(more);
    }
    // What runs now is never left out.
    let place = arns.iter().position(|arn| *arn == current).unwrap_or_default();
    if place >= MOST {
        arns.swap(place, MOST - 1);
    }
    arns.truncate(MOST);
    let mut all = Vec::new();
    for arn in arns {
        let definition = match calls.task_definition(&arn).await {
            Ok(definition) => definition,
            // One that was deleted is no edition to go back to.
            Err(e) if is_gone(&e) => continue,
            Err(e) => return Err(e),
        };
        let deployed = deployed.remove(&arn).unwrap_or_default();
        let Some(number) = revision_of(&arn) else { continue };
        all.push(Edition {
            revision: number.to_string(),
            name: format!("{}:{number}", family_of(&arn)),
            images: images(&definition, &deployed.ran),
            at: deployed.at.and_then(time),
            by: definition["registeredBy"].as_str().map(String::from),
            good: deployed.good,
            current: arn == current,
        });
    }
    name(services, &mut all).await;
    Ok(all)
}

/// Adds the tags by which people know what was deployed by its digest. Of what nobody may ask for, the digest is known.
async fn name(services: &Services, all: &mut [Edition]) {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in all.iter_mut().flat_map(|edition| &mut edition.images) {
        let image = Image::of(&one.image);
        let (None, Some(digest), Some((owner, region, name))) = (&image.tag, &image.digest, image.in_ecr())
        else {
            continue;
        };
        one.tags = match known.get(&one.image) {
            Some(tags) => tags.clone(),
            None => {
                let place = Repository { account: &services.calls.account, owner, region, name };
                let found = tags(&place, digest).await;
                known.entry(one.image.clone()).or_insert(found).clone()
            }
        };
    }
}

/// Returns how each task definition that the service had was deployed last, by ARN.
async fn deployed(services: &Services, of: &Found, service: &Value) -> Result<BTreeMap<String, Deployed>> {
    if service["deploymentController"]["type"] == "CODE_DEPLOY" {
        return by_codedeploy(services, of, service).await;
    }
    let calls = &services.calls;
    let short = match calls.deployments_in_short(&of.id, DEPLOYMENTS).await {
        Ok(short) => short,
        // One that somebody else deploys has no such history, and AWS may say so by refusing.
        Err(e) if e.kind == ErrorKind::NotFound || e.message.contains("InvalidParameter") => Vec::new(),
        Err(e) => return Err(e),
    };
    let mut targets: Vec<String> = Vec::new();
    for deployment in &short {
        let Some(target) = deployment["targetServiceRevisionArn"].as_str() else { continue };
        if !targets.iter().any(|t| t == target) {
            targets.push(target.to_string());
        }
    }
    let revisions = calls.service_revisions(&targets).await?;
    let by_arn: BTreeMap<&str, &Value> =
        revisions.iter().filter_map(|r| Some((r["serviceRevisionArn"].as_str()?, r))).collect();
    let mut all: BTreeMap<String, Deployed> = BTreeMap::new();
    for deployment in &short {
        let target = deployment["targetServiceRevisionArn"].as_str().and_then(|t| by_arn.get(t));
        let Some(definition) = target.and_then(|r| r["taskDefinition"].as_str()) else { continue };
        let ran = target.map(|r| ran(r)).unwrap_or_default();
        // They come the newest first, so the first one of a task definition is the last that was made of it.
        let known = all.entry(definition.to_string()).or_insert_with(|| Deployed {
            at: deployment["startedAt"].as_f64().or(deployment["createdAt"].as_f64()),
            good: good(deployment),
            ran: BTreeMap::new(),
        });
        if known.ran.is_empty() {
            known.ran = ran;
        }
    }
    Ok(all)
}

/// Returns the same of a service that CodeDeploy deploys: what runs is what its PRIMARY task set has.
async fn by_codedeploy(
    services: &Services,
    of: &Found,
    service: &Value,
) -> Result<BTreeMap<String, Deployed>> {
    let mut all: BTreeMap<String, Deployed> = BTreeMap::new();
    for shift in past_shifts(services, &of.id, service).await? {
        let known = Deployed { at: shift.at, good: shift.good, ran: BTreeMap::new() };
        all.entry(shift.definition).or_insert(known);
    }
    if let Some(current) = task_definition(service) {
        let ran = ran_now(&services.calls, &of.id, service, current).await?;
        let ran = ran.into_iter().filter_map(|(name, digest)| Some((name, digest.as_str()?.to_string())));
        all.entry(current.to_string()).or_default().ran = ran.collect();
    }
    Ok(all)
}

/// Returns whether a deployment succeeded; `None` where it has not ended, or made way for another before it could tell.
///
/// Source: deploy-peers 4.1: STOPPED is also what was superseded: "Replaced by a new service deployment".
fn good(deployment: &Value) -> Option<bool> {
    let reason = deployment["statusReason"].as_str().unwrap_or_default();
    match deployment["status"].as_str()? {
        "SUCCESSFUL" => Some(true),
        "PENDING" | "IN_PROGRESS" => None,
        "STOPPED" if reason.to_lowercase().contains("replaced by") => None,
        _ => Some(false),
    }
}

fn ran(revision: &Value) -> BTreeMap<String, String> {
    let images = revision["containerImages"].as_array().into_iter().flatten();
    let pair = |i: &Value| Some((i["containerName"].as_str()?.into(), i["imageDigest"].as_str()?.into()));
    images.filter_map(pair).collect()
}

fn images(definition: &Value, ran: &BTreeMap<String, String>) -> Vec<EditionImage> {
    let one = |(container, image): (String, String)| {
        let digest = Image::of(&image).digest.or_else(|| ran.get(&container).cloned());
        EditionImage { container, image, digest, tags: Vec::new() }
    };
    written(definition).into_iter().map(one).collect()
}

fn time(seconds: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

/// Source: "DescribeTaskDefinition" of the API reference: a ClientException, "Unable to describe task definition."
fn is_gone(e: &Error) -> bool {
    e.kind == ErrorKind::NotFound || e.message.contains("Unable to describe")
}

/// Returns what `live` would be as its edition `revision`: with the images that really ran, and all that is no part of the
/// task definition as it is now. `NotFound` where there is none.
///
/// Source: deploy-peers 4.1: no call deploys a service revision, so network, load balancing and capacity do not go back.
pub async fn as_of(
    services: &Services,
    live: &Live,
    revision: &str,
    inventory: &Inventory,
) -> Result<Document> {
    let of = &live.found;
    let mut raw = services.shelf.fetch(services, of, Freshness::Fresh).await?;
    let now =
        raw.wire.get("TaskDefinition").and_then(|d| d["taskDefinitionArn"].as_str()).unwrap_or_default();
    if revision_of(now).is_some_and(|n| n.to_string() == revision) {
        return Ok(encoded(of, raw, inventory, &services.values).document);
    }
    let wanted = format!("{}:{revision}", family_of(now));
    let definition = match services.calls.task_definition(&wanted).await {
        Ok(definition) => definition,
        Err(e) if is_gone(&e) => {
            return Err(Error::not_found(format!("{} has no revision {wanted} any more", of.address))
                .hint("name another one, or a time or a snapshot from when it was there: --to TIME"));
        }
        Err(e) => return Err(e),
    };
    let arn = definition["taskDefinitionArn"].as_str().unwrap_or_default();
    let service = raw.wire.get("Service").cloned().unwrap_or_default();
    let ran = deployed(services, of, &service).await?.remove(arn).map(|d| d.ran).unwrap_or_default();
    let texts = written(&definition).into_values();
    for (text, digest) in resolve(&services.calls.account, texts).await {
        let (member, value) = match digest {
            Ok(digest) => ("Resolved", digest),
            Err(why) => ("Unresolved", why),
        };
        let entry = raw.wire.entry(member).or_insert_with(|| json!({}));
        entry[&text] = json!(value);
    }
    let ran: Map<String, Value> = ran.into_iter().map(|(name, digest)| (name, json!(digest))).collect();
    raw.wire.insert("TaskDefinition".into(), definition);
    raw.wire.insert("Ran".into(), Value::Object(ran));
    Ok(encoded(of, raw, inventory, &services.values).document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_succeeded_was_good_and_what_made_way_is_not_known() {
        let of = |status: &str, reason: &str| good(&json!({ "status": status, "statusReason": reason }));
        assert_eq!(of("SUCCESSFUL", ""), Some(true));
        assert_eq!(of("STOPPED", "Replaced by a new service deployment"), None);
        for status in ["PENDING", "IN_PROGRESS"] {
            assert_eq!(of(status, ""), None);
        }
        for status in
            ["STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "ROLLBACK_IN_PROGRESS", "NEW_WORD"]
        {
            assert_eq!(of(status, "by hand"), Some(false), "{status}");
        }
    }
}
