//! How ladders come out on each platform, through the real command: the tables in `docs/ladders/`.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

mod ecs;
mod ecs_at_once;
mod ecs_cells;
mod ecs_denied;
mod ecs_late;
mod ecs_refused;
mod ecs_unheard;
pub(crate) mod harness;
mod lambda;
pub(crate) mod place;
mod plays;
pub(crate) mod table;
