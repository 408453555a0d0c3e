//! Resource policies: AddPermission, RemovePermission and GetPolicy.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids;
use super::ask::Ask;
use super::held::{Function, Held};
use super::input::{Named, check_revision, conflict, invalid, is_word, malformed, needed, not_found, text};

/// The key of a policy: nothing for the function itself. "Lambda does not support adding policies to version $LATEST."
fn key(function: &Function, named: &Named) -> Result<String, Fail> {
    match named.qualifier.as_deref() {
        None => Ok(String::new()),
        Some("$LATEST") => Err(invalid("We currently do not support adding policies for $LATEST.")),
        Some(qualifier) => {
            function.qualified(Some(qualifier)).ok_or_else(|| named.missing())?;
            Ok(qualifier.to_owned())
        }
    }
}

/// The revision that the policy of a qualifier has: that of the function, the version or the alias (LocalStack's suite,
/// recorded on AWS: test_function_revisions_permissions).
fn revision<'f>(function: &'f mut Function, key: &str) -> Option<&'f mut String> {
    if key.is_empty() {
        return Some(&mut function.latest.revision);
    }
    if let Some(alias) = function.aliases.get_mut(key) {
        return Some(&mut alias.revision);
    }
    function.versions.get_mut(&key.parse().ok()?).map(|version| &mut version.revision)
}

fn check(function: &mut Function, key: &str, given: Option<&str>) -> Result<(), Fail> {
    match revision(function, key) {
        Some(current) => check_revision(given, current),
        None => Ok(()),
    }
}

fn revise(function: &mut Function, key: &str) {
    if let Some(revision) = revision(function, key) {
        *revision = ids::random_uuid();
    }
}

/// A statement as Lambda makes it of a request ("Working with resource-based IAM policies in Lambda" shows them): a
/// service or `*` or an account as the principal, and the source in a condition.
pub(crate) fn statement(arn: &str, body: &Map<String, Value>) -> Value {
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let principal = text("Principal").unwrap_or_default();
    let principal = match principal {
        "*" => json!("*"),
        _ if principal.contains(".amazonaws.com") => json!({"Service": principal}),
        _ if principal.len() == 12 && principal.bytes().all(|byte| byte.is_ascii_digit()) => {
            json!({"AWS": format!("arn:aws:iam::{principal}:root")})
        }
        _ => json!({"AWS": principal}),
    };
    let mut condition = Map::new();
    let mut add = |operator: &str, key: &str, value: Value| {
        let of = condition.entry(operator).or_insert_with(|| json!({}));
        of[key] = value;
    };
    for (name, key) in [
        ("SourceAccount", "AWS:SourceAccount"),
        ("EventSourceToken", "lambda:EventSourceToken"),
        ("FunctionUrlAuthType", "lambda:FunctionUrlAuthType"),
        ("PrincipalOrgID", "aws:PrincipalOrgID"),
    ] {
        if let Some(value) = text(name) {
            add("StringEquals", key, json!(value));
        }
    }
    if let Some(source) = text("SourceArn") {
        add("ArnLike", "AWS:SourceArn", json!(source));
    }
    if let Some(via) = body.get("InvokedViaFunctionUrl").and_then(Value::as_bool) {
        add("Bool", "lambda:InvokedViaFunctionUrl", json!(via.to_string()));
    }
    let mut out = json!({
        "Sid": text("StatementId").unwrap_or_default(),
        "Effect": "Allow",
        "Principal": principal,
        "Action": text("Action").unwrap_or_default(),
        "Resource": arn,
    });
    if !condition.is_empty() {
        out["Condition"] = Value::Object(condition);
    }
    out
}

/// AddPermission.
pub(crate) fn add(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    let key = key(function, &named)?;
    let sid = needed(ask.body, "StatementId")?;
    if !is_word(sid, 100) {
        return Err(malformed(
            "statementId",
            "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)",
        ));
    }
    let action = needed(ask.body, "Action")?;
    let verb = action.strip_prefix("lambda:");
    let fits = action == "*"
        || verb.is_some_and(|verb| {
            verb == "*" || !verb.is_empty() && verb.bytes().all(|b| b.is_ascii_alphabetic())
        });
    if !fits {
        return Err(malformed(
            "action",
            "Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])",
        ));
    }
    if needed(ask.body, "Principal")?.is_empty() {
        return Err(malformed("principal", "Member must satisfy regular expression pattern: [^\\s]+"));
    }
    check(function, &key, text(ask.body, "RevisionId")?)?;
    let statement = statement(&named.whole(), ask.body);
    let statements = function.policies.entry(key.clone()).or_default();
    if statements.iter().any(|known| known["Sid"] == sid) {
        return Err(conflict(format!(
            "The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the existing statement."
        )));
    }
    let size: usize = statements.iter().chain([&statement]).map(|one| one.to_string().len()).sum();
    // "Function resource-based policy: 20 KB" ("Lambda quotas").
    if size > 20 * 1024 {
        let message = "The final policy size is bigger than the limit (20480).";
        return Err(Fail::new(400, "PolicyLengthExceededException", message).with("Type", json!("User")));
    }
    statements.push(statement.clone());
    revise(function, &key);
    Ok(Answer { status: 201, ..Answer::json(&json!({"Statement": statement.to_string()})) })
}

/// RemovePermission.
pub(crate) fn remove(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    let key = key(function, &named)?;
    let sid = ask.call.label(1);
    if !function.policies.contains_key(&key) {
        return Err(not_found("No policy is associated with the given resource."));
    }
    check(function, &key, ask.call.param("RevisionId"))?;
    let statements = function.policies.entry(key.clone()).or_default();
    let before = statements.len();
    statements.retain(|statement| statement["Sid"] != sid);
    if statements.len() == before {
        return Err(not_found(format!("Statement {sid} is not found in resource policy.")));
    }
    if statements.is_empty() {
        function.policies.remove(&key);
    }
    revise(function, &key);
    Ok(Answer::empty(204))
}

/// GetPolicy.
pub(crate) fn get(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    let key = match named.qualifier.as_deref() {
        // Assumed: what has no policy is not found, $LATEST too.
        Some("$LATEST") => return Err(not_found("The resource you requested does not exist.")),
        _ => key(function, &named)?,
    };
    let missing = || not_found("The resource you requested does not exist.");
    let statements = function.policies.get(&key).ok_or_else(missing)?;
    let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements}).to_string();
    let revision = revision(function, &key).cloned();
    Ok(Answer::json(&json!({"Policy": policy, "RevisionId": revision})))
}
