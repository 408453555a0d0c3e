//! A panic on cue, in builds with debug assertions only: what becomes of a message with a secret in it can be tested no
//! other way, since no command is known to panic. No release has it.

use std::panic::panic_any;

/// Panics with what `SNAPDEPLOY_PANIC` says, if it says anything, as with a message that was written in the code; with
/// `SNAPDEPLOY_PANIC_MADE`, as with one that was made while running.
pub(super) fn on_cue() {
    if let Ok(text) = std::env::var("SNAPDEPLOY_PANIC") {
        let text: &'static str = text.leak();
        panic_any(text);
    }
    if let Ok(text) = std::env::var("SNAPDEPLOY_PANIC_MADE") {
        panic_any(text);
    }
}
