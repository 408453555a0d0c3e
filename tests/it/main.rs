//! The tests that use snapdeploy from outside, in one binary.

mod access;
mod corpus;
mod corpus_loader;
mod crash;
mod limits;
mod mortal;
mod names;
mod portable;
mod portable_corpus;
mod portable_world;
mod python;
mod roundtrip;
mod sandbox;
mod small;
mod stores;
mod trouble;
mod world;
