//! Resource policies of bots and aliases.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::world::Account;
use super::alias;
use super::ask::{Ask, conflict, invalid, missing, not_found, precondition};
use super::bot::Bot;

/// A policy and how often it was written.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) document: Value,
    pub(crate) revision: u64,
}

/// Everything on resource policies.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let own = account.id.clone();
    let arn = ask.call.label(0).to_owned();
    let named = |bot: &&mut Bot| {
        bot.region == ask.call.region
            && (bot.arn(&own) == arn || bot.aliases.keys().any(|id| alias::arn(bot, &own, id) == arn))
    };
    let bot = account.bots.iter_mut().find(named).ok_or_else(|| missing(ask.call, &arn))?;
    let old = bot.policies.get(&arn).cloned();
    let none = || not_found(format!("{arn} has no resource policy"));
    // "If this revision ID doesn't match the current revision ID, Amazon Lex throws an exception."
    if let Some(expected) = ask.call.param("expectedRevisionId")
        && old.as_ref().is_none_or(|old| old.revision.to_string() != expected)
    {
        return Err(precondition(format!("The revision of the policy of {arn} is not {expected}")));
    }
    let document = match ask.call.operation.as_str() {
        "DescribeResourcePolicy" => {
            let old = old.ok_or_else(none)?;
            return Ok(Answer::json(&json!({
                "resourceArn": arn, "policy": old.document.to_string(), "revisionId": old.revision.to_string(),
            })));
        }
        // "Creates a new resource policy": assumed that there must be none.
        "CreateResourcePolicy" if old.is_some() => {
            return Err(precondition(format!("{arn} has a resource policy already")));
        }
        "CreateResourcePolicy" => Some(document(ask)?),
        // "If the policy doesn't exist, Amazon Lex returns an exception."
        "UpdateResourcePolicy" => {
            old.as_ref().ok_or_else(none)?;
            Some(document(ask)?)
        }
        "DeleteResourcePolicy" => {
            old.as_ref().ok_or_else(none)?;
            None
        }
        "CreateResourcePolicyStatement" => Some(with_statement(old.as_ref(), ask, &own, &arn)?),
        _ => without_statement(old.as_ref().ok_or_else(none)?, ask)?,
    };
    let deletes = ask.call.method == "DELETE";
    let Some(document) = document else {
        bot.policies.remove(&arn);
        return Ok(Answer::empty(204));
    };
    let revision = old.map_or(1, |old| old.revision + 1);
    bot.policies.insert(arn.clone(), Policy { document, revision });
    if deletes {
        return Ok(Answer::empty(204));
    }
    Ok(Answer::json(&json!({"resourceArn": arn, "revisionId": revision.to_string()})))
}

fn document(ask: &Ask<'_>) -> Result<Value, Fail> {
    let text = ask.required("policy")?;
    let document: Value = serde_json::from_str(text).map_err(|_| invalid("policy is not JSON"))?;
    let statements = document.get("Statement").and_then(Value::as_array);
    if !statements.is_some_and(|statements| !statements.is_empty() && statements.iter().all(Value::is_object))
    {
        return Err(invalid("policy has no statements"));
    }
    Ok(document)
}

fn statements(policy: Option<&Policy>) -> Vec<Value> {
    let statements = policy.and_then(|policy| policy.document.get("Statement")).and_then(Value::as_array);
    statements.cloned().unwrap_or_default()
}

fn sid(statement: &Value) -> &str {
    statement.get("Sid").and_then(Value::as_str).unwrap_or_default()
}

/// "If a resource policy exists, the statement is added to the current resource policy. If a policy doesn't exist, a new
/// policy is created. You can't create a resource policy statement that allows cross-account access."
fn with_statement(old: Option<&Policy>, ask: &Ask<'_>, account: &str, arn: &str) -> Result<Value, Fail> {
    let id = ask.name("statementId")?;
    let mut all = statements(old);
    if all.iter().any(|statement| sid(statement) == id) {
        return Err(conflict(format!("The statement {id} exists already")));
    }
    let effect = ask.required("effect")?;
    if !matches!(effect, "Allow" | "Deny") {
        return Err(invalid("effect is Allow or Deny"));
    }
    let list = |member: &str| {
        let list = ask.body.get(member).and_then(Value::as_array).filter(|list| !list.is_empty()).cloned();
        list.ok_or_else(|| invalid(format!("{member} must have at least one item")))
    };
    let (principals, actions) = (list("principal")?, list("action")?);
    let mut principal = Map::new();
    for (member, name) in [("service", "Service"), ("arn", "AWS")] {
        let named: Vec<&Value> =
            principals.iter().filter_map(|one| one.get(member)).filter(|it| it.is_string()).collect();
        if let [one] = named.as_slice() {
            principal.insert(name.into(), (*one).clone());
        } else if !named.is_empty() {
            principal.insert(name.into(), json!(named));
        }
        let foreign = |arn: &&Value| arn.as_str().and_then(|arn| arn.split(':').nth(4)) != Some(account);
        if member == "arn" && named.iter().any(foreign) {
            return Err(invalid("a statement may not allow access to another account"));
        }
    }
    if principal.is_empty() {
        return Err(invalid("principal names neither a service nor an arn"));
    }
    let mut statement =
        json!({"Sid": id, "Effect": effect, "Principal": principal, "Action": actions, "Resource": arn});
    if let Some(condition) = ask.body.get("condition").filter(|condition| condition.is_object()) {
        statement["Condition"] = condition.clone();
    }
    all.push(statement);
    let mut document = old.map_or_else(|| json!({"Version": "2012-10-17"}), |old| old.document.clone());
    document["Statement"] = json!(all);
    Ok(document)
}

/// "If you delete the last statement from a policy, the policy is deleted. If you specify a statement ID that doesn't
/// exist in the policy ... Amazon Lex returns an exception."
fn without_statement(old: &Policy, ask: &Ask<'_>) -> Result<Option<Value>, Fail> {
    let id = ask.call.label(1);
    let mut all = statements(Some(old));
    let before = all.len();
    all.retain(|statement| sid(statement) != id);
    if all.len() == before {
        return Err(not_found(format!("The statement {id} was not found")));
    }
    let mut document = old.document.clone();
    document["Statement"] = json!(all);
    Ok(if all.is_empty() { None } else { Some(document) })
}
