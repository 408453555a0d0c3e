//! Diagnosis: off by default, to stderr, by `-v` or `SNAPDEPLOY_LOG`.

use std::io;

use tracing_subscriber::EnvFilter;

/// Starts to log as `verbosity` and `SNAPDEPLOY_LOG` say.
pub(super) fn start(verbosity: u8, colour: bool) {
    let filter = match (std::env::var("SNAPDEPLOY_LOG"), verbosity) {
        (Ok(filter), _) if !filter.is_empty() => filter,
        (_, 0) => return,
        (_, 1) => "snapdeploy=debug".into(),
        (_, 2) => "snapdeploy=trace,aws_config=debug".into(),
        _ => "trace".into(),
    };
    let filter = EnvFilter::builder().parse_lossy(filter);
    // Losing a log line loses nothing; a logger that is there already stays.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colour)
        .with_writer(io::stderr)
        .try_init();
}
