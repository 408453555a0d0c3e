//! What can be deployed: a folder a service.

mod bind;
pub mod connect;
mod known;

pub use bind::bind;
pub use known::KINDS;
