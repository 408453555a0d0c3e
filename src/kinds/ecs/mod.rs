//! Amazon ECS: services with their task definitions.

mod driver;

pub use driver::Services;
