//! The proof: crashes, faults, contests and what is said meanwhile, counted, and the page that tells the counts.
//!
//! By default each is small, so that all tests together stay short. `SNAPDEPLOY_FULL=1` makes them as large as the page
//! `tests/RELIABILITY.md` says, which `SNAPDEPLOY_BLESS=1` writes from what was measured last.

pub mod dice;
mod double;
mod failures;
mod killed;
mod kinds_of_moves;
mod matrix;
mod moves;
mod page;
mod paused;
mod scene;
pub mod size;
mod storms;
