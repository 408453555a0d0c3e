//! Static sites: shipped, rolled back, killed in between, and read all the while.

mod crash;
mod example;
mod front;
mod halfway;
mod headers;
mod journey;
mod order;
mod others;
pub mod place;
mod reader;
mod rules;
mod staged;
mod tidying;
