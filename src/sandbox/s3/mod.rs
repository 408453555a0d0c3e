//! S3 as far as a store and static sites use it: path style, whole objects, conditional puts, checksums, listing, deleting,
//! sites that are served; and the settings of buckets, which are kept and have no effect (no versions, no expiry).

mod bucket;
mod chunked;
mod delete;
mod list;
mod object;
mod setting;
mod site;

use super::answer::{Answer, Fail};
use super::call::{Call, decode};
use super::world::World;

pub(crate) use bucket::{Bucket, Object};
pub(crate) use site::{page, serve};

/// Where Connect keeps the files of prompts: a bucket that no account can create (names have no underscore), of an
/// owner that is no account.
pub(crate) const CONNECT_BUCKET: &str = "connect_prompts";
pub(crate) const CONNECT_OWNER: &str = "connect";

/// Finds the operation. Query parameters select sub-resources; all but those of ListObjectsV2 mean something that is
/// not here ("Actions" in the S3 API reference).
pub(crate) fn identify(call: &mut Call) {
    let path = call.path.trim_start_matches('/').to_owned();
    let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
    call.labels = vec![decode(bucket)];
    if !key.is_empty() {
        call.labels.push(decode(key));
    }
    let known = [
        "list-type",
        "prefix",
        "delimiter",
        "max-keys",
        "continuation-token",
        "start-after",
        "encoding-type",
        "x-id",
        "fetch-owner",
    ];
    let has_key = !key.is_empty();
    let mut odd = call
        .query
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !known.contains(name) && !PRESIGNED.contains(name));
    let odd = (odd.next(), odd.next());
    let operation = match (call.method.as_str(), has_key) {
        (method, false) if odd.0.is_some() && odd.1.is_none() && !bucket.is_empty() => {
            match odd.0.and_then(|query| setting::operation(method, query)) {
                Some(operation) => operation,
                None if (method, odd.0) == ("POST", Some("delete")) => "DeleteObjects",
                None => return,
            }
        }
        _ if odd.0.is_some() || bucket.is_empty() => return,
        ("PUT", false) => "CreateBucket",
        ("HEAD", false) => "HeadBucket",
        ("GET", false) if call.param("list-type") == Some("2") => "ListObjectsV2",
        ("PUT", true) if call.header("x-amz-copy-source").is_none() => "PutObject",
        ("DELETE", true) => "DeleteObject",
        ("GET", true) => "GetObject",
        ("HEAD", true) => "HeadObject",
        _ => return,
    };
    call.operation = operation.to_owned();
    call.mutating = matches!(operation, "CreateBucket" | "PutObject" | "DeleteObject" | "DeleteObjects")
        || setting::puts(operation);
}

/// What a presigned URL says in the query ("Authenticating Requests: Using Query Parameters").
const PRESIGNED: &[&str] = &[
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
];

/// Headers of requests that change what an operation does and are understood; any other `x-amz-` or conditional
/// header is refused, so that nothing is taken for done that was not.
const UNDERSTOOD: &[&str] = &[
    "x-amz-date",
    "x-amz-content-sha256",
    "x-amz-security-token",
    "x-amz-user-agent",
    "x-amz-decoded-content-length",
    "x-amz-trailer",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-checksum-algorithm",
    "x-amz-checksum-mode",
    "x-amz-checksum-sha256",
    "x-amz-checksum-crc32",
    "x-amz-checksum-type",
    "x-amz-expected-bucket-owner",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-tagging",
    "x-amz-website-redirect-location",
];

fn refuse_unknown_headers(call: &Call) -> Result<(), Fail> {
    for name in call.headers.keys() {
        let name = name.as_str();
        let conditional = matches!(name, "if-modified-since" | "if-unmodified-since" | "if-range")
            || (matches!(name, "if-match" | "if-none-match") && call.operation != "PutObject");
        let odd =
            name.starts_with("x-amz-") && !name.starts_with("x-amz-meta-") && !UNDERSTOOD.contains(&name);
        if conditional || odd {
            return Err(Fail::not_implemented(&format!("the S3 header {name} with {}", call.operation)));
        }
    }
    Ok(())
}

pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let known = matches!(
        call.operation.as_str(),
        "CreateBucket"
            | "HeadBucket"
            | "ListObjectsV2"
            | "PutObject"
            | "GetObject"
            | "HeadObject"
            | "DeleteObject"
            | "DeleteObjects"
    );
    if !known && !setting::puts(&call.operation) && !setting::gets(&call.operation) {
        return Err(Fail::not_implemented(&format!("s3:{}", call.operation)));
    }
    refuse_unknown_headers(call)?;
    if call.operation == "CreateBucket" {
        return bucket::create(world, call);
    }
    let now = world.clock.now();
    let refuses_none = world.switches.on("s3_delete_of_none_refused");
    let missing = || Fail::new(404, "NoSuchBucket", "The specified bucket does not exist");
    let bucket = world.buckets.get_mut(call.label(0)).ok_or_else(missing)?;
    let owner = call.header("x-amz-expected-bucket-owner").unwrap_or(bucket.owner());
    // Without a bucket policy no other account may do anything (S3 guide, "Access control").
    if bucket.owner() != call.caller.account || owner != bucket.owner() {
        return Err(Fail::new(403, "AccessDenied", "Access Denied"));
    }
    match call.operation.as_str() {
        "HeadBucket" => {
            let mut answer = Answer::empty(200);
            answer.headers.push(("x-amz-bucket-region".into(), bucket.region().into()));
            Ok(answer)
        }
        "ListObjectsV2" => list::list(bucket, call),
        operation if setting::puts(operation) => setting::put(bucket, call),
        operation if setting::gets(operation) => setting::get(bucket, call),
        "PutObject" => object::put(bucket, call, now),
        "DeleteObject" => Ok(delete::one(bucket, call)),
        "DeleteObjects" => delete::some(bucket, call, refuses_none),
        "HeadObject" => object::get(bucket, call, true),
        _ => object::get(bucket, call, false),
    }
}
