//! What is missing of a shared store.

use std::fmt;

/// One thing that is missing, and can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The bucket, in this region.
    CreateBucket(String, String),
    /// Public access of the bucket is blocked.
    BlockPublicAccess(String),
    /// Versioning of the bucket.
    Version(String),
    /// Encryption of the bucket.
    Encrypt(String),
    /// Rules of the bucket, by their ids.
    AddRules(String, Vec<String>),
    /// A table.
    CreateTable(String),
    /// A table that can be put back to any second.
    Recover(String),
    /// A table that cannot be deleted by mistake.
    Protect(String),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::CreateBucket(bucket, region) => write!(f, "bucket {bucket}: create it in {region}"),
            Step::BlockPublicAccess(bucket) => write!(f, "bucket {bucket}: block public access"),
            Step::Version(bucket) => write!(f, "bucket {bucket}: turn versioning on"),
            Step::Encrypt(bucket) => write!(f, "bucket {bucket}: encrypt what is put into it"),
            Step::AddRules(bucket, ids) => write!(f, "bucket {bucket}: add the rules {}", ids.join(", ")),
            Step::CreateTable(table) => {
                write!(f, "table {table}: create it, on demand, protected from deletion")
            }
            Step::Recover(table) => write!(f, "table {table}: turn point-in-time recovery on"),
            Step::Protect(table) => write!(f, "table {table}: protect it from deletion"),
        }
    }
}

/// What was found of a shared store.
#[derive(Clone, Debug, Default)]
pub struct Outlook {
    /// What is missing, in the order in which it is made.
    pub steps: Vec<Step>,
    /// What is there, and not as it would be made: it is left as it is. One line each.
    pub differs: Vec<String>,
    /// What the store cannot work with. One line each.
    pub obstacles: Vec<String>,
}
