//! The tests that use snapdeploy from outside, in one binary.

mod access;
mod corpus;
mod corpus_loader;
mod crash;
mod mortal;
mod portable;
mod portable_corpus;
mod portable_world;
mod python;
mod roundtrip;
mod sandbox;
mod small;
mod stores;
mod world;
