//! A file of a site: its bytes as they are stored, and the headers that go with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::core::Digest;
use crate::core::template::{Placeholder, escape};

/// The headers that an object keeps, as `PutObject` calls them.
///
/// Source: "System-defined object metadata", Amazon S3 User Guide.
pub const HEADERS: [&str; 7] = [
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "WebsiteRedirectLocation",
];
/// The object's own metadata, by name.
const METADATA: &str = "Metadata";
const BODY: &str = "Body";
const SIZE: &str = "Size";
/// How the text of a blob begins once its placeholder is resolved.
const BLOB: &str = "blob:";

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The digest of the bytes as they are stored.
    pub body: Digest,
    /// How many they are.
    pub size: u64,
    /// Its headers, by the names of [`HEADERS`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Its metadata.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

impl File {
    /// Returns the file of `bytes` with a content type.
    pub fn of(bytes: &[u8], content_type: &str) -> File {
        let headers = BTreeMap::from([("ContentType".to_string(), content_type.to_string())]);
        File { body: Digest::of(bytes), size: bytes.len() as u64, headers, metadata: BTreeMap::new() }
    }

    /// Returns it as it stands in a document.
    pub fn to_value(&self) -> Value {
        let mut out = Map::new();
        out.insert(BODY.into(), json!(Placeholder::Blob(self.body).to_string()));
        out.insert(SIZE.into(), json!(self.size));
        for (name, value) in &self.headers {
            out.insert(name.clone(), json!(escape(value)));
        }
        if !self.metadata.is_empty() {
            let metadata = self.metadata.iter().map(|(name, value)| (escape(name), json!(escape(value))));
            out.insert(METADATA.into(), Value::Object(metadata.collect()));
        }
        Value::Object(out)
    }

    /// Returns what `value` says, the entry of a document whose templates are resolved.
    pub fn of_value(value: &Value) -> Option<File> {
        let body = value[BODY].as_str()?.strip_prefix(BLOB)?.parse().ok()?;
        let text = |name: &&str| Some((name.to_string(), value[*name].as_str()?.to_string()));
        let metadata = value[METADATA].as_object().into_iter().flatten();
        let metadata = metadata.filter_map(|(name, v)| Some((name.clone(), v.as_str()?.to_string())));
        Some(File {
            body,
            size: value[SIZE].as_u64()?,
            headers: HEADERS.iter().filter_map(text).collect(),
            metadata: metadata.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_entry_says() {
        let mut file = File::of(b"x", "text/html; charset=utf-8");
        file.metadata.insert("who".into(), "me".into());
        let mut value = file.to_value();
        value["Body"] = json!(format!("blob:{}", file.body));
        assert_eq!(File::of_value(&value), Some(file));
        assert_eq!(File::of_value(&json!({ "Body": "x", "Size": 1 })), None);
    }
}
