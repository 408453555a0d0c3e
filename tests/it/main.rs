//! Tests of the whole, in one binary.

mod portable;
mod portable_corpus;
mod portable_world;
