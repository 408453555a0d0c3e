//! Services of ECS and their task definitions: to and fro, followed, explained, stopped, through every controller; what
//! holds before they are changed, and the way back.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

mod artifact;
pub(crate) mod back;
mod codedeploy;
mod crash;
mod editions;
mod explain;
mod follow;
mod guarded_crash;
mod journey;
mod made_crash;
mod native_crash;
pub(crate) mod place;
mod preflight;
mod preflight_more;
mod promotion;
mod promotion_refused;
pub(crate) mod scene;
mod shift_crash;
mod shift_editions;
mod shift_runs;
pub(crate) mod shifted;
pub(crate) mod shop;
mod stages;
mod well;
