//! AWS Lambda.

mod alias;
mod artifact;
mod attainable;
mod calls;
mod checks;
mod climb;
mod concurrency;
mod driver;
mod encode;
mod fetch;
mod fields;
mod form;
mod image;
mod ladder;
mod moves;
mod names;
mod permission;
mod permissions;
mod preflight;
mod secret;
mod send;
mod shared;
mod source;
mod staging;
pub mod state;
mod wait;
mod well;
mod write;

pub use artifact::with_code;
pub(super) use calls::Calls;
pub use driver::Functions;
pub use image::images;
pub use names::{function, functions};
pub use permissions::GRANTS;
