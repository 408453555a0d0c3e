//! Hooks: what is run before and after deployments and rollbacks.

mod command;
mod invoke;
mod needs;
mod permissions;
mod runner;
mod task;

pub use permissions::GRANTS;
pub use runner::Runner;
