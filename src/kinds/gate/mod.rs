//! Gates: how each probe is asked in an environment.

mod alarm;
mod command;
mod http;
mod inspector;
mod invoke;
mod metric;
mod metric_there;
mod refusal;
mod scan;
mod texts;

pub use inspector::Gatekeeper;

use refusal::unasked;
