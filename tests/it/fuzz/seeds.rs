//! What the fuzzers begin with: real configurations, every row of the table of flows, packages, and archives that lie.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use snapdeploy::core::archive::pack;
use snapdeploy::core::digest::canonical;
use snapdeploy::core::inventory::Found;
use snapdeploy::core::package::{PACKAGE_SCHEMA, PackageManifest};
use snapdeploy::core::snapshot::Kept;
use snapdeploy::core::{Address, Digest, Document, SnapshotId};
use snapdeploy::kinds::connect::flow_refs::{Carries, FLOW_REFS};

use super::replay::{TARGETS, corpus};
use crate::hostile_zip::{Entry, join, join_with};

type Seeds = BTreeMap<String, Vec<u8>>;

/// How many rows of the table of flows there are in one flow.
const ROWS: usize = 6;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn archives() -> Seeds {
    let entries = BTreeMap::from([
        ("manifest.json".to_string(), b"{\"schema\":\"x\"}".to_vec()),
        ("bodies/one.json".to_string(), b"{\"local\":{},\"portable\":{\"Name\":\"Sales\"}}".repeat(9)),
        ("blobs/empty".to_string(), Vec::new()),
    ]);
    let (a, b) = (Entry::new("a.json", b"first"), Entry::new("b/c.json", b"second"));
    let stored = join(&[a.clone(), b.clone()]);
    let packed = pack(&entries).unwrap();
    let hidden = Entry { after: [&b.own[..], &b.content].concat(), ..a.clone() };
    Seeds::from([
        ("packed".into(), packed.clone()),
        ("stored".into(), stored.clone()),
        ("nothing".into(), join(&[])),
        ("twice".into(), join(&[a.clone(), a.clone()])),
        ("hidden".into(), join(&[hidden])),
        ("before".into(), join_with(std::slice::from_ref(&a), b"#!", b"")),
        ("link".into(), join(&[a.clone().listed(38, &(0o120_777u32 << 16).to_le_bytes())])),
        ("descriptor".into(), join(&[a.both(2, &[8]), b])),
        ("two".into(), [&packed[..], &stored].concat()),
    ])
}

/// Returns the configurations of the examples, and what the README shows of others, each as a whole file.
fn configurations() -> Seeds {
    let mut seeds = Seeds::new();
    for example in ["acme", "shop", "site"] {
        let text = std::fs::read(root().join(format!("examples/{example}/snapdeploy.toml"))).unwrap();
        seeds.insert(example.into(), text);
    }
    let some = "[environments.e]\naccount = \"111111111111\"\nregion = \"us-east-1\"\ninstance = \"i\"\n";
    let ends = [
        ("encrypt", "secrets = \"encrypt\"\nkms_key = \"alias/x\"\n"),
        ("gate", "[environments.e.gates.up]\nhttp = \"https://x.example\"\nattempts = 3\n"),
        ("ladder", "[environments.e.rollouts]\n\"lambda/function/*\" = \"canary 10% 5m\"\n"),
        ("window", "[environments.e.windows]\ndays = [\"mon\", \"fri\"]\nfrom = \"09:00\"\nto = \"17:00\"\n"),
        ("hook", "[environments.e.hooks.migrate]\ncommand = [\"true\"]\nwhen = \"before\"\nlimit = \"5m\"\n"),
        ("names", "[environments.e.names]\n\"lambda/function/*\" = \"*-e\"\n"),
        ("two", "[environments.f]\npromote_from = \"e\"\n"),
        ("wrong", "regoin = \"x\"\n"),
        ("nested", "overlay = {\"connect/queue/a\" = {\"b\" = [1, 2.5, true, 1979-05-27]}}\n"),
    ];
    seeds.extend(ends.map(|(name, end)| (name.to_string(), format!("{some}{end}").into_bytes())));
    seeds
}

/// Puts `value` at `path`, through an array where the table's path goes through one.
fn nest(path: &str, value: Value) -> Value {
    path.rsplit('.').fold(value, |value, name| match name {
        "*" => json!({ "Any": value }),
        "Messages" | "CaseResponseFields" => json!({ name: [value] }),
        _ => json!({ name: value }),
    })
}

/// Returns flows that have every row of the table between them; `~a` and the like stand for ids and ARNs.
fn flows() -> Seeds {
    let tokens: Vec<String> = ('a'..='z').chain('A'..='B').map(|c| format!("~{c}")).collect();
    let mut token = tokens.iter().cycle();
    let mut seeds = Seeds::new();
    for (n, rows) in FLOW_REFS.chunks(ROWS).enumerate() {
        let (mut actions, mut shown) = (Vec::new(), serde_json::Map::new());
        for (i, row) in rows.iter().enumerate() {
            let word = token.next().unwrap();
            let path = row.path.trim_end_matches(".*");
            let value = match row.carries {
                Carries::KeyRef(_) => json!({ word.as_str(): "v" }),
                Carries::Ref(_) | Carries::Region => json!(word),
            };
            let mut parameters = nest(path, value);
            parameters["Free"] = json!(format!("see \"{}\", $.x @{{y}}", token.next().unwrap()));
            let id = format!("a{i}");
            shown.insert(
                id.clone(),
                json!({ "parameters": nest(path, json!({ "displayName": "Sales" })), "queue": { "id": word, "text": "Sales" } }),
            );
            actions.push(json!({
                "Identifier": id, "Type": row.action, "Parameters": parameters,
                "Transitions": { "NextAction": "a0", "Errors": [], "Conditions": [
                    { "NextAction": "a0", "Condition": { "Operator": "Equals", "Operands": [word] } }] },
            }));
        }
        let flow = json!({ "Version": "2019-10-30", "StartAction": "a0", "Actions": actions,
            "Metadata": { "ActionMetadata": shown, "Annotations": [{ "id": "n", "content": "~c" }] } });
        seeds.insert(format!("rows-{n}"), canonical(&flow).into_bytes());
    }
    let words = json!(["https://sqs.~C.amazonaws.com/~B/q", "arn:aws:iam::~B:role/x", "~D/queue/agent/~g", "~E",
        "arn:aws:lambda:~C:~B:function:orders:7", "arn:aws:s3:::web-~B/x", "@{region}", "@{@}{", { "@{": "~e" }]);
    seeds.insert("words".into(), canonical(&words).into_bytes());
    seeds
}

fn manifests() -> Seeds {
    let document = |words: &str| Document {
        portable: json!({ "Name": words, "Rate": 0.5, "Sizes": [1, 2] }).as_object().unwrap().clone(),
        ..Document::default()
    };
    let queues = ["Sales", "Support"].map(|name| (Address::new("connect/queue", name), document(name)));
    let found = |a: &Address| Found::new(a.clone(), format!("id of {a}"), format!("arn of {a}"));
    let kept: Vec<Kept> = queues.iter().map(|(a, d)| Kept::of(&found(a), d)).collect();
    let beep = found(&Address::new("connect/prompt", "Beep"));
    let id: SnapshotId = "20261121t024500123-7k2m9x".parse().unwrap();
    let package = PackageManifest {
        schema: PACKAGE_SCHEMA.into(),
        snapshot: id.clone(),
        environment: "dev".into(),
        pin: "111111111111.us-east-1.1b4e28ba".parse().unwrap(),
        taken_at: "2026-11-21T02:45:00.123Z".parse().unwrap(),
        whole: ["connect/queue".to_string()].into(),
        labels: BTreeMap::from([("ticket".into(), "A-1".into())]),
        kept: kept.clone(),
        inventory: vec![beep.clone()],
        findings: Vec::new(),
        vars: BTreeMap::from([("shop".into(), "https://x".into())]),
    };
    let snapshot = |coverage: Value| {
        json!({ "schema": "snapdeploy.snapshot/1", "id": id.as_str(), "environment": "dev",
            "pin": "111111111111.us-east-1.1b4e28ba", "taken_at": "2026-11-21T02:45:00.123Z", "tool": "0.1.0",
            "actor": { "identity": "arn:aws:iam::111111111111:user/tester", "host": "h", "ci": null },
            "coverage": coverage,
            "gaps": [], "bodies": Digest::of(b"").to_string(), "kept": kept, "inventory": [beep], "findings": [],
            "name": "nightly", "healthy": true })
    };
    let lines = |manifest: &Value| {
        let bodies = queues.iter().map(|(_, d)| String::from_utf8(d.to_bytes()).unwrap());
        let all: Vec<String> = std::iter::once(canonical(manifest)).chain(bodies).collect();
        all.join("\n").into_bytes()
    };
    let mut more = serde_json::to_value(&package).unwrap();
    more["kept"][0]["extra"] = json!(1);
    let full = snapshot(json!({ "full": { "kinds": ["connect/queue"] } }));
    let mut extra = full.clone();
    extra["kept"][0]["extra"] = json!(1);
    Seeds::from([
        ("package".into(), lines(&serde_json::to_value(&package).unwrap())),
        ("more".into(), lines(&more)),
        ("full".into(), lines(&full)),
        ("extra".into(), lines(&extra)),
        ("selected".into(), lines(&snapshot(json!({ "selected": { "patterns": ["connect/*"] } })))),
        ("document".into(), [&b"{}\n"[..], &queues[0].1.to_bytes()].concat()),
    ])
}

#[test]
fn the_seeds_are_kept_and_hold() {
    let made = [archives(), configurations(), flows(), manifests()];
    for ((target, holds), seeds) in TARGETS.iter().zip(made) {
        if std::env::var_os("SNAPDEPLOY_BLESS").is_some() {
            assert!(std::env::var_os("CI").is_none(), "a CI does not write seeds, it reads them");
            let folder = root().join("fuzz/corpus").join(target);
            std::fs::create_dir_all(&folder).unwrap();
            for (name, bytes) in &seeds {
                std::fs::write(folder.join(format!("seed-{name}")), bytes).unwrap();
            }
        }
        seeds.values().for_each(|bytes| holds(bytes));
        let kept: BTreeSet<String> = corpus(target)
            .into_iter()
            .filter_map(|(name, _)| name.strip_prefix("seed-").map(str::to_string))
            .collect();
        let made: BTreeSet<String> = seeds.into_keys().collect();
        assert_eq!(kept, made, "SNAPDEPLOY_BLESS=1 cargo test --test it fuzz:: writes the seeds of {target}");
    }
}
