//! The tests that use snapdeploy from outside, in one binary.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests are not marked as tests")]

mod access;
mod blobs;
mod cli;
mod concurrency;
mod contest;
mod corpus;
mod corpus_loader;
mod crash;
mod drift;
mod generated;
mod good;
mod history;
mod hostile;
mod hostile_package;
mod hostile_zip;
mod http;
mod hurts;
mod hurts_drift;
mod intake;
mod jobs;
mod keeping;
mod kill;
mod layers;
mod leftovers;
mod limits;
mod mortal;
mod names;
mod order_laws;
mod pace;
mod portable;
mod portable_corpus;
mod portable_world;
mod python;
mod quickstart;
mod restore;
mod roundtrip;
mod sandbox;
mod small;
mod stores;
mod trouble;
mod turning;
mod waiting;
mod ways_out;
mod world;
