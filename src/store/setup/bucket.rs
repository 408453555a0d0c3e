//! The bucket of a shared store: looked at, made, and given what it lacks.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus,
    CreateBucketConfiguration, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};

use super::rules;
use super::step::{Outlook, Step};
use crate::core::{Error, ErrorKind, Result};
use crate::store::answers::classify;

/// A bucket that is to be a store.
pub(super) struct Bucket<'a> {
    pub(super) client: &'a Client,
    pub(super) name: &'a str,
    /// What the keys of the store begin with: nothing, or a text that ends with a slash.
    pub(super) prefix: &'a str,
    pub(super) region: &'a str,
    /// The account that has to own it: a bucket's name says nothing about whose it is.
    pub(super) owner: &'a str,
}

/// Returns what is there, `None` where the service answers with `code`, which says that nothing is.
macro_rules! unless {
    ($sent:expr, $code:literal, $doing:expr) => {
        match $sent {
            Ok(found) => Some(found),
            Err(error) if error.code() == Some($code) => None,
            Err(error) => return Err(classify(error, $doing)),
        }
    };
}

impl Bucket<'_> {
    /// Adds what is missing of it to `outlook`, and what is not as it would be made.
    pub(super) async fn look(&self, outlook: &mut Outlook) -> Result<()> {
        let name = self.name.to_string();
        if !self.is_there().await? {
            outlook.steps.extend([
                Step::CreateBucket(name.clone(), self.region.to_string()),
                Step::BlockPublicAccess(name.clone()),
                Step::Version(name.clone()),
                Step::Encrypt(name.clone()),
                Step::AddRules(name, rules::ids(self.prefix).to_vec()),
            ]);
            return Ok(());
        }
        let differs = |what: &str| format!("bucket {}: {what}", self.name);
        match self.public_access().await? {
            None => outlook.steps.push(Step::BlockPublicAccess(name.clone())),
            Some(open) if open.is_empty() => {}
            Some(open) => {
                let message = format!("public access is not blocked wholly: {} off", open.join(", "));
                outlook.differs.push(differs(&message));
            }
        }
        let doing = format!("look at the versioning of {}", self.name);
        let versioning =
            self.client.get_bucket_versioning().bucket(self.name).expected_bucket_owner(self.owner).send();
        match versioning.await.map_err(|e| classify(e, &doing))?.status {
            Some(BucketVersioningStatus::Enabled) => {}
            None => outlook.steps.push(Step::Version(name.clone())),
            Some(_) => outlook.differs.push(differs("versioning was suspended by somebody")),
        }
        let doing = format!("look at the encryption of {}", self.name);
        let encryption =
            self.client.get_bucket_encryption().bucket(self.name).expected_bucket_owner(self.owner).send();
        if unless!(encryption.await, "ServerSideEncryptionConfigurationNotFoundError", &doing).is_none() {
            outlook.steps.push(Step::Encrypt(name.clone()));
        }
        let (_, _, missing, odd) = self.rules().await?;
        if !missing.is_empty() {
            outlook.steps.push(Step::AddRules(name, missing));
        }
        outlook.differs.extend(odd.iter().map(|what| differs(what)));
        Ok(())
    }

    /// Returns whether the bucket is there, and is the account's own in the region.
    async fn is_there(&self) -> Result<bool> {
        let sent = self.client.head_bucket().bucket(self.name).expected_bucket_owner(self.owner).send().await;
        let region = match sent {
            Ok(found) => found.bucket_region,
            Err(error) => {
                let response = error.raw_response();
                let region =
                    response.and_then(|r| r.headers().get("x-amz-bucket-region")).map(str::to_string);
                match response.map_or(0, |r| r.status().as_u16()) {
                    404 => return Ok(false),
                    301 => region,
                    403 => {
                        let message = format!(
                            "the bucket {} is not the account's own ({}), or you may not look at it",
                            self.name, self.owner
                        );
                        return Err(Error::new(ErrorKind::Denied, message).hint(
                            "names of buckets are the same for everybody: choose another, or another role",
                        ));
                    }
                    _ => return Err(classify(error, &format!("look at the bucket {}", self.name))),
                }
            }
        };
        match region {
            Some(region) if region != self.region => {
                let message = format!("the bucket {} is in {region}, not in {}", self.name, self.region);
                Err(Error::input(message).hint(format!("store_region = \"{region}\"")))
            }
            _ => Ok(true),
        }
    }

    /// Returns which parts of the block of public access are off; `None` if there is none at all.
    async fn public_access(&self) -> Result<Option<Vec<&'static str>>> {
        let doing = format!("look at the public access of {}", self.name);
        let sent =
            self.client.get_public_access_block().bucket(self.name).expected_bucket_owner(self.owner).send();
        let Some(found) = unless!(sent.await, "NoSuchPublicAccessBlockConfiguration", &doing) else {
            return Ok(None);
        };
        let Some(block) = found.public_access_block_configuration else { return Ok(None) };
        let parts = [
            ("BlockPublicAcls", block.block_public_acls),
            ("IgnorePublicAcls", block.ignore_public_acls),
            ("BlockPublicPolicy", block.block_public_policy),
            ("RestrictPublicBuckets", block.restrict_public_buckets),
        ];
        let off = parts.into_iter().filter(|(_, on)| *on != Some(true)).map(|(part, _)| part);
        Ok(Some(off.collect()))
    }

    /// Returns the rules of the bucket, with the setting that is written back with them, which of ours are missing, and
    /// what others would do.
    #[allow(clippy::type_complexity, reason = "used twice, here")]
    async fn rules(
        &self,
    ) -> Result<(
        Vec<aws_sdk_s3::types::LifecycleRule>,
        Option<aws_sdk_s3::types::TransitionDefaultMinimumObjectSize>,
        Vec<String>,
        Vec<String>,
    )> {
        let doing = format!("look at the lifecycle rules of {}", self.name);
        let sent = self
            .client
            .get_bucket_lifecycle_configuration()
            .bucket(self.name)
            .expected_bucket_owner(self.owner)
            .send();
        let found = unless!(sent.await, "NoSuchLifecycleConfiguration", &doing);
        let least = found.as_ref().and_then(|f| f.transition_default_minimum_object_size.clone());
        let rules = found.and_then(|f| f.rules).unwrap_or_default();
        let (missing, odd) = rules::compare(self.prefix, &rules);
        Ok((rules, least, missing, odd))
    }

    /// Makes the bucket. That it is there by now is fine if it is ours.
    pub(super) async fn create(&self) -> Result<()> {
        let doing = format!("create the bucket {}", self.name);
        let mut create = self.client.create_bucket().bucket(self.name);
        // Source: S3 API reference, CreateBucket: us-east-1 is said by saying nothing.
        if self.region != "us-east-1" {
            let place = BucketLocationConstraint::from(self.region);
            create = create.create_bucket_configuration(
                CreateBucketConfiguration::builder().location_constraint(place).build(),
            );
        }
        match create.send().await {
            Ok(_) => Ok(()),
            Err(e) if e.code() == Some("BucketAlreadyOwnedByYou") => Ok(()),
            Err(e) if e.code() == Some("BucketAlreadyExists") => {
                let hint = "names of buckets are the same for everybody: choose another";
                Err(classify(e, &doing).hint(hint))
            }
            Err(e) => Err(classify(e, &doing)),
        }
    }

    /// Blocks public access.
    pub(super) async fn block_public_access(&self) -> Result<()> {
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let put = self.client.put_public_access_block().bucket(self.name).expected_bucket_owner(self.owner);
        let sent = put.public_access_block_configuration(block).send().await;
        sent.map(drop).map_err(|e| classify(e, &format!("block public access of {}", self.name)))
    }

    /// Turns versioning on.
    pub(super) async fn version(&self) -> Result<()> {
        let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let put = self.client.put_bucket_versioning().bucket(self.name).expected_bucket_owner(self.owner);
        let sent = put.versioning_configuration(on).send().await;
        sent.map(drop).map_err(|e| classify(e, &format!("turn versioning of {} on", self.name)))
    }

    /// Encrypts what is put into it, with keys of S3's own.
    pub(super) async fn encrypt(&self) -> Result<()> {
        let doing = format!("encrypt {}", self.name);
        let bug = |e| Error::bug(format!("cannot {doing}: {e}"));
        let by = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256).build();
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(by.map_err(bug)?)
            .build();
        let all = ServerSideEncryptionConfiguration::builder().rules(rule).build().map_err(bug)?;
        let put = self.client.put_bucket_encryption().bucket(self.name).expected_bucket_owner(self.owner);
        let sent = put.server_side_encryption_configuration(all).send().await;
        sent.map(drop).map_err(|e| classify(e, &doing))
    }

    /// Adds the rules of these ids to those that are there now, which stay.
    pub(super) async fn add_rules(&self, ids: &[String]) -> Result<()> {
        let doing = format!("add lifecycle rules to {}", self.name);
        let (mut all, least, missing, _) = self.rules().await?;
        let ids: Vec<String> = ids.iter().filter(|id| missing.contains(id)).cloned().collect();
        if ids.is_empty() {
            return Ok(());
        }
        all.extend(rules::made(self.prefix, &ids)?);
        let all = BucketLifecycleConfiguration::builder().set_rules(Some(all)).build();
        let all = all.map_err(|e| Error::bug(format!("cannot {doing}: {e}")))?;
        let put = self.client.put_bucket_lifecycle_configuration().bucket(self.name);
        let sent = put
            .expected_bucket_owner(self.owner)
            .set_transition_default_minimum_object_size(least)
            .lifecycle_configuration(all)
            .send();
        sent.await.map(drop).map_err(|e| classify(e, &doing))
    }
}
