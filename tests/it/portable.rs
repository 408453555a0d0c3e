//! The laws of portable documents.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use snapdeploy::core::finding::Weight;
use snapdeploy::core::inventory::{Found, Inventory, Ownership};
use snapdeploy::core::portable::{Encoder, Origin, Resolver, references, resolve, to_wire};
use snapdeploy::core::template::Template;
use snapdeploy::core::{Address, Document, ErrorKind, digest};
use snapdeploy::kinds::connect::flow_walk::walk;

use crate::portable_world::{RULES, Side, actions, names, text, tricky, wire};

/// Puts the whole of `document` together again in `side`.
fn back(document: &Document, side: &Side) -> Map<String, Value> {
    let resolver = Resolver { inventory: &side.inventory, accounts: &side.accounts, vars: &side.vars };
    let mut whole = Map::new();
    for part in [&document.portable, &document.local] {
        let (value, unresolved) = resolver.resolve(&Value::Object(part.clone())).unwrap();
        assert_eq!(unresolved, []);
        let Value::Object(members) = value else { unreachable!() };
        for (key, member) in to_wire(members, RULES) {
            match (whole.get_mut(&key), member) {
                (Some(Value::Object(before)), Value::Object(more)) => before.extend(more),
                (_, member) => drop(whole.insert(key, member)),
            }
        }
    }
    whole
}

/// The parts of a description that come back: parsed where they hold JSON, without what is dropped on purpose.
fn comparable(mut wire: Map<String, Value>) -> Value {
    let content = wire["Content"].as_str().unwrap();
    wire["Content"] = serde_json::from_str(content).unwrap();
    wire.remove("Arn");
    wire.remove("Sums");
    wire["Tags"].as_object_mut().unwrap().retain(|key, _| key == "team");
    Value::Object(wire)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ids_to_references_to_ids_is_the_identity(names in names(), actions in actions(), free in text()) {
        let (a, _) = Side::pair(&names);
        let original = wire(&actions, &free, &a);
        let (document, _) = a.encode(&original);
        prop_assert_eq!(comparable(back(&document, &a)), comparable(original.clone()));
        prop_assert_eq!(&document.exact["Content"], &original["Content"]);
        // What is put back and taken again is the same: nothing is escaped twice.
        let mut again = back(&document, &a);
        again.insert("Sums".into(), original["Sums"].clone());
        prop_assert_eq!(a.encode(&again).0.portable, document.portable.clone());
        prop_assert_eq!(Document::from_bytes(&document.to_bytes()).unwrap().portable_digest(), document.portable_digest());
    }

    #[test]
    fn equal_configuration_has_equal_portable_digests(names in names(), actions in actions(), free in text()) {
        let (a, b) = Side::pair(&names);
        let (in_a, said_a) = a.encode(&wire(&actions, &free, &a));
        let (in_b, said_b) = b.encode(&wire(&actions, &free, &b));
        prop_assert_eq!(&in_a.portable, &in_b.portable);
        prop_assert_eq!(in_a.portable_digest(), in_b.portable_digest());
        prop_assert_ne!(in_a.local_digest(), in_b.local_digest());
        prop_assert_eq!(said_a.len(), said_b.len());
        // Deployed from a to b it is what b has.
        let mut there = back(&Document { local: in_b.local, ..in_a }, &b);
        there.insert("Sums".into(), Value::Null);
        prop_assert_eq!(comparable(there), comparable(wire(&actions, &free, &b)));
    }

    #[test]
    fn nothing_of_the_source_survives(names in names(), actions in actions(), free in text()) {
        let (a, _) = Side::pair(&names);
        let (document, said) = a.encode(&wire(&actions, &free, &a));
        let text = digest::canonical(&Value::Object(document.portable.clone()));
        prop_assert!(!text.contains(&a.inventory.pin.account), "{text}");
        prop_assert!(!text.contains(&a.inventory.pin.instance), "{text}");
        for found in a.inventory.iter() {
            // A function's id is its name.
            prop_assert!(found.address.kind() == "lambda/function" || !text.contains(&found.id), "{}", found.id);
            prop_assert!(!text.contains(&found.arn), "{}", found.arn);
            for alias in found.aliases.iter().flatten() {
                prop_assert!(!text.contains(&alias.id), "{}", alias.id);
            }
        }
        prop_assert!(said.iter().any(|s| s.starts_with("Note: no rule knows this field")), "{said:?}");
        prop_assert_eq!(document.unknown, json!({ "Sums": ["111111111111"] }).as_object().unwrap().clone());
    }

    #[test]
    fn any_json_is_walked_and_comes_back(value in any_json(), names in names()) {
        let (a, _) = Side::pair(&names);
        let origin = Origin { inventory: &a.inventory, accounts: &a.accounts, vars: &a.vars, seal: &Default::default() };
        let mut encoder = Encoder::new(&origin, &Address::new("connect/flow", "x"));
        let walked = walk(value.clone(), &mut encoder);
        references(&walked);
        let resolver = Resolver { inventory: &a.inventory, accounts: &a.accounts, vars: &a.vars };
        prop_assert_eq!(resolver.resolve(&walked).unwrap(), (value.clone(), vec![]));
        if let Value::Object(members) = &value {
            a.encode(members);
        }
    }

    #[test]
    fn hostile_templates_are_refused_not_feared(value in any_json()) {
        references(&value);
        if let Err(error) = resolve(&value, &mut |placeholder| Ok(placeholder.to_string())) {
            prop_assert_eq!(error.kind, ErrorKind::Input);
        }
    }
}

/// JSON in which the words of flows, and what templates are made of, are frequent.
fn any_json() -> impl Strategy<Value = Value> {
    const WORDS: &str = "Actions|Metadata|ActionMetadata|Parameters|Type|Identifier|Transitions|Conditions|Errors\
                         |parameters|queue|id|text|audio|displayName|QueueId|UpdateContactTargetQueue|Annotations";

    let string = || {
        prop_oneof![
            tricky(),
            "(arn:|aws:|[a-z]{2}:|:|1{12}|/|é|\\.amazonaws\\.com|us-east-1|f0|N0){0,9}",
            prop::sample::select(WORDS.split('|').collect::<Vec<_>>()).prop_map(|w| w.trim().to_string())
        ]
    };
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        string().prop_map(Value::from)
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(string(), inner, 0..6)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn side() -> Side {
    Side::new('a', "111111111111", "us-east-1", &vec!["N".to_string(); 60])
}

fn encoded(
    inventory: &Inventory,
    work: impl FnOnce(&mut Encoder<'_>) -> String,
) -> (String, Vec<(Weight, String)>, usize) {
    let vars = BTreeMap::from([("u".to_string(), "https://x".to_string())]);
    let accounts = [("shared".to_string(), "333333333333".to_string())];
    let origin = Origin { inventory, accounts: &accounts, vars: &vars, seal: &Default::default() };
    let mut encoder = Encoder::new(&origin, &Address::new("connect/flow", "x"));
    let text = work(&mut encoder);
    text.parse::<Template>().unwrap();
    (text, encoder.findings.iter().map(|f| (f.weight, f.message.clone())).collect(), encoder.dangling.len())
}

#[test]
fn prose_is_left_alone() {
    let side = side();
    for text in [
        "",
        "$.Attributes.x",
        "call +111111111111 or 111111111111 now",
        "we are in us-east-1",
        "TSTALIASID",
        "f0",
        "arn:aws:connect:us-east-1:aws:view/form:1",
        "${a} {{b}} <<ARNREPLACE>>",
        "Basic Queue",
        "arn:${AWS::Partition}:lex:${AWS::Region}:${AWS::AccountId}:bot-alias/4DNUYZJB6T/Y3T4EINALP",
        "arn:aws:s3:::bucket/key",
    ] {
        assert_eq!(encoded(&side.inventory, |e| e.sweep(text)), (text.to_string(), vec![], 0));
    }
}

#[test]
fn parts_of_unknown_arns_and_hosts_are_replaced() {
    let side = side();
    for (text, expected) in [
        ("111111111111", "@{account}"),
        ("333333333333", "@{account:shared}"),
        ("https://x", "@{var:u}"),
        (
            "(arn:aws:lambda:us-east-1:111111111111:function:x)",
            "(arn:@{partition}:lambda:@{region}:@{account}:function:x)",
        ),
        (
            "arn:aws:lambda:eu-west-1:111111111111:function:x",
            "arn:@{partition}:lambda:eu-west-1:@{account}:function:x",
        ),
        (
            "arn:aws:lambda:us-east-1:333333333333:function:x",
            "arn:@{partition}:lambda:@{region}:@{account:shared}:function:x",
        ),
        ("arn:aws:lambda:us-east-1:111111111111:function:f0:${a}", "@{arn:lambda/function/f0}:${a}"),
        ("arn:aws:s3:::web-111111111111/x", "arn:aws:s3:::web-@{account}/x"),
        (
            "https://sqs.us-east-1.amazonaws.com/111111111111/q",
            "https://sqs.@{region}.amazonaws.com/@{account}/q",
        ),
        (
            "111111111111.dkr.ecr.us-east-1.amazonaws.com/app:1",
            "@{account}.dkr.ecr.@{region}.amazonaws.com/app:1",
        ),
        (
            "https://abc.execute-api.us-east-1.amazonaws.com/+111111111111",
            "https://abc.execute-api.@{region}.amazonaws.com/+111111111111",
        ),
    ] {
        assert_eq!(encoded(&side.inventory, |e| e.sweep(text)).0, expected, "{text}");
    }
}

#[test]
fn what_nothing_has_is_named() {
    let mut side = side();
    let unknown = "01234567-89ab-cdef-0123-456789abcdef";
    let (text, said, dangling) = encoded(&side.inventory, |e| e.typed("connect/queue", unknown));
    assert_eq!((text.as_str(), said[0].0, dangling), (unknown, Weight::Warning, 1));
    let arn = "arn:aws:lambda:us-east-1:111111111111:function:gone";
    let (text, said, dangling) = encoded(&side.inventory, |e| e.typed("lambda/function", arn));
    assert_eq!(text, "arn:@{partition}:lambda:@{region}:@{account}:function:gone");
    assert_eq!((said.len(), dangling), (1, 1));
    let foreign = "arn:aws:lambda:us-east-1:999999999999:function:x";
    let (text, said, dangling) = encoded(&side.inventory, |e| e.typed("lambda/function", foreign));
    assert_eq!((text.as_str(), said.len(), said[0].0, dangling), (foreign, 1, Weight::Warning, 0));
    for word in ["", "detail", "$.Attributes.q", "arn:aws:connect:us-east-1:aws:view/form:1"] {
        assert_eq!(
            encoded(&side.inventory, |e| e.typed("connect/view", word)),
            (word.to_string(), vec![], 0)
        );
    }
    let managed =
        Found { ownership: Ownership::Aws, ..Found::new(Address::new("connect/view", "Form"), unknown, "x") };
    side.inventory.insert(managed);
    assert_eq!(
        encoded(&side.inventory, |e| e.typed("connect/view", unknown)),
        (unknown.to_string(), vec![], 0)
    );
    assert_eq!(encoded(&side.inventory, |e| e.sweep(unknown)), (unknown.to_string(), vec![], 0));
}

#[test]
fn a_version_by_number_is_a_warning() {
    let side = side();
    let arn = "arn:aws:lambda:us-east-1:111111111111:function:f0:7";
    let (text, said, _) = encoded(&side.inventory, |e| e.typed("lambda/function", arn));
    assert_eq!((text.as_str(), said[0].0), ("@{arn:lambda/function/f0#7}", Weight::Warning));
}

#[test]
fn two_keys_never_become_one() {
    let value = json!({ "@{region}": 1, "us-east-1": 2 });
    let error = resolve(&value, &mut |_| Ok("us-east-1".to_string())).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Input);
}

#[test]
fn everything_unresolved_is_named_at_once() {
    let side = side();
    let resolver = Resolver { inventory: &side.inventory, accounts: &[], vars: &BTreeMap::new() };
    let value =
        json!({ "a": "@{id:connect/queue/None} @{arn:lex/bot/N0#gone}", "b": ["@{var:x}", "@{account:y}"] });
    let (left, unresolved) = resolver.resolve(&value).unwrap();
    assert_eq!((left, unresolved.len()), (value, 4));
}
