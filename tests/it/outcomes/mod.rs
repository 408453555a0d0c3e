//! How each way of deploying a service comes out, through the real command: the cells of `docs/outcomes.md`.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

mod beside;
mod codedeploy;
pub(crate) mod harness;
pub(crate) mod native;
pub(crate) mod place;
mod plays;
mod rolling;
mod table;
