//! Readdressing: a document that was taken when what it refers to was called otherwise.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::address::Address;
use super::document::Document;
use super::template::{Placeholder, Segment, Template, is_plain};

/// What is called otherwise by now: the new name, by the old one.
pub type Renamed = BTreeMap<Address, Address>;

/// Returns `document` with each reference by the name that `renamed` has for what it refers to, all at once. What its
/// bytes were stays: they name things by id.
pub fn document(document: &Document, renamed: &Renamed) -> Document {
    if renamed.is_empty() {
        return document.clone();
    }
    Document {
        portable: members(&document.portable, renamed),
        local: members(&document.local, renamed),
        ..document.clone()
    }
}

fn members(of: &Map<String, Value>, renamed: &Renamed) -> Map<String, Value> {
    of.iter().map(|(key, member)| (text(key, renamed), value(member, renamed))).collect()
}

fn value(of: &Value, renamed: &Renamed) -> Value {
    match of {
        Value::String(said) => Value::String(text(said, renamed)),
        Value::Array(items) => items.iter().map(|item| value(item, renamed)).collect(),
        Value::Object(inner) => Value::Object(members(inner, renamed)),
        other => other.clone(),
    }
}

fn text(said: &str, renamed: &Renamed) -> String {
    let template = match said.parse::<Template>() {
        Ok(template) if !is_plain(said) => template,
        _ => return said.to_string(),
    };
    let mut out = Template::default();
    for segment in template.segments() {
        match segment {
            Segment::Text(text) => out.text(text),
            Segment::Hole(Placeholder::To { form, address, qualifier }) => {
                let address = renamed.get(address).unwrap_or(address).clone();
                out.hole(Placeholder::To { form: *form, address, qualifier: qualifier.clone() });
            }
            Segment::Hole(hole) => out.hole(hole.clone()),
        }
    }
    out.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_went_round_are_each_changed_once_and_text_stays_text() {
        let queue = |name: &str| Address::new("connect/queue", name);
        let renamed = Renamed::from([(queue("a"), queue("b")), (queue("b"), queue("c"))]);
        let portable =
            json!({ "x @{id:connect/queue/a}": ["@{arn:connect/queue/b#1} @{@}{id:connect/queue/a}"] });
        let old = Document { portable: portable.as_object().unwrap().clone(), ..Document::default() };
        let new = json!({ "x @{id:connect/queue/b}": ["@{arn:connect/queue/c#1} @{@}{id:connect/queue/a}"] });
        assert_eq!(Value::Object(document(&old, &renamed).portable), new);
    }
}
