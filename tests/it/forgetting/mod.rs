//! `store forget`: what it keeps, what it lets go of, and that no kill and no writer beside it loses anything.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

mod kept;
mod killed;
mod missed;
mod shelf;
mod swept;
mod turns;
