//! Invocations: a gate that asks a function.

use std::time::Duration;

use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use serde_json::Value;

use super::texts::Texts;
use super::unasked;
use crate::aws::{Account, classify};
use crate::core::ErrorKind;
use crate::core::finding::{Finding, Weight};
use crate::core::gate::{Answer, Decision, Gate};
use crate::core::redact::redact_foreign;
use crate::kinds::lambda::Calls;

/// The longest part of an answer that is quoted.
const QUOTED: usize = 200;
/// How much longer than the gate the client waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a function is given, and what it has to answer.
pub struct Invocation<'a> {
    pub function: &'a str,
    pub payload: &'a Value,
    pub expects: &'a Value,
    pub limit: Duration,
}

/// Returns the name of a function, and the alias or version behind it.
fn parts(function: &str) -> (&str, Option<&str>) {
    match function.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (function, None),
    }
}

/// Asks once.
pub async fn ask(account: &Account, invocation: &Invocation<'_>, texts: &Texts<'_>) -> Answer {
    let function = texts.fill(invocation.function);
    let (name, qualifier) = parts(&function);
    // The client is more patient than the gate: an answer that is late is the gate's own verdict, no call that failed.
    let patient = invocation.limit + PATIENCE;
    let limits = TimeoutConfig::builder()
        .read_timeout(patient)
        .operation_attempt_timeout(patient)
        .operation_timeout(patient)
        .build();
    let mut call = account.lambda.invoke().function_name(name).set_qualifier(qualifier.map(String::from));
    if !invocation.payload.is_null() {
        call = call.payload(Blob::new(texts.fill_json(invocation.payload).to_string()));
    }
    let settings = aws_sdk_lambda::config::Builder::default().timeout_config(limits);
    let sent = call.customize().config_override(settings).send();
    let answer = match tokio::time::timeout(invocation.limit, sent).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(e)) => return unasked(&classify("Invoke", e).error, "lambda:InvokeFunction"),
        Err(_) => {
            let said = format!("{function} did not answer within {:?}", invocation.limit);
            return Answer::new(Decision::Failed, said);
        }
    };
    let payload = answer.payload().map(|blob| blob.as_ref().to_vec()).unwrap_or_default();
    let told: Value = serde_json::from_slice(&payload).unwrap_or(Value::Null);
    // Source: "Invoke" of the Lambda API reference: FunctionError is there where the function itself has failed, and the
    // payload then has errorMessage.
    if let Some(error) = answer.function_error() {
        let why = told["errorMessage"].as_str().map(|why| format!(": {}", quoted(why))).unwrap_or_default();
        return Answer::new(Decision::Failed, format!("{function} failed ({error}){why}"));
    }
    let expects = texts.fill_json(invocation.expects);
    match missing(&expects, &told, "") {
        None => Answer::new(Decision::Passed, format!("{function} answered as it has to")),
        Some(at) => {
            // No more of it than what is wrong: the rest is nobody's business.
            let part = told.pointer(&at).map_or_else(|| "nothing".to_string(), Value::to_string);
            let at = if at.is_empty() { "as a whole".to_string() } else { format!("at {at}") };
            Answer::new(
                Decision::Failed,
                format!("{function} did not answer as it has to, {at}: {}", quoted(&part)),
            )
        }
    }
}

fn quoted(text: &str) -> String {
    let plain = redact_foreign(text);
    let plain = plain.chars().map(|c| if c.is_control() { ' ' } else { c });
    let text: String = plain.clone().take(QUOTED).collect();
    if plain.count() > QUOTED { format!("{text}...") } else { text }
}

/// Returns where `told` lacks what `expects` has: members of objects one by one, everything else as it is.
fn missing(expects: &Value, told: &Value, at: &str) -> Option<String> {
    match (expects, told) {
        (Value::Null, _) if at.is_empty() => None,
        (Value::Object(wanted), Value::Object(there)) => wanted.iter().find_map(|(name, value)| {
            missing(value, there.get(name).unwrap_or(&Value::Null), &format!("{at}/{name}"))
        }),
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (wanted, there) if wanted == there => None,
        _ => Some(at.to_string()),
    }
}

/// Says whether the function is there.
pub async fn foresee(account: &Account, gate: &Gate, function: &str) -> Vec<Finding> {
    // A version that is not there yet is named by a placeholder.
    if function.contains('{') {
        return Vec::new();
    }
    let (name, qualifier) = parts(function);
    let calls = Calls { account: account.clone() };
    match calls.configuration(name, qualifier).await {
        Ok(_) => Vec::new(),
        Err(e) if e.kind == ErrorKind::NotFound => {
            let message = format!("the gate {} asks the function {function}, which is not there", gate.name);
            vec![
                Finding::new(Weight::Block, None, message)
                    .hint(format!("make it first, or go without the gate: --skip-gate {}", gate.name)),
            ]
        }
        Err(e) => {
            let message = format!(
                "nobody can tell whether {function} is there, which the gate {} asks: {}",
                gate.name, e.message
            );
            vec![
                Finding::new(Weight::Warning, None, message)
                    .hint("the role needs lambda:GetFunctionConfiguration"),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_expected_has_to_be_in_the_answer_member_by_member() {
        let told = json!({"ok": true, "checks": {"db": "up", "n": 2}, "more": [1, 2]});
        let lacks = |expects: Value| missing(&expects, &told, "");
        assert_eq!(lacks(Value::Null), None);
        assert_eq!(lacks(json!({"checks": {"db": "up", "n": 2.0}})), None);
        assert_eq!(lacks(json!({"checks": {"db": "down"}})), Some("/checks/db".into()));
        assert_eq!(lacks(json!({"more": [1]})), Some("/more".into()));
        assert_eq!(lacks(json!({"gone": null})), None);
        assert_eq!(lacks(json!("ok")), Some(String::new()));
    }
}
