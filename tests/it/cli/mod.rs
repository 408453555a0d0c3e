//! The binary as it is typed.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

mod actions;
mod approvals;
mod configuration;
mod documents;
mod exits;
mod exits_of_runs;
mod forgetting;
mod health;
mod health_watch;
mod help;
mod history;
mod holds;
mod hurts;
mod init;
pub(crate) mod journey;
mod moments;
mod notices;
mod packages;
mod pipelines;
mod refusals;
mod rollback_to;
mod runner;
mod saving;
mod services;
pub(crate) mod shell;
mod signing;
mod store_check;
mod waiting;
mod watching;
mod windows;
