//! ListObjectsV2: prefixes, delimiters, pages.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::answer::{Answer, Fail, escape};
use super::super::base64;
use super::super::call::Call;
use super::super::clock;
use super::bucket::Bucket;

/// `encoding-type=url` leaves unreserved characters and slashes.
const URL: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b'*');

fn invalid(message: &str) -> Fail {
    Fail::new(400, "InvalidArgument", message)
}

/// What a page holds: a key, or a common prefix.
enum Entry<'a> {
    Key(&'a str),
    Prefix(String),
}

/// ListObjectsV2. Keys are in the order of their bytes; common prefixes count as one key each.
pub(crate) fn list(bucket: &Bucket, call: &Call) -> Result<Answer, Fail> {
    let prefix = call.param("prefix").unwrap_or_default();
    let delimiter = call.param("delimiter").filter(|delimiter| !delimiter.is_empty());
    let after = call.param("start-after");
    let max = match call.param("max-keys") {
        None => 1000,
        Some(text) => text.parse::<usize>().map_err(|_| invalid("max-keys is not a number"))?.min(1000),
    };
    let token = call.param("continuation-token");
    // The token holds the last key or prefix of the page before.
    let from = match token {
        None => after.map(str::to_owned),
        Some(token) => {
            let text = base64::decode(token).and_then(|bytes| String::from_utf8(bytes).ok());
            Some(text.ok_or_else(|| invalid("The continuation token provided is incorrect"))?)
        }
    };
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut truncated = false;
    for key in bucket.objects.range(prefix.to_owned()..).map(|(key, _)| key.as_str()) {
        if !key.starts_with(prefix) {
            break;
        }
        let common = delimiter.and_then(|delimiter| {
            let at = key[prefix.len()..].find(delimiter)?;
            Some(&key[..prefix.len() + at + delimiter.len()])
        });
        let passed = from.as_deref().is_some_and(|from| match common {
            Some(common) => common <= from || (token.is_none() && key <= from),
            None => key <= from,
        });
        let same =
            matches!((entries.last(), common), (Some(Entry::Prefix(last)), Some(common)) if last == common);
        if passed || same {
            continue;
        }
        if entries.len() == max {
            truncated = max > 0;
            break;
        }
        entries.push(common.map_or(Entry::Key(key), |common| Entry::Prefix(common.to_owned())));
    }
    let url = call.param("encoding-type") == Some("url");
    let shown = |text: &str| if url { utf8_percent_encode(text, URL).to_string() } else { escape(text) };
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
    );
    let mut put = |name: &str, value: &str| xml.push_str(&format!("<{name}>{value}</{name}>"));
    put("Name", &escape(call.label(0)));
    put("Prefix", &shown(prefix));
    put("KeyCount", &entries.len().to_string());
    put("MaxKeys", &max.to_string());
    put("IsTruncated", if truncated { "true" } else { "false" });
    if let Some(delimiter) = delimiter {
        put("Delimiter", &shown(delimiter));
    }
    if let Some(after) = after {
        put("StartAfter", &shown(after));
    }
    if url {
        put("EncodingType", "url");
    }
    if let Some(token) = token {
        put("ContinuationToken", &escape(token));
    }
    if let (true, Some(last)) = (truncated, entries.last()) {
        let last = match last {
            Entry::Key(key) => key,
            Entry::Prefix(prefix) => prefix.as_str(),
        };
        put("NextContinuationToken", &base64::encode(last.as_bytes()));
    }
    for entry in &entries {
        match entry {
            Entry::Prefix(prefix) => put("CommonPrefixes", &format!("<Prefix>{}</Prefix>", shown(prefix))),
            Entry::Key(key) => {
                let object = &bucket.objects[*key];
                put(
                    "Contents",
                    &format!(
                        "<Key>{}</Key><LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass>",
                        shown(key),
                        clock::iso(object.modified),
                        escape(&object.etag),
                        object.body.len()
                    ),
                );
            }
        }
    }
    xml.push_str("</ListBucketResult>");
    let mut answer = Answer::xml(xml);
    answer.headers = vec![("content-type".into(), "application/xml".into())];
    Ok(answer)
}
