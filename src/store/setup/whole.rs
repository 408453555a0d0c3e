//! A shared store as a whole: what it lacks, and how that is made.

use super::bucket::Bucket;
use super::step::{Outlook, Step};
use super::table::Table;
use crate::core::{Clock, Result};

/// A shared store that is to be set up. What is there already is adopted; nothing is taken away.
pub struct Setup {
    /// A client for S3 in the store's region.
    pub s3: aws_sdk_s3::Client,
    /// A client for DynamoDB in the store's region.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The clock.
    pub clock: Clock,
    /// The account that it is made in.
    pub account: String,
    /// The region.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// What its keys begin with, without slashes at its ends; may be empty.
    pub prefix: String,
    /// The table of audit, and the table of leases.
    pub tables: [String; 2],
}

impl Setup {
    fn prefix(&self) -> String {
        if self.prefix.is_empty() { String::new() } else { format!("{}/", self.prefix) }
    }

    /// Looks at what is there. Changes nothing.
    ///
    /// `Denied` where AWS lets nobody look; `Input` where the bucket is in another region.
    pub async fn look(&self) -> Result<Outlook> {
        let mut outlook = Outlook::default();
        let prefix = self.prefix();
        self.a_bucket(&prefix).look(&mut outlook).await?;
        for table in &self.tables {
            self.a_table(table).look(&mut outlook).await?;
        }
        Ok(outlook)
    }

    /// Makes what a step says. Making what is there already is fine.
    pub async fn perform(&self, step: &Step) -> Result<()> {
        let prefix = self.prefix();
        let bucket = self.a_bucket(&prefix);
        match step {
            Step::CreateBucket(..) => bucket.create().await,
            Step::BlockPublicAccess(_) => bucket.block_public_access().await,
            Step::Version(_) => bucket.version().await,
            Step::Encrypt(_) => bucket.encrypt().await,
            Step::AddRules(_, ids) => bucket.add_rules(ids).await,
            Step::CreateTable(table) => self.a_table(table).create().await,
            Step::Recover(table) => self.a_table(table).recover().await,
            Step::Protect(table) => self.a_table(table).protect().await,
        }
    }

    fn a_bucket<'a>(&'a self, prefix: &'a str) -> Bucket<'a> {
        Bucket { client: &self.s3, name: &self.bucket, prefix, region: &self.region, owner: &self.account }
    }

    fn a_table<'a>(&'a self, name: &'a str) -> Table<'a> {
        Table { client: &self.dynamodb, name, clock: &self.clock }
    }
}
