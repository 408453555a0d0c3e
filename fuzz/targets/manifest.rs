//! Fuzzes what `tests/it/fuzz/manifest.rs` says of any bytes.

#![no_main]

#[path = "../../tests/it/fuzz/manifest.rs"]
mod manifest;

libfuzzer_sys::fuzz_target!(|data: &[u8]| manifest::holds(data));
