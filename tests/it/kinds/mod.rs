//! Every kind of Connect, as the sandbox has it: extracted, put elsewhere, changed and put back.

mod associations;
mod contacts_crash;
mod crash;
mod everything;
mod extremes;
pub mod members;
mod members_crash;
mod missed;
mod numbers;
mod overrides;
pub mod place;
mod queues_crash;
mod rules;
mod settings_crash;
mod switches;
pub mod whole;
