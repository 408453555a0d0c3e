//! Hooks through the real binary: commands, functions and tasks before and after deployments and rollbacks.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

mod audit;
mod failing;
mod invoke;
mod killed;
mod migration;
mod orphan;
mod place;
mod undoing;
