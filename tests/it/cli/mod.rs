//! The binary as it is typed.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

mod configuration;
mod documents;
mod exits;
mod health;
mod help;
mod journey;
mod moments;
mod refusals;
mod shell;
