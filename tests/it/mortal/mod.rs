//! A process that dies at a given call.

mod death;
mod driver;
mod stores;

pub use death::{Death, Mortal, Side, met};
