//! One scenario of load balancing on the sandbox and on ministack: they differ where this file says so, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use snapdeploy::sandbox::{Sandbox, Scenario};

use super::DEV;
use crate::python::python;
use crate::stores::ministack;

/// Why weights differ.
const WEIGHTS: &str =
    "the examples of DescribeListeners and DescribeRules have ForwardConfig; ministack keeps no weights";

/// What differs (`STEP PATH`; one `*` stands for anything) and why the sandbox is as it is.
const ACCEPTED: &[(&str, &str)] = &[
    ("*.CanonicalHostedZoneId", "no DNS is simulated"),
    ("*.VpcId", "there are no networks: all is in one VPC, of another name"),
    ("*.IpAddressType", "CreateTargetGroup: the default is ipv4; ministack answers none"),
    ("*.ProtocolVersion", "CreateTargetGroup: the default is HTTP1; ministack answers none"),
    ("*.HealthCheckPort", "the examples of DescribeTargetHealth have it; ministack's answers have not"),
    ("*.Transforms", "rules have no transforms here, and what is not set is not answered (assumed)"),
    ("*.Order", "the examples of DescribeListeners have it in neither way; ministack always has 1"),
    ("listener .Listeners.0.DefaultActions.0.ForwardConfig*", WEIGHTS),
    ("listeners .Listeners.0.DefaultActions.0.ForwardConfig*", WEIGHTS),
    ("weights .Listeners.0.DefaultActions.0.ForwardConfig*", WEIGHTS),
    ("rule .Rules.0.Actions.0.ForwardConfig*", WEIGHTS),
    ("rule changed .Rules.0.Actions.0.ForwardConfig*", WEIGHTS),
    (
        "second on the port *",
        "CreateListener lists DuplicateListener; ministack makes a second listener on the port",
    ),
    ("listeners .Listeners", "follows from ministack's second listener"),
    ("listeners .Listeners.1*", "follows from ministack's second listener"),
    ("rule again *", "CreateRule lists PriorityInUse; ministack makes a second rule of the priority"),
    ("rules *", "default rule last, and ministack has the second rule and no weights"),
    ("no listener *", "DescribeListeners lists ListenerNotFound; ministack answers an empty list"),
    ("no rule *", "DescribeRules lists RuleNotFound; ministack answers an empty list"),
    ("in use *", "DeleteTargetGroup lists ResourceInUse; ministack deletes the group"),
    ("delete green *", "follows from ministack's having deleted the group"),
];

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
