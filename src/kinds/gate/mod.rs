//! Gates: how each probe is asked in an environment.

mod command;
mod inspector;
mod texts;

pub use inspector::Gatekeeper;
