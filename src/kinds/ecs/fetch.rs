//! Reading a service whole: what it is, what runs, and which revisions of its task definition there are.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use futures::future::try_join_all;
use serde_json::{Map, Value, json};

use super::calls::{Calls, family_of, revision_of};
use super::driver::Services;
use super::encode::written;
use super::images::resolve;
use super::in_flight::lead;
use crate::core::driver::{Freshness, Raw};
use crate::core::inventory::Found;
use crate::core::{Error, Result};

/// How many of the newest revisions are looked at.
const NEWEST: usize = 10;
/// How many are listed: what an older one is may be known from when it ran.
const LISTED: usize = 1000;

/// What was seen of a service when it was last read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The id of its PRIMARY deployment.
    pub primary: Option<String>,
    /// The ARN of its newest service deployment, where it says that.
    pub deployment: Option<String>,
}

impl Seen {
    /// Returns what `service`, an answer about it, says.
    pub fn of(service: &Value) -> Seen {
        let all = service["deployments"].as_array().into_iter().flatten();
        let primary = all.into_iter().find(|d| d["status"] == "PRIMARY");
        Seen {
            primary: primary.and_then(|d| d["id"].as_str()).map(String::from),
            deployment: service["currentServiceDeployment"].as_str().map(String::from),
        }
    }
}

/// What was read already: revisions of task definitions, which never change, and what was seen last of each service.
#[derive(Default)]
pub struct Shelf {
    definitions: Mutex<HashMap<String, Value>>,
    seen: Mutex<HashMap<String, Seen>>,
}

impl Shelf {
    /// Returns what was seen last of the service whose id is `id`.
    pub fn seen(&self, id: &str) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned().unwrap_or_default()
    }

    /// Reads the service `of` as its own members: `Service` as DescribeServices answers, or as it is to be, `TaskDefinition` that it runs,
    /// `Ran` (the digests of the images that really ran, by container), `Revisions` that are ACTIVE by number (null where
    /// one was not looked at), `Resolved` (the digests that images stand for now, by their texts) and `Unresolved` (why
    /// nobody can tell).
    pub async fn fetch(&self, services: &Services, of: &Found, how: Freshness) -> Result<Raw> {
        let calls = &services.calls;
        let mut service = calls.service(&of.id).await?;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(of.id.clone(), Seen::of(&service));
        // As with what ECS deploys, what CodeDeploy has begun is what the service is to be. Where it has nothing in flight,
        // it may have ended since the service was read.
        let lead = lead(services, &of.id, &service).await?;
        if service["deploymentController"]["type"] == "CODE_DEPLOY" {
            service = calls.service(&of.id).await?;
        }
        if let Some(members) = service.as_object_mut() {
            members.extend(lead.members);
        }
        let led = match lead.definition {
            Some(name) if !name.starts_with("arn:") => {
                calls.task_definition(&name).await?["taskDefinitionArn"].as_str().map(String::from)
            }
            led => led,
        };
        let Some(current) = led.or_else(|| task_definition(&service).map(String::from)) else {
            return Err(Error::failed(
                "no task definition is named by it: its task sets are somebody else's",
            ));
        };
        let (definition, ran, revisions) = tokio::try_join!(
            calls.task_definition(&current),
            ran(calls, &of.id, &service, &current),
            self.revisions(calls, &current, how)
        )?;
        let all = std::iter::once(&definition).chain(revisions.values());
        let texts =
            all.flat_map(|d| written(d).into_values()).collect::<std::collections::BTreeSet<String>>();
        let (mut resolved, mut unresolved) = (Map::new(), Map::new());
        for (text, digest) in resolve(&calls.account, texts).await {
            match digest {
                Ok(digest) => resolved.insert(text, json!(digest)),
                Err(why) => unresolved.insert(text, json!(why)),
            };
        }
        let wire = json!({
            "Service": service,
            "TaskDefinition": definition,
            "Ran": ran,
            "Revisions": revisions.into_iter().map(|(n, d)| (n.to_string(), d)).collect::<Map<_, _>>(),
            "Resolved": resolved,
            "Unresolved": unresolved,
        });
        Ok(Raw { wire: wire.as_object().cloned().unwrap_or_default(), ..Raw::default() })
    }

    /// Returns the ACTIVE revisions of the family of `current` by number: that one and the newest whole, null for each
    /// other; of what is read in bulk that one alone.
    async fn revisions(&self, calls: &Calls, current: &str, how: Freshness) -> Result<BTreeMap<u64, Value>> {
        let arns = calls.revisions(family_of(current), LISTED).await?;
        let wanted =
            |(i, arn): &(usize, &String)| *arn == current || (*i < NEWEST && how == Freshness::Fresh);
        let read = arns.iter().enumerate().filter(wanted).map(|(_, arn)| self.definition(calls, arn));
        let read = try_join_all(read).await?;
        let numbered = |arn: &String| Some((revision_of(arn)?, Value::Null));
        let mut all: BTreeMap<u64, Value> = arns.iter().filter_map(numbered).collect();
        all.extend(read.into_iter().filter_map(|d| Some((d["revision"].as_u64()?, d))));
        Ok(all)
    }

    /// Reads a revision, or returns it as it was read before.
    pub async fn definition(&self, calls: &Calls, arn: &str) -> Result<Value> {
        let known = self.definitions.lock().unwrap_or_else(PoisonError::into_inner).get(arn).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let definition = calls.task_definition(arn).await?;
        let mut definitions = self.definitions.lock().unwrap_or_else(PoisonError::into_inner);
        definitions.insert(arn.to_string(), definition.clone());
        Ok(definition)
    }
}

/// Returns the ARN of the task definition that `service` has: under CODE_DEPLOY that of the task set that is PRIMARY.
///
/// Source: deploy-peers 4.4.
pub fn task_definition(service: &Value) -> Option<&str> {
    let sets = service["taskSets"].as_array().into_iter().flatten();
    let primary = sets.into_iter().find(|set| set["status"] == "PRIMARY");
    primary.and_then(|set| set["taskDefinition"].as_str()).or(service["taskDefinition"].as_str())
}

/// Returns the digests of the images that really ran of `definition`, by container: as the service revision has them, else
/// as the tasks that run say.
///
/// Source: deploy-peers 4.3; `ServiceRevision.containerImages` and `Container.imageDigest` of the API reference.
pub async fn ran(calls: &Calls, id: &str, service: &Value, definition: &str) -> Result<Map<String, Value>> {
    let arns = service["currentServiceRevisions"].as_array().into_iter().flatten();
    let arns: Vec<String> = arns.filter_map(|r| r["arn"].as_str().map(String::from)).collect();
    let mut revisions = calls.service_revisions(&arns).await?;
    revisions.retain(|r| r["taskDefinition"] == definition);
    // Of two of one task definition the newer one is what a forced deployment is to end in.
    revisions.sort_by(|a, b| {
        let at = |v: &Value| v["createdAt"].as_f64().unwrap_or_default();
        at(b).total_cmp(&at(a))
    });
    let pair = |name: &Value, digest: &Value| Some((name.as_str()?.to_string(), json!(digest.as_str()?)));
    if let Some(newest) = revisions.first() {
        let images = newest["containerImages"].as_array().into_iter().flatten();
        let found = images.filter_map(|i| pair(&i["containerName"], &i["imageDigest"]));
        let found: Map<String, Value> = found.collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let tasks = calls.tasks(id, "RUNNING").await?;
    let tasks = tasks.iter().filter(|t| t["taskDefinitionArn"] == definition && t["lastStatus"] == "RUNNING");
    let containers = tasks.flat_map(|t| t["containers"].as_array().into_iter().flatten());
    Ok(containers.filter_map(|c| pair(&c["name"], &c["imageDigest"])).collect())
}
