//! Where secrets stand in documents: by path, names joined by dots.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::document::Document;
use super::secret::Fingerprint;
use super::template::{Placeholder, Segment, Template};

/// Where something stands in a document: names and places in lists.
pub type Path = Vec<String>;

/// Returns the path as it is shown and typed: `Environment.Variables.DB_PASSWORD`.
pub fn shown(path: &[String]) -> String {
    path.join(".")
}

/// Returns the one placeholder that `text` is, if it is one.
pub fn whole(text: &str) -> Option<Placeholder> {
    if !text.starts_with("@{") {
        return None;
    }
    let template: Template = text.parse().ok()?;
    match template.segments() {
        [Segment::Hole(hole)] => Some(hole.clone()),
        _ => None,
    }
}

/// Returns the fingerprints in `part`, by where they stand.
pub fn sealed(part: &Map<String, Value>) -> BTreeMap<Path, Fingerprint> {
    let mut found = BTreeMap::new();
    each_text(part, &mut |path, text| {
        if let Some(Placeholder::Sealed(fingerprint)) = whole(text) {
            found.insert(path.to_vec(), fingerprint);
        }
    });
    found
}

/// Returns where `portable` says that there is a secret.
pub fn secrets(portable: &Map<String, Value>) -> BTreeSet<Path> {
    let mut found = BTreeSet::new();
    each_text(portable, &mut |path, text| {
        if whole(text) == Some(Placeholder::Secret) {
            found.insert(path.to_vec());
        }
    });
    found
}

/// Returns what stands at `path` in `part`.
pub fn at<'a>(part: &'a Map<String, Value>, path: &[String]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(part.get(first)?, |value, step| match value {
        Value::Object(members) => members.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Puts `value` where `path` leads in `part`; objects on the way are made, lists are not.
pub fn put(part: &mut Map<String, Value>, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        part.insert(first.clone(), value);
        return;
    }
    let mut there = part.entry(first.clone()).or_insert_with(|| Value::Object(Map::new()));
    for (i, step) in rest.iter().enumerate() {
        let last = i + 1 == rest.len();
        match there {
            Value::Object(members) if last => {
                members.insert(step.clone(), value);
                return;
            }
            Value::Object(members) => {
                there = members.entry(step.clone()).or_insert_with(|| Value::Object(Map::new()));
            }
            Value::Array(items) => {
                let Some(item) = step.parse::<usize>().ok().and_then(|i| items.get_mut(i)) else { return };
                if last {
                    *item = value;
                    return;
                }
                there = item;
            }
            _ => return,
        }
    }
}

/// Takes the secrets out of the environment's own part of `document` that `was`, what it is to replace, said were there
/// and that it does not: what does not ask for one has none.
pub fn drop_orphans(document: &mut Document, was: &Map<String, Value>) {
    let asked = secrets(&document.portable);
    for path in secrets(was).into_iter().filter(|p| !asked.contains(p)) {
        take(&mut document.local, &path);
    }
}

/// Takes away what stands at `path` in `part`, and the objects that this empties.
fn take(part: &mut Map<String, Value>, path: &[String]) {
    let Some((first, rest)) = path.split_first() else { return };
    let emptied = match (part.get_mut(first), rest.is_empty()) {
        (Some(Value::Object(inner)), false) => {
            take(inner, rest);
            inner.is_empty()
        }
        (_, last) => last,
    };
    if emptied {
        part.remove(first);
    }
}

/// Shows `see` every text in `part` and where it stands.
pub fn each_text(part: &Map<String, Value>, see: &mut dyn FnMut(&[String], &str)) {
    fn visit(value: &Value, path: &mut Path, see: &mut dyn FnMut(&[String], &str)) {
        match value {
            Value::String(text) => see(path, text),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    path.push(i.to_string());
                    visit(item, path, see);
                    path.pop();
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    path.push(name.clone());
                    visit(member, path, see);
                    path.pop();
                }
            }
            _ => {}
        }
    }
    let mut path = Path::new();
    for (name, member) in part {
        path.push(name.clone());
        visit(member, &mut path, see);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::secret::Seal;
    use super::*;

    #[test]
    fn secrets_are_found_where_they_stand() {
        let fingerprint = Seal::new([1; 32]).secret("value-of-a-secret").fingerprint();
        let part = json!({ "A": { "x.y": format!("@{{secret:{fingerprint}}}"), "z": "@{secret}" },
            "L": [{ "k": format!("@{{secret:{fingerprint}}}") }], "T": "@{secret} and text" });
        let part = part.as_object().unwrap();
        let path = |steps: &[&str]| steps.iter().map(|s| s.to_string()).collect::<Path>();
        let found: Vec<Path> = sealed(part).into_keys().collect();
        assert_eq!(found, [path(&["A", "x.y"]), path(&["L", "0", "k"])]);
        assert_eq!(secrets(part).into_iter().collect::<Vec<_>>(), [path(&["A", "z"])]);
        assert_eq!(at(part, &path(&["L", "0", "k"])), Some(&part["L"][0]["k"]));
        let mut document = Document { local: part.clone(), ..Document::default() };
        let was = json!({ "A": { "x.y": "@{secret}" } });
        drop_orphans(&mut document, was.as_object().unwrap());
        assert_eq!(Value::Object(document.local)["A"], json!({ "z": "@{secret}" }));
        let mut copy = part.clone();
        put(&mut copy, &path(&["L", "0", "k"]), json!("new"));
        put(&mut copy, &path(&["B", "c"]), json!(1));
        assert_eq!((&copy["L"][0]["k"], &copy["B"]["c"]), (&json!("new"), &json!(1)));
    }
}
