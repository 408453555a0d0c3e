//! What can be deployed: a folder a service.

mod alarms;
mod bind;
mod confide;
pub mod connect;
pub mod ecs;
pub mod gate;
mod hook;
pub mod irreversible;
mod known;
pub mod lambda;
pub mod lex;
mod merged;
mod metric_data;
mod named;
mod policy;
mod readable;
pub mod site;
mod standing;
mod tag;
mod whole;

pub use bind::{Instance, bind, bind_among, instances};
pub use connect::{impersonal, impersonal_difference, impersonal_document, implied};
pub use known::KINDS;
pub use policy::role_policies;
pub use readable::{in_version, readable};
