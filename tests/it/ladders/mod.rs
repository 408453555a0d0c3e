//! Ladders on each platform, through the real command: the cells of `docs/ladders/`.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

mod ecs;
mod ecs_cells;
