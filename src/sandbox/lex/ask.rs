//! One request to Lex with what it needs to be answered, and Lex's refusals.

use serde_json::{Map, Value};

use super::super::answer::Fail;
use super::super::call::Call;
use super::super::ids;
use super::super::switch::Switches;

/// A request, the time and the switches.
pub(crate) struct Ask<'a> {
    pub(crate) call: &'a Call,
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) now: f64,
    pub(crate) switches: &'a Switches,
}

impl Ask<'_> {
    /// A text of the body.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// A text that the operation requires.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Fail> {
        self.text(name)
            .ok_or_else(|| invalid(format!("1 validation error detected: {name} must not be null")))
    }

    /// A name by the model's pattern `([0-9a-zA-Z][_-]?){1,100}`.
    pub(crate) fn name(&self, member: &str) -> Result<&str, Fail> {
        let name = self.required(member)?;
        if is_name(name) { Ok(name) } else { Err(invalid(format!("{member} {name:?} is not a name"))) }
    }

    /// When a quick asynchronous operation that starts now is done.
    pub(crate) fn soon(&self) -> f64 {
        self.now + seconds(self.switches.number("lex_async_ms"))
    }

    /// The members of the body among `names`, without nulls.
    pub(crate) fn members(&self, names: &[&str]) -> Map<String, Value> {
        let given =
            self.body.iter().filter(|(name, value)| names.contains(&name.as_str()) && !value.is_null());
        given.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// Milliseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "durations of a test, far below 2^53")]
pub(crate) fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1000.0
}

/// Whether a text fits the model's `Name`: letters and digits, each followed by at most one `_` or `-`; up to 100.
pub(crate) fn is_name(name: &str) -> bool {
    let mut before = '_';
    for c in name.chars() {
        let joint = matches!(c, '_' | '-');
        if joint && matches!(before, '_' | '-') || !joint && !c.is_ascii_alphanumeric() {
            return false;
        }
        before = c;
    }
    !name.is_empty() && name.len() <= 200
}

/// botocore ValidationException: 400.
pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "ValidationException", message)
}

/// botocore ResourceNotFoundException: 404.
pub(crate) fn not_found(message: impl Into<String>) -> Fail {
    Fail::new(404, "ResourceNotFoundException", message)
}

/// botocore PreconditionFailedException: 412, "one or more request fields aren't valid".
pub(crate) fn precondition(message: impl Into<String>) -> Fail {
    Fail::new(412, "PreconditionFailedException", message)
}

/// botocore ConflictException: 409, "the resource is in a conflicting state".
pub(crate) fn conflict(message: impl Into<String>) -> Fail {
    Fail::new(409, "ConflictException", message)
}

/// botocore ServiceQuotaExceededException: 402.
pub(crate) fn quota(message: impl Into<String>) -> Fail {
    Fail::new(402, "ServiceQuotaExceededException", message)
}

/// Something that is not there: ResourceNotFoundException where the operation's list has it; lists have only
/// ValidationException, the others PreconditionFailedException (assumed for these two).
pub(crate) fn missing(call: &Call, what: &str) -> Fail {
    let message = format!("{what} was not found");
    let operation = call.operation.as_str();
    let has_not_found = operation.starts_with("Describe")
        || operation.contains("Policy")
        || matches!(operation, "TagResource" | "UntagResource" | "ListTagsForResource")
        || matches!(operation, "CreateExport" | "CreateUploadUrl" | "StartImport");
    if has_not_found {
        not_found(message)
    } else if operation.starts_with("List") {
        invalid(message)
    } else {
        precondition(message)
    }
}

/// A resource that something else uses. The reference says ResourceInUseException, which the model does not have.
pub(crate) fn in_use(ask: &Ask<'_>, message: impl Into<String>) -> Fail {
    // assumed: switch lex_in_use_is_conflict
    if ask.switches.on("lex_in_use_is_conflict") { conflict(message) } else { precondition(message) }
}

/// A new id: ten capitals and digits.
pub(crate) fn new_id() -> String {
    ids::derived_ten(&[&ids::random_uuid()])
}
