//! Amazon Lex V2.

mod driver;
mod names;

pub use driver::Bots;
pub use names::bots;
