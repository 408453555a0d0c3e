//! From what Lambda answers to a document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::FIELDS;
use super::form::{form, permissions};
use super::source;
use super::state::{Alias, Content, FOREIGN, Key, LATEST, State, number};
use crate::core::document::Document;
use crate::core::driver::{Live, Raw};
use crate::core::finding::{Finding, Weight};
use crate::core::inventory::{Found, Inventory};
use crate::core::means::Values;
use crate::core::portable::{Encoder, Origin, encode};
use crate::kinds::connect::UID_TAG;

/// Returns what `raw` is, as it was fetched for `of`, where `inventory` is there and `values` are the environment's.
pub fn live(of: &Found, raw: Raw, inventory: &Inventory, values: &Values) -> Live {
    let wire = raw.wire;
    let part = |name: &str| wire.get(name).cloned().unwrap_or_default();
    let function = part("Function");
    let logical = |alias: &str| values.names.logical_alias(&of.address, alias);
    let mut members = form(&function);
    members.extend(function.get("Tags").map(|tags| ("Tags".to_string(), tags.clone())));
    let reserved = &function["Concurrency"]["ReservedConcurrentExecutions"];
    if !reserved.is_null() {
        members.insert("ReservedConcurrentExecutions".into(), reserved.clone());
    }
    let policies = part("Policies").as_object().cloned().unwrap_or_default();
    let granted = permissions(&policies, &inventory.pin.instance, logical);
    for (name, all) in [("Permissions", granted.callers), ("OtherPermissions", granted.others)] {
        if !all.is_empty() {
            members.insert(name.into(), Value::Object(all));
        }
    }
    let origin = Origin { inventory, accounts: &values.accounts, vars: &values.vars, seal: &values.seal };
    let mut encoder = Encoder::new(&origin, &of.address);
    let mut document = encode(&members, FIELDS, &mut encoder);
    // A statement says by ARN who may invoke it: that is no reference that happens to be in a text.
    let spoken =
        |f: &Finding| f.weight == Weight::Note && f.message.contains(" found in free text (at Permissions.");
    encoder.findings.retain(|f| !spoken(f));
    if document.portable.get("Tags").is_some_and(|t| *t == json!({})) {
        document.portable.remove("Tags");
    }
    if !granted.unknown.is_empty() {
        let message = "no call makes these statements of its policy; kept, not deployed";
        encoder.findings.push(Finding::new(Weight::Note, Some(&of.address), message));
        document.unknown.insert("Permissions".into(), Value::Object(granted.unknown));
    }
    source::encode(&part("Sources"), &mut encoder, &mut document, logical);
    versions(&part("Aliases"), &part("Versions"), &mut encoder, &mut document, logical);
    if let Some(Value::Array(foreign)) = wire.get("Foreign").filter(|f| **f != json!([])) {
        document.exact.insert(FOREIGN.into(), foreign.clone().into());
    }
    let mut found = of.clone();
    found.uid = function["Tags"][UID_TAG].as_str().map(String::from);
    let mut findings = encoder.findings;
    findings.extend(encoder.dangling.iter().map(|id| {
        let message = format!("names {id}, which nothing here has");
        Finding { dangling: true, ..Finding::new(Weight::Warning, Some(&of.address), message) }
    }));
    Live { found, document, findings, secrets: encoder.secrets }
}

/// Adds to `document` the aliases, as content that they name, and which versions are there.
fn versions(
    aliases: &Value,
    versions: &Value,
    encoder: &mut Encoder<'_>,
    document: &mut Document,
    logical: impl Fn(&str) -> String,
) {
    let mut state = State::of(document);
    let mut keys: BTreeMap<u64, Option<Key>> = BTreeMap::new();
    let mut secrets = BTreeMap::new();
    // What an old version names is no matter until something is to be that version.
    let (said, dangling) = (encoder.findings.len(), encoder.dangling.clone());
    let own = std::mem::take(&mut encoder.secrets);
    for (name, version) in versions.as_object().into_iter().flatten() {
        let Ok(name) = name.parse::<u64>() else { continue };
        let content = (!version.is_null()).then(|| Content::of(&encode(&form(version), FIELDS, encoder)));
        secrets.insert(name, std::mem::take(&mut encoder.secrets));
        if let Some(content) = &content {
            state.know(content);
        }
        keys.insert(name, content.map(|c| c.key()));
    }
    encoder.findings.truncate(said);
    encoder.dangling = dangling;
    encoder.secrets = own;
    let key = |text: &str| match text.parse::<u64>() {
        Ok(number) => keys.get(&number).cloned().flatten(),
        Err(_) => Some((LATEST.to_string(), LATEST.to_string())),
    };
    for alias in aliases.as_array().into_iter().flatten() {
        let (Some(name), Some(version)) = (alias["Name"].as_str(), alias["FunctionVersion"].as_str()) else {
            continue;
        };
        // A version that is gone by now has no content; the next look finds out more.
        let Some(key_of) = key(version) else { continue };
        if let Some(all) = version.parse::<u64>().ok().and_then(|n| secrets.remove(&n)) {
            let new = all.into_iter().filter(|s| !encoder.secrets.contains(s)).collect::<Vec<_>>();
            encoder.secrets.extend(new);
        }
        let mut routing = Map::new();
        for (number, weight) in
            alias["RoutingConfig"]["AdditionalVersionWeights"].as_object().into_iter().flatten()
        {
            routing.extend(key(number).map(|(p, l)| (format!("{p}:{l}"), weight.clone())));
        }
        let words = alias["Description"].as_str().filter(|text| !text.is_empty());
        let description = words.map(|text| encoder.at("Aliases", |e| json!(e.sweep(text))));
        state.aliases.insert(logical(name), Alias { key: key_of, description, routing });
    }
    state.write(document);
    number(document, &keys);
}
