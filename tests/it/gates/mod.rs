//! Gates: what each probe says, and what a deployment makes of it.

mod asked;
mod healthy;
mod invoked;
mod place;
mod runs;
mod web;
