//! Diagnosis: off by default, to stderr, by `-v` or `SNAPDEPLOY_LOG`.
//!
//! Only snapdeploy's own words are ever logged: what the SDK logs at its finer levels holds session tokens.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::core::redact::redact;

/// The error stream, without any known secret. A line of the log is written at once.
struct Redacted;

impl Write for Redacted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(redact(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Starts to log as `verbosity` and `SNAPDEPLOY_LOG` (a level: `debug`, `trace`) say.
pub(super) fn start(verbosity: u8, colour: bool) {
    let asked = std::env::var("SNAPDEPLOY_LOG").ok().and_then(|level| level.parse::<LevelFilter>().ok());
    let level = match (asked, verbosity) {
        (Some(level), _) => level,
        (None, 0) => return,
        (None, 1) => LevelFilter::DEBUG,
        (None, _) => LevelFilter::TRACE,
    };
    let filter = EnvFilter::builder().parse_lossy(format!("snapdeploy={level}"));
    // Losing a log line loses nothing; a logger that is there already stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colour)
        .with_writer(|| Redacted)
        .try_init();
}
