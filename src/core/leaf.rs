//! Leaves of a document: what becomes of a value all of which is of one class.

use serde_json::{Map, Value};

use super::encoder::{Encoder, Hidden};
use super::portable::Parts;
use super::template::{Placeholder, escape};

/// Returns `value`, the id or ARN of a resource of `kind` or several, as references.
pub(super) fn typed(kind: &str, value: Value, encoder: &mut Encoder<'_>) -> Value {
    match value {
        Value::String(text) => Value::String(encoder.typed(kind, &text)),
        Value::Array(items) => encoder.each(items, |encoder, item| typed(kind, item, encoder)),
        other => encoder.value(other),
    }
}

/// Hides each text in `value` that is a secret.
pub(super) fn secret(value: Value, encoder: &mut Encoder<'_>) -> Parts {
    match value {
        Value::String(text) => match encoder.secret(&text) {
            Hidden::Open(template) => Parts { portable: Some(template.into()), ..Parts::default() },
            Hidden::Sealed(fingerprint) => Parts {
                portable: Some(Placeholder::Secret.to_string().into()),
                local: Some(Placeholder::Sealed(fingerprint).to_string().into()),
                unknown: None,
            },
        },
        Value::Object(members) => {
            let (mut portable, mut local) = (Map::new(), Map::new());
            for (key, member) in members {
                let of = encoder.at(&key, |e| secret(member, e));
                portable.extend(of.portable.map(|v| (escape(&key), v)));
                local.extend(of.local.map(|v| (escape(&key), v)));
            }
            let local = (!local.is_empty()).then_some(Value::Object(local));
            Parts { portable: Some(Value::Object(portable)), local, unknown: None }
        }
        other => Parts { portable: Some(other), ..Parts::default() },
    }
}

/// What the driver read as a digest is the name of a blob.
pub(super) fn blob(value: Value) -> Value {
    match value.as_str().map(str::parse) {
        Some(Ok(digest)) => Value::String(Placeholder::Blob(digest).to_string()),
        _ => value,
    }
}

/// What of snapdeploy's own tags a person writes: a contract that goes where the resource goes.
const CONTRACT: &str = "snapdeploy:schema-";

/// Tags are a map in Connect and Lambda, a list of keys and values in ECS and S3.
pub(super) fn tags(value: Value, encoder: &mut Encoder<'_>) -> Value {
    let own = |key: &str| key.starts_with("snapdeploy:") && !key.starts_with(CONTRACT);
    let foreign = |key: &str| key.starts_with("aws:") || own(key);
    let value = match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().filter(|(key, _)| !foreign(key)).collect())
        }
        Value::Array(mut items) => {
            items.retain(|item| {
                let key = item.get("Key").or_else(|| item.get("key")).and_then(Value::as_str);
                !key.is_some_and(foreign)
            });
            Value::Array(items)
        }
        other => other,
    };
    encoder.value(value)
}
