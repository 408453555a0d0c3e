//! CloudWatch Logs: groups, streams and their events.

use serde_json::{Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

/// What of CloudWatch Logs is in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {}

impl Held {
    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        json!({})
    }

    /// Whether there is such a group in a region.
    pub(crate) fn has(&self, _region: &str, _group: &str) -> bool {
        true
    }

    /// Appends `lines` to a stream, which is made where it is not there.
    pub(crate) fn append(
        &mut self,
        _region: &str,
        _group: &str,
        _stream: &str,
        _lines: &[String],
        _now: f64,
    ) {
    }
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !["Get", "Describe", "Filter", "List"].iter().any(|head| operation.starts_with(head))
}

/// Carries an operation out.
pub(crate) fn dispatch(_world: &mut World, call: &Call) -> Result<Answer, Fail> {
    Err(Fail::not_implemented(&format!("logs: {}", call.operation)))
}
