//! Staging: where Connect takes a file from that is too large for a call.

use aws_sdk_s3::primitives::ByteStream;
use serde_json::Value;

use crate::aws::{Account, classify};
use crate::core::driver::BlobSource;
use crate::core::{Digest, Error, Result};

/// How the text of a blob begins once its placeholder is resolved.
const BLOB: &str = "blob:";

/// Returns the URI from which Connect is to take the blob that `argument` names: `s3://...` where the environment has a
/// place for such files, whose copy is made first; else a URL of the store's own.
///
/// Source: botocore's `connect` model, `CreatePrompt.S3Uri`: an object that the caller may read, or a presigned URL. It
/// speaks of those that GetPromptFile answers; whether another is taken is not known.
pub async fn uri(
    account: &Account,
    staging: Option<&str>,
    argument: &Value,
    blobs: &dyn BlobSource,
) -> Result<String> {
    let named = argument.as_str().and_then(|text| text.strip_prefix(BLOB));
    let Some(digest) = named.and_then(|hex| hex.parse::<Digest>().ok()) else {
        return Err(Error::bug("the audio of a prompt is no blob"));
    };
    let Some(place) = staging.and_then(|s| s.strip_prefix("s3://")) else {
        let link = blobs.link(&digest).await?;
        return link.ok_or_else(|| {
            Error::blocked("there is no place from which Connect could take the audio")
                .hint("staging = \"s3://BUCKET/PREFIX\" in the environment's own account")
        });
    };
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
    let key = format!("{prefix}{slash}{digest}.wav");
    let put = account.s3.put_object().bucket(bucket).key(&key).content_type("audio/wav");
    let bytes = blobs.bytes(&digest).await?;
    put.body(ByteStream::from(bytes)).send().await.map_err(|e| {
        let error = classify("PutObject", e).error.context(format!("cannot write s3://{bucket}/{key}"));
        error.hint("the environment's role needs s3:PutObject and s3:GetObject there")
    })?;
    Ok(format!("s3://{bucket}/{key}"))
}
