//! GetFunction, GetFunctionConfiguration and DeleteFunction.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::s3::Bucket;
use super::ask::Ask;
use super::held::{Edition, Function, Held};
use super::input::{Named, conflict, invalid};
use super::show;

/// The edition that a call names, as a copy, with the ARN that it was named by.
fn asked(held: &mut Held, ask: &Ask<'_>) -> Result<(Function, Edition, Named), Fail> {
    let (function, named) = ask.function(held)?;
    let edition = function.qualified(named.qualifier.as_deref()).ok_or_else(|| named.missing())?.clone();
    Ok((function.clone(), edition, named))
}

/// The ARN is of what was asked for: qualified with an alias when it was one (LocalStack's suite, recorded on AWS:
/// test_alias_lifecycle).
fn shown(held: &Held, function: &Function, edition: &Edition, named: &Named) -> Map<String, Value> {
    let mut out = show::whole(held, function, edition);
    if named.qualifier.is_some() {
        out.insert("FunctionArn".into(), json!(named.whole()));
    }
    out
}

/// GetFunctionConfiguration.
pub(crate) fn configuration(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, edition, named) = asked(held, ask)?;
    Ok(Answer::json(&Value::Object(shown(held, &function, &edition, &named))))
}

/// GetFunction. "If you specify a function version, only details that are specific to that version are returned":
/// concurrency belongs to the function. Tags come with the function.
pub(crate) fn get(
    held: &mut Held,
    ask: &Ask<'_>,
    buckets: &mut BTreeMap<String, Bucket>,
) -> Result<Answer, Fail> {
    let (function, edition, named) = asked(held, ask)?;
    let mut out = json!({
        "Configuration": shown(held, &function, &edition, &named),
        "Code": edition.code.location(ask.call, ask.rules.now, buckets),
    });
    if !function.tags.is_empty() {
        out["Tags"] = json!(function.tags);
    }
    if let (Some(reserved), None | Some("$LATEST")) = (function.concurrency, named.qualifier.as_deref()) {
        out["Concurrency"] = json!({"ReservedConcurrentExecutions": reserved});
    }
    Ok(Answer::json(&out))
}

/// DeleteFunction: the function with all its versions and aliases, or one version. What else names the function (an event
/// source, an instance's association, a flow) is not looked at: "To delete Lambda event source mappings that invoke a
/// function, use DeleteEventSourceMapping. For Amazon Web Services services and resources that invoke your function
/// directly, delete the trigger in the service where you originally configured it."
pub(crate) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    match named.qualifier.as_deref() {
        None => {
            held.functions.remove(&named.arn);
        }
        Some("$LATEST") => {
            return Err(invalid("$LATEST version cannot be deleted without deleting the function."));
        }
        Some(version) => {
            let Ok(number) = version.parse::<u64>() else {
                return Err(invalid("Deletion of aliases is not currently supported."));
            };
            // "You cannot delete a function version that is referenced by an alias" (Qualifier of DeleteFunction).
            let users = function
                .aliases
                .iter()
                .filter(|(_, alias)| alias.version == version || alias.weights.contains_key(version));
            let users: Vec<&str> = users.map(|(name, _)| name.as_str()).collect();
            if !users.is_empty() {
                return Err(conflict(format!(
                    "Unable to delete version because the following aliases reference it: [{}]",
                    users.join(", ")
                )));
            }
            // A version that is not there is deleted already (LocalStack's suite, recorded on AWS:
            // test_delete_on_nonexisting_version).
            function.versions.remove(&number);
            function.policies.remove(version);
        }
    }
    Ok(Answer::empty(204))
}
