//! The audit that nobody can edit unseen.

mod break_glass;
mod checkpoints;
mod log_group;
mod refused;
mod spoilt;
mod state;
mod tampering;
mod vandal;
