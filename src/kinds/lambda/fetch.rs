//! Reading a function whole: what it is, its aliases and their versions, who may invoke it and what does.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use futures::future::try_join_all;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::form::{code_digest, form, kept};
use super::source;
use super::state::LATEST;
use crate::aws::http;
use crate::core::driver::{Freshness, Raw};
use crate::core::inventory::Found;
use crate::core::naming::Naming;
use crate::core::{Digest, Error, Result};

/// How many versions are looked at that no alias names.
const NEWEST: usize = 10;

/// What was seen of a function when it was last read from its source of truth.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The revision of `$LATEST`, and its content.
    pub latest: (String, Map<String, Value>),
    /// Whether nothing was under way.
    pub settled: bool,
    /// The revision of each alias.
    pub aliases: BTreeMap<String, String>,
    /// The revision of the policy of each alias; of the function's own under an empty name.
    pub policies: BTreeMap<String, String>,
}

/// What was read already: versions, which never change, and what was seen last of each function.
///
/// Source: "Manage Lambda function versions": a version is immutable, and its number is never used again, even where
/// the function is deleted and made anew.
#[derive(Default)]
pub struct Shelf {
    versions: Mutex<HashMap<(String, u64), Value>>,
    seen: Mutex<HashMap<String, Seen>>,
}

impl Shelf {
    /// Returns what was seen last of the function `name`.
    pub fn seen(&self, name: &str) -> Option<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Reads the function `of` as its own members: `Function` as GetFunction answers, `Aliases`, `Foreign` (the names of
    /// those that are others'), `Versions` by number, `Policies` and `Sources`. Its own aliases are those that `naming` has
    /// names for; all, where it has none for this function.
    pub async fn fetch(&self, calls: &Calls, naming: &Naming, of: &Found, how: Freshness) -> Result<Raw> {
        let name = of.id.as_str();
        let (function, aliases) = tokio::try_join!(calls.function(name, None), calls.aliases(name))?;
        let mapped = naming.aliases(&of.address);
        let ours = |alias: &str| mapped.is_empty() || mapped.values().any(|there| there == alias);
        let (aliases, foreign): (Vec<Value>, Vec<Value>) =
            aliases.into_iter().partition(|a| a["Name"].as_str().is_none_or(ours));
        let foreign: Vec<&str> = foreign.iter().filter_map(|a| a["Name"].as_str()).collect();
        let names: Vec<&str> = aliases.iter().filter_map(|a| a["Name"].as_str()).collect();
        let each = || std::iter::once(None).chain(names.iter().copied().map(Some));
        let policies = try_join_all(each().map(|q| calls.policy(name, q)));
        let sources = try_join_all(each().map(|q| calls.sources(name, q)));
        let versions = self.versions(calls, of, &aliases, how);
        let (policies, sources, versions) = tokio::try_join!(policies, sources, versions)?;
        if how == Freshness::Fresh {
            let revisions = each().zip(&policies).filter_map(|(q, p)| {
                let revision = p.as_ref()?["RevisionId"].as_str()?;
                Some((q.unwrap_or_default().to_string(), revision.to_string()))
            });
            self.note(name, &function, &aliases, revisions.collect());
        }
        let mut unread = BTreeSet::new();
        let zip = |function: &Value| code_digest(&function["Configuration"]);
        unread.extend(zip(&function));
        let named = named(&aliases);
        unread.extend(named.iter().filter_map(|n| zip(versions.get(&n.to_string())?)));
        let policies = each().zip(policies).filter_map(|(q, policy)| {
            let text = policy?["Policy"].as_str()?.to_string();
            let parsed = serde_json::from_str::<Value>(&text).ok()?;
            Some((q.unwrap_or_default().to_string(), parsed["Statement"].clone()))
        });
        let wire = json!({
            "Function": function,
            "Aliases": aliases,
            "Versions": versions,
            "Policies": policies.collect::<Map<String, Value>>(),
            "Foreign": foreign,
            "Sources": distinct(sources.into_iter().flatten().filter(|s| source::alias(s).is_none_or(ours))),
        });
        let wire = wire.as_object().cloned().unwrap_or_default();
        Ok(Raw { wire, blobs: BTreeMap::new(), unread })
    }

    /// Returns the versions that `aliases` name, whole, by number; of what is fresh also the newest ones that none names,
    /// and null for each other one that is there.
    async fn versions(
        &self,
        calls: &Calls,
        of: &Found,
        aliases: &[Value],
        how: Freshness,
    ) -> Result<Map<String, Value>> {
        if aliases.is_empty() && how == Freshness::Indexed {
            return Ok(Map::new());
        }
        let all: Vec<u64> = calls.versions(&of.id).await?.into_iter().map(|(number, _)| number).collect();
        let mut wanted = named(aliases);
        if how == Freshness::Fresh {
            wanted.extend(all.iter().rev().take(NEWEST));
        }
        let mut versions: Map<String, Value> = all.iter().map(|n| (n.to_string(), Value::Null)).collect();
        let read = wanted.iter().filter(|n| all.contains(n));
        versions.extend(try_join_all(read.map(|n| self.version(calls, of, *n))).await?);
        Ok(versions)
    }

    /// Returns a version, under its number.
    async fn version(&self, calls: &Calls, of: &Found, number: u64) -> Result<(String, Value)> {
        let key = (of.arn.clone(), number);
        let known = self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let version = match known {
            Some(version) => version,
            None => {
                let version = calls.function(&of.id, Some(&number.to_string())).await?;
                // The URL of its code is good for minutes only.
                let version = json!({
                    "Configuration": version["Configuration"],
                    "Code": { "ImageUri": version["Code"]["ImageUri"], "ResolvedImageUri": version["Code"]["ResolvedImageUri"] },
                });
                self.versions.lock().unwrap_or_else(PoisonError::into_inner).insert(key, version.clone());
                version
            }
        };
        Ok((number.to_string(), version))
    }

    fn note(&self, name: &str, function: &Value, aliases: &[Value], policies: BTreeMap<String, String>) {
        let revision = |v: &Value| v["RevisionId"].as_str().map(String::from);
        let seen = Seen {
            latest: (revision(&function["Configuration"]).unwrap_or_default(), kept(&form(function))),
            settled: is_settled(&function["Configuration"]),
            aliases: aliases
                .iter()
                .filter_map(|a| Some((a["Name"].as_str()?.to_string(), revision(a)?)))
                .collect(),
            policies,
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_string(), seen);
    }
}

/// Returns whether nothing of a function is under way, given its configuration.
///
/// Source: "Lambda function states", AWS Lambda Developer Guide.
pub fn is_settled(configuration: &Value) -> bool {
    configuration["LastUpdateStatus"] != "InProgress" && configuration["State"] != "Pending"
}

/// Returns the numbers of the versions that `aliases` name, those among which calls are shared included.
fn named(aliases: &[Value]) -> BTreeSet<u64> {
    let mut all = BTreeSet::new();
    for alias in aliases {
        let shares = alias["RoutingConfig"]["AdditionalVersionWeights"].as_object();
        let shares = shares.into_iter().flatten().map(|(number, _)| number.as_str());
        all.extend(
            alias["FunctionVersion"].as_str().into_iter().chain(shares).filter_map(|n| n.parse::<u64>().ok()),
        );
    }
    all
}

fn distinct(sources: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut by_id: BTreeMap<String, Value> = BTreeMap::new();
    for source in sources {
        by_id.insert(source["UUID"].as_str().unwrap_or_default().to_string(), source);
    }
    by_id.into_values().collect()
}

impl Calls {
    /// Downloads the archive that `digest` names of the function `of`: that of `$LATEST` or of a version.
    ///
    /// `NotFound` where none of them is this, `Corrupt` where what comes is something else.
    pub async fn archive(&self, of: &Found, digest: &Digest) -> Result<Bytes> {
        let latest = self.function(&of.id, None).await?;
        let is = |configuration: &Value| code_digest(configuration).as_ref() == Some(digest);
        let function = if is(&latest["Configuration"]) {
            latest
        } else {
            let versions = self.versions(&of.id).await?;
            let Some((number, _)) = versions.iter().rev().find(|(_, v)| is(v)) else {
                let message = format!("no version of {} has the code {digest} any more", of.address);
                return Err(Error::not_found(message));
            };
            self.function(&of.id, Some(&number.to_string())).await?
        };
        let Some(url) = function["Code"]["Location"].as_str() else {
            let why = function["Code"]["Error"]["Message"].as_str().unwrap_or("GetFunction answers no URL");
            return Err(Error::failed(format!("the code of {} cannot be read: {why}", of.address)));
        };
        let bytes = http::get_archive(url)
            .await
            .map_err(|e| e.context(format!("cannot read the code of {}", of.address)))?;
        match Digest::of(&bytes) {
            found if found == *digest => Ok(bytes),
            found => Err(Error::corrupt(format!(
                "the code of {} has the digest {found}, where {LATEST} or a version says {digest}",
                of.address
            ))),
        }
    }
}
