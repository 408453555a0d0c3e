//! Gates: how each probe is asked in an environment.

mod alarm;
mod command;
mod http;
mod inspector;
mod invoke;
mod metric;
mod metric_there;
mod permissions;
mod refusal;
mod scan;
mod texts;

pub use inspector::Gatekeeper;
pub use permissions::GRANTS;

use refusal::unasked;
