//! Encoding: what was fetched of a bot, as a document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::bot::{ALIASES, FIELDS, LOGS, POLICIES, UID_TAG, VERSIONS};
use super::fetch::LISTED;
use super::normal::normalise;
use super::version::{DRAFT, available};
use super::{alias, policy};
use crate::core::Digest;
use crate::core::driver::Live;
use crate::core::encoder::Encoder;
use crate::core::finding::{Finding, Weight};
use crate::core::inventory::Found;
use crate::core::naming::Naming;
use crate::core::portable::encode as take_apart;
use crate::core::template::escape;

/// The exact part says which version has which content as far as it was seen (by number), which can be used, what each
/// alias names, and which aliases other environments have of a shared bot.
pub const NUMBERS: &str = "Numbers";
pub const AVAILABLE: &str = "Available";
pub const NAMED: &str = "Named";
pub const FOREIGN: &str = "Foreign";

/// Members whose values are one environment's own wherever they stand in a definition.
///
/// Source: botocore's `lexv2-models` model, `KendraConfiguration`, `OpensearchConfiguration`, `BedrockKnowledgeStoreConfiguration`,
/// `GrammarSlotTypeSource`, `DeepgramSpeechModelConfig`, `QInConnectAssistantConfiguration`.
const OWN: &[&str] = &[
    "kendraIndex",
    "domainEndpoint",
    "bedrockKnowledgeBaseArn",
    "s3BucketName",
    "kmsKeyArn",
    "apiTokenSecretArn",
    "assistantArn",
];

/// Returns what `wire`, fetched for `of`, is as a document.
pub fn encode(of: &Found, mut wire: Map<String, Value>, naming: &Naming, encoder: &mut Encoder<'_>) -> Live {
    let mut found = of.clone();
    found.uid = wire.get("Tags").and_then(|t| t[UID_TAG].as_str()).map(String::from);
    if let Some(Value::String(name)) = wire.get_mut("Name") {
        *name = naming.logical(of.address.kind(), name).name().to_string();
    }
    let listed = array(wire.remove(LISTED));
    let foreign = wire.remove(FOREIGN).filter(|all| *all != json!([]));
    let aliases = array(wire.remove(ALIASES));
    let policies = object(wire.remove(POLICIES));
    let versions = object(wire.remove(VERSIONS));
    let mut document = take_apart(&wire, FIELDS, encoder);
    document.portable.retain(|_, v| *v != json!({}));
    let mut said = Vec::new();

    let is_draft = aliases.is_empty() && foreign.is_none();
    let named: Vec<&str> = match is_draft {
        true => vec![DRAFT],
        false => aliases.iter().filter_map(|a| a["botVersion"].as_str()).collect(),
    };
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    let mut contents = Map::new();
    for (number, definition) in versions {
        let (findings, dangling) = (encoder.findings.len(), encoder.dangling.clone());
        let mut content = encoder.at(&number, |e| e.value(definition));
        // What is named elsewhere by another text has its place by its name.
        normalise(&mut content);
        let digest = Digest::of_json(&content).to_string();
        if named.contains(&number.as_str()) {
            own(&content, &mut Vec::new(), &mut |path, value| {
                let message = format!("names {value} of its own environment (at {path})");
                let hint = format!(
                    "it stays as it is elsewhere; give it a name under [vars] of each environment: NAME = \"{value}\""
                );
                said.push(Finding::new(Weight::Warning, Some(&of.address), message).hint(hint));
            });
            contents.insert(digest.clone(), content);
        } else {
            // What a version names that nothing here uses is no matter until something is to be that version.
            encoder.findings.truncate(findings);
            encoder.dangling = dangling;
        }
        if number != DRAFT {
            numbers.insert(number, digest);
        }
    }
    if !contents.is_empty() {
        document.portable.insert(VERSIONS.into(), contents.into());
    }
    if is_draft {
        let message = "has no alias but that for tests: what is taken is its draft, which may be half edited";
        let hint = "make a version of it and an alias that names that";
        said.push(Finding::new(Weight::Warning, Some(&of.address), message).hint(hint));
    }

    let (mut forms, mut logs, mut names, mut unknown) = (Vec::new(), Map::new(), Map::new(), Map::new());
    let usable = available(&listed);
    for answer in aliases {
        let number = answer["botVersion"].as_str().unwrap_or_default().to_string();
        let shown = answer["botAliasName"].as_str().unwrap_or_default();
        let name = naming.logical_alias(&of.address, shown);
        if number == DRAFT {
            let message = format!("its alias {name} names the draft, which is not a version");
            said.push(Finding::new(Weight::Warning, Some(&of.address), message));
        } else if !number.parse().is_ok_and(|n: u64| usable.contains_key(&n)) {
            let message = format!("its alias {name} names version {number}, which is not available");
            said.push(Finding::new(Weight::Warning, Some(&of.address), message));
        }
        let form = alias::form(&name, answer, numbers.get(&number), encoder);
        forms.push(form.alias);
        logs.extend(form.logs.map(|l| (escape(&name), l)));
        unknown.extend(form.unknown.map(|u| (name.clone(), u)));
        names.insert(name, json!(number));
    }
    if !forms.is_empty() {
        document.portable.insert(ALIASES.into(), forms.into());
    }
    if !logs.is_empty() {
        document.local.insert(LOGS.into(), logs.into());
    }
    if !unknown.is_empty() {
        document.unknown.insert(ALIASES.into(), unknown.into());
    }
    let kept: Map<String, Value> = policies
        .into_iter()
        .map(|(owner, text)| {
            let owner = match owner.strip_prefix('#') {
                Some(alias) => format!("#{}", naming.logical_alias(&of.address, alias)),
                None => owner,
            };
            (escape(&owner), policy::form(encoder, text.as_str().unwrap_or_default()))
        })
        .collect();
    if !kept.is_empty() {
        document.portable.insert(POLICIES.into(), kept.into());
    }
    document.exact.insert(NUMBERS.into(), json!(numbers));
    document.exact.insert(AVAILABLE.into(), json!(usable.keys().collect::<Vec<_>>()));
    document.exact.insert(NAMED.into(), names.into());
    document.exact.extend(foreign.map(|all| (FOREIGN.to_string(), all)));
    alias::arrange(&mut document.portable);

    let mut findings = std::mem::take(&mut encoder.findings);
    findings.extend(said);
    findings.extend(encoder.dangling.iter().map(|id| {
        let message = format!("names {id}, which nothing here has");
        Finding { dangling: true, ..Finding::new(Weight::Warning, Some(&of.address), message) }
    }));
    Live { found, document, findings, secrets: std::mem::take(&mut encoder.secrets) }
}

/// Shows `see` each value in `content` that is its environment's own and is not named by a reference or a value of the
/// environment.
fn own(content: &Value, path: &mut Vec<String>, see: &mut impl FnMut(String, &str)) {
    match content {
        Value::Object(members) => {
            for (name, member) in members {
                path.push(name.clone());
                match member.as_str() {
                    Some(text) if OWN.contains(&name.as_str()) && !named(text) => see(path.join("."), text),
                    _ => own(member, path, see),
                }
                path.pop();
            }
        }
        Value::Array(items) => items.iter().for_each(|item| own(item, path, see)),
        _ => {}
    }
}

/// Returns whether the template `text` is nothing but a reference or a value of the environment.
fn named(text: &str) -> bool {
    let one = text.starts_with("@{") && text.find('}') == Some(text.len() - 1);
    one && (text.contains('/') || text.starts_with("@{var:"))
}

fn array(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
