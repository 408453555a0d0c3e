//! Fetching: everything that a bot is, as the service answers.

use std::collections::BTreeSet;

use futures::future::{join_all, try_join_all};
use serde_json::{Map, Value, json};

use super::alias::TEST;
use super::bot::{self, ALIASES, POLICIES, VERSIONS};
use super::calls::Calls;
use super::encode::FOREIGN;
use super::policy;
use super::version::{DRAFT, Shelf, available};
use crate::aws::Failure;
use crate::core::driver::Freshness;
use crate::core::inventory::Found;
use crate::core::naming::Naming;

/// What is listed of the versions: statuses and descriptions.
pub const LISTED: &str = "Listed";

/// How many versions are exported that no alias names.
const NEWEST: usize = 3;

/// Returns what the bot `of` is. Of its aliases those that `naming` has names for; all, where it has none for this bot.
pub async fn fetch(
    calls: &Calls,
    shelf: &Shelf,
    naming: &Naming,
    of: &Found,
    how: Freshness,
) -> Result<Map<String, Value>, Failure> {
    let id = &of.id;
    let described = calls.bot(id).await?;
    let (aliases, listed, tags) = tokio::join!(calls.aliases(id), calls.versions(id), calls.tags(&of.arn));
    let (aliases, listed, tags) = (aliases?, listed?, tags?);
    let mut wire = match described {
        Value::Object(members) => bot::members(members),
        _ => Map::new(),
    };
    wire.insert("Tags".into(), tags);
    let mapped = naming.aliases(&of.address);
    let ours = |alias: &&Value| {
        let name = alias["botAliasName"].as_str().unwrap_or_default();
        alias["botAliasId"] != TEST && (mapped.is_empty() || mapped.values().any(|there| there == name))
    };
    let foreign = aliases.iter().filter(|alias| alias["botAliasId"] != TEST && !ours(alias));
    let foreign: Vec<Value> = foreign.map(|alias| alias["botAliasName"].clone()).collect();
    let ids: Vec<&str> = aliases.iter().filter(ours).filter_map(|a| a["botAliasId"].as_str()).collect();
    let own: Vec<Value> = try_join_all(ids.iter().map(|alias| calls.alias(id, alias))).await?;

    let arns = [None].into_iter().chain(ids.iter().map(|id| Some(*id))).map(|id| policy::arn(&of.arn, id));
    let policies = try_join_all(arns.map(|arn| async move { calls.policy(&arn).await })).await?;
    let owners = ["bot".to_string()]
        .into_iter()
        .chain(own.iter().map(|a| format!("#{}", a["botAliasName"].as_str().unwrap_or_default())));
    let policies = owners.zip(policies).filter_map(|(owner, policy)| Some((owner, policy?["policy"].take())));
    wire.insert(POLICIES.into(), Value::Object(policies.collect()));

    let numbers = |aliases: &[Value]| -> BTreeSet<String> {
        let named = aliases.iter().filter_map(|a| a["botVersion"].as_str().map(String::from));
        named.filter(|number| number != DRAFT).collect()
    };
    let mut wanted = numbers(&own);
    // The draft of a bot that others have aliases of is no more this environment's than theirs.
    if own.is_empty() && foreign.is_empty() {
        wanted.insert(DRAFT.into());
    }
    wire.insert(FOREIGN.into(), foreign.into());
    let mut versions = Map::new();
    for (number, definition) in
        try_join_all(wanted.iter().map(|number| definition(calls, shelf, id, number))).await?
    {
        versions.extend(definition.map(|d| (number, d)));
    }
    // What else is there can be gone back to, or be what another environment's alias names. What cannot be exported is
    // not known, and is made again where it is needed.
    let usable = available(&listed);
    let mut others: BTreeSet<String> = numbers(&aliases).difference(&wanted).cloned().collect();
    if how == Freshness::Fresh {
        let newest = usable.keys().rev().map(ToString::to_string).filter(|number| !wanted.contains(number));
        others.extend(newest.take(NEWEST));
        others.retain(|number| number.parse().is_ok_and(|n: u64| usable.contains_key(&n)));
        let read = others.iter().map(|number| definition(calls, shelf, id, number));
        for (number, definition) in join_all(read).await.into_iter().flatten() {
            versions.extend(definition.map(|d| (number, d)));
        }
    }
    wire.insert(VERSIONS.into(), versions.into());
    wire.insert(ALIASES.into(), own.into());
    wire.insert(LISTED.into(), json!(listed));
    Ok(wire)
}

/// Returns the definition of a version, by its number; nothing of a draft that has no locale: nothing is known of what
/// an export of that holds.
async fn definition(
    calls: &Calls,
    shelf: &Shelf,
    id: &str,
    number: &str,
) -> Result<(String, Option<Value>), Failure> {
    if number == DRAFT && calls.locales(id, DRAFT).await?.is_empty() {
        return Ok((number.to_string(), None));
    }
    Ok((number.to_string(), Some(shelf.definition(calls, id, number).await?)))
}
