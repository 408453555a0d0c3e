//! CloudWatch Logs: groups, streams and their events.

mod ask;
mod event;
mod filter;
mod group;
mod held;
mod pattern;
mod stream;

pub(crate) use ask::{dispatch, hint};
pub(crate) use held::Held;

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !["Get", "Describe", "Filter", "List"].iter().any(|head| operation.starts_with(head))
}
