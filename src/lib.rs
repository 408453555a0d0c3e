//! Moves, changes and undoes Amazon Connect contact centres across AWS accounts.
//!
//! The layers, each using only those before it: `core` (the nouns), `aws` (sessions and the wire), `kinds` (what can
//! be deployed) and `store` (where things are kept), `cli` (the face). `sandbox`, a simulated AWS, uses none of them.

pub mod aws;
pub mod cli;
pub mod core;
pub mod kinds;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod store;
