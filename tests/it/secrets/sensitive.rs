//! What AWS's own models call sensitive, and what becomes of each here.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::python::{BOTO3, BOTO3_IS_THERE, python};

/// The words that a row may have.
const WORDS: [&str; 5] = ["never asked", "not extracted", "secret", "volatile", "shown"];

const SCRIPT: &str = r#"
import botocore.loaders, json
loader = botocore.loaders.create_loader()
for service in ("connect", "lexv2-models", "lambda"):
    shapes = loader.load_service_model(service, "service-2")["shapes"]
    sensitive = lambda ref: ref.get("sensitive") or shapes[ref["shape"]].get("sensitive")
    for name, shape in shapes.items():
        members = dict(shape.get("members", {}))
        for inner in ("member", "key", "value"):
            if inner in shape:
                members["<" + inner + ">"] = shape[inner]
        for member, ref in members.items():
            if sensitive(ref):
                print(f"{service} {name}.{member}")
"#;

/// Returns the table: `SERVICE SHAPE.MEMBER: WORD: why`, with `SHAPE.*` for all members of a shape.
fn table() -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    for line in include_str!("sensitive.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (name, rest) = line.split_once(": ").unwrap();
        assert!(WORDS.iter().any(|w| rest.starts_with(&format!("{w}: "))), "{line}");
        assert_eq!(rows.insert(name.to_string(), rest.to_string()), None, "{line} is there twice");
    }
    rows
}

/// Returns what is not in the table, and what is in it for nothing.
fn compare(models: &BTreeSet<String>, table: &BTreeMap<String, String>) -> (Vec<String>, Vec<String>) {
    let all = |name: &str| format!("{}.*", name.rsplit_once('.').unwrap().0);
    let new = models.iter().filter(|m| !table.contains_key(*m) && !table.contains_key(&all(m)));
    let idle = table.keys().filter(|row| !models.iter().any(|m| m == *row || all(m) == **row));
    (new.cloned().collect(), idle.cloned().collect())
}

#[test]
fn every_member_that_the_models_call_sensitive_has_a_row() {
    let python = match python(BOTO3_IS_THERE, &BOTO3) {
        Ok(python) => python,
        Err(why) if std::env::var_os("CI").is_none() => {
            println!("skipped: {why}");
            return;
        }
        Err(why) => panic!("{why}"),
    };
    let output = Command::new(python).args(["-B", "-c", SCRIPT]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let models: BTreeSet<String> =
        String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect();
    assert!(models.len() > 50, "{models:?}");
    let table = table();
    let (new, idle) = compare(&models, &table);
    assert!(new.is_empty(), "the models call these sensitive, and the table has no word on them: {new:#?}");
    assert!(idle.is_empty(), "the table speaks of what the models do not have: {idle:#?}");
    // The check can fail.
    let mut more = models.clone();
    more.insert("connect NewShape.NewSecret".into());
    assert_eq!(compare(&more, &table).0, ["connect NewShape.NewSecret"]);
    println!("{} sensitive members, {} rows", models.len(), table.len());
}
