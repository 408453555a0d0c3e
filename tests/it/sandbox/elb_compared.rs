//! One scenario of load balancing on the sandbox and on ministack: they differ where this file says so, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use snapdeploy::sandbox::{Sandbox, Scenario};

use super::DEV;
use crate::python::python;
use crate::stores::ministack;

/// What differs (`STEP PATH`; one `*` stands for anything) and why the sandbox is as it is.
const ACCEPTED: &[(&str, &str)] = &[];

fn answers(python: &Path, endpoint: &str) -> BTreeMap<String, Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sandbox/compare_elb.py");
    let output = Command::new(python).arg("-B").arg(script).args([endpoint, DEV]).output().unwrap();
    assert!(output.status.success(), "{endpoint}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn fits(pattern: &str, what: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => what.starts_with(start) && what.ends_with(end),
        None => pattern == what,
    }
}

#[test]
fn load_balancing_is_as_ministack_has_it_but_for_what_is_listed() {
    let Some(theirs) = ministack::endpoint("load balancing compared") else { return };
    let python = python("import boto3", &["boto3==1.44.5"]).unwrap();
    let mut scenario = Scenario::empty();
    scenario.account(DEV);
    let sandbox = Sandbox::start(scenario).unwrap();
    let (ours, theirs) = (answers(&python, &sandbox.endpoint()), answers(&python, &theirs));
    assert!(ours.len() > 150, "{} answers", ours.len());
    let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let (mut unlisted, mut met) = (Vec::new(), BTreeSet::new());
    for key in keys {
        let (our, their) = (ours.get(key), theirs.get(key));
        if our == their {
            continue;
        }
        let listed: Vec<_> = ACCEPTED.iter().filter(|(pattern, _)| fits(pattern, key)).collect();
        if listed.is_empty() {
            unlisted.push(format!("{key}: the sandbox has {our:?}, ministack {their:?}"));
        }
        met.extend(listed.into_iter().map(|(pattern, _)| *pattern));
    }
    let idle: Vec<_> = ACCEPTED.iter().map(|(pattern, _)| *pattern).filter(|p| !met.contains(p)).collect();
    assert!(unlisted.is_empty(), "not listed:\n{}", unlisted.join("\n"));
    assert!(idle.is_empty(), "listed, and no longer different: {idle:?}");
}
