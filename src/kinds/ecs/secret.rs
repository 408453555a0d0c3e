//! Secrets on their way into a task definition: their values, from where they still are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fields::{CONTAINERS, DEFINITION};
use super::state::Known;
use crate::core::document::Document;
use crate::core::secret::{Fingerprint, SEALED, Seal, Vault};
use crate::core::secret_paths::sealed;
use crate::core::{Address, Error, Result};

/// Puts the value of each secret that `content` names in its place: from `vault`, else from the first of the task
/// definitions that `older` reads which has it. Reads no more of them than it takes.
///
/// Fails with `Blocked` where a value is nowhere any more.
pub async fn open(
    seal: &Seal,
    vault: &dyn Vault,
    address: &Address,
    content: &mut Value,
    older: &mut (dyn Older + '_),
) -> Result<()> {
    let mut wanted: BTreeMap<Fingerprint, String> = BTreeMap::new();
    texts(content, &mut Vec::new(), &mut |path, text| {
        if let Some(fingerprint) = named(text) {
            wanted.insert(fingerprint, path.join("."));
        }
    });
    let mut known: BTreeMap<Fingerprint, String> = BTreeMap::new();
    for fingerprint in wanted.keys() {
        if let Some(secret) = vault.open(fingerprint).await? {
            known.insert(*fingerprint, secret.reveal().to_string());
        }
    }
    while known.len() < wanted.len() {
        let Some(definition) = older.next().await? else { break };
        for text in values(&definition) {
            let fingerprint = seal.secret(&text).fingerprint();
            if wanted.contains_key(&fingerprint) {
                known.insert(fingerprint, text);
            }
        }
    }
    if let Some((_, place)) = wanted.iter().find(|(fingerprint, _)| !known.contains_key(fingerprint)) {
        let message = format!(
            "{place} of {address} is a secret whose value is nowhere any more: neither in a revision of its task \
             definition nor in the store"
        );
        return Err(Error::blocked(message).hint(
            "set it in the environment's overlay, and deploy again; secrets = \"encrypt\", where the environment is \
             configured, keeps values from now on",
        ));
    }
    fill(content, &known);
    Ok(())
}

/// Task definitions that may have a value, one after the other.
#[async_trait::async_trait]
pub trait Older: Send {
    /// Reads the next one.
    async fn next(&mut self) -> Result<Option<Value>>;
}

fn named(text: &str) -> Option<Fingerprint> {
    text.strip_prefix(SEALED)?.parse().ok()
}

fn texts(value: &Value, path: &mut Vec<String>, see: &mut dyn FnMut(&[String], &str)) {
    let mut below = |name: String, inner: &Value| {
        path.push(name);
        texts(inner, path, see);
        path.pop();
    };
    match value {
        Value::String(text) => see(path, text),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| below(i.to_string(), item)),
        Value::Object(members) => members.iter().for_each(|(name, member)| below(name.clone(), member)),
        _ => {}
    }
}

fn fill(value: &mut Value, known: &BTreeMap<Fingerprint, String>) {
    match value {
        Value::String(text) => {
            if let Some(found) = named(text).and_then(|f| known.get(&f)) {
                *text = found.clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, known)),
        Value::Object(members) => members.values_mut().for_each(|member| fill(member, known)),
        _ => {}
    }
}

/// Returns the texts of `definition`, as DescribeTaskDefinition answers it, that may be secrets.
fn values(definition: &Value) -> Vec<String> {
    let containers = definition[CONTAINERS].as_array().into_iter().flatten();
    let of = |container: &Value| {
        let variables = container["environment"].as_array().into_iter().flatten();
        let options = container["logConfiguration"]["options"].as_object();
        let options = options.into_iter().flatten().filter_map(|(_, v)| v.as_str());
        variables.filter_map(|v| v["value"].as_str()).chain(options).map(String::from).collect::<Vec<_>>()
    };
    containers.flat_map(of).filter(|text| !text.is_empty()).collect()
}

/// Returns the secrets that `document` names: a revision of a task definition that a service had keeps them, also when it is
/// INACTIVE.
///
/// Source: "DeregisterTaskDefinition" of the API reference: INACTIVE ones "remain discoverable in your account
/// indefinitely".
pub fn held(document: &Document) -> BTreeSet<Fingerprint> {
    if Known::of(document).revision.is_none() || !document.local.contains_key(DEFINITION) {
        return BTreeSet::new();
    }
    sealed(&document.local).into_values().collect()
}
