//! How Lex's answers are put together.

use serde_json::{Map, Value};

use super::super::answer::Answer;
use super::ask::Ask;

/// An answer of an operation that goes on after it: status 202 (botocore `responseCode`).
pub(crate) fn accepted(value: &Value) -> Answer {
    Answer { status: 202, ..Answer::json(value) }
}

/// Adds members to an object.
pub(crate) fn put_all(out: &mut Value, members: &Map<String, Value>) {
    if let Some(out) = out.as_object_mut() {
        out.extend(members.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// Whether `skipResourceInUseCheck` is set.
pub(crate) fn skips_check(ask: &Ask<'_>) -> bool {
    ask.call.param("skipResourceInUseCheck") == Some("true")
}
