//! Services: what they were, what holds before they are changed, and the way back.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

pub(crate) mod back;
mod editions;
mod preflight;
mod preflight_more;
pub(crate) mod scene;
