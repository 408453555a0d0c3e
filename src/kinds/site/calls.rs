//! The calls that read and write the objects of a site.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, Delete, ObjectIdentifier};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::date_time::{DateTime, Format};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bytes::Bytes;
use jiff::Timestamp;

use super::file::File;
use crate::aws::{Account, Failure, Fate, classify};
use crate::core::site::Site;
use crate::core::{Digest, Error, ErrorKind, Result, base64};

/// How many keys a call lists and deletes at most ("ListObjectsV2" and "DeleteObjects" of the API reference).
const MOST: usize = 1000;

/// Reads and writes the objects of one bucket.
#[derive(Clone)]
pub struct Calls {
    /// The clients.
    pub account: Account,
}

/// An object as a listing has it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its ETag.
    pub etag: String,
    /// When it was put, or its headers were changed.
    pub modified: Option<Timestamp>,
}

/// An object that was read.
pub struct Object {
    /// Its ETag.
    pub etag: String,
    /// When it was put, or its headers were changed.
    pub modified: Option<Timestamp>,
    /// How many tags it has.
    pub tags: i32,
    /// Whether its `Expires` is no date, and so no part of the file.
    pub is_undated: bool,
    /// Its bytes.
    pub bytes: Bytes,
    /// What it is.
    pub file: File,
}

/// What has to be there for a put to be taken.
#[derive(Clone, Debug)]
pub enum Only {
    /// Nothing.
    IfAbsent,
    /// What has this ETag.
    IfIs(String),
}

/// Returns what `error` of `call` means, with the codes that S3 has besides.
fn failure<E>(call: &str, error: SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    // An answer to HEAD has no body, so no code either.
    let status = error.raw_response().map(|r| r.status().as_u16());
    let mut failure = classify(call, error);
    match status {
        Some(404) => failure.error.kind = ErrorKind::NotFound,
        Some(403) => failure.error.kind = ErrorKind::Denied,
        Some(301) => {
            failure.error = Error::input(format!("{call}: the bucket is in another region"))
                .hint("a site's bucket has to be in the region of its environment");
        }
        // Source: "Conditional writes", Amazon S3 User Guide: 412 is no, 409 is "another write was first, try again".
        Some(412) => failure.error.kind = ErrorKind::Stale,
        Some(409) => failure.fate = Fate::Later,
        _ => {}
    }
    failure
}

/// Returns the moment that `at` is.
fn time(at: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(at.secs()).ok()
}

/// Returns an `Expires` as it can be put, and whether there is one that cannot.
///
/// Source: "PutObject", API reference: it is a timestamp; "GetObject" gives back whatever text was put with the object, as
/// any client may write it (`0` and `-1` are common: RFC 9111, section 5.3).
fn dated(expires: Option<String>) -> (Option<String>, bool) {
    let Some(text) = expires.filter(|text| !text.is_empty()) else { return (None, false) };
    let at = DateTime::from_str(&text, Format::HttpDate).ok();
    let date = at.and_then(|at| at.fmt(Format::HttpDate).ok());
    let is_undated = date.is_none();
    (date, is_undated)
}

impl Calls {
    /// Asks whether the bucket is there.
    pub async fn has_bucket(&self, bucket: &str) -> Result<bool> {
        let sent = self.account.read("s3:HeadBucket", || async {
            let sent = self.account.s3.head_bucket().bucket(bucket);
            let sent = sent.expected_bucket_owner(&self.account.account).send().await;
            sent.map_err(|e| failure("HeadBucket", e))
        });
        match sent.await {
            Ok(_) => Ok(true),
            Err(e) if e.error.kind == ErrorKind::NotFound => Ok(false),
            Err(e) => Err(e.error.context(format!("cannot look at the bucket {bucket}"))),
        }
    }

    /// Lists the objects of `site`, by path. `NotFound` if there is no bucket.
    pub async fn list(&self, site: &Site) -> Result<BTreeMap<String, Listed>> {
        let (mut all, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.account.read("s3:ListObjectsV2", || async {
                let asked = self.account.s3.list_objects_v2().bucket(&site.bucket).prefix(&site.prefix);
                let asked = asked.max_keys(MOST as i32).set_continuation_token(after.clone());
                let asked = asked.expected_bucket_owner(&self.account.account);
                asked.send().await.map_err(|e| failure("ListObjectsV2", e))
            });
            let page = page.await?;
            for object in page.contents() {
                let path = object.key().and_then(|key| key.strip_prefix(&site.prefix));
                // What ends with a slash is a folder that a console made.
                if let (Some(path), Some(etag)) =
                    (path.filter(|p| !p.ends_with('/') && !p.is_empty()), object.e_tag())
                {
                    let modified = object.last_modified().and_then(time);
                    all.insert(path.to_string(), Listed { etag: etag.to_string(), modified });
                }
            }
            after = page.next_continuation_token.filter(|_| page.is_truncated == Some(true));
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// Reads one object; nothing, where it is not there.
    pub async fn get(&self, site: &Site, path: &str) -> Result<Option<Object>> {
        let key = format!("{}{path}", site.prefix);
        let sent = self.account.read("s3:GetObject", || async {
            let asked = self.account.s3.get_object().bucket(&site.bucket).key(&key);
            let asked = asked.expected_bucket_owner(&self.account.account);
            let mut found = asked.send().await.map_err(|e| failure("GetObject", e))?;
            let body = std::mem::replace(&mut found.body, ByteStream::from_static(b""));
            let broken = |e| Failure {
                error: Error::new(ErrorKind::Unavailable, format!("GetObject of {key}: {e}")),
                fate: Fate::Unknown,
            };
            Ok((found, body.collect().await.map_err(broken)?.into_bytes()))
        });
        let (found, bytes) = match sent.await {
            Ok(found) => found,
            Err(e) if e.error.kind == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e.error.context(format!("cannot read s3://{}/{key}", site.bucket))),
        };
        let (expires, is_undated) = dated(found.expires_string);
        let headers = [
            ("CacheControl", found.cache_control),
            ("ContentDisposition", found.content_disposition),
            ("ContentEncoding", found.content_encoding),
            ("ContentLanguage", found.content_language),
            ("ContentType", found.content_type),
            ("Expires", expires),
            ("WebsiteRedirectLocation", found.website_redirect_location),
        ];
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name.to_string(), value?)));
        let file = File {
            body: Digest::of(&bytes),
            size: bytes.len() as u64,
            headers: headers.filter(|(_, value)| !value.is_empty()).collect(),
            metadata: found.metadata.unwrap_or_default().into_iter().collect(),
        };
        Ok(Some(Object {
            etag: found.e_tag.unwrap_or_default(),
            modified: found.last_modified.as_ref().and_then(time),
            tags: found.tag_count.unwrap_or_default(),
            is_undated,
            bytes,
            file,
        }))
    }

    /// Puts one object and returns its ETag. How it is encrypted is the bucket's business.
    pub async fn put(
        &self,
        site: &Site,
        path: &str,
        (file, bytes): (&File, Bytes),
        only: Only,
        until: Timestamp,
    ) -> Result<String, Failure> {
        let header = |name: &str| file.headers.get(name).cloned();
        let expires = header("Expires").and_then(|at| DateTime::from_str(&at, Format::HttpDate).ok());
        let metadata = (!file.metadata.is_empty()).then(|| file.metadata.clone().into_iter().collect());
        let sent = self.account.write("s3:PutObject", until, async |guard| {
            let asked = self.account.s3_under(&guard).put_object().bucket(&site.bucket);
            let asked = asked
                .key(format!("{}{path}", site.prefix))
                .expected_bucket_owner(&self.account.account)
                .checksum_algorithm(ChecksumAlgorithm::Sha256)
                .checksum_sha256(base64::encode(file.body.bytes()))
                .set_cache_control(header("CacheControl"))
                .set_content_disposition(header("ContentDisposition"))
                .set_content_encoding(header("ContentEncoding"))
                .set_content_language(header("ContentLanguage"))
                .set_content_type(header("ContentType"))
                .set_expires(expires)
                .set_website_redirect_location(header("WebsiteRedirectLocation"))
                .set_metadata(metadata)
                .body(ByteStream::from(bytes));
            let asked = match only {
                Only::IfAbsent => asked.if_none_match("*"),
                Only::IfIs(etag) => asked.if_match(etag),
            };
            asked.send().await.map_err(|e| failure("PutObject", e))
        });
        Ok(sent.await?.e_tag.unwrap_or_default())
    }

    /// Deletes `objects`, by path, each if it still has its ETag. Returns what was not deleted, and why.
    pub async fn delete(
        &self,
        site: &Site,
        objects: &BTreeMap<String, String>,
        until: Timestamp,
    ) -> Result<Vec<Spared>, Failure> {
        let all: Vec<(&String, &String)> = objects.iter().collect();
        let mut spared = Vec::new();
        for some in all.chunks(MOST) {
            let named = |(path, etag): &(&String, &String)| {
                let key = format!("{}{path}", site.prefix);
                let built = ObjectIdentifier::builder().key(key).e_tag(etag.as_str()).build();
                built.map_err(|e| refused(Error::bug(format!("the key of {path}: {e}"))))
            };
            let objects = some.iter().map(named).collect::<Result<Vec<_>, Failure>>()?;
            let what = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let what = what.map_err(|e| refused(Error::bug(format!("a list of objects: {e}"))))?;
            let sent = self.account.write("s3:DeleteObjects", until, async |guard| {
                let asked = self.account.s3_under(&guard).delete_objects().bucket(&site.bucket);
                let asked = asked.expected_bucket_owner(&self.account.account).delete(what);
                asked.send().await.map_err(|e| failure("DeleteObjects", e))
            });
            // Source: "DeleteObjects", API reference: what could not be deleted is told in an answer of 200.
            spared.extend(sent.await?.errors().iter().map(|e| Spared {
                path: e.key().and_then(|k| k.strip_prefix(&site.prefix)).unwrap_or_default().into(),
                // Source: "How to perform conditional deletes", Amazon S3 User Guide: 412 where the ETag is another, and
                // 404 where there is no object any more.
                is_another: matches!(e.code(), Some("PreconditionFailed" | "NoSuchKey")),
                why: e.message().or(e.code()).unwrap_or_default().into(),
            }));
        }
        Ok(spared)
    }
}

/// An object that was not deleted.
pub struct Spared {
    /// Its path.
    pub path: String,
    /// Whether what was to be deleted is not there any more: something else is, or nothing.
    pub is_another: bool,
    /// AWS's words.
    pub why: String,
}

/// It had no effect.
pub fn refused(error: Error) -> Failure {
    Failure { error, fate: Fate::Refused }
}
