//! Between one environment's ids and references that mean the same everywhere: whole resources.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::address::Address;
use super::digest::Digest;
use super::document::Document;
pub use super::encoder::{Encoder, Hidden, Origin};
use super::error::{Error, Result};
use super::fields::{Class, FieldRule};
use super::finding::Weight;
use super::leaf::{blob, secret, tags, typed};
pub use super::resolver::{Resolver, Unresolved};
use super::template::{Form, Placeholder, Template, escape, is_plain};

/// Takes a resource apart as `rules` say.
///
/// A member that no rule knows goes to `unknown`, under the names that lead to it. Where an array holds members of
/// different classes, each part holds the array with what is its own, in the same places.
pub fn encode(wire: &Map<String, Value>, rules: &[FieldRule], encoder: &mut Encoder<'_>) -> Document {
    let mut exact = Map::new();
    let parts = split(&Value::Object(wire.clone()), &mut Vec::new(), rules, encoder, &mut exact);
    let object = |part: Option<Value>| match part {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    Document {
        portable: object(parts.portable),
        local: object(parts.local),
        exact,
        unknown: object(parts.unknown),
    }
}

/// Returns `part`, whose templates are resolved, as the service expects it: each embedded document is a string again.
pub fn to_wire(part: Map<String, Value>, rules: &[FieldRule]) -> Map<String, Value> {
    fn visit(value: Value, path: &mut Vec<String>, rules: &[FieldRule]) -> Value {
        if matches!(class_of(path, rules), Some(Class::Embedded(_))) {
            return match value {
                Value::Array(_) | Value::Object(_) => Value::String(value.to_string()),
                other => other,
            };
        }
        match value {
            Value::Object(members) if rules_below(path, rules) => {
                let visited = members.into_iter().map(|(key, member)| {
                    path.push(key.clone());
                    let member = visit(member, path, rules);
                    path.pop();
                    (key, member)
                });
                Value::Object(visited.collect())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|i| visit(i, path, rules)).collect()),
            other => other,
        }
    }
    match visit(Value::Object(part), &mut Vec::new(), rules) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Puts a value back together: every template in it (strings and keys) is resolved by `resolve`.
pub fn resolve(value: &Value, resolve: &mut dyn FnMut(&Placeholder) -> Result<String>) -> Result<Value> {
    let mut text = |text: &str| -> Result<String> {
        if is_plain(text) { Ok(text.to_string()) } else { text.parse::<Template>()?.fill(resolve) }
    };
    resolve_with(value, &mut text)
}

fn resolve_with(value: &Value, text: &mut dyn FnMut(&str) -> Result<String>) -> Result<Value> {
    Ok(match value {
        Value::String(template) => Value::String(text(template)?),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| resolve_with(item, text)).collect::<Result<_>>()?)
        }
        Value::Object(members) => {
            let mut out = Map::new();
            for (key, member) in members {
                let key = text(key)?;
                if out.contains_key(&key) {
                    let message =
                        format!("two members of one object are both called `{}`", key.escape_debug());
                    return Err(Error::input(message));
                }
                out.insert(key, resolve_with(member, text)?);
            }
            Value::Object(out)
        }
        other => other.clone(),
    })
}

/// Returns every reference in `value`; what is not a template has none.
pub fn references(value: &Value) -> BTreeSet<(Form, Address, Option<String>)> {
    let mut found = BTreeSet::new();
    each_hole(value, &mut |hole| {
        if let Placeholder::To { form, address, qualifier } = hole {
            found.insert((*form, address.clone(), qualifier.clone()));
        }
    });
    found
}

/// Returns every blob that `value` names; what is not a template names none.
pub fn blobs(value: &Value) -> BTreeSet<Digest> {
    let mut found = BTreeSet::new();
    each_hole(value, &mut |hole| {
        if let Placeholder::Blob(digest) = hole {
            found.insert(*digest);
        }
    });
    found
}

fn each_hole(value: &Value, see: &mut dyn FnMut(&Placeholder)) {
    let mut text = |text: &str| {
        if !is_plain(text)
            && let Ok(template) = text.parse::<Template>()
        {
            template.holes().for_each(&mut *see);
        }
    };
    match value {
        Value::String(template) => text(template),
        Value::Array(items) => items.iter().for_each(|item| each_hole(item, see)),
        Value::Object(members) => {
            members.keys().for_each(|key| text(key));
            members.values().for_each(|member| each_hole(member, see));
        }
        _ => {}
    }
}

/// The parts of a value, each with only what is its own.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) portable: Option<Value>,
    pub(super) local: Option<Value>,
    pub(super) unknown: Option<Value>,
}

fn split(
    value: &Value,
    path: &mut Vec<String>,
    rules: &[FieldRule],
    encoder: &mut Encoder<'_>,
    exact: &mut Map<String, Value>,
) -> Parts {
    match value {
        Value::Object(members) if rules_below(path, rules) && !members.is_empty() => {
            let mut parts: [Map<String, Value>; 3] = Default::default();
            for (key, member) in members {
                path.push(key.clone());
                let of = encoder.at(key, |e| split(member, path, rules, e, exact));
                path.pop();
                // What is unknown is kept as it is; keys of the other parts are templates.
                let parts = parts.iter_mut().zip([of.portable, of.local, of.unknown]);
                for ((part, value), key) in parts.zip([escape(key), escape(key), key.clone()]) {
                    if let Some(value) = value {
                        part.insert(key, value);
                    }
                }
            }
            let keep = |part: Map<String, Value>| (!part.is_empty()).then_some(Value::Object(part));
            let [portable, local, unknown] = parts.map(keep);
            Parts { portable, local, unknown }
        }
        Value::Array(items) if rules_below(path, rules) && !items.is_empty() => {
            let mut parts: [Vec<Option<Value>>; 3] = Default::default();
            for (i, item) in items.iter().enumerate() {
                let of = encoder.at(&i.to_string(), |e| split(item, path, rules, e, exact));
                for (part, value) in parts.iter_mut().zip([of.portable, of.local, of.unknown]) {
                    part.push(value);
                }
            }
            let hole = || Value::Object(Map::new());
            let [portable, local, unknown] = parts.map(|part| {
                part.iter()
                    .any(Option::is_some)
                    .then(|| Value::Array(part.into_iter().map(|value| value.unwrap_or_else(hole)).collect()))
            });
            Parts { portable, local, unknown }
        }
        _ => leaf(value, path, rules, encoder, exact),
    }
}

/// Encodes `value`, all of which is of the class that covers `path`.
fn leaf(
    value: &Value,
    path: &[String],
    rules: &[FieldRule],
    encoder: &mut Encoder<'_>,
    exact: &mut Map<String, Value>,
) -> Parts {
    let value = value.clone();
    let portable = |value| Parts { portable: Some(value), ..Parts::default() };
    let local = |value| Parts { local: Some(value), ..Parts::default() };
    match class_of(path, rules) {
        Some(Class::Portable) => portable(encoder.value(value)),
        Some(Class::Literal) => portable(encoder.literal(value)),
        Some(Class::Ref(kind)) => portable(typed(kind, value, encoder)),
        Some(Class::Tags) => portable(tags(value, encoder)),
        Some(Class::Blob) => portable(blob(value)),
        Some(Class::Secret) => secret(value, encoder),
        Some(Class::Embedded(walk)) => {
            let Value::String(text) = &value else { return portable(encoder.value(value)) };
            exact.insert(path.join("."), value.clone());
            // A string that holds a mere string or number would not be told from text on the way back.
            match serde_json::from_str::<Value>(text) {
                Ok(inner @ (Value::Array(_) | Value::Object(_))) => portable(walk(inner, encoder)),
                _ => portable(encoder.value(value)),
            }
        }
        Some(Class::Local | Class::Operational | Class::Draft) => local(encoder.quietly(|e| e.value(value))),
        Some(Class::LocalRef(kind) | Class::OperationalRef(kind)) => {
            local(encoder.quietly(|e| typed(kind, value, e)))
        }
        Some(Class::Volatile | Class::Identity) => Parts::default(),
        // Nothing, where something that is known might have been: it goes where that would have gone.
        None if is_empty(&value) && rules_below(path, rules) => {
            match rules.iter().find(|rule| is_below(path, rule)).map(|rule| rule.class) {
                Some(Class::Volatile | Class::Identity) => Parts::default(),
                Some(class) if class.stays() => local(value),
                _ => portable(value),
            }
        }
        None => {
            encoder.say(Weight::Note, "no rule knows this field; kept, not deployed".to_string(), None);
            Parts { unknown: Some(value), ..Parts::default() }
        }
    }
}

/// Returns the class of the longest rule that covers `path`.
pub(super) fn class_of(path: &[String], rules: &[FieldRule]) -> Option<Class> {
    let covers = |rule: &&FieldRule| {
        let mut steps = path.iter();
        rule.path.split('.').all(|name| steps.next().is_some_and(|step| step == name))
    };
    rules.iter().filter(covers).max_by_key(|rule| rule.path.len()).map(|rule| rule.class)
}

/// Returns whether a rule speaks of something below `path`.
pub(super) fn rules_below(path: &[String], rules: &[FieldRule]) -> bool {
    rules.iter().any(|rule| is_below(path, rule))
}

pub(super) fn is_below(path: &[String], rule: &FieldRule) -> bool {
    let mut names = rule.path.split('.');
    path.iter().all(|step| names.next() == Some(step)) && names.next().is_some()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Returns every address that `value` needs to be there: those that it refers to by id or ARN.
pub fn needs(value: &Value) -> BTreeSet<Address> {
    references(value)
        .into_iter()
        .filter(|(form, _, _)| *form != Form::Name)
        .map(|(_, address, _)| address)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::super::fields::field;
    use super::super::inventory::{Found, Inventory};
    use super::super::pin::Pin;
    use super::*;

    const QUEUE: &str = "01234567-89ab-cdef-0123-456789abcdef";
    const RULES: &[FieldRule] = &[
        field("Name", Class::Portable),
        field("Items", Class::Portable),
        field("Items.QueueId", Class::Ref("connect/queue")),
        field("Items.Limit", Class::Local),
        field("Config.Outbound.QueueId", Class::LocalRef("connect/queue")),
        field("Config.At", Class::Volatile),
        field("List.Id", Class::Ref("connect/queue")),
        field("Tags", Class::Tags),
        field("Content", Class::Embedded(|value, encoder| encoder.value(value))),
    ];

    fn taken(wire: Value) -> (Document, Vec<String>) {
        let pin = Pin { account: "111111111111".into(), region: "us-east-1".into(), instance: "i".into() };
        let queue = Found::new(Address::new("connect/queue", "Sales"), QUEUE, "arn");
        let inventory = Inventory::new(pin, [queue]);
        let origin = Origin {
            inventory: &inventory,
            accounts: &[],
            vars: &BTreeMap::new(),
            seal: &Default::default(),
        };
        let mut encoder = Encoder::new(&origin, &Address::new("connect/queue", "x"));
        let document = encode(wire.as_object().unwrap(), RULES, &mut encoder);
        (document, encoder.findings.into_iter().map(|f| f.message).collect())
    }

    #[test]
    fn each_member_goes_to_its_part() {
        let (document, said) = taken(json!({
            "Name": "@{x} ${y}",
            "Items": [{ "QueueId": QUEUE, "Limit": 3, "@{New}": 1 }, { "QueueId": "", "Other": [QUEUE] }],
            "Config": { "Outbound": { "QueueId": QUEUE, "New": "@{" }, "At": 5 },
            "List": [],
            "Tags": [{ "Key": "aws:x", "Value": "1" }, { "Key": "team", "Value": "t" }],
            "Content": "not { JSON @{",
        }));
        let sales = "@{id:connect/queue/Sales}";
        let portable = json!({
            "Name": "@{@}{x} ${y}",
            "Items": [{ "QueueId": sales, "@{@}{New}": 1 }, { "QueueId": "", "Other": [sales] }],
            "List": [],
            "Tags": [{ "Key": "team", "Value": "t" }],
            "Content": "not { JSON @{@}{",
        });
        assert_eq!(Value::Object(document.portable), portable);
        let local = json!({ "Items": [{ "Limit": 3 }, {}], "Config": { "Outbound": { "QueueId": sales } } });
        assert_eq!(Value::Object(document.local), local);
        assert_eq!(Value::Object(document.unknown), json!({ "Config": { "Outbound": { "New": "@{" } } }));
        assert_eq!(Value::Object(document.exact), json!({ "Content": "not { JSON @{" }));
        assert_eq!(
            said,
            [
                "no rule knows this field; kept, not deployed (at Config.Outbound.New)",
                "@{id:connect/queue/Sales} found in free text (at Items.1.Other.0)",
            ]
        );
    }

    #[test]
    fn an_embedded_document_is_a_string_again() {
        let (document, _) = taken(json!({ "Content": r#"{"b": 1.0, "a": "@{"}"# }));
        assert_eq!(document.portable["Content"], json!({ "a": "@{@}{", "b": 1.0 }));
        let whole = resolve(&Value::Object(document.portable), &mut |_| unreachable!()).unwrap();
        let wire = to_wire(whole.as_object().unwrap().clone(), RULES);
        assert_eq!(Value::Object(wire), json!({ "Content": r#"{"a":"@{","b":1.0}"# }));
    }

    #[test]
    fn references_are_found_in_strings_and_keys() {
        let value = json!({ "@{id:connect/queue/a}": ["x @{arn:lex/bot/b#live}", "@{oops", 1] });
        let expected = [
            (Form::Id, Address::new("connect/queue", "a"), None),
            (Form::Arn, Address::new("lex/bot", "b"), Some("live".to_string())),
        ];
        assert_eq!(references(&value), expected.into());
    }
}
