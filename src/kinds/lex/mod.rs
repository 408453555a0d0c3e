//! Amazon Lex V2.

mod alias;
mod archive;
mod attainable;
mod bot;
mod calls;
mod checks;
mod definition;
mod driver;
mod encode;
mod fetch;
mod known;
#[cfg(test)]
mod laws;
mod moves;
mod names;
mod normal;
mod permissions;
mod policy;
mod prepare;
mod shared;
mod version;
mod wait;
mod write;

pub use driver::Bots;
pub use names::bots;
pub use permissions::GRANTS;
