//! CloudWatch: alarms and their states.

use serde_json::{Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

/// What of CloudWatch is in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {}

/// How an alarm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AlarmState {
    /// OK.
    Ok,
    /// ALARM.
    Firing,
    /// INSUFFICIENT_DATA.
    NoData,
}

impl Held {
    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        json!({})
    }

    /// How the alarm `name` of a region is; `None` where there is none.
    pub(crate) fn alarm(&self, _region: &str, _name: &str) -> Option<AlarmState> {
        None
    }
}

/// The operation that a call means: of its target (awsJson1.0), or of `Action` in its body (the query protocol).
pub(crate) fn operation(call: &Call) -> String {
    let target = call.header("x-amz-target").unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !["Get", "Describe", "List"].iter().any(|head| operation.starts_with(head))
}

/// Carries an operation out.
pub(crate) fn dispatch(_world: &mut World, call: &Call) -> Result<Answer, Fail> {
    Err(Fail::not_implemented(&format!("monitoring: {}", call.operation)))
}
