//! The two protocols of CloudWatch: bodies to members, and answers back.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail, escape};
use super::super::call::{Call, parse_pairs};
use super::super::{clock, ids};

const NAMESPACE: &str = "http://monitoring.amazonaws.com/doc/2010-08-01/";

/// Members that are no text (botocore).
const INTEGERS: &[&str] =
    &["Period", "EvaluationPeriods", "DatapointsToAlarm", "MaxRecords", "MaxDatapoints", "StorageResolution"];
const FLAGS: &[&str] = &["ActionsEnabled", "ReturnData"];

fn is_json(call: &Call) -> bool {
    call.header("x-amz-target").is_some()
}

fn pairs(call: &Call) -> Vec<(String, String)> {
    parse_pairs(&String::from_utf8_lossy(&call.body), true)
}

/// `Action` of a body in the query protocol.
pub(super) fn action(call: &Call) -> String {
    pairs(call).into_iter().find(|(name, _)| name == "Action").map(|(_, value)| value).unwrap_or_default()
}

/// The members of a body.
pub(super) fn body(call: &Call) -> Result<Map<String, Value>, Fail> {
    if is_json(call) {
        return call.json();
    }
    let mut out = Map::new();
    for (name, value) in pairs(call) {
        if name != "Action" && name != "Version" {
            let path: Vec<&str> = name.split('.').collect();
            insert(&mut out, &path, &value)?;
        }
    }
    Ok(out.into_iter().map(|(name, value)| (name, lists(value))).collect())
}

/// `Dimensions.member.1.Name=...`: maps first.
fn insert(into: &mut Map<String, Value>, path: &[&str], value: &str) -> Result<(), Fail> {
    let bad = || Fail::new(400, "MalformedQueryString", "A parameter is set twice, in different ways");
    match path {
        [] => Ok(()),
        [last] => {
            into.insert((*last).to_owned(), typed(last, value));
            Ok(())
        }
        [first, rest @ ..] => {
            let inner = into.entry(*first).or_insert_with(|| json!({})).as_object_mut().ok_or_else(bad)?;
            insert(inner, rest, value)
        }
    }
}

fn typed(name: &str, value: &str) -> Value {
    let number = if INTEGERS.contains(&name) { value.parse::<u64>().ok().map(Value::from) } else { None };
    let float = if name == "Threshold" { value.parse::<f64>().ok().map(Value::from) } else { None };
    let flag = if FLAGS.contains(&name) { value.parse::<bool>().ok().map(Value::from) } else { None };
    number.or(float).or(flag).unwrap_or_else(|| json!(value))
}

/// Maps with nothing but `member` are lists, in the order of their numbers.
fn lists(value: Value) -> Value {
    match value {
        Value::Object(map) => match map.get("member") {
            Some(Value::Object(members)) if map.len() == 1 => {
                let mut members: Vec<(u64, Value)> =
                    members.iter().map(|(n, inner)| (n.parse().unwrap_or(0), lists(inner.clone()))).collect();
                members.sort_by_key(|(n, _)| *n);
                members.into_iter().map(|(_, inner)| inner).collect()
            }
            _ => map.into_iter().map(|(name, inner)| (name, lists(inner))).collect::<Map<_, _>>().into(),
        },
        other => other,
    }
}

/// Writes what an operation did as the call's protocol has it.
pub(super) fn answer(call: &Call, done: Result<Value, Fail>) -> Result<Answer, Fail> {
    if is_json(call) {
        // The operations without an output answer nothing.
        return done
            .map(|value| if value.is_null() { Answer::empty(200) } else { Answer::aws_json("1.0", &value) });
    }
    let operation = &call.operation;
    Ok(match done {
        Ok(value) => {
            let result = if value.is_null() {
                String::new()
            } else {
                format!("<{operation}Result>{}</{operation}Result>", xml("", &value))
            };
            Answer::xml(format!(
                "<{operation}Response xmlns=\"{NAMESPACE}\">{result}<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{operation}Response>",
                ids::random_uuid()
            ))
        }
        Err(fail) => fail.query(NAMESPACE),
    })
}

fn xml(name: &str, value: &Value) -> String {
    match value {
        Value::Object(map) => {
            map.iter().map(|(name, inner)| format!("<{name}>{}</{name}>", xml(name, inner))).collect()
        }
        Value::Array(all) => {
            // The times of a list are written as those of a member are.
            let each = name.strip_suffix('s').filter(|one| one.ends_with("Timestamp")).unwrap_or_default();
            all.iter().map(|inner| format!("<member>{}</member>", xml(each, inner))).collect()
        }
        Value::String(text) => escape(text),
        Value::Number(number) if name.ends_with("Timestamp") => {
            clock::iso(number.as_f64().unwrap_or_default())
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
