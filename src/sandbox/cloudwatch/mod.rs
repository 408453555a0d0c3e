//! CloudWatch: alarms and their states, and metrics.

mod alarm;
mod ask;
mod form;
mod held;
mod metric;
mod metric_data;
mod metric_list;
mod metric_put;

pub use held::{AlarmSeed, AlarmState};

pub(crate) use ask::{dispatch, hint, operation};
pub(crate) use held::Held;
pub(crate) use metric::Metrics;

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !["Get", "Describe", "List"].iter().any(|head| operation.starts_with(head))
}
