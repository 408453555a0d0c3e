//! Bots: taken out of one account, put into another, changed and put back.

mod back;
mod besides;
mod crash;
pub mod place;
mod roundtrip;
mod sharing;
mod trouble;
