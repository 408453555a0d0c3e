//! What can be deployed: a folder a service.

mod bind;
pub mod connect;

pub use bind::bind;
