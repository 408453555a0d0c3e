//! Amazon Connect.

mod calls;
mod checks;
mod driver;
pub mod family;
mod flow;
pub mod flow_refs;
pub mod flow_walk;
mod hours;
mod moves;
mod names;
mod queue;

pub use calls::Calls;
pub use driver::Connect;
