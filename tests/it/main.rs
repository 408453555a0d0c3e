//! The tests that use snapdeploy from outside, in one binary.

mod sandbox;
mod stores;
