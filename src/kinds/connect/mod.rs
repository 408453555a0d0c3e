//! Amazon Connect.

pub mod flow_refs;
pub mod flow_walk;
