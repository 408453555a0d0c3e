//! Aliases of bots: names for versions, with a function for each locale. Numbers mean nothing elsewhere, so an alias is
//! kept with the digest of the content that it names.
//!
//! Source: botocore's `lexv2-models` model, `DescribeBotAlias`, `UpdateBotAlias` (which replaces all of an alias).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::bot::ALIASES;
use crate::core::document::Document;
use crate::core::encoder::Encoder;

/// The id of the alias that every bot has for tests: it names the draft.
///
/// Source: "Test alias", Amazon Lex V2 Developer Guide.
pub const TEST: &str = "TSTALIASID";

/// The interface of a function that is called by a bot; there is no other.
///
/// Source: botocore's `lexv2-models` model, `CodeHookInterfaceVersion`; "Enabling custom logic with Lambda functions".
const INTERFACE: &str = "1.0";

/// An alias as a document has it.
pub struct Form {
    /// What means the same everywhere.
    pub alias: Value,
    /// Where its conversations are logged.
    pub logs: Option<Value>,
    /// What this version does not know.
    pub unknown: Option<Value>,
}

/// Members of a described alias that are taken up, or change by themselves.
const KNOWN: &[&str] = &[
    "botAliasId",
    "botAliasName",
    "description",
    "botVersion",
    "botAliasLocaleSettings",
    "conversationLogSettings",
    "sentimentAnalysisSettings",
    "botAliasHistoryEvents",
    "botAliasStatus",
    "botId",
    "creationDateTime",
    "lastUpdatedDateTime",
    "parentBotNetworks",
];

/// Returns the alias `name`, described as `answer`, as a document has it; `content` is the digest of what it names.
pub fn form(name: &str, mut answer: Value, content: Option<&String>, encoder: &mut Encoder<'_>) -> Form {
    let mut alias = json!({ "Name": crate::core::template::escape(name) });
    if let Some(digest) = content {
        alias["Content"] = json!(digest);
    }
    if let Some(words) = answer["description"].as_str().filter(|t| !t.is_empty()) {
        alias["Description"] = json!(encoder.sweep(words));
    }
    if answer["sentimentAnalysisSettings"]["detectSentiment"] == true {
        alias["SentimentAnalysis"] = json!(true);
    }
    let mut locales = Map::new();
    for (id, settings) in answer["botAliasLocaleSettings"].as_object().into_iter().flatten() {
        let mut locale = json!({ "Enabled": settings["enabled"] == true });
        let hook = &settings["codeHookSpecification"]["lambdaCodeHook"];
        if let Some(arn) = hook["lambdaARN"].as_str() {
            locale["Hook"] = json!(encoder.typed("lambda/function", arn));
        }
        if let Some(version) = hook["codeHookInterfaceVersion"].as_str().filter(|v| *v != INTERFACE) {
            locale["HookInterface"] = json!(version);
        }
        locales.insert(id.clone(), locale);
    }
    if !locales.is_empty() {
        alias["Locales"] = locales.into();
    }
    let mut logs = answer["conversationLogSettings"].take();
    super::normal::normalise(&mut logs);
    let logs = logs.as_object().is_some_and(|l| !l.is_empty()).then(|| encoder.quietly(|e| e.value(logs)));
    let unknown: Map<String, Value> = match answer {
        Value::Object(members) => {
            members.into_iter().filter(|(m, v)| !KNOWN.contains(&m.as_str()) && !v.is_null()).collect()
        }
        _ => Map::new(),
    };
    Form { alias, logs, unknown: (!unknown.is_empty()).then_some(unknown.into()) }
}

/// Sorts them as they are sorted everywhere.
pub fn arrange(part: &mut Map<String, Value>) {
    if let Some(Value::Array(list)) = part.get_mut(ALIASES) {
        list.sort_by_cached_key(|alias| alias["Name"].as_str().unwrap_or_default().to_string());
    }
}

/// Returns the aliases of `document` by name.
pub fn of(document: &Document) -> BTreeMap<String, Value> {
    let list = document.portable.get(ALIASES).and_then(Value::as_array).into_iter().flatten();
    list.map(|alias| (alias["Name"].as_str().unwrap_or_default().to_string(), alias.clone())).collect()
}

/// Returns the body that makes an alias what `args`, the resolved arguments of a move, say: called `name`, naming the
/// version `number`.
pub fn body(args: &Value, name: &str, number: &str) -> Value {
    let mut body = json!({ "botAliasName": name, "botVersion": number });
    if let Some(words) = args.get("Description") {
        body["description"] = words.clone();
    }
    if args["SentimentAnalysis"] == true {
        body["sentimentAnalysisSettings"] = json!({ "detectSentiment": true });
    }
    let mut locales = Map::new();
    for (id, locale) in args["Locales"].as_object().into_iter().flatten() {
        let mut settings = json!({ "enabled": locale["Enabled"] == true });
        if let Some(arn) = locale["Hook"].as_str() {
            let version = locale["HookInterface"].as_str().unwrap_or(INTERFACE);
            settings["codeHookSpecification"]["lambdaCodeHook"] =
                json!({ "lambdaARN": arn, "codeHookInterfaceVersion": version });
        }
        locales.insert(id.clone(), settings);
    }
    if !locales.is_empty() {
        body["botAliasLocaleSettings"] = locales.into();
    }
    if let Some(logs) = args.get("Logs") {
        body["conversationLogSettings"] = logs.clone();
    }
    body
}
