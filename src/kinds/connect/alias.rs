//! Aliases of modules: names for versions. Numbers mean nothing elsewhere, so an alias is kept with the digest of the
//! content that it names.
//!
//! Source: botocore's `connect` model, `CreateContactFlowModuleAlias`, `UpdateContactFlowModuleAlias`,
//! `DeleteContactFlowModuleAlias`. It has no aliases of flows, and versions of campaign flows only.

use std::collections::BTreeMap;

use aws_sdk_connect::Client;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::version;
use crate::aws::{Failure, Fate};
use crate::core::Digest;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::finding::{Finding, Weight};
use crate::core::moves::{Does, Move, Stage, facet_digest};
use crate::core::{Error, Result};
use crate::wire;

const ALIASES: &str = "Aliases";
const CREATE: &str = "CreateContactFlowModuleAlias";
const UPDATE: &str = "UpdateContactFlowModuleAlias";
const DELETE: &str = "DeleteContactFlowModuleAlias";

/// Gives the aliases that were listed the form of a document: each with the digest of its version's content.
pub fn form(wire: &mut Map<String, Value>, digests: &BTreeMap<String, Digest>) {
    let Some(Value::Array(listed)) = wire.get_mut(ALIASES) else { return };
    for alias in listed.iter_mut() {
        let mut item = json!({ "Name": alias["AliasName"] });
        let number = alias["Version"].as_u64().map(|n| n.to_string()).unwrap_or_default();
        if let Some(digest) = digests.get(&number) {
            item["Content"] = json!(digest.to_string());
        }
        if let Some(words) = alias["AliasDescription"].as_str().filter(|t| !t.is_empty()) {
            item["Description"] = json!(words);
        }
        *alias = item;
    }
    sort(listed);
}

/// Sorts them as they are sorted everywhere.
pub fn arrange(part: &mut Map<String, Value>) {
    if let Some(Value::Array(list)) = part.get_mut(ALIASES) {
        sort(list);
    }
}

fn sort(list: &mut [Value]) {
    list.sort_by_cached_key(|alias| alias["Name"].as_str().unwrap_or_default().to_string());
}

/// Returns `to` with what can't be taken away of its aliases, and what is to be said: a description that is there stays,
/// and versions that were made since.
pub fn attainable(address: &Address, from: Option<&Document>, to: &mut Document) -> Vec<Finding> {
    let Some(from) = from else { return Vec::new() };
    let mut said = Vec::new();
    let mut note = |message: String| said.push(Finding::new(Weight::Note, Some(address), message));
    let old = of(from);
    if let Some(Value::Array(list)) = to.portable.get_mut(ALIASES) {
        for alias in list {
            let words = alias["Name"].as_str().and_then(|name| old.get(name)?.get("Description"));
            if let (Some(words), None) = (words, alias.get("Description")) {
                note(format!(
                    "its alias {} keeps its description: AWS has no call that takes it away",
                    alias["Name"]
                ));
                alias["Description"] = words.clone();
            }
        }
    }
    // Only what comes home knows which versions there were.
    let (then, now) = (version::noted(to), version::noted(from));
    let since: Vec<String> = match (then.is_empty(), to.exact.is_empty()) {
        (false, _) => now.keys().filter(|n| then.keys().all(|t| t < n)).map(u64::to_string).collect(),
        (true, false) if of(to).is_empty() && !old.is_empty() => {
            note("loses its aliases; their versions stay, since nothing needs them gone".into());
            Vec::new()
        }
        _ => Vec::new(),
    };
    if !since.is_empty() && old != of(to) {
        note(format!("version {} was made since and stays: it is not deleted", since.join(", ")));
    }
    said
}

/// Returns the moves that make the aliases what `to` says: those that are new, then those that are pointed elsewhere,
/// then those that go, once nothing names them any more.
///
/// An alias is pointed to a version that is known to have its content; where that is the content of `to` itself, a
/// version is made if there is none.
///
/// Fails with `Blocked` where the content of an alias is neither.
pub fn moves(change: &Change<'_>, from: &Document, to: &Document) -> Result<Vec<Move>> {
    let (old, new) = (of(from), of(to));
    if old == new {
        return Ok(Vec::new());
    }
    let known = known(change, from, to);
    let content = version::content(to).to_string();
    let facet = vec![ALIASES.to_string()];
    let mut document = from.clone();
    let mut now = old.clone();
    let mut moves = Vec::new();
    let mut step = |call: &str, stage: Stage, name: &str, item: Option<&Value>, args: Value| {
        let before = facet_digest(&document, &facet);
        match item {
            Some(item) => now.insert(name.to_string(), item.clone()),
            None => now.remove(name),
        };
        match now.is_empty() {
            true => document.portable.remove(ALIASES),
            false => document.portable.insert(ALIASES.into(), now.values().cloned().collect()),
        };
        moves.push(Move {
            address: change.address.clone(),
            stage,
            does: Does::Update,
            call: call.into(),
            facet: facet.clone(),
            args,
            before: Some(before),
            after: Some(facet_digest(&document, &facet)),
            through: Vec::new(),
            rollout: None,
        });
    };
    let changed = new.iter().filter(|(name, item)| old.get(*name) != Some(item));
    let (there, missing): (Vec<_>, Vec<_>) = changed.partition(|(name, _)| old.contains_key(*name));
    for (name, item) in missing.into_iter().chain(there) {
        let mut args = json!({ "AliasName": name });
        if let Some(words) = item.get("Description") {
            args["Description"] = words.clone();
        }
        let was = old.get(name);
        let wanted = item["Content"].as_str().unwrap_or_default();
        if was.is_none_or(|was| was["Content"] != item["Content"]) {
            match known.get(wanted) {
                Some(number) => args["ContactFlowModuleVersion"] = json!(number),
                None if wanted == content => args["ContactFlowModuleVersion"] = Value::Null,
                None => {
                    let message = format!(
                        "its alias `{name}` names a version whose content no version there is known to have, and which \
                         is not what is deployed"
                    );
                    return Err(Error::blocked(message).hint(
                        "deploy what the alias names first, or point the alias of the source to a version of what is \
                         published there",
                    ));
                }
            }
        }
        match was {
            None => step(CREATE, Stage::Write, name, Some(item), args),
            // It takes callers over, so it waits for all that the new version needs.
            Some(_) => step(UPDATE, Stage::Switch, name, Some(item), args),
        }
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        step(DELETE, Stage::Clean, name, None, json!({ "AliasName": name }));
    }
    Ok(moves)
}

/// Returns the number of the newest version that is known to have each content: by what is there, and by what was there
/// when `to` was, since versions never change.
fn known(change: &Change<'_>, from: &Document, to: &Document) -> BTreeMap<String, u64> {
    if change.from.is_none() {
        return BTreeMap::new();
    }
    let (now, mut all) = (version::noted(from), version::noted(to));
    all.retain(|number, digest| now.get(number).is_none_or(|d| d == digest));
    all.extend(now);
    all.into_iter().map(|(number, digest)| (digest, number)).collect()
}

/// Returns the aliases of `document` by name.
fn of(document: &Document) -> BTreeMap<String, Value> {
    let list = document.portable.get(ALIASES).and_then(Value::as_array).into_iter().flatten();
    list.map(|alias| (alias["Name"].as_str().unwrap_or_default().to_string(), alias.clone())).collect()
}

/// Returns the name of the alias that `m` makes, if it makes one.
pub fn made(m: &Move) -> Option<&str> {
    m.args["AliasName"].as_str().filter(|_| m.call == CREATE)
}

impl Calls {
    /// With `c` makes, points or deletes the alias of the module `id` that the arguments name. A version that has to be made is
    /// made first: `ContactFlowModuleVersion` is null then.
    pub(super) async fn write_alias(
        &self,
        c: &Client,
        call: &str,
        id: &str,
        args: &Value,
    ) -> Result<Value, Failure> {
        let i = &self.instance;
        let mut args = args.clone();
        let name = args["AliasName"].as_str().unwrap_or_default().to_string();
        if args.get("ContactFlowModuleVersion").is_some_and(Value::is_null) {
            args["ContactFlowModuleVersion"] = json!(self.published_version(c, id).await?);
        }
        if call == CREATE {
            return wire!(
                call,
                c.create_contact_flow_module_alias().instance_id(i).contact_flow_module_id(id),
                args
            );
        }
        let all = self.list("ListContactFlowModuleAliases", "ContactFlowModuleAliasSummaryList", id).await;
        let all = all.map_err(|error| Failure { error, fate: Fate::Later })?;
        let Some(own) = all.iter().find(|a| a["AliasName"] == *name).and_then(|a| a["AliasId"].as_str())
        else {
            let error = Error::not_found(format!("there is no alias `{name}`"));
            return Err(Failure { error, fate: Fate::Refused });
        };
        if call == DELETE {
            let delete = c.delete_contact_flow_module_alias().instance_id(i).contact_flow_module_id(id);
            return wire!(call, delete.alias_id(own));
        }
        if let Some(members) = args.as_object_mut() {
            members.remove("AliasName");
        }
        let update = c.update_contact_flow_module_alias().instance_id(i).contact_flow_module_id(id);
        wire!(call, update.alias_id(own), args)
    }
}
