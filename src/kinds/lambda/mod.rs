//! AWS Lambda.

mod driver;
mod names;

pub use driver::Functions;
pub use names::{function, functions};
