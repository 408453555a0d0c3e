//! JSON as it is written in TOML: payloads, and members of documents.

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::core::Result;

use super::table::{At, Place};

/// What each text has to be, names of members too.
pub(super) type Checked<'a> = &'a dyn Fn(&At<String>) -> Result<()>;

/// Returns the JSON object that a table of TOML is.
pub(super) fn object(
    place: Place<'_>,
    members: &DeTable<'_>,
    check: Checked<'_>,
) -> Result<Map<String, Value>> {
    let mut object = Map::new();
    for (key, value) in members {
        let name = At { value: key.get_ref().to_string(), span: key.span() };
        check(&name)?;
        object.insert(name.value, json(place, value, check)?);
    }
    Ok(object)
}

/// Returns the JSON that a TOML value is. A time and a number that JSON cannot write are errors.
pub(super) fn json(place: Place<'_>, value: &Spanned<DeValue<'_>>, check: Checked<'_>) -> Result<Value> {
    let wrong = |why: &str| place.error(&value.span(), why);
    Ok(match value.get_ref() {
        DeValue::String(text) => {
            let at = At { value: text.to_string(), span: value.span() };
            check(&at)?;
            Value::String(at.value)
        }
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
            Value::Array(items.iter().map(|item| json(place, item, check)).collect::<Result<_>>()?)
        }
        DeValue::Table(members) => Value::Object(object(place, members, check)?),
    })
}
