//! Fuzzes what `tests/it/fuzz/flow.rs` says of any bytes.

#![no_main]

#[path = "../../tests/it/fuzz/flow.rs"]
mod flow;

libfuzzer_sys::fuzz_target!(|data: &[u8]| flow::holds(data));
