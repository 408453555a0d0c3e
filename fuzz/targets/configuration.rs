//! Fuzzes what `tests/it/fuzz/configuration.rs` says of any bytes.

#![no_main]

#[path = "../../tests/it/fuzz/configuration.rs"]
mod configuration;

libfuzzer_sys::fuzz_target!(|data: &[u8]| configuration::holds(data));
