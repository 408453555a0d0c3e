//! Nothing is missed: each resource of an instance and each of its members is kept, named, or known to be left out.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use snapdeploy::core::document::Document;
use snapdeploy::core::inventory::{Found, Ownership};
use snapdeploy::core::overlay::merge;
use snapdeploy::core::resolver::Resolver;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::Kind;

use super::place::{state, world};
use super::whole::{into_nothing, values};
use crate::world::{A, REGION};

/// Kinds that are known by name only.
const BY_NAME: [&str; 2] = ["connect/user", "connect/security-key"];

/// Members that say which one it is: the manifest has them.
const IDENTITY: [&str; 2] = ["Arn", "Name"];

/// Members that are left out unless a configuration asks for them: drafts beside published content (`drafts = true`).
const ASKED_FOR: [&str; 1] = ["SavedContent"];

/// Returns what of `state`, the dump of an instance, `snapshot` neither keeps nor names.
fn missed(state: &Value, snapshot: &Snapshot) -> Vec<String> {
    let inventory = snapshot.inventory();
    let nothing = BTreeMap::new();
    let resolver = Resolver { inventory: &inventory, accounts: &[], vars: &nothing };
    let mut missed = Vec::new();
    for (kind, all) in state.as_object().unwrap() {
        match kind.as_str() {
            "id" => assert_eq!(*all, json!(snapshot.manifest.pin.instance)),
            // Tags of the instance itself come with its other settings.
            "tags" => assert_eq!(*all, json!({})),
            _ => {}
        }
        for (id, resource) in all.as_object().into_iter().flatten() {
            let name = resource["Name"].as_str().unwrap().replace('#', ":");
            // A group is called by its path.
            let called = |f: &&Found| match kind.as_str() {
                "user-hierarchy-group" => f.address.name().rsplit('/').next() == Some(&name),
                _ => f.address.name() == name,
            };
            let Some(found) = inventory.any_by_id(id).find(called) else {
                missed.push(format!("{kind} {name}"));
                continue;
            };
            let address = &found.address;
            let Some(document) = snapshot.documents.get(address) else {
                if !BY_NAME.contains(&address.kind()) && found.ownership != Ownership::Aws {
                    missed.push(format!("{address} has no document"));
                }
                continue;
            };
            let (mut kept, _) = resolver.resolve(&Value::Object(whole(document))).unwrap();
            let kept = kept.as_object_mut().unwrap();
            let mut resource = resource.as_object().unwrap().clone();
            // What was never published is kept as its draft.
            if resource.get("Content") == Some(&Value::Null) {
                let draft = resource.remove("SavedContent").unwrap();
                resource.insert("Content".into(), draft);
            }
            for (member, value) in &resource {
                let known = IDENTITY.contains(&member.as_str()) || ASKED_FOR.contains(&member.as_str());
                if !known && !is_kept(member, value, kept) {
                    missed.push(format!("{address} {member}: {value}"));
                }
            }
        }
    }
    missed
}

/// Returns all parts of a document as one.
fn whole(document: &Document) -> Map<String, Value> {
    let mut all = document.portable.clone();
    merge(&mut all, &document.local);
    merge(&mut all, &document.unknown);
    all
}

fn is_kept(member: &str, value: &Value, kept: &Map<String, Value>) -> bool {
    let value = match member {
        "ParentHoursOfOperations" => {
            let ids: Vec<&Value> = value.as_array().unwrap().iter().map(|p| &p["Id"]).collect();
            return sorted(&json!(ids)) == sorted(&kept["ParentHoursOfOperationIds"]);
        }
        // A view's content is kept as its parts, and what was never published as its draft.
        "Content" | "SavedContent" if value.is_object() => {
            let parts = value.as_object().unwrap();
            return parts.iter().all(|(name, part)| is_kept(name, part, kept));
        }
        "LevelName" => return kept["Name"] == *value,
        "Audio" => return kept["Audio"] == format!("blob:{}", value["sha256"].as_str().unwrap()),
        "Overrides" => {
            let mut all = value.clone();
            for one in all.as_array_mut().unwrap() {
                one.as_object_mut().unwrap().remove("HoursOfOperationOverrideId");
            }
            all
        }
        _ => value.clone(),
    };
    // A form of which nothing is active says nothing of it.
    if member == "Status" && value == "DRAFT" {
        return !kept.contains_key("Status");
    }
    // Every attribute of a table has every member.
    if let (Some(Value::Array(attributes)), "Attributes") = (kept.get(member), member) {
        let mut attributes = attributes.clone();
        for one in attributes.iter_mut().filter_map(Value::as_object_mut) {
            one.retain(|_, v| *v != json!("") && *v != json!({}));
        }
        return sorted(&value) == sorted(&json!(attributes));
    }
    match kept.get(member) {
        None => value == json!({}),
        // What is JSON in a string is kept as JSON.
        Some(kept @ Value::Object(_)) if value.is_string() => {
            serde_json::from_str::<Value>(value.as_str().unwrap()).unwrap() == *kept
        }
        Some(kept) => sorted(&value) == sorted(kept),
    }
}

/// Returns `value` with every list in one order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(sorted).collect();
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), sorted(v))).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn an_extract_neither_keeps_nor_names_nothing() {
    for fills in ["true", "false"] {
        let mut scenario = into_nothing();
        scenario.account(A).instance(REGION, "dev").defaults();
        scenario.switch("search_fills_content", fills).unwrap();
        let world = world(scenario, values()).await;
        let dev = world.extract(&*world.a, "dev").await;
        let state = state(&world, A, "dev");
        assert_eq!(missed(&state, &dev), Vec::<String>::new());
        assert_eq!(dev.manifest.gaps, []);

        // And this would be seen: a document, a member, a name, a part of a member.
        let without = |change: &dyn Fn(&mut Snapshot)| {
            let mut less = dev.clone();
            change(&mut less);
            missed(&state, &less)
        };
        let sales = "connect/queue/Sales".parse().unwrap();
        let portable =
            |s: &mut Snapshot, name: &str| s.documents.get_mut(&sales).unwrap().portable.remove(name);
        assert_eq!(without(&|s| drop(s.documents.remove(&sales))), ["connect/queue/Sales has no document"]);
        assert_eq!(without(&|s| drop(portable(s, "QuickConnectIds"))).len(), 1);
        assert_eq!(without(&|s| drop(portable(s, "OutboundCallerConfig"))).len(), 1);
        assert_eq!(
            without(&|s| drop(portable(s, "Description"))),
            ["connect/queue/Sales Description: \"sells\""]
        );
        // Two users, and a quick connect, a rule and two forms that lead to one of them.
        assert_eq!(
            without(&|s| s.manifest.inventory.retain(|f| f.address.kind() != "connect/user")).len(),
            6
        );
    }
}

#[tokio::test]
async fn a_member_that_no_rule_knows_is_kept_and_said() {
    let mut scenario = into_nothing();
    let a = scenario.account(A).instance(REGION, "dev");
    let day = a.id_of(Kind::Hours, "Day");
    a.queue("New", json!({ "HoursOfOperationId": day, "Sauce": { "is": "hot" } }));
    a.resource(Kind::Hours, "Day too", json!({ "TimeZone": "UTC", "Config": [], "Sauce": 1 }));
    a.agent_status("Tea", json!({ "Sauce": [2] }));
    let world = world(scenario, values()).await;
    let dev = world.extract(&*world.a, "dev").await;
    assert_eq!(missed(&state(&world, A, "dev"), &dev), Vec::<String>::new());
    let said: Vec<String> = dev
        .manifest
        .findings
        .iter()
        .filter(|f| f.message.contains("Sauce"))
        .map(|f| f.address.as_ref().unwrap().to_string())
        .collect();
    assert_eq!(said, ["connect/agent-status/Tea", "connect/hours/Day too", "connect/queue/New"]);
}
