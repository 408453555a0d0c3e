//! The tests that use snapdeploy from outside, in one binary.

mod access;
mod cli;
mod contest;
mod crash;
mod generated;
mod kill;
mod layers;
mod mortal;
mod portable;
mod portable_corpus;
mod portable_world;
mod python;
mod quickstart;
mod roundtrip;
mod sandbox;
mod small;
mod stores;
mod world;
