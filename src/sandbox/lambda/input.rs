//! Reading requests, and the errors that Lambda answers.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::call::Call;

fn user(status: u16, code: &str, message: impl Into<String>) -> Fail {
    Fail::new(status, code, message).with("Type", json!("User"))
}

/// botocore InvalidParameterValueException: 400.
pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    user(400, "InvalidParameterValueException", message)
}

/// botocore ResourceConflictException: 409.
pub(crate) fn conflict(message: impl Into<String>) -> Fail {
    user(409, "ResourceConflictException", message)
}

/// botocore ResourceNotFoundException: 404.
pub(crate) fn not_found(message: impl Into<String>) -> Fail {
    user(404, "ResourceNotFoundException", message)
}

/// What breaks the model's own constraints is refused before the operation ("Common errors": ValidationException, which no
/// operation lists; LocalStack's suite, recorded on AWS: test_notfound_and_invalid_routingconfigs).
pub(crate) fn malformed(at: &str, why: &str) -> Fail {
    let message = format!("1 validation error detected: Value at '{at}' failed to satisfy constraint: {why}");
    Fail::new(400, "ValidationException", message)
}

/// 412 when a RevisionId is given and is not the current one (botocore PreconditionFailedException).
pub(crate) fn check_revision(given: Option<&str>, current: &str) -> Result<(), Fail> {
    match given {
        Some(given) if given != current => Err(user(
            412,
            "PreconditionFailedException",
            "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
        )),
        _ => Ok(()),
    }
}

/// A text member; absent and null are the same.
pub(crate) fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Fail> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Fail::new(400, "SerializationException", format!("{name} is not a string"))),
    }
}

/// A text member that must be there.
pub(crate) fn needed<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Fail> {
    text(body, name)?.ok_or_else(|| malformed(name, "Member must not be null"))
}

/// A true or false member; false without.
pub(crate) fn flag(body: &Map<String, Value>, name: &str) -> bool {
    body.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// A function as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) qualifier: Option<String>,
}

impl Named {
    /// The ARN with the qualifier.
    pub(crate) fn whole(&self) -> String {
        self.qualifier.as_ref().map_or_else(|| self.arn.clone(), |with| format!("{}:{with}", self.arn))
    }

    pub(crate) fn missing(&self) -> Fail {
        not_found(format!("Function not found: {}", self.whole()))
    }
}

fn word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Name, `name:qualifier`, `123456789012:function:name` or an ARN, each with or without a qualifier (botocore
/// FunctionName: pattern, 1 to 140 characters).
pub(crate) fn parse_name(given: &str, account: &str, region: &str) -> Option<Named> {
    let own = format!("arn:aws:lambda:{region}:{account}:function:");
    let (prefix, rest) = match given.split_once("function:") {
        None => (own.clone(), given),
        Some((before, rest)) if before.starts_with("arn:") => (format!("{before}function:"), rest),
        Some((before, rest)) => {
            let owner = before.trim_end_matches(':').rsplit(':').next().filter(|owner| !owner.is_empty());
            (format!("arn:aws:lambda:{region}:{}:function:", owner.unwrap_or(account)), rest)
        }
    };
    let (name, qualifier) = match rest.split_once(':') {
        None => (rest, None),
        Some((name, qualifier)) => (name, Some(qualifier)),
    };
    let fits =
        word(name) && qualifier.is_none_or(|with| with == "$LATEST" || word(with)) && given.len() <= 256;
    fits.then(|| Named {
        arn: format!("{prefix}{name}"),
        name: name.into(),
        qualifier: qualifier.map(str::to_owned),
    })
}

/// The function that a call is about, with the qualifier of its name or of its query.
pub(crate) fn named(call: &Call, given: &str) -> Result<Named, Fail> {
    let pattern = "Member must satisfy regular expression pattern of a function name";
    let parsed = parse_name(given, &call.caller.account, &call.region);
    let mut named = parsed.ok_or_else(|| malformed("functionName", pattern))?;
    match (call.param("Qualifier"), &named.qualifier) {
        (Some(asked), Some(derived)) if asked != derived => {
            return Err(invalid(
                "The derived qualifier from the function name does not match the specified qualifier.",
            ));
        }
        (Some(asked), _) => named.qualifier = Some(asked.to_owned()),
        (None, _) => {}
    }
    Ok(named)
}

/// Names of aliases and statements (botocore Alias, StatementId).
pub(crate) fn is_word(text: &str, max: usize) -> bool {
    word(text) && text.len() <= max
}

/// Sets a member, or takes it away when it is null.
pub(crate) fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.into(), value);
    }
}
