//! Staging: where Lambda takes an archive from that is too large for a call.

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use crate::aws::{Account, classify};
use crate::core::{Digest, Error, Result};

/// Puts the archive `digest` into the environment's place `staging` (`s3://BUCKET/PREFIX`). Returns the bucket and the
/// key.
///
/// `Blocked` where there is no such place.
pub async fn stage(
    account: &Account,
    staging: Option<&str>,
    digest: &Digest,
    bytes: Bytes,
) -> Result<(String, String)> {
    let Some(place) = staging.and_then(|s| s.strip_prefix("s3://")) else {
        let message = format!("the archive has {} bytes, and a call takes 50 MB at most", bytes.len());
        return Err(Error::blocked(message)
            .hint("staging = \"s3://BUCKET/PREFIX\", a bucket in the environment's own account and region"));
    };
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
    let key = format!("{prefix}{slash}{digest}.zip");
    let put = account.s3.put_object().bucket(bucket).key(&key).content_type("application/zip");
    put.body(ByteStream::from(bytes)).send().await.map_err(|e| {
        let error = classify("PutObject", e).error.context(format!("cannot write s3://{bucket}/{key}"));
        error.hint("the environment's role needs s3:PutObject and s3:GetObject there")
    })?;
    Ok((bucket.to_string(), key))
}
