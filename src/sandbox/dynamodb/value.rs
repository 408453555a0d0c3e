//! Attribute values: what is valid, what is equal, what is less.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::super::base64;
use super::invalid;

/// The type word and the content of a value.
pub(crate) fn parts(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.iter().next().map(|(word, content)| (word.as_str(), content))
}

/// Checks a value (botocore AttributeValue; "Supported data types").
pub(crate) fn check(value: &Value) -> Result<(), Fail> {
    let bad =
        || invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
    let (word, content) = parts(value).ok_or_else(bad)?;
    let ok = match word {
        "S" => content.is_string(),
        "N" => return number(content).map(|_| ()),
        "B" => content.as_str().and_then(base64::decode).is_some(),
        "BOOL" => content.is_boolean(),
        "NULL" => content == &Value::Bool(true),
        "SS" | "NS" | "BS" => {
            let items = content.as_array().filter(|items| !items.is_empty()).ok_or_else(bad)?;
            items.iter().enumerate().all(|(n, item)| item.is_string() && !items[..n].contains(item))
        }
        "L" => {
            content.as_array().ok_or_else(bad)?.iter().try_for_each(check)?;
            true
        }
        "M" => {
            content.as_object().ok_or_else(bad)?.values().try_for_each(check)?;
            true
        }
        _ => false,
    };
    if ok { Ok(()) } else { Err(bad()) }
}

/// A number's text as a decimal: sign and digits before and after the point, by exponent.
fn number(content: &Value) -> Result<f64, Fail> {
    let parsed =
        content.as_str().and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
    parsed.ok_or_else(|| invalid("The parameter cannot be converted to a numeric value"))
}

/// Orders two values of one ordered type (S by bytes, N by value, B by bytes); nothing for others.
pub(crate) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    let ((a_word, a), (b_word, b)) = (parts(a)?, parts(b)?);
    if a_word != b_word {
        return None;
    }
    match a_word {
        "S" => Some(a.as_str()?.as_bytes().cmp(b.as_str()?.as_bytes())),
        "B" => Some(base64::decode(a.as_str()?)?.cmp(&base64::decode(b.as_str()?)?)),
        "N" => {
            if let (Ok(a), Ok(b)) = (a.as_str()?.parse::<i128>(), b.as_str()?.parse::<i128>()) {
                return Some(a.cmp(&b));
            }
            number(a).ok()?.partial_cmp(&number(b).ok()?)
        }
        _ => None,
    }
}

/// Whether two values are equal; sets without regard to order.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    if let Some(order) = compare(a, b) {
        return order == Ordering::Equal;
    }
    match (parts(a), parts(b)) {
        (Some((a_word, a)), Some((b_word, b))) if a_word == b_word => match (a, b) {
            (Value::Array(a), Value::Array(b)) if a_word == "L" => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
            }
            (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().all(|item| b.contains(item)),
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| equal(value, other)))
            }
            (a, b) => a == b,
        },
        _ => false,
    }
}

/// The sum (or difference) of two numbers. Whole numbers are exact up to 38 digits, as DynamoDB's are; others are
/// computed in double precision, which is enough for a ledger's counters and not what DynamoDB does.
pub(crate) fn add(a: &Value, b: &Value, minus: bool) -> Result<Value, Fail> {
    let text = |value: &Value| match parts(value) {
        Some(("N", Value::String(text))) => Ok(text.clone()),
        _ => Err(invalid("An operand in the update expression has an incorrect data type")),
    };
    let (a, b) = (text(a)?, text(b)?);
    if let (Ok(a), Ok(b)) = (a.parse::<i128>(), b.parse::<i128>()) {
        let sum = if minus { a.checked_sub(b) } else { a.checked_add(b) };
        let sum = sum.ok_or_else(|| {
            invalid(
                "Number overflow. Attempting to store a number with magnitude larger than supported range",
            )
        })?;
        return Ok(json!({"N": sum.to_string()}));
    }
    let (a, b) = (number(&json!(a))?, number(&json!(b))?);
    Ok(json!({"N": (if minus { a - b } else { a + b }).to_string()}))
}
