//! Aliases of functions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids;
use super::ask::Ask;
use super::held::{Alias, Function, Held};
use super::input::{Named, check_revision, conflict, invalid, is_word, malformed, needed, not_found, text};
use super::list;

/// Alias names are no numbers (botocore Alias).
fn check_name(name: &str) -> Result<(), Fail> {
    if is_word(name, 128) && !name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(malformed("name", "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"))
}

fn shown(function: &Function, name: &str, alias: &Alias) -> Value {
    let mut out = json!({
        "AliasArn": format!("{}:{name}", function.arn),
        "Name": name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision,
    });
    // An alias of one version has no RoutingConfig (LocalStack's suite, recorded on AWS: test_alias_lifecycle).
    if !alias.weights.is_empty() {
        out["RoutingConfig"] = json!({"AdditionalVersionWeights": alias.weights});
    }
    out
}

fn missing(function: &Function, name: &str) -> Fail {
    not_found(format!("Cannot find alias arn: {}:{name}", function.arn))
}

fn unqualified(named: &Named) -> Result<(), Fail> {
    match &named.qualifier {
        None => Ok(()),
        Some(_) => Err(invalid("Lambda aliases and versions do not support this operation.")),
    }
}

/// The weights that a request gives; nothing when it has no RoutingConfig.
fn weights(ask: &Ask<'_>) -> Result<Option<BTreeMap<String, f64>>, Fail> {
    let Some(routing) = ask.body.get("RoutingConfig").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let mut out = BTreeMap::new();
    let at = "routingConfig.additionalVersionWeights";
    for (version, weight) in
        routing.get("AdditionalVersionWeights").and_then(Value::as_object).into_iter().flatten()
    {
        if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed(at, "Map keys must satisfy regular expression pattern: [0-9]+"));
        }
        let weight = weight.as_f64().filter(|weight| (0.0..=1.0).contains(weight));
        out.insert(
            version.clone(),
            weight.ok_or_else(|| malformed(at, "Map value must be between 0.0 and 1.0"))?,
        );
    }
    Ok(Some(out))
}

/// "You can point an alias to a maximum of two Lambda function versions", which are published, are different and have the
/// same execution role and dead-letter queue ("Implement canary deployments using a weighted alias").
fn check(function: &Function, alias: &Alias) -> Result<(), Fail> {
    let edition = |version: &str| {
        function
            .edition(version)
            .ok_or_else(|| not_found(format!("Function not found: {}:{version}", function.arn)))
    };
    let first = edition(&alias.version)?;
    if alias.weights.len() > 1 {
        return Err(invalid("Number of items in AdditionalVersionWeights cannot be greater than 1"));
    }
    for version in alias.weights.keys() {
        if *version == alias.version {
            return Err(invalid(format!(
                "Invalid function version {version}. Function version {version} is already included in routing configuration."
            )));
        }
        if alias.version == "$LATEST" {
            return Err(invalid("$LATEST is not supported for an alias pointing to more than 1 version"));
        }
        let second = edition(version)?;
        for member in ["Role", "DeadLetterConfig"] {
            if first.members.get(member) != second.members.get(member) {
                return Err(invalid(format!("Specified versions must be associated with the same {member}")));
            }
        }
    }
    Ok(())
}

/// CreateAlias.
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    unqualified(&named)?;
    let name = needed(ask.body, "Name")?;
    check_name(name)?;
    let alias = Alias {
        version: needed(ask.body, "FunctionVersion")?.to_owned(),
        description: text(ask.body, "Description")?.unwrap_or_default().to_owned(),
        weights: weights(ask)?.unwrap_or_default(),
        revision: ids::random_uuid(),
    };
    check(function, &alias)?;
    if function.aliases.contains_key(name) {
        return Err(conflict(format!("Alias already exists: {}:{name}", function.arn)));
    }
    let answer = shown(function, name, &alias);
    function.aliases.insert(name.to_owned(), alias);
    Ok(Answer { status: 201, ..Answer::json(&answer) })
}

/// UpdateAlias. What is not given stays; an empty RoutingConfig takes the second version away (LocalStack's suite, recorded
/// on AWS: test_alias_lifecycle). Every update makes a new revision.
pub(crate) fn update(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    unqualified(&named)?;
    let name = ask.call.label(1);
    let mut alias = function.aliases.get(name).ok_or_else(|| missing(function, name))?.clone();
    check_revision(text(ask.body, "RevisionId")?, &alias.revision)?;
    if let Some(version) = text(ask.body, "FunctionVersion")? {
        alias.version = version.to_owned();
    }
    if let Some(description) = text(ask.body, "Description")? {
        alias.description = description.to_owned();
    }
    if let Some(weights) = weights(ask)? {
        alias.weights = weights;
    }
    check(function, &alias)?;
    alias.revision = ids::random_uuid();
    let answer = shown(function, name, &alias);
    function.aliases.insert(name.to_owned(), alias);
    Ok(Answer::json(&answer))
}

/// GetAlias.
pub(crate) fn get(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    unqualified(&named)?;
    let name = ask.call.label(1);
    let alias = function.aliases.get(name).ok_or_else(|| missing(function, name))?;
    Ok(Answer::json(&shown(function, name, alias)))
}

/// ListAliases, of one version when it is given.
pub(crate) fn list(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    unqualified(&named)?;
    let version = ask.call.param("FunctionVersion");
    let aliases = function.aliases.iter().filter(|(_, alias)| {
        version.is_none_or(|version| alias.version == version || alias.weights.contains_key(version))
    });
    let items = aliases.map(|(name, alias)| shown(function, name, alias)).collect();
    list::short_page(ask.call, "Aliases", items)
}

/// DeleteAlias. One that is not there is gone already (assumed: 204, as the operation's errors and its use suggest).
pub(crate) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    unqualified(&named)?;
    let name = ask.call.label(1);
    function.aliases.remove(name);
    function.policies.remove(name);
    Ok(Answer::empty(204))
}
