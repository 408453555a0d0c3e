//! A request that has been read, signed by someone and matched with an operation.

use bytes::Bytes;
use hyper::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::answer::Fail;
use super::presigned::Presigned;

/// Who signed a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller {
    pub(crate) account: String,
    /// The role assumed; none for the account's own user.
    pub(crate) role: Option<String>,
    pub(crate) arn: String,
    pub(crate) user_id: String,
}

/// One call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// The path as sent, still encoded.
    pub(crate) path: String,
    /// The query, decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) access_key: String,
    pub(crate) operation: String,
    pub(crate) mutating: bool,
    /// The labels of the path, decoded (`InstanceId` and so on, in the order of the URI).
    pub(crate) labels: Vec<String>,
    pub(crate) caller: Caller,
    /// How long it is valid, when it was signed in the query.
    pub(crate) presigned: Option<Presigned>,
}

/// Undoes percent-encoding.
pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Reads `a=b&c`, decoding both sides.
pub(crate) fn parse_pairs(text: &str, plus_is_space: bool) -> Vec<(String, String)> {
    let part = |text: &str| if plus_is_space { decode(&text.replace('+', " ")) } else { decode(text) };
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (part(name), part(value))
        })
        .collect()
}

impl Call {
    /// The first value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All values of a query parameter.
    pub(crate) fn params(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The n-th label of the path.
    pub(crate) fn label(&self, n: usize) -> &str {
        self.labels.get(n).map_or("", String::as_str)
    }

    /// The body as a JSON object; an absent body is an empty one.
    pub(crate) fn json(&self) -> Result<Map<String, Value>, Fail> {
        if self.body.is_empty() {
            return Ok(Map::new());
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(map)) => Ok(map),
            // restJson1 and awsJson1.0: a body that is not JSON (Smithy, "malformed requests").
            _ => Err(Fail::new(400, "SerializationException", "The request body is not a JSON object")),
        }
    }
}
