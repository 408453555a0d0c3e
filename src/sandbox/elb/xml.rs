//! Answers of the query protocol.

use serde_json::{Map, Value};

use super::super::answer::{Answer, escape};
use super::super::ids;

/// The name space of API version 2015-12-01.
pub(crate) const SPACE: &str = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/";

/// The answer of an operation, with these members in its result.
pub(crate) fn answer(operation: &str, result: &Map<String, Value>) -> Answer {
    let mut inner = String::new();
    for (name, value) in result {
        element(name, value, &mut inner);
    }
    Answer::xml(format!(
        "<{operation}Response xmlns=\"{SPACE}\"><{operation}Result>{inner}</{operation}Result><ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{operation}Response>",
        ids::random_uuid()
    ))
}

/// One member with a list, which is what most answers are.
pub(crate) fn listed(operation: &str, name: &str, items: Vec<Value>) -> Answer {
    answer(operation, &Map::from_iter([(name.to_owned(), Value::Array(items))]))
}

fn element(name: &str, value: &Value, out: &mut String) {
    if value.is_null() {
        return;
    }
    out.push_str(&format!("<{name}>"));
    match value {
        Value::Array(items) => items.iter().for_each(|item| element("member", item, out)),
        Value::Object(map) => map.iter().for_each(|(name, inner)| element(name, inner, out)),
        Value::String(text) => out.push_str(&escape(text)),
        other => out.push_str(&other.to_string()),
    }
    out.push_str(&format!("</{name}>"));
}
