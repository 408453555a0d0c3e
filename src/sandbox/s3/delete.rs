//! DeleteObject and DeleteObjects.

use super::super::answer::{Answer, Fail, escape};
use super::super::call::Call;
use super::bucket::Bucket;
use super::object;

/// DeleteObject: 204, whether there was one or not ("DeleteObject", API reference).
pub(crate) fn one(bucket: &mut Bucket, call: &Call) -> Answer {
    bucket.objects.remove(call.label(1));
    Answer::empty(204)
}

/// DeleteObjects: "up to 1000 keys"; a checksum of the body is required; with `Quiet` only errors are told. A key that is
/// not there counts as deleted, where no ETag is named with it.
///
/// Source: "How to perform conditional deletes", Amazon S3 User Guide: an ETag in the entry of an object makes its deletion
/// depend on it; an object that has another one stays, and is told in an `Error` of the answer, which is 200. It does not
/// say what is told of a key that is not there then: `s3_delete_of_none_refused`.
pub(crate) fn some(bucket: &mut Bucket, call: &Call, refuses_none: bool) -> Result<Answer, Fail> {
    let given = call.header("content-md5").is_some()
        || call.headers.keys().any(|name| name.as_str().starts_with("x-amz-checksum-"));
    if !given {
        return Err(Fail::new(
            400,
            "InvalidRequest",
            "Missing required header for this request: Content-MD5",
        ));
    }
    object::verify(call, &call.body, &std::collections::BTreeMap::new())?;
    let malformed = || Fail::new(400, "MalformedXML", "The XML you provided was not well-formed");
    let text = std::str::from_utf8(&call.body).map_err(|_| malformed())?;
    let entry = |object: &str| -> Option<(String, Option<String>)> {
        let one = |name: &str| between(object, name).first().map(|value| plain(value));
        Some((one("Key")?, one("ETag")))
    };
    let objects = between(text, "Object");
    let keys: Vec<(String, Option<String>)> = objects.iter().filter_map(|object| entry(object)).collect();
    if keys.len() < objects.len() || keys.is_empty() || keys.len() > 1000 || !text.contains("<Delete") {
        return Err(malformed());
    }
    let quiet = between(text, "Quiet").first().is_some_and(|word| *word == "true");
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
    );
    for (key, etag) in keys {
        let there = bucket.objects.get(&key).map(|object| object.etag.trim_matches('"').to_owned());
        let error = match (etag, there) {
            (None, _) => None,
            (Some(wanted), Some(there)) if wanted.trim_matches('"') == there => None,
            (Some(_), Some(_)) => {
                Some(("PreconditionFailed", "At least one of the pre-conditions you specified did not hold"))
            }
            (Some(_), None) if refuses_none => Some(("NoSuchKey", "The specified key does not exist.")),
            (Some(_), None) => None,
        };
        if let Some((code, message)) = error {
            let key = escape(&key);
            xml.push_str(&format!(
                "<Error><Key>{key}</Key><Code>{code}</Code><Message>{message}</Message></Error>"
            ));
            continue;
        }
        bucket.objects.remove(&key);
        if !quiet {
            xml.push_str(&format!("<Deleted><Key>{}</Key></Deleted>", escape(&key)));
        }
    }
    xml.push_str("</DeleteResult>");
    Ok(Answer::xml(xml))
}

/// The contents of the elements of this name.
fn between<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = text.split(open.as_str()).skip(1);
    parts.filter_map(|part| part.split_once(close.as_str()).map(|(inner, _)| inner)).collect()
}

fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}
