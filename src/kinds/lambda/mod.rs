//! AWS Lambda.

mod attainable;
mod calls;
mod checks;
mod driver;
mod encode;
mod fetch;
mod fields;
mod form;
mod moves;
mod names;
mod permission;
mod secret;
mod send;
mod source;
mod staging;
mod state;
mod tag;
mod wait;
mod write;

pub use driver::Functions;
pub use names::{function, functions};
