//! What the fuzz targets assert (`fuzz/run`), and the kept inputs, held against it by every run of the tests.

mod archive;
mod configuration;
mod flow;
mod manifest;
mod replay;
mod seeds;
