//! The binary as it is typed.

mod configuration;
mod help;
mod journey;
mod refusals;
mod shell;
