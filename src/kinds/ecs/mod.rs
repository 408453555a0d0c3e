//! Amazon ECS: services with their task definitions.

mod calls;
mod checks;
mod codedeploy;
mod driver;
mod editions;
mod follow;
mod names;
mod preflight;

pub use driver::Services;
