//! Comparing two sources: what differs between them, by address and member.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::address::Address;
use super::document::Document;
use super::release::Source;
use super::select::Selection;

/// How one address differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// Both have it, and it differs.
    Changed,
}

/// One address that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Which.
    pub address: Address,
    /// How.
    pub differs: Differs,
    /// Each place where it differs, as a path of names joined by dots, with what was there and what is.
    pub places: Vec<Place>,
}

/// One place where two documents differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// Names joined by dots; `[3]` for the fourth item of a list.
    pub path: String,
    /// What the first has there.
    pub from: Option<Value>,
    /// What the second has there.
    pub to: Option<Value>,
}

/// Returns what differs between two sources, for what `select` picks. Local parts are compared only between snapshots
/// of the same pin: elsewhere they have to differ.
pub fn compare(a: &Source, b: &Source, select: &Selection) -> Vec<Difference> {
    let home = a.pin == b.pin;
    let addresses: BTreeSet<&Address> =
        a.documents.keys().chain(b.documents.keys()).filter(|x| select.picks(x)).collect();
    let mut differences = Vec::new();
    for address in addresses {
        let (from, to) = (a.documents.get(address), b.documents.get(address));
        let differs = match (from, to) {
            (None, Some(_)) => Differs::Added,
            (Some(_), None) => Differs::Removed,
            _ => Differs::Changed,
        };
        let places = documents(from, to, home);
        if differs != Differs::Changed || !places.is_empty() {
            differences.push(Difference { address: address.clone(), differs, places });
        }
    }
    differences
}

/// Returns the places where two documents differ.
pub fn documents(from: Option<&Document>, to: Option<&Document>, with_local: bool) -> Vec<Place> {
    let (Some(from), Some(to)) = (from, to) else { return Vec::new() };
    let mut places = Vec::new();
    members(&from.portable, &to.portable, "", &mut places);
    if with_local {
        members(&from.local, &to.local, "", &mut places);
    }
    places
}

fn members(a: &Map<String, Value>, b: &Map<String, Value>, path: &str, places: &mut Vec<Place>) {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for name in names {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        values(a.get(name), b.get(name), path, places);
    }
}

fn values(a: Option<&Value>, b: Option<&Value>, path: String, places: &mut Vec<Place>) {
    match (a, b) {
        (a, b) if a == b => {}
        (Some(Value::Object(a)), Some(Value::Object(b))) => members(a, b, &path, places),
        (Some(Value::Array(x)), Some(Value::Array(y))) if named(x) && named(y) => {
            let get = |items: &[Value], id: &str| items.iter().find(|i| i["Identifier"] == *id).cloned();
            let ids: BTreeSet<&str> = x.iter().chain(y).filter_map(|i| i["Identifier"].as_str()).collect();
            for id in ids {
                values(get(x, id).as_ref(), get(y, id).as_ref(), format!("{path}[{id}]"), places);
            }
            let order = |items: &[Value]| items.iter().map(|i| i["Identifier"].clone()).collect::<Vec<_>>();
            if x.len() == y.len() && order(x) != order(y) && places.is_empty() {
                places.push(Place { path, from: Some(order(x).into()), to: Some(order(y).into()) });
            }
        }
        (Some(Value::Array(x)), Some(Value::Array(y))) => {
            for i in 0..x.len().max(y.len()) {
                values(x.get(i), y.get(i), format!("{path}[{i}]"), places);
            }
        }
        (from, to) => places.push(Place { path, from: from.cloned(), to: to.cloned() }),
    }
}

/// Returns whether every item has an `Identifier` of its own (the actions of a flow do): then items are compared by
/// it, not by their place.
fn named(items: &[Value]) -> bool {
    let ids: BTreeSet<&str> = items.iter().filter_map(|i| i["Identifier"].as_str()).collect();
    !items.is_empty() && ids.len() == items.len()
}
