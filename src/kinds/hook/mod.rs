//! Hooks: what is run before and after deployments and rollbacks.

mod command;
mod invoke;
mod needs;
mod runner;
mod task;

pub use runner::Runner;
