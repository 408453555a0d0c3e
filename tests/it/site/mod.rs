//! Static sites: shipped, rolled back, killed in between, and read all the while.

mod crash;
mod example;
mod front;
mod headers;
mod journey;
pub mod place;
mod reader;
mod rules;
mod staged;
