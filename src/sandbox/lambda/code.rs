//! The code of a function: an archive or an image.

use std::collections::BTreeMap;
use std::io::Cursor;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::call::Call;
use super::super::s3::{self, Bucket, CONNECT_OWNER, Object};
use super::super::world::World;
use super::super::{base64, digest, presigned};
use super::input::{flag, invalid, text};

/// Where the archives lie that GetFunction gives URLs of: a bucket that no account can create.
pub(crate) const LAMBDA_BUCKET: &str = "lambda_code";

/// "a link to download the deployment package that's valid for 10 minutes" (GetFunction).
const VALID_SECONDS: u32 = 600;

/// What Lambda answers to more: "Request must be smaller than 70167211 bytes".
const MOST_REQUEST: usize = 70_167_211;

/// "Deployment package (.zip file archive) size ... 250 MB ... unzipped" ("Lambda quotas").
const MOST_UNZIPPED: u128 = 262_144_000;

/// Code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Code {
    /// The bytes of an archive.
    Zip(Bytes),
    /// The URI as given, and with the digest it meant then.
    Image { uri: String, resolved: String },
}

impl Code {
    /// An image; what a tag means is made up, and the same each time.
    pub(crate) fn image(uri: &str) -> Code {
        let resolved = if uri.contains("@sha256:") {
            uri.to_owned()
        } else {
            let end = uri.rfind('/').unwrap_or(0);
            let repository =
                uri.get(end..).and_then(|tail| tail.find(':')).map_or(uri, |colon| &uri[..end + colon]);
            format!("{repository}@sha256:{}", digest::sha256_hex(uri.as_bytes()))
        };
        Code::Image { uri: uri.into(), resolved }
    }

    /// "The SHA256 hash of the function's deployment package": base 64 of an archive's, hexadecimal of an image's.
    pub(crate) fn sha256(&self) -> String {
        match self {
            Code::Zip(bytes) => base64::encode(&digest::sha256(bytes)),
            Code::Image { resolved, .. } => resolved.rsplit(':').next().unwrap_or_default().to_owned(),
        }
    }

    /// Bytes of the archive; 0 for images.
    pub(crate) fn size(&self) -> usize {
        match self {
            Code::Zip(bytes) => bytes.len(),
            Code::Image { .. } => 0,
        }
    }

    /// `PackageType`.
    pub(crate) fn package_type(&self) -> &'static str {
        match self {
            Code::Zip(_) => "Zip",
            Code::Image { .. } => "Image",
        }
    }

    /// `FunctionCodeLocation`, with a URL that really serves the archive.
    pub(crate) fn location(&self, call: &Call, now: f64, buckets: &mut BTreeMap<String, Bucket>) -> Value {
        match self {
            Code::Zip(bytes) => {
                json!({"RepositoryType": "S3", "Location": link(bytes, call, now, buckets)})
            }
            Code::Image { uri, resolved } => {
                json!({"RepositoryType": "ECR", "ImageUri": uri, "ResolvedImageUri": resolved})
            }
        }
    }
}

/// A URL of this server for some bytes, good for ten minutes.
pub(crate) fn link(bytes: &Bytes, call: &Call, now: f64, buckets: &mut BTreeMap<String, Bucket>) -> String {
    let key = format!("snapshots/{}/{}", call.caller.account, digest::sha256_hex(bytes));
    let own = || Bucket::new(CONNECT_OWNER, &call.region);
    let bucket = buckets.entry(LAMBDA_BUCKET.to_owned()).or_insert_with(own);
    let object = || Object::of(bytes.clone(), "application/zip", now);
    bucket.objects.entry(key.clone()).or_insert_with(object);
    let host = call.header("host").unwrap_or_default();
    presigned::url(host, &format!("/{LAMBDA_BUCKET}/{key}"), &call.region, now, VALID_SECONDS)
}

/// The code that a request brings or names (`FunctionCode`; UpdateFunctionCode has the same members); nothing when it has
/// none.
pub(crate) fn asked(
    world: &mut World,
    call: &Call,
    given: &Map<String, Value>,
) -> Result<Option<Code>, Fail> {
    if call.body.len() > MOST_REQUEST {
        let message =
            format!("Request must be smaller than {MOST_REQUEST} bytes for the {} operation", call.operation);
        return Err(Fail::new(413, "RequestEntityTooLargeException", message));
    }
    for odd in ["S3ObjectVersion", "SourceKMSKeyArn"] {
        if given.get(odd).is_some_and(|value| !value.is_null()) {
            return Err(Fail::not_implemented(&format!("code with {odd}")));
        }
    }
    let zip = text(given, "ZipFile")?;
    let bucket = text(given, "S3Bucket")?;
    let image = text(given, "ImageUri")?;
    if [zip, bucket, image].iter().flatten().count() > 1 {
        return Err(invalid("Please do not provide more than one of ZipFile, S3 and ImageUri."));
    }
    let bytes = match (zip, bucket, image) {
        (Some(zip), _, _) => {
            let bad = || Fail::new(400, "SerializationException", "ZipFile is not base 64");
            Bytes::from(base64::decode(zip).ok_or_else(bad)?)
        }
        (_, Some(bucket), _) => {
            let key = text(given, "S3Key")?.ok_or_else(|| invalid("S3Key is needed with S3Bucket."))?;
            fetch(world, call, bucket, key)?
        }
        (_, _, Some(image)) => return Ok(Some(Code::image(image))),
        _ => return Ok(None),
    };
    check_archive(&bytes)?;
    Ok(Some(Code::Zip(bytes)))
}

fn check_archive(bytes: &Bytes) -> Result<(), Fail> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_ref())).map_err(|_| {
        invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
    })?;
    let mut unzipped = 0;
    for n in 0..archive.len() {
        unzipped += archive.by_index_raw(n).map_or(0, |file| u128::from(file.size()));
    }
    if archive.is_empty() {
        return Err(invalid("Uploaded file must be a non-empty zip"));
    }
    if unzipped > MOST_UNZIPPED {
        return Err(invalid(format!("Unzipped size must be smaller than {MOST_UNZIPPED} bytes")));
    }
    Ok(())
}

/// Reads the archive with the rights of the caller ("The bucket can be in a different Amazon Web Services account", which
/// the sandbox's S3 refuses for want of bucket policies), from a bucket "in the same Region as your function".
fn fetch(world: &mut World, call: &Call, bucket: &str, key: &str) -> Result<Bytes, Fail> {
    if let Some(found) = world.buckets.get(bucket).filter(|found| found.region() != call.region) {
        return Err(invalid(format!(
            "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: {}. Please use this region to retry the request",
            found.region()
        )));
    }
    let get = Call {
        method: "GET".into(),
        service: "s3".into(),
        operation: "GetObject".into(),
        labels: vec![bucket.to_owned(), key.to_owned()],
        caller: call.caller.clone(),
        region: call.region.clone(),
        ..Call::default()
    };
    let got = s3::dispatch(world, &get).map_err(|fail| {
        if fail.code == "AccessDenied" {
            let message = format!("Your access has been denied by S3, please make sure your request credentials have permission to GetObject for {bucket}/{key}. S3 Error Code: AccessDenied. S3 Error Message: {}", fail.message);
            return Fail::new(403, "AccessDeniedException", message);
        }
        invalid(format!(
            "Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
            fail.code, fail.message
        ))
    })?;
    Ok(got.body)
}

/// Whether a request of UpdateFunctionCode asks to change nothing.
pub(crate) fn dry(body: &Map<String, Value>) -> bool {
    flag(body, "DryRun")
}
