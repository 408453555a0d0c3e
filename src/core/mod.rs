//! The nouns. Imports nothing of ours: no AWS, no clap, no terminal.

pub mod address;
pub mod clock;
pub mod digest;
pub mod error;
pub mod id;
pub mod ledger;
pub mod objects;
pub mod pin;
pub mod run;

pub use address::Address;
pub use clock::Clock;
pub use digest::Digest;
pub use error::{Error, ErrorKind, Result};
pub use id::{RunId, SnapshotId};
pub use pin::Pin;
