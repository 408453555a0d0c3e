//! S3: objects under a prefix of a bucket.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, Object};
use aws_smithy_types::base64;
use bytes::Bytes;
use jiff::Timestamp;

use crate::core::objects::{Created, Key, Objects, Page, Weighed, one_by_one};
use crate::core::sabotage::{Ingredient, lacks};
use crate::core::{Clock, Digest, Error, ErrorKind, Result};

use super::answers::classify;
use super::memory::{PAGE, check_ttl, no_object, other_bytes};
use super::patience::{Patience, unique};

/// The object's metadata that tells which write made it, so that a writer whose answer was lost knows its own.
const WRITE: &str = "write";

/// How often an object is written or read again, after the SDK's own attempts, before giving up.
const RETRIES: u32 = 6;

/// Of how many objects a listing has to tell to be worth it: a LIST costs what a dozen of HEAD cost ("Amazon S3 pricing").
const WORTH: usize = 16;

/// Objects in S3.
#[derive(Clone, Debug)]
pub struct S3Objects {
    client: Client,
    bucket: String,
    prefix: String,
    expected_owner: Option<String>,
    clock: Clock,
}

/// An object as it is there: its bytes, and the write that made it.
struct There {
    body: Bytes,
    write: Option<String>,
}

impl S3Objects {
    /// Returns the objects under `prefix` (a name without slashes at its ends, or nothing) in `bucket`. With
    /// `expected_owner` S3 refuses the bucket if another account owns it.
    pub fn new(
        client: Client,
        bucket: impl Into<String>,
        prefix: impl AsRef<str>,
        expected_owner: Option<String>,
        clock: Clock,
    ) -> S3Objects {
        let prefix = match prefix.as_ref().trim_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        S3Objects { client, bucket: bucket.into(), prefix, expected_owner, clock }
    }

    fn name(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    fn doing(&self, verb: &str, key: &str) -> String {
        format!("{verb} s3://{}/{}", self.bucket, self.name(key))
    }

    /// Sends one conditional write: whether it was taken, or an error.
    async fn put(&self, key: &Key, body: &Bytes, write: &str) -> Result<bool> {
        let sent = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(self.name(key.as_str()))
            .set_expected_bucket_owner(self.expected_owner.clone())
            .set_if_none_match((!lacks(Ingredient::Overwrite)).then(|| "*".to_string()))
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_sha256(base64::encode(Digest::of(body).bytes()))
            .metadata(WRITE, write)
            .body(ByteStream::from(body.clone()))
            .send()
            .await;
        let Err(error) = sent else { return Ok(true) };
        match error.raw_response().map(|response| response.status().as_u16()) {
            Some(412) => Ok(false),
            Some(409) => {
                // Another write to the key is under way, and either may be taken.
                Err(Error {
                    kind: ErrorKind::Unavailable,
                    ..classify(error, &self.doing("write", key.as_str()))
                })
            }
            _ => Err(classify(error, &self.doing("write", key.as_str()))),
        }
    }

    /// Returns what is under `key`, if anything is.
    async fn get(&self, key: &Key) -> Result<Option<There>> {
        let mut patience = Patience::new(&self.clock, RETRIES);
        loop {
            let sent = self
                .client
                .get_object()
                .bucket(&self.bucket)
                .key(self.name(key.as_str()))
                .set_expected_bucket_owner(self.expected_owner.clone())
                .checksum_mode(ChecksumMode::Enabled)
                .send()
                .await;
            let found = match sent {
                Ok(found) => found,
                Err(error) => match classify(error, &self.doing("read", key.as_str())) {
                    error if error.kind == ErrorKind::NotFound => return Ok(None),
                    error => return Err(error),
                },
            };
            if let Some(length) = found.content_length() {
                key.holds(u64::try_from(length).unwrap_or_default(), &self.place())?;
            }
            let write = found.metadata.and_then(|mut all| all.remove(WRITE));
            match found.body.collect().await {
                Ok(body) => return Ok(Some(There { body: body.into_bytes(), write })),
                // The SDK tries a request again, but not a body that breaks off.
                Err(_) if patience.wait().await => {}
                Err(e) => {
                    let message = format!("cannot {}: {e}", self.doing("read", key.as_str()));
                    return Err(Error::new(ErrorKind::Unavailable, message).source(e));
                }
            }
        }
    }
}

#[async_trait]
impl Objects for S3Objects {
    async fn create(&self, key: &Key, body: Bytes) -> Result<Created> {
        key.takes(&body)?;
        let write = unique();
        let mut patience = Patience::new(&self.clock, RETRIES);
        loop {
            let lost = match self.put(key, &body, &write).await {
                Ok(true) => return Ok(Created::New),
                Ok(false) => None,
                Err(e) if e.kind == ErrorKind::Unavailable => Some(e),
                Err(e) => return Err(e),
            };
            // Refused, or nobody knows: what is there decides. It can be this very write, whose answer was lost.
            match (self.get(key).await?, lost) {
                (Some(there), _) if there.write.as_ref() == Some(&write) && there.body == body => {
                    return Ok(Created::New);
                }
                (Some(there), _) if there.body == body => return Ok(Created::Same),
                (Some(_), _) => return Err(other_bytes(key, &self.place())),
                (None, _) if patience.wait().await => {}
                (None, Some(e)) => return Err(e),
                (None, None) => {
                    return Err(Error::new(
                        ErrorKind::Unavailable,
                        format!(
                            "cannot {}: S3 says both that it is there and that it is not",
                            self.doing("write", key.as_str())
                        ),
                    ));
                }
            }
        }
    }

    async fn read(&self, key: &Key) -> Result<Bytes> {
        match self.get(key).await? {
            Some(there) => Ok(there.body),
            None => Err(no_object(key, &self.place())),
        }
    }

    async fn has(&self, key: &Key) -> Result<bool> {
        let sent = self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(self.name(key.as_str()))
            .set_expected_bucket_owner(self.expected_owner.clone())
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) => match classify(error, &self.doing("look at", key.as_str())) {
                error if error.kind == ErrorKind::NotFound => Ok(false),
                error => Err(error),
            },
        }
    }

    /// A page of a listing tells of all keys between its first and its last: it is asked for as long as many of `keys`
    /// lie there.
    async fn lacking(&self, keys: &BTreeSet<Key>) -> Result<BTreeSet<Key>> {
        let (mut left, mut lacking) = (keys.clone(), BTreeSet::new());
        while let Some(first) = left.first().filter(|_| left.len() >= WORTH) {
            let folder = first.as_str().rfind('/').map_or("", |at| &first.as_str()[..=at]);
            // What is one letter shorter comes before it; where that is no key, the folder is read from its start.
            let before = first.as_str().get(..first.as_str().len() - 1).and_then(|name| Key::new(name).ok());
            let page = self.list(folder, before.as_ref()).await?;
            let is_told = |key: &&Key| {
                key.as_str().starts_with(folder) && (!page.more || Some(*key) <= page.items.last())
            };
            let told: BTreeSet<Key> = left.iter().filter(is_told).cloned().collect();
            let there: BTreeSet<&Key> = page.items.iter().collect();
            lacking.extend(told.iter().filter(|key| !there.contains(key)).cloned());
            let is_worth = told.len() >= WORTH || !page.more;
            left.retain(|key| !told.contains(key));
            if !is_worth {
                break;
            }
        }
        lacking.extend(one_by_one(self, &left).await?);
        Ok(lacking)
    }

    async fn link(&self, key: &Key, ttl: Duration) -> Result<Option<String>> {
        check_ttl(ttl)?;
        let bug = |e| Error::bug(format!("a link cannot last for {ttl:?}")).source(e);
        let lasting = PresigningConfig::expires_in(ttl).map_err(bug)?;
        // The owner is not said: whoever follows the link would have to send it as a header.
        let request = self.client.get_object().bucket(&self.bucket).key(self.name(key.as_str()));
        let signed = request.presigned(lasting).await;
        let signed = signed.map_err(|e| classify(e, &self.doing("make a link to", key.as_str())))?;
        Ok(Some(signed.uri().to_string()))
    }

    async fn list(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Key>> {
        let Page { items, more } = self.weigh(prefix, after).await?;
        Ok(Page { items: items.into_iter().map(|one| one.key).collect(), more })
    }

    async fn weigh(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Weighed>> {
        let mut from = after.map(|key| self.name(key.as_str()));
        loop {
            let found = self
                .client
                .list_objects_v2()
                .bucket(&self.bucket)
                .prefix(self.name(prefix))
                .max_keys(PAGE as i32)
                .set_start_after(from.take())
                .set_expected_bucket_owner(self.expected_owner.clone())
                .send()
                .await
                .map_err(|e| classify(e, &self.doing("list", prefix)))?;
            let more = found.is_truncated() == Some(true);
            // Names that cannot be keys (folders that a console made) are not ours.
            let own = |object: &Object| {
                let written = object.last_modified().map_or(0, |at| at.secs());
                Some(Weighed {
                    key: Key::new(object.key()?.strip_prefix(self.prefix.as_str())?).ok()?,
                    length: u64::try_from(object.size().unwrap_or_default()).unwrap_or_default(),
                    written: Timestamp::from_second(written).unwrap_or(Timestamp::MIN),
                })
            };
            let items: Vec<Weighed> = found.contents().iter().filter_map(own).collect();
            match found.contents().last().and_then(|object| object.key()) {
                Some(last) if more && items.is_empty() => from = Some(last.to_string()),
                _ => return Ok(Page { items, more }),
            }
        }
    }

    /// In a bucket that keeps versions, as `init` makes it, DeleteObject without a version writes a delete marker: the
    /// object is `NotFound` from then on, `If-None-Match: *` takes it for absent, and its bytes stay as a noncurrent
    /// version until the bucket's rule removes them (90 days, `setup/rules.rs`). So long somebody can have back what was
    /// removed by mistake, and so long it is paid for. To remove the version itself would need s3:DeleteObjectVersion.
    ///
    /// Sources: "DeleteObject", Amazon S3 API Reference (204 also where there is nothing); "Deleting object versions from a
    /// versioning-enabled bucket" and "How to prevent object overwrites with conditional writes", Amazon S3 User Guide.
    async fn delete(&self, key: &Key) -> Result<()> {
        let sent = self
            .client
            .delete_object()
            .bucket(&self.bucket)
            .key(self.name(key.as_str()))
            .set_expected_bucket_owner(self.expected_owner.clone())
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => match classify(error, &self.doing("remove", key.as_str())) {
                error if error.kind == ErrorKind::NotFound && error.code.as_deref() == Some("NoSuchKey") => {
                    Ok(())
                }
                error => Err(error),
            },
        }
    }

    fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix.trim_end_matches('/'))
    }
}
