//! `history`: who did what, when, why, and how it ended.

mod export;
mod import;
mod journal;
mod list;
mod stats;
mod verb;
mod verify;
mod watch;
mod watched;

pub(super) use verb::{HistoryArgs, run};
