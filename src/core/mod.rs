//! The nouns. Imports nothing of ours: no AWS, no clap, no terminal.

pub mod address;
pub mod arn;
pub mod clock;
pub mod digest;
pub mod document;
pub mod encoder;
pub mod error;
pub mod fields;
pub mod finding;
pub mod id;
pub mod inventory;
pub mod ledger;
pub mod objects;
pub mod pin;
pub mod portable;
pub mod resolver;
pub mod run;
pub mod sweep;
pub mod template;

pub use address::Address;
pub use clock::Clock;
pub use digest::Digest;
pub use document::Document;
pub use error::{Error, ErrorKind, Result};
pub use id::{RunId, SnapshotId};
pub use pin::Pin;
