//! Coming home: a document that was taken when the environment had other values of its own.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::document::Document;
use super::sweep::LEAST_VAR;
use super::template::{Placeholder, Segment, Template};

/// The environment's own values: `[environments.NAME.vars]`.
pub type Vars = BTreeMap<String, String>;

/// Returns `document`, which was taken when the values were `then`, as it would be taken now that they are `now`.
///
/// `@{var:NAME}` stands for what it stood for then, so that what comes home is what it was, and not the same words with
/// today's values. A whole string that is exactly one of today's values becomes its variable, as it does when it is
/// extracted; so both can be compared. What stood there as mere text although it was a value then stands where values
/// are not looked for (a name), and stays.
pub fn document(document: &Document, then: &Vars, now: &Vars) -> Document {
    if then == now {
        return document.clone();
    }
    let tongue = Tongue { then, now };
    Document {
        portable: tongue.members(&document.portable, Part::Portable),
        local: tongue.members(&document.local, Part::Local),
        ..document.clone()
    }
}

/// Which part of a document. No value is looked for in the local one.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Portable,
    Local,
}

struct Tongue<'a> {
    then: &'a Vars,
    now: &'a Vars,
}

impl Tongue<'_> {
    fn members(&self, members: &Map<String, Value>, part: Part) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, member) in members {
            let said = self.text(key, part);
            // Neither of two members may be lost.
            let said = if out.contains_key(&said) { key.clone() } else { said };
            out.insert(said, self.value(member, part));
        }
        out
    }

    fn value(&self, value: &Value, part: Part) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text, part)),
            Value::Array(items) => Value::Array(items.iter().map(|i| self.value(i, part)).collect()),
            Value::Object(members) => Value::Object(self.members(members, part)),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str, part: Part) -> String {
        let Ok(template) = text.parse::<Template>() else { return text.to_string() };
        let (mut out, mut stood_for) = (Template::default(), false);
        for segment in template.segments() {
            match segment {
                Segment::Text(text) => out.text(text),
                Segment::Hole(Placeholder::Var(name)) if self.then.contains_key(name) => {
                    stood_for = true;
                    out.text(&self.then[name]);
                }
                Segment::Hole(hole) => out.hole(hole.clone()),
            }
        }
        let whole = match out.segments() {
            [Segment::Text(whole)] => whole,
            _ => return out.to_string(),
        };
        let literal = !stood_for && only(self.then, whole).is_some();
        if let (Part::Portable, false, Some(name)) = (part, literal, only(self.now, whole)) {
            out = Template::default();
            out.hole(Placeholder::Var(name.to_string()));
        }
        out.to_string()
    }
}

/// Returns the one variable whose value is `text`, if an extract would look for it.
fn only<'a>(vars: &'a Vars, text: &str) -> Option<&'a str> {
    let mut same = vars.iter().filter(|(_, value)| *value == text).map(|(name, _)| name.as_str());
    match (same.next(), same.next()) {
        (Some(name), None) if text.len() >= LEAST_VAR && !name.is_empty() => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::address::Address;
    use super::super::inventory::Inventory;
    use super::super::pin::Pin;
    use super::super::portable::{Encoder, Origin, Resolver};
    use super::super::secret::Seal;
    use super::*;

    fn inventory() -> Inventory {
        let pin = Pin { account: "111111111111".into(), region: "us-east-1".into(), instance: "i".into() };
        Inventory::new(pin, [])
    }

    /// Returns what an extract makes of `wire` where the values are `vars`.
    fn taken(wire: &Value, vars: &Vars) -> Document {
        let inventory = inventory();
        let origin = Origin { inventory: &inventory, accounts: &[], vars, seal: &Seal::default() };
        let mut encoder = Encoder::new(&origin, &Address::new("connect/flow", "x"));
        let Value::Object(portable) = encoder.value(wire.clone()) else { panic!("not an object") };
        let Value::Object(local) = encoder.quietly(|e| e.value(wire.clone())) else {
            panic!("not an object")
        };
        Document { portable, local, ..Document::default() }
    }

    fn words() -> impl Strategy<Value = String> {
        let piece: &[&str] = &["+4930", "+4940", "abc", "@{", "https://x", "@{var:url}", ""];
        prop_oneof![
            prop::sample::select(piece).prop_map(str::to_string),
            prop::collection::vec(prop::sample::select(piece), 0..3).prop_map(|p| p.concat()),
        ]
    }

    fn vars() -> impl Strategy<Value = Vars> {
        prop::collection::btree_map(prop::sample::select(&["url", "line", "b%"][..]), words(), 0..3)
            .prop_map(|m| m.into_iter().map(|(k, v)| (k.to_string(), v)).collect())
    }

    fn wires() -> impl Strategy<Value = Value> {
        (words(), words(), words(), words())
            .prop_map(|(a, b, c, k)| json!({ "A": a, "B": [b, { "C": c, "n": 1 }], k: true }))
    }

    proptest! {
        #[test]
        fn what_was_taken_then_is_as_if_taken_now(wire in wires(), then in vars(), now in vars()) {
            let home = document(&taken(&wire, &then), &then, &now);
            prop_assert_eq!(&home, &taken(&wire, &now));
            // And it is what it was, whatever is called how.
            let inventory = inventory();
            let resolver = Resolver { inventory: &inventory, accounts: &[], vars: &now };
            let (back, unresolved) = resolver.resolve(&Value::Object(home.portable)).unwrap();
            prop_assert!(unresolved.is_empty());
            prop_assert_eq!(back, wire);
        }
    }

    #[test]
    fn an_old_value_comes_home_as_it_was() {
        let then = Vars::from([("line".into(), "+4930123".into())]);
        let now = Vars::from([("line".into(), "+4940999".into())]);
        let taken = taken(&json!({ "Number": "+4930123", "Other": "+4940999" }), &then);
        assert_eq!(taken.portable["Number"], "@{var:line}");
        let home = document(&taken, &then, &now);
        assert_eq!(Value::Object(home.portable), json!({ "Number": "+4930123", "Other": "@{var:line}" }));
    }

    #[test]
    fn a_name_that_happens_to_be_a_value_stays_a_name() {
        let then = Vars::from([("a".into(), "Sales".into())]);
        let now = Vars::from([("a".into(), "Sales".into()), ("b".into(), "x".into())]);
        let portable = json!({ "Name": "Sales" }).as_object().unwrap().clone();
        let named = Document { portable, ..Document::default() };
        assert_eq!(document(&named, &then, &now), named);
    }
}
