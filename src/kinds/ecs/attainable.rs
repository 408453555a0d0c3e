//! What can be attained of a wish, and how a document is put in order.

use serde_json::{Map, Value};

use super::fields::{CONTAINER, CONTAINERS, DEFINITION, SERVICE, TASK, VOLUME};
use super::moves::{Pick, pick};
use super::state::{Content, Known};
use super::{balanced, form};
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::finding::{Finding, Weight};
use crate::core::place::place;

/// The member by which an overlay says how many tasks a new service has.
pub const DESIRED: &str = "desiredCount";

/// Takes out of `document` what means the same as nothing: it may have been edited.
pub fn arrange(document: &mut Document) {
    balanced::apart(document);
    for part in [&mut document.portable, &mut document.local] {
        form::service_defaults(part);
        if let Some(definition) = part.get_mut(DEFINITION).and_then(Value::as_object_mut) {
            form::definition_defaults(definition);
        }
    }
    let Some(definition) = document.local.get_mut(DEFINITION).and_then(Value::as_object_mut) else { return };
    let there = document.portable.get(DEFINITION);
    for name in [CONTAINERS, "volumes"] {
        let Some(members) = definition.get_mut(name).and_then(Value::as_object_mut) else { continue };
        // What belongs to a container that is not there any more belongs to nothing.
        members.retain(|key, value| {
            there.and_then(|d| d.get(name)?.get(key)).is_some()
                && value.as_object().is_some_and(|v| !v.is_empty())
        });
        if members.is_empty() {
            definition.remove(name);
        }
    }
    if definition.is_empty() {
        document.local.remove(DEFINITION);
    }
}

/// Returns `to` as it can be where there is `from`, and what is to be said.
pub fn attainable(address: &Address, from: Option<&Document>, to: &Document) -> (Document, Vec<Finding>) {
    let mut said = Vec::new();
    let mut to = to.clone();
    let Some(from) = from else { return (to, said) };
    to.local.remove(DESIRED);
    let home = Known::of(&to).revision.is_some();
    if !home {
        // How a service gets its capacity is the environment's own where it says so by capacity providers.
        let providers = to.local.contains_key("capacityProviderStrategy");
        match from.portable.get("launchType") {
            Some(own) if !to.portable.contains_key("launchType") && !providers => {
                to.portable.insert("launchType".into(), own.clone());
            }
            None if providers => drop(to.portable.remove("launchType")),
            _ => {}
        }
    }
    if let Pick::Anew { clone_of: Some(number) } = pick(from, &to) {
        let (now, then) = (Known::of(from), Known::of(&to));
        let why = match then.family != now.family || !now.active.contains_key(&number) {
            true => "is not ACTIVE any more",
            false => "would run something else now: a tag that it names stands for other bits",
        };
        let message =
            format!("revision {number} of {} {why}; it is registered anew, as a clone of it", then.family);
        said.push(Finding::new(Weight::Note, Some(address), message));
    }
    if Content::of(from) == Content::of(&to) && Known::of(from).images != Content::of(from).images() {
        let message = "a tag of its task definition stands for other bits now than those that run";
        let finding = Finding::new(Weight::Note, Some(address), message);
        said.push(
            finding.hint("it stays as it is; name images by digest, and a tag cannot surprise anybody"),
        );
    }
    (to, said)
}

/// Returns `members`, a merge patch, in the parts of a document that they belong to.
pub fn placed(members: &Map<String, Value>) -> Document {
    let mut own = members.clone();
    let definition = own.remove(DEFINITION);
    let desired = own.remove(DESIRED);
    let mut document = place(&own, SERVICE);
    document.local.extend(desired.map(|count| (DESIRED.to_string(), count)));
    let Some(Value::Object(mut definition)) = definition else { return document };
    let inner = [(CONTAINERS, CONTAINER), ("volumes", VOLUME)].map(|(name, rules)| {
        let all = definition.remove(name);
        (name, rules, all.and_then(|v| v.as_object().cloned()).unwrap_or_default())
    });
    let mut whole = place(&definition, TASK);
    for (name, rules, all) in inner {
        for (key, value) in all {
            let Value::Object(mut members) = value else {
                put(&mut whole.portable, name, &key, value.clone());
                put(&mut whole.local, name, &key, value);
                continue;
            };
            // Neither is in the table: what they are depends on what they say.
            let apart = ["image", "secrets"].map(|n| (n, members.remove(n)));
            let mut of = place(&members, rules);
            of.portable.extend(apart.into_iter().filter_map(|(n, v)| Some((n.to_string(), v?))));
            let parts = [(&mut whole.portable, of.portable), (&mut whole.local, of.local)];
            for (part, of) in parts.into_iter().chain([(&mut whole.unknown, of.unknown)]) {
                if !of.is_empty() {
                    put(part, name, &key, Value::Object(of));
                }
            }
        }
    }
    let parts = [
        (&mut document.portable, whole.portable),
        (&mut document.local, whole.local),
        (&mut document.unknown, whole.unknown),
    ];
    for (part, of) in parts {
        if !of.is_empty() {
            part.insert(DEFINITION.into(), Value::Object(of));
        }
    }
    document
}

fn put(part: &mut Map<String, Value>, name: &str, key: &str, value: Value) {
    let of = part.entry(name).or_insert_with(|| Value::Object(Map::new()));
    if let Some(of) = of.as_object_mut() {
        of.insert(key.to_string(), value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_of_a_container_goes_where_its_members_belong() {
        let patch = json!({ "desiredCount": 3, "networkConfiguration": { "a": 1 }, "TaskDefinition": {
            "executionRoleArn": "r", "cpu": "512", "containerDefinitions": { "app": {
                "environment": { "LEVEL": "info" }, "image": "i",
                "logConfiguration": { "options": { "awslogs-group": "g", "mode": "m" } } } } } });
        let placed = placed(patch.as_object().unwrap());
        let container = |part: &Map<String, Value>| part[DEFINITION][CONTAINERS]["app"].clone();
        assert_eq!(placed.local[DESIRED], 3);
        assert_eq!(placed.local[DEFINITION]["executionRoleArn"], "r");
        assert_eq!(placed.portable[DEFINITION]["cpu"], "512");
        assert_eq!(container(&placed.local)["logConfiguration"]["options"]["awslogs-group"], "g");
        assert_eq!(container(&placed.portable)["logConfiguration"]["options"], json!({ "mode": "m" }));
        assert_eq!(container(&placed.portable)["environment"]["LEVEL"], "info");
        assert_eq!(container(&placed.portable)["image"], "i");
        assert!(placed.unknown.is_empty(), "{:?}", placed.unknown);
    }
}
