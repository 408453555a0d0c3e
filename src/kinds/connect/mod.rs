//! Amazon Connect.

mod agent_status;
mod ahead;
mod alias;
mod association;
mod attainable;
mod calls;
mod checks;
pub mod coverage;
mod draft;
mod driver;
pub mod family;
mod fetch;
mod flow;
pub mod flow_refs;
pub mod flow_walk;
mod hours;
pub mod link;
mod module;
mod moves;
mod names;
pub mod part;
mod phone_number;
mod prompt;
mod queue;
mod quick_connect;
mod read;
mod routing_profile;
mod security_profile;
mod staging;
mod version;
mod write;

pub use association::implied;
pub use calls::Calls;
pub use driver::Connect;
