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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::compare::documents;

    fn of(portable: Value) -> Document {
        Document { portable: members(Some(&portable)), ..Document::default() }
    }

    fn places(address: &str, from: Value, to: Value) -> Vec<String> {
        let address: Address = address.parse().unwrap();
        let (from, to) = (readable(&address, &of(from)), readable(&address, &of(to)));
        documents(Some(&from), Some(&to), false).into_iter().map(|p| p.path).collect()
    }

    #[test]
    fn what_differs_in_a_version_is_told_by_its_members() {
        let bot = |digest: &str, name: &str| {
            json!({
                "Aliases": [{ "Name": "live", "Content": digest }],
                "Versions": { digest: { "intents": { "Cancel": { "description": name } }, "same": 1 } },
            })
        };
        let differing = places("lex/bot/Orders", bot("aaa", "old"), bot("bbb", "new"));
        assert_eq!(differing, ["Aliases.live.Version.intents.Cancel.description"]);
        let draft = |digest: &str, n: u64| json!({ "Versions": { digest: { "ttl": n } } });
        assert_eq!(places("lex/bot/Orders", draft("aaa", 1), draft("bbb", 2)), ["Draft.ttl"]);

        let function = |memory: u64, old: &str, size: u64| {
            json!({
                "MemorySize": memory,
                "Aliases": { "live": { "Content": old } },
                "Versions": { old: { "MemorySize": size } },
            })
        };
        let differing = places("lambda/function/f", function(1, "aaa", 2), function(1, "bbb", 3));
        assert_eq!(differing, ["Aliases.live.Version.MemorySize"]);
        assert_eq!(in_version(&differing[0]), Some("MemorySize"));
        assert_eq!(in_version("MemorySize"), None);
    }

    #[test]
    fn an_alias_of_the_functions_own_content_names_that() {
        let own = |memory: u64| {
            let content = members(Some(&json!({ "MemorySize": memory })));
            json!({ "MemorySize": memory, "Aliases": { "live": { "Content": function::digest(&content) } } })
        };
        let differing = places("lambda/function/f", own(128), own(256));
        assert_eq!(differing, ["Aliases.live.Version.MemorySize", "MemorySize"]);
    }
}
