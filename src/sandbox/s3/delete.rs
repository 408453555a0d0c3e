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
/// not there counts as deleted.
pub(crate) fn some(bucket: &mut Bucket, call: &Call) -> Result<Answer, Fail> {
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
    let keys: Vec<String> = between(text, "Key").into_iter().map(plain).collect();
    if keys.is_empty() || keys.len() > 1000 || !text.contains("<Delete") {
        return Err(malformed());
    }
    let quiet = between(text, "Quiet").first().is_some_and(|word| *word == "true");
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
    );
    for key in keys {
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
