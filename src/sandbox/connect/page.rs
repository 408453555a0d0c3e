//! Pages: MaxResults and opaque tokens.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::base64;
use super::env::Ask;
use super::input::invalid;

fn cut(
    operation: &str,
    items: Vec<Value>,
    token: Option<&str>,
    size: usize,
) -> Result<(Vec<Value>, Option<String>), Fail> {
    let start = match token {
        None => 0,
        Some(token) => base64::decode(token)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| text.strip_prefix(operation)?.strip_prefix('@')?.parse::<usize>().ok())
            .ok_or_else(|| invalid("The NextToken is not valid"))?,
    };
    let end = (start + size).min(items.len());
    let next = (end < items.len()).then(|| base64::encode(format!("{operation}@{end}").as_bytes()));
    let page = items.into_iter().take(end).skip(start).collect();
    Ok((page, next))
}

fn sized(given: Option<usize>, default: usize, max: usize) -> Result<usize, Fail> {
    match given {
        None => Ok(default),
        Some(size) if (1..=max).contains(&size) => Ok(size),
        Some(size) => Err(invalid(format!("MaxResults {size} is not between 1 and {max}"))),
    }
}

/// A page of a List operation, asked for in the query. The default size is 100 where the maximum is more (API
/// reference: "The default MaxResult size is 100").
pub(crate) fn from_query(
    ask: &Ask<'_>,
    member: &str,
    items: Vec<Value>,
    default: usize,
    max: usize,
) -> Result<Answer, Fail> {
    from_query_with(ask, member, items, default, max, Map::new())
}

/// The same, with further members beside the page.
pub(crate) fn from_query_with(
    ask: &Ask<'_>,
    member: &str,
    items: Vec<Value>,
    default: usize,
    max: usize,
    more: Map<String, Value>,
) -> Result<Answer, Fail> {
    let given = ask.call.param("maxResults").map(|text| text.parse().unwrap_or(0));
    let size = sized(given, default, max)?;
    let (items, next) = cut(&ask.call.operation, items, ask.call.param("nextToken"), size)?;
    Ok(answer(member, items, next, more))
}

/// A page of a Search operation, asked for in the body.
pub(crate) fn from_body(
    ask: &Ask<'_>,
    member: &str,
    items: Vec<Value>,
    default: usize,
    max: usize,
    more: Map<String, Value>,
) -> Result<Answer, Fail> {
    let given = ask.body.get("MaxResults").filter(|value| !value.is_null());
    let given = given.map(|value| value.as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(0));
    let size = sized(given, default, max)?;
    let token = ask.body.get("NextToken").and_then(Value::as_str);
    let (items, next) = cut(&ask.call.operation, items, token, size)?;
    Ok(answer(member, items, next, more))
}

fn answer(member: &str, items: Vec<Value>, next: Option<String>, mut more: Map<String, Value>) -> Answer {
    more.insert(member.into(), Value::Array(items));
    if let Some(next) = next {
        more.insert("NextToken".into(), json!(next));
    }
    Answer::json(&Value::Object(more))
}
