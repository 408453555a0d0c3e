//! Amazon ECS: services with their task definitions.

mod artifact;
mod attainable;
mod bring;
mod calls;
mod checks;
mod codedeploy;
mod copy;
mod driver;
mod editions;
mod encode;
mod fetch;
mod fields;
mod follow;
mod form;
mod images;
mod manifest;
mod moves;
mod names;
mod preflight;
mod registry;
mod secret;
mod send;
mod state;
mod tag;

pub use driver::Services;
