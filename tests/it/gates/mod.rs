//! Gates: what each probe says, and what a deployment makes of it.

mod asked;
mod foreseen;
mod healthy;
mod invoked;
pub(crate) mod place;
mod runs;
mod web;
