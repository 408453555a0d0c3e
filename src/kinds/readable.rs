//! Reading differences: a document whose versions stand under the digest of what they are, with each where the alias
//! stands that names it.

use serde_json::{Map, Value};

use super::lambda::state as function;
use crate::core::address::Address;
use crate::core::document::Document;

/// Where the version that an alias names is put.
const VERSION: &str = "Version";
const ALIASES: &str = "Aliases";
const VERSIONS: &str = "Versions";

/// Returns `document`, what `address` is, for a person to compare: two contents are two digests, which say nothing.
pub fn readable(address: &Address, document: &Document) -> Document {
    match address.kind() {
        "lambda/function" => of_function(document),
        "lex/bot" => Document { portable: of_bot(&document.portable), ..document.clone() },
        _ => document.clone(),
    }
}

fn members(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The content of a function itself stands in the function: an alias that names it names a version of it.
fn of_function(document: &Document) -> Document {
    let own = function::Content::of(document);
    let (portable, local) = own.key();
    let part = |part: &Map<String, Value>, own: &Map<String, Value>, key: &str| {
        let versions = members(part.get(VERSIONS));
        let mut aliases = members(part.get(ALIASES));
        for alias in aliases.values_mut() {
            let Some(digest) = alias["Content"].as_str().map(String::from) else { continue };
            let version =
                if digest == key { Some(own.clone().into()) } else { versions.get(&digest).cloned() };
            put(alias, version);
        }
        with(part, aliases)
    };
    Document {
        portable: part(&document.portable, &own.portable, &portable),
        local: part(&document.local, &own.local, &local),
        ..document.clone()
    }
}

/// Aliases of a bot are a list; what has none is its draft.
fn of_bot(part: &Map<String, Value>) -> Map<String, Value> {
    let mut versions = members(part.get(VERSIONS));
    let mut aliases = Map::new();
    for alias in part.get(ALIASES).and_then(Value::as_array).into_iter().flatten() {
        let (mut alias, name) = (alias.clone(), alias["Name"].as_str().unwrap_or_default());
        let version = alias["Content"].as_str().and_then(|digest| versions.get(digest)).cloned();
        put(&mut alias, version);
        aliases.insert(name.to_string(), alias);
    }
    if !aliases.is_empty() {
        return with(part, aliases);
    }
    let mut out = with(part, aliases);
    let draft: Vec<String> = versions.keys().cloned().collect();
    out.extend(draft.first().and_then(|digest| versions.remove(digest)).map(|d| ("Draft".to_string(), d)));
    out
}

/// Puts `version` into `alias` in place of its digest, where it is known.
fn put(alias: &mut Value, version: Option<Value>) {
    if let (Some(version), Some(alias)) = (version, alias.as_object_mut()) {
        alias.remove("Content");
        alias.insert(VERSION.into(), version);
    }
}

fn with(part: &Map<String, Value>, aliases: Map<String, Value>) -> Map<String, Value> {
    let mut out = part.clone();
    out.remove(VERSIONS);
    match aliases.is_empty() {
        true => drop(out.remove(ALIASES)),
        false => drop(out.insert(ALIASES.into(), aliases.into())),
    }
    out
}

/// Returns the place in the resource itself of what stands at `path` of the version that an alias names, if it is there.
pub fn in_version(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(ALIASES)?.strip_prefix('.')?;
    let (_, inside) = rest.split_once(&format!(".{VERSION}."))?;
    Some(inside)
}
