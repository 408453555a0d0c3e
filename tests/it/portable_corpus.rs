//! The laws over real flows, where a copy of them is at hand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use snapdeploy::core::arn::{Arn, find_arn, find_uuid};
use snapdeploy::core::inventory::{Found, Inventory};
use snapdeploy::core::portable::{Encoder, Origin, Resolver, references};
use snapdeploy::core::{Address, Pin, digest};
use snapdeploy::kinds::connect::flow_walk::walk;

use crate::corpus_loader::{files, folder, moved};

const ACCOUNT: &str = "111111111111";
const INSTANCE: &str = "0a0a0a0a-1111-2222-3333-444444444444";

fn strings(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(members) => members.values().for_each(|member| strings(member, out)),
        _ => {}
    }
}

/// Everything that `content` names in its parameters, as an environment that has it would list it.
fn named(content: &Value) -> Vec<Found> {
    let mut texts = Vec::new();
    for action in content["Actions"].as_array().into_iter().flatten() {
        strings(&action["Parameters"], &mut texts);
    }
    let mut found = BTreeMap::new();
    for text in texts {
        let arn = find_arn(&text, 0).map(|at| text[at].to_string());
        if let Some(arn) = &arn
            && Arn::parse(arn).is_some_and(|a| a.account == ACCOUNT)
        {
            let service = Arn::parse(arn).map_or("", |a| a.service);
            let id = arn.rsplit(['/', ':']).next().unwrap_or_default().to_string();
            let address = Address::new(&format!("{service}/thing"), format!("the {} one", found.len()));
            found.entry(id.clone()).or_insert_with(|| Found::new(address, id, arn));
        } else if let Some(at) = find_uuid(&text) {
            let id = text[at].to_string();
            let address = Address::new("connect/thing", format!("the {} one", found.len()));
            found.entry(id.clone()).or_insert_with(|| Found::new(address, id.clone(), format!("-{id}")));
        }
    }
    found.into_values().collect()
}

#[test]
fn real_flows_come_back_as_they_were() {
    let Some(folder) = folder() else { return };
    let (mut flows, mut referred) = (0, BTreeSet::new());
    for (file, text) in files(&folder) {
        let text = moved(&text, ACCOUNT, INSTANCE);
        let content: Value = serde_json::from_str(&text).expect("a flow is JSON");
        let pin = Pin { account: ACCOUNT.into(), region: "us-east-1".into(), instance: INSTANCE.into() };
        let inventory = Inventory::new(pin, named(&content));
        let vars = BTreeMap::new();
        let origin = Origin { inventory: &inventory, accounts: &[], vars: &vars, seal: &Default::default() };
        let mut encoder = Encoder::new(&origin, &Address::new("connect/flow", "Main"));
        let walked = walk(content.clone(), &mut encoder);
        let canonical = digest::canonical(&walked);
        // A function's id is its name, which flows also show.
        let ids = inventory.iter().filter(|f| f.address.kind() != "lambda/thing").map(|f| f.id.as_str());
        let left = [ACCOUNT, INSTANCE].into_iter().chain(ids);
        for id in left {
            // An address says the name, which for these is never the id.
            assert!(!canonical.contains(id), "{id} is left in {file}");
        }
        assert_eq!(encoder.dangling, BTreeSet::new(), "{file}");
        let resolver = Resolver { inventory: &inventory, accounts: &[], vars: &vars };
        assert_eq!(resolver.resolve(&walked).expect("it resolves"), (content, vec![]), "{file}");
        let found: BTreeSet<_> = references(&walked).into_iter().map(|(_, address, _)| address).collect();
        assert_eq!(found.len(), inventory.iter().count(), "{file}");
        referred.extend(inventory.iter().map(|f| f.id.clone()));
        flows += 1;
    }
    assert!(flows >= 64 && referred.len() >= 15, "{flows} flows, {} references", referred.len());
}
