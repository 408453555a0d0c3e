//! What can be deployed: a folder a service.

pub mod connect;
