//! Static sites: files in a bucket of S3, with CloudFront before it or without.

mod artifact;
mod assets;
mod calls;
mod checks;
mod driver;
mod fetch;
mod file;
mod gzip;
mod invalidate;
mod links;
mod manifest;
mod moves;
mod others;
mod pages;
mod permissions;
mod preflight;
mod retired;
mod send;
mod stale;
mod state;
mod sweep;
mod types;

pub use driver::Sites;
pub use permissions::GRANTS;

/// The kind.
pub const KIND: &str = "site/bucket";
