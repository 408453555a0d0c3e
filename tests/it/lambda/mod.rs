//! Functions: taken whole, put elsewhere, changed, put back.

mod artifact;
mod crash;
mod grants;
mod journey;
mod ladder;
mod made_crash;
pub mod place;
mod referring;
mod secrets;
mod sharing;
mod trouble;
mod well;
