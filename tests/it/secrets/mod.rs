//! Secrets: kept in envelopes or by fingerprint, given by overlays, never lost unawares and never shown.

mod canary;
mod compared;
mod fake;
mod given;
mod losses;
mod sensitive;
mod services;
mod vault;
