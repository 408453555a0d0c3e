//! The check of the content of a flow or module when it is published.
//!
//! The structural rules hold for every one of 64 flows that AWS has published; the reference rules are assumed from
//! what InvalidContactFlowException is for. Problems are worded as operators quote them ("Invalid Action property
//! value. Path: Actions[0].Parameters.QueueId").

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::super::ids::Kind;
use super::super::world::Instance;
use super::content;
use super::env::Env;
use super::input::{find, invalid};
use super::references::{self, Found};

/// "Amazon Connect Flow language": at most 250 actions; CreateContactFlow: content of 1 to 256000 characters.
const MOST_ACTIONS: usize = 250;
const MOST_CHARACTERS: usize = 256_000;

/// The length of the content, which is checked for drafts too.
pub(crate) fn size(content: &str) -> Result<(), Fail> {
    let length = content.chars().count();
    if length == 0 || length > MOST_CHARACTERS {
        return Err(invalid(format!("Content must have between 1 and {MOST_CHARACTERS} characters")));
    }
    Ok(())
}

/// Whether this content may be published in this instance.
pub(crate) fn publishable(instance: &Instance, env: &Env, kind: Kind, content: &str) -> Result<(), Fail> {
    size(content)?;
    let problems = problems(instance, env, content);
    if problems.is_empty() {
        return Ok(());
    }
    // botocore: problems has 1 to 50 members, each {message}; a module's are of up to 256 characters.
    let short = |message: String| json!({"message": message.chars().take(256).collect::<String>()});
    let problems = Value::Array(problems.into_iter().take(50).map(short).collect());
    Err(match kind {
        Kind::Module => Fail::new(400, "InvalidContactFlowModuleException", "The module is not valid")
            .with("Problems", problems),
        _ => {
            Fail::new(400, "InvalidContactFlowException", "The flow is not valid").with("problems", problems)
        }
    })
}

/// What is wrong with the content.
pub(crate) fn problems(instance: &Instance, env: &Env, content: &str) -> Vec<String> {
    let parsed: Value = match serde_json::from_str(content) {
        Ok(parsed) => parsed,
        Err(why) => return vec![format!("Invalid JSON: {why}")],
    };
    let mut out = structure(&parsed);
    for found in references::all(&parsed) {
        if !alive(instance, env, &found) {
            out.push(format!("Invalid Action property value. Path: {}", found.at));
        }
    }
    out
}

fn structure(flow: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let Some(actions) = flow.get("Actions").and_then(Value::as_array) else {
        return vec!["Missing required property. Path: Actions".into()];
    };
    if actions.len() > MOST_ACTIONS {
        out.push(format!("The flow has {} actions, more than {MOST_ACTIONS}", actions.len()));
    }
    let mut seen = BTreeSet::new();
    for (n, action) in actions.iter().enumerate() {
        let at = format!("Actions[{n}]");
        match action.get("Identifier").and_then(Value::as_str) {
            None => out.push(format!("Missing required property. Path: {at}.Identifier")),
            Some(id) => {
                if !seen.insert(id) {
                    out.push(format!("Duplicate Action identifier. Path: {at}.Identifier"));
                }
            }
        }
        if action.get("Type").and_then(Value::as_str).is_none() {
            out.push(format!("Missing required property. Path: {at}.Type"));
        }
        if !action.get("Transitions").is_some_and(Value::is_object) {
            out.push(format!("Missing required property. Path: {at}.Transitions"));
        }
    }
    match flow.get("StartAction").and_then(Value::as_str) {
        None => out.push("Missing required property. Path: StartAction".into()),
        Some(start) if !seen.contains(start) => out.push("Invalid property value. Path: StartAction".into()),
        Some(_) => {}
    }
    for (n, action) in actions.iter().enumerate() {
        let Some(transitions) = action.get("Transitions") else { continue };
        for (path, next) in targets(transitions) {
            if !seen.contains(next) {
                out.push(format!("Invalid transition target. Path: Actions[{n}].Transitions.{path}"));
            }
        }
    }
    out
}

fn targets(transitions: &Value) -> Vec<(String, &str)> {
    let mut out = Vec::new();
    if let Some(next) = transitions.get("NextAction").and_then(Value::as_str) {
        out.push(("NextAction".to_owned(), next));
    }
    for list in ["Conditions", "Errors"] {
        for (n, item) in transitions.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
            if let Some(next) = item.get("NextAction").and_then(Value::as_str) {
                out.push((format!("{list}[{n}].NextAction"), next));
            }
        }
    }
    out
}

/// Whether what a parameter names is there.
fn alive(instance: &Instance, env: &Env, found: &Found<'_>) -> bool {
    match found.kind {
        Kind::Lambda => lambda_known(instance, env, found.value),
        // Lex must be associated with the instance (administrator guide, "Add an Amazon Lex bot").
        Kind::Bot => instance.resources.contains_key(&(Kind::Bot, found.value.to_owned())),
        Kind::View if managed_view(found.value) => true,
        // assumed: switch saved_flow_can_be_referenced
        Kind::Flow => find(instance, Kind::Flow, found.value)
            .is_some_and(|flow| flow.published.is_some() || env.saved_can_be_referenced),
        // Assumed: a version or alias that it names must be there.
        Kind::Module => content::named(instance, Kind::Module, found.value).is_ok(),
        kind => find(instance, kind, found.value).is_some(),
    }
}

/// AWS's own views have words for ids, or ARNs whose account is `aws`.
fn managed_view(value: &str) -> bool {
    if value.starts_with("arn:") {
        return value.split(':').nth(4) == Some("aws");
    }
    let id = value.split(':').next().unwrap_or(value);
    !(id.len() == 36 && id.bytes().filter(|byte| *byte == b'-').count() == 4)
}

/// A function of this account must be associated, as it is or with the same version or alias.
fn lambda_known(instance: &Instance, env: &Env, value: &str) -> bool {
    let parts: Vec<&str> = value.split(':').collect();
    let ["arn", _, "lambda", _, account, "function", ..] = parts.as_slice() else {
        return false;
    };
    if *account != instance.account {
        // assumed: switch foreign_lambda_accepted
        return env.foreign_lambda_accepted && parts.len() >= 7;
    }
    let unqualified = parts.iter().take(7).copied().collect::<Vec<_>>().join(":");
    let known = |arn: String| instance.resources.contains_key(&(Kind::Lambda, arn));
    known(unqualified) || known(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns how many flows are in `folder`, each of which is well-formed; `None` where there is no such folder.
    fn well_formed(folder: &str) -> Option<usize> {
        let entries = std::fs::read_dir(folder).ok()?;
        let mut checked = 0;
        for path in entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "json"))
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let flow: Value = serde_json::from_str(&text).unwrap();
            // The example says beside it what it is called.
            let content = flow.get("Content").unwrap_or(&flow);
            assert_eq!(structure(content), Vec::<String>::new(), "{path:?}");
            checked += 1;
        }
        Some(checked)
    }

    /// They come with this source, so there is no machine where nothing is checked.
    #[test]
    fn every_flow_of_the_example_is_well_formed() {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/acme/dev/");
        let checked = ["flows", "modules"].map(|folder| well_formed(&format!("{example}{folder}")).unwrap());
        assert!(checked[0] >= 10 && checked[1] >= 2, "{checked:?}");
    }

    #[test]
    fn every_published_flow_of_the_corpus_is_well_formed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/flows");
        match well_formed(folder) {
            Some(checked) => assert!(checked >= 60, "{checked}"),
            None if std::env::var_os("CI").is_some() => {
                println!(
                    "::warning::only the example's flows were checked: the corpus of real ones is not here"
                );
            }
            None => println!("only the example's flows were checked: the corpus of real ones is not here"),
        }
    }
}
