//! The tests that use snapdeploy from outside, in one binary.

mod roundtrip;
mod sandbox;
mod small;
mod stores;
mod world;
