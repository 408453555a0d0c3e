//! Secrets: kept in envelopes or by fingerprint, given by overlays, never lost unawares and never shown.

mod canary;
mod compared;
mod fake;
mod given;
pub mod hunt;
mod losses;
mod scene;
mod sensitive;
mod services;
pub mod vault;
