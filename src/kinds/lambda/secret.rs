//! Secrets on their way into a function: their values, from where they still are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::calls::Calls;
use super::state::{State, numbered};
use crate::core::document::Document;
use crate::core::secret::{Fingerprint, SEALED, Seal, Vault};
use crate::core::template::{Placeholder, Template};
use crate::core::{Address, Error, Result};

/// Puts the value of each secret that `args` name in its place: from the function `name` as it is or from a version of
/// it, else from `vault`.
///
/// Fails with `Blocked` where a value is nowhere any more.
pub async fn open(
    calls: &Calls,
    seal: &Seal,
    vault: &dyn Vault,
    address: &Address,
    name: Option<&str>,
    args: &mut Value,
) -> Result<()> {
    let mut wanted = BTreeMap::new();
    let Some(variables) = args.get_mut("Environment").and_then(|e| e["Variables"].as_object_mut()) else {
        return Ok(());
    };
    for (variable, value) in variables.iter() {
        if let Some(fingerprint) = value.as_str().and_then(sealed) {
            wanted.insert(fingerprint, variable.clone());
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let mut known = BTreeMap::new();
    if let Some(name) = name {
        live(calls, seal, name, &wanted, &mut known).await?;
    }
    for (fingerprint, variable) in &wanted {
        if known.contains_key(fingerprint) {
            continue;
        }
        let Some(secret) = vault.open(fingerprint).await? else {
            let message = format!(
                "the environment variable {variable} of {address} is a secret whose value is nowhere any more: neither \
                 in the function, nor in a version of it, nor in the store"
            );
            return Err(Error::blocked(message).hint(
                "set it by hand in the target, and deploy again; secrets = \"encrypt\", where the environment is \
                 configured, keeps values from now on",
            ));
        };
        known.insert(*fingerprint, secret.reveal().to_string());
    }
    for value in variables.values_mut() {
        if let Some(text) = value.as_str().and_then(sealed).and_then(|f| known.get(&f)) {
            *value = Value::String(text.clone());
        }
    }
    Ok(())
}

fn sealed(text: &str) -> Option<Fingerprint> {
    text.strip_prefix(SEALED)?.parse().ok()
}

/// Collects what of `wanted` the function `name` or a version of it has.
async fn live(
    calls: &Calls,
    seal: &Seal,
    name: &str,
    wanted: &BTreeMap<Fingerprint, String>,
    known: &mut BTreeMap<Fingerprint, String>,
) -> Result<()> {
    let mut take = |function: &Value| {
        let variables = function["Configuration"]["Environment"]["Variables"].as_object();
        for text in variables.into_iter().flatten().filter_map(|(_, v)| v.as_str()) {
            let fingerprint = seal.secret(text).fingerprint();
            if wanted.contains_key(&fingerprint) {
                known.insert(fingerprint, text.to_string());
            }
        }
        known.len() == wanted.len()
    };
    if take(&calls.function(name, None).await?) {
        return Ok(());
    }
    // All of them, the newest first: a plan counts on what an old one has that an alias names.
    for (number, _) in calls.versions(name).await?.iter().rev() {
        if take(&calls.function(name, Some(&number.to_string())).await?) {
            return Ok(());
        }
    }
    Ok(())
}

/// Returns which of the secrets that `from` names can be read once it has become `to`: those that a numbered version
/// has. Who deletes the function deletes its versions.
pub fn still_held(from: &Document, to: Option<&Document>) -> BTreeSet<Fingerprint> {
    if to.is_none() {
        return BTreeSet::new();
    }
    let state = State::of(from);
    let mut held = BTreeSet::new();
    for key in numbered(from).into_values().flatten() {
        if let Some(content) = state.content(&key) {
            held.extend(named(&content.local));
        }
    }
    held
}

/// Returns which of the secrets that `to` names can be read where there is `from`: those that a version has that was there
/// when `to` was and still is.
pub fn within_reach(from: &Document, to: &Document) -> BTreeSet<Fingerprint> {
    let (state, now) = (State::of(to), numbered(from));
    let there = numbered(to).into_iter().filter(|(number, _)| now.contains_key(number));
    let contents = there.filter_map(|(_, key)| state.content(&key?));
    contents.flat_map(|content| named(&content.local)).collect()
}

/// Returns the secrets that `local` names.
fn named(local: &Map<String, Value>) -> BTreeSet<Fingerprint> {
    let variables = local.get("Environment").and_then(|e| e["Variables"].as_object());
    let texts = variables.into_iter().flatten().filter_map(|(_, v)| v.as_str());
    let templates = texts.filter_map(|text| text.parse::<Template>().ok());
    let holes = templates.flat_map(|t| t.holes().cloned().collect::<Vec<_>>());
    let sealed = holes.filter_map(|hole| match hole {
        Placeholder::Sealed(fingerprint) => Some(fingerprint),
        _ => None,
    });
    sealed.collect()
}
