//! Fuzzes what `tests/it/fuzz/archive.rs` says of any bytes.

#![no_main]

#[path = "../../tests/it/fuzz/archive.rs"]
mod archive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| archive::holds(data));
