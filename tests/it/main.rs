//! The tests that use snapdeploy from outside, in one binary.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are not marked as tests")]

mod concurrency;
mod crash;
mod hostile;
mod hostile_package;
mod hostile_zip;
mod keeping;
mod mortal;
mod order_laws;
mod portable;
mod portable_corpus;
mod portable_world;
mod python;
mod roundtrip;
mod sandbox;
mod small;
mod stores;
mod turning;
mod world;
