//! Integration tests, in one binary.

mod python;
mod sandbox;
mod stores;
