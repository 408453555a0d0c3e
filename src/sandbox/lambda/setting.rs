//! What belongs to a function as a whole: reserved concurrency and tags.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::held::Held;
use super::input::{invalid, malformed, not_found};

/// "leave at least 100 simultaneous executions unreserved", of 1000 in a region ("Lambda quotas").
const RESERVABLE: u64 = 900;

/// PutFunctionConcurrency.
pub(crate) fn put_concurrency(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let wanted = ask.body.get("ReservedConcurrentExecutions").and_then(Value::as_u64);
    let wanted =
        wanted.ok_or_else(|| malformed("reservedConcurrentExecutions", "Member must be at least 0"))?;
    let (function, named) = ask.function(held)?;
    unqualified(named.qualifier.as_deref())?;
    let arn = function.arn.clone();
    let region = format!("arn:aws:lambda:{}:", ask.call.region);
    let others = held.functions.values().filter(|other| other.arn != arn && other.arn.starts_with(&region));
    let others: u64 = others.filter_map(|other| other.concurrency).sum();
    if others.saturating_add(wanted) > RESERVABLE {
        return Err(invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
        ));
    }
    if let Some(function) = held.functions.get_mut(&arn) {
        function.concurrency = Some(wanted);
        // Assumed: the revision is that of code, configuration and policy.
    }
    Ok(Answer::json(&json!({"ReservedConcurrentExecutions": wanted})))
}

/// GetFunctionConcurrency; an empty answer when nothing is reserved.
pub(crate) fn get_concurrency(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    unqualified(named.qualifier.as_deref())?;
    Ok(Answer::json(
        &function
            .concurrency
            .map_or_else(|| json!({}), |reserved| json!({"ReservedConcurrentExecutions": reserved})),
    ))
}

/// DeleteFunctionConcurrency.
pub(crate) fn delete_concurrency(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    unqualified(named.qualifier.as_deref())?;
    function.concurrency = None;
    Ok(Answer::empty(204))
}

fn unqualified(qualifier: Option<&str>) -> Result<(), Fail> {
    match qualifier {
        None => Ok(()),
        Some(_) => Err(invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.",
        )),
    }
}

/// Tags out of a JSON object.
pub(crate) fn read_tags(value: Option<&Value>) -> BTreeMap<String, String> {
    let tags = value.and_then(Value::as_object).into_iter().flatten();
    tags.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The tags of the ARN in the path: a function ("Lambda does not support tagging aliases or versions") or a mapping.
fn tagged<'h>(held: &'h mut Held, ask: &Ask<'_>) -> Result<&'h mut BTreeMap<String, String>, Fail> {
    let arn = ask.call.label(0);
    if let Some((_, id)) = arn.split_once(":event-source-mapping:") {
        let mapping = held.mappings.get_mut(id).filter(|mapping| mapping.region == ask.call.region);
        return Ok(&mut mapping.ok_or_else(|| not_found("The resource you requested does not exist."))?.tags);
    }
    if !arn.starts_with("arn:") || !arn.contains(":function:") {
        return Err(malformed("resource", "Member must satisfy regular expression pattern of an ARN"));
    }
    let (function, named) = ask.find(held, arn)?;
    if named.qualifier.is_some() {
        return Err(invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        ));
    }
    Ok(&mut function.tags)
}

/// TagResource. "Up to 50 tags".
pub(crate) fn tag(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let tags = tagged(held, ask)?;
    let mut all = tags.clone();
    all.extend(read_tags(ask.body.get("Tags")));
    if all.len() > 50 {
        return Err(invalid("Number of tags exceeds resource tag limit."));
    }
    *tags = all;
    Ok(Answer::empty(204))
}

/// UntagResource.
pub(crate) fn untag(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let tags = tagged(held, ask)?;
    for key in ask.call.params("tagKeys") {
        tags.remove(key);
    }
    Ok(Answer::empty(204))
}

/// ListTags.
pub(crate) fn tags(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    Ok(Answer::json(&json!({"Tags": tagged(held, ask)?})))
}
