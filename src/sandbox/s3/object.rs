//! Objects: PutObject, GetObject, HeadObject.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::super::answer::{Answer, Fail};
use super::super::base64;
use super::super::call::Call;
use super::super::clock;
use super::super::digest;
use super::bucket::{Bucket, Object};
use super::chunked;

/// The header that carries tags, as the query of a URL does ("PutObject").
pub(super) const TAGS: &str = "x-amz-tagging";

fn bad_digest(what: &str) -> Fail {
    Fail::new(400, "BadDigest", format!("The {what} you specified did not match the calculated checksum."))
}

/// The checksums that the request gives, in headers or trailers, each verified.
pub(crate) fn verify(
    call: &Call,
    body: &[u8],
    trailers: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Fail> {
    if let Some(given) = call.header("content-md5")
        && base64::decode(given).as_deref() != Some(&digest::md5(body)[..])
    {
        return Err(bad_digest("Content-MD5"));
    }
    // A header of lower-case hexadecimal is the body's own digest; words stand for unsigned and streamed bodies.
    let sha = call.header("x-amz-content-sha256").unwrap_or_default();
    if sha.len() == 64 && sha != digest::sha256_hex(&call.body) {
        return Err(Fail::new(
            400,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ));
    }
    let mut out = BTreeMap::new();
    let given = |name: &str| call.header(name).map(str::to_owned).or_else(|| trailers.get(name).cloned());
    for (name, computed) in [
        ("x-amz-checksum-sha256", base64::encode(&digest::sha256(body))),
        ("x-amz-checksum-crc32", base64::encode(&digest::crc32(body).to_be_bytes())),
    ] {
        if let Some(given) = given(name) {
            if given != computed {
                return Err(bad_digest(name));
            }
            out.insert(name.to_owned(), computed);
        }
    }
    let odd = trailers.keys().find(|name| name.starts_with("x-amz-checksum-") && !out.contains_key(*name));
    if let Some(odd) = odd {
        return Err(Fail::not_implemented(&format!("the S3 trailer {odd}")));
    }
    Ok(out)
}

/// PutObject; `If-None-Match: *` puts only when there is nothing under the key (412 otherwise).
pub(crate) fn put(bucket: &mut Bucket, call: &Call, now: f64) -> Result<Answer, Fail> {
    let key = call.label(1);
    if key.len() > 1024 {
        return Err(Fail::new(400, "KeyTooLongError", "Your key is too long"));
    }
    let coded = call.header("content-encoding").unwrap_or_default();
    let streaming = call.header("x-amz-content-sha256").unwrap_or_default().starts_with("STREAMING-");
    let (body, trailers) = if streaming || coded.contains("aws-chunked") {
        let (body, trailers) = chunked::decode(&call.body)?;
        (Bytes::from(body), trailers)
    } else {
        (call.body.clone(), BTreeMap::new())
    };
    let announced =
        call.header("x-amz-decoded-content-length").and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length != body.len()) {
        return Err(Fail::new(400, "IncompleteBody", "The request body terminated unexpectedly"));
    }
    let checksums = verify(call, &body, &trailers)?;
    match call.header("if-none-match") {
        None => {}
        Some("*") if bucket.objects.contains_key(key) => {
            return Err(Fail::new(
                412,
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
            ));
        }
        Some("*") => {}
        Some(_) => return Err(Fail::not_implemented("If-None-Match other than * with PutObject")),
    }
    // Source: "Conditional writes", Amazon S3 User Guide: 412 where the ETag is another, 404 where there is no object.
    if let Some(wanted) = call.header("if-match") {
        let there = bucket.objects.get(key);
        let there = there.ok_or_else(|| Fail::new(404, "NoSuchKey", "The specified key does not exist."))?;
        if there.etag.trim_matches('"') != wanted.trim_matches('"') {
            return Err(Fail::new(
                412,
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
            ));
        }
    }
    let mut headers = BTreeMap::new();
    // "aws-chunked" is the coding of the request, and no part of what is kept ("Chunked uploads").
    let coding: Vec<&str> =
        coded.split(',').map(str::trim).filter(|c| !c.is_empty() && *c != "aws-chunked").collect();
    if !coding.is_empty() {
        headers.insert("content-encoding".to_owned(), coding.join(","));
    }
    for (name, value) in &call.headers {
        let name = name.as_str();
        let kept = name.starts_with("x-amz-meta-")
            || name.starts_with("x-amz-server-side-encryption")
            || matches!(
                name,
                "content-type"
                    | "cache-control"
                    | "content-disposition"
                    | "content-language"
                    | "expires"
                    | TAGS
                    | "x-amz-website-redirect-location"
            );
        if let (true, Ok(value)) = (kept, value.to_str()) {
            headers.insert(name.to_owned(), value.to_owned());
        }
    }
    let etag = format!("\"{}\"", hex::encode(digest::md5(&body)));
    let mut answer = Answer::empty(200);
    answer.headers.push(("etag".into(), etag.clone()));
    answer.headers.extend(checksums.clone());
    if !checksums.is_empty() {
        answer.headers.push(("x-amz-checksum-type".into(), "FULL_OBJECT".into()));
    }
    let encryption = headers.iter().filter(|(name, _)| name.starts_with("x-amz-server-side-encryption"));
    answer.headers.extend(encryption.map(|(name, value)| (name.clone(), value.clone())));
    bucket.objects.insert(key.to_owned(), Object { body, etag, modified: now, headers, checksums });
    Ok(answer)
}

/// GetObject and HeadObject, with `Range: bytes=...` (one range) and checksums when asked for.
pub(crate) fn get(bucket: &Bucket, call: &Call, head: bool) -> Result<Answer, Fail> {
    let missing = || Fail::new(404, "NoSuchKey", "The specified key does not exist.");
    let object = bucket.objects.get(call.label(1)).ok_or_else(missing)?;
    let mut answer = Answer::empty(200);
    answer.headers.push(("etag".into(), object.etag.clone()));
    answer.headers.push(("last-modified".into(), clock::http(object.modified)));
    answer.headers.push(("accept-ranges".into(), "bytes".into()));
    let shown = object.headers.iter().filter(|(name, _)| *name != TAGS);
    answer.headers.extend(shown.map(|(name, value)| (name.clone(), value.clone())));
    // "GetObject": how many tags there are is said, which they are is not.
    if let Some(tags) = object.headers.get(TAGS) {
        answer.headers.push(("x-amz-tagging-count".into(), tags.split('&').count().to_string()));
    }
    if !object.headers.contains_key("content-type") {
        answer.headers.push(("content-type".into(), "binary/octet-stream".into()));
    }
    let total = object.body.len();
    let body = match call.header("range") {
        None => {
            if call.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled"))
                && !object.checksums.is_empty()
            {
                answer.headers.extend(object.checksums.clone());
                answer.headers.push(("x-amz-checksum-type".into(), "FULL_OBJECT".into()));
            }
            object.body.clone()
        }
        Some(range) => {
            let (start, end) = byte_range(range, total)
                .ok_or_else(|| Fail::new(416, "InvalidRange", "The requested range is not satisfiable"))?;
            answer.status = 206;
            answer.headers.push(("content-range".into(), format!("bytes {start}-{}/{total}", end - 1)));
            object.body.slice(start..end)
        }
    };
    if head {
        answer.headers.push(("content-length".into(), body.len().to_string()));
    } else {
        answer.body = body;
    }
    Ok(answer)
}

/// `bytes=a-b`, `bytes=a-`, `bytes=-n` as a half-open range.
fn byte_range(text: &str, total: usize) -> Option<(usize, usize)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first.parse::<usize>().ok(), last.parse::<usize>().ok()) {
        (Some(start), Some(last)) => (start, last.checked_add(1)?.min(total)),
        (Some(start), None) if last.is_empty() => (start, total),
        (None, Some(count)) if first.is_empty() && count > 0 => (total.saturating_sub(count), total),
        _ => return None,
    };
    (start < end).then_some((start, end))
}
