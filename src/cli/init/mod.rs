//! `init`: a configuration to begin with, and the store that it names.

mod answers;
mod asking;
mod file;
mod policy;
mod profiles;
mod report;
mod shared;
mod verb;

pub(super) use verb::{InitArgs, run};
