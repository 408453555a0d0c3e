//! A TOML value as JSON, as it stands.

use serde_json::{Number, Value};
use toml::Spanned;
use toml::de::DeValue;

use crate::core::Result;

use super::table::Place;

/// Returns the JSON that a TOML value is. A time and a number that JSON cannot write are errors.
pub(super) fn json(place: Place<'_>, value: &Spanned<DeValue<'_>>) -> Result<Value> {
    let wrong = |why: &str| place.error(&value.span(), why);
    Ok(match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let read = i64::from_str_radix(number.as_str(), number.radix());
            Value::from(read.map_err(|_| wrong("the number is too large"))?)
        }
        DeValue::Float(number) => {
            let read = number.as_str().parse().ok().and_then(Number::from_f64);
            Value::Number(read.ok_or_else(|| wrong("JSON has no such number"))?)
        }
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(_) => return Err(wrong("JSON has no times; write it as a text in quotes")),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| json(place, item)).collect::<Result<_>>()?)
        }
        DeValue::Table(members) => {
            let one = |(key, value)| {
                let key: &Spanned<_> = key;
                let name: &std::borrow::Cow<'_, str> = key.get_ref();
                Ok((name.to_string(), json(place, value)?))
            };
            Value::Object(members.iter().map(one).collect::<Result<_>>()?)
        }
    })
}
