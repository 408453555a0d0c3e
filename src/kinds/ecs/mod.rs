//! Amazon ECS: services with their task definitions.

mod artifact;
mod attainable;
mod calls;
mod checks;
mod codedeploy;
mod driver;
mod editions;
mod encode;
mod fetch;
mod fields;
mod follow;
mod form;
mod images;
mod moves;
mod names;
mod preflight;
mod secret;
mod send;
mod state;
mod tag;

pub use driver::Services;
