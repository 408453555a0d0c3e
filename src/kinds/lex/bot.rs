//! Bots: what each member of a document is, and how it is called by the service.
//!
//! Source: botocore's `lexv2-models` model, `DescribeBotResponse`, `UpdateBotRequest`, `CreateBotRequest`.

use serde_json::{Map, Value};

use crate::core::fields::{Class, FieldRule, field};

/// The kind.
pub const KIND: &str = "lex/bot";

/// The tag that a created bot carries.
pub const UID_TAG: &str = "snapdeploy:uid";

/// The content of each version that an alias names, by its digest.
///
/// All of it is portable, the ARNs in it (of Kendra indexes, knowledge bases, buckets, keys, secrets) too, swept: a version
/// never changes and is told by the digest of all that it is, so that no part of it could be kept back and be written
/// apart. What is called otherwise in another environment is made one of its values (`[vars]`).
pub const VERSIONS: &str = "Versions";
/// The aliases of this environment, by name.
pub const ALIASES: &str = "Aliases";
/// Policies: of the bot as `bot`, of an alias as `#ALIAS`.
pub const POLICIES: &str = "Policies";
/// Where conversations are logged, by alias.
pub const LOGS: &str = "Logs";

/// What each member is.
pub const FIELDS: &[FieldRule] = &[
    field("BotId", Class::Identity),
    field("Name", Class::Literal),
    field("Description", Class::Portable),
    field("DataPrivacy", Class::Literal),
    field("IdleSessionTTLInSeconds", Class::Literal),
    field("ErrorLogSettings", Class::Literal),
    field("BotType", Class::Literal),
    field("BotMembers", Class::Portable),
    field("RoleArn", Class::Local),
    field("Tags", Class::Tags),
    field(VERSIONS, Class::Portable),
    field(ALIASES, Class::Portable),
    field(POLICIES, Class::Portable),
    field(LOGS, Class::Local),
    field("BotStatus", Class::Volatile),
    field("CreationDateTime", Class::Volatile),
    field("LastUpdatedDateTime", Class::Volatile),
    field("FailureReasons", Class::Volatile),
];

/// What a bot is made with and `UpdateBot` sets: the names in a document and of the arguments.
pub const SETTINGS: &[(&str, &str)] = &[
    ("Name", "botName"),
    ("Description", "description"),
    ("RoleArn", "roleArn"),
    ("DataPrivacy", "dataPrivacy"),
    ("IdleSessionTTLInSeconds", "idleSessionTTLInSeconds"),
    ("BotType", "botType"),
    ("ErrorLogSettings", "errorLogSettings"),
];

/// Returns the members of a described bot under the names that they have in a document.
pub fn members(described: Map<String, Value>) -> Map<String, Value> {
    let named = |name: String| match name.as_str() {
        "botName" => "Name".to_string(),
        _ => name[..1].to_uppercase() + &name[1..],
    };
    let said = |v: &Value| !v.is_null() && *v != Value::String(String::new());
    described
        .into_iter()
        .filter(|(name, v)| !name.is_empty() && said(v))
        .map(|(n, v)| (named(n), v))
        .collect()
}

/// Returns the arguments that `settings`, a part of a document, are.
pub fn arguments(settings: &Map<String, Value>) -> Map<String, Value> {
    let given = SETTINGS.iter().filter_map(|(name, argument)| Some((*argument, settings.get(*name)?)));
    given.map(|(argument, value)| (argument.to_string(), value.clone())).collect()
}
