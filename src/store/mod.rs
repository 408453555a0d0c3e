//! Where things are kept: S3 and DynamoDB; a directory and SQLite; memory.

mod answers;
mod blocking;
mod directory;
mod dynamodb;
mod embedded;
mod known;
mod lease;
mod log_group;
mod memory;
mod patience;
mod permissions;
mod s3;
pub mod setup;
mod sqlite;
mod sqlite_file;
mod sqlite_lock;
mod steps;
mod vault;

pub use directory::DirectoryObjects;
pub use dynamodb::DynamoLedger;
pub use embedded::{Store, open_embedded, open_to_read};
pub use known::KnownObjects;
pub use log_group::LogGroup;
pub use memory::{MemoryLedger, MemoryObjects};
pub use permissions::{FORGET_GRANTS, GRANTS};
pub use s3::S3Objects;
pub use sqlite::SqliteLedger;
pub use vault::SealedVault;
