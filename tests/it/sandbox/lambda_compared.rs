//! One scenario of Lambda calls on the sandbox and on ministack: they differ where this file says so, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use snapdeploy::sandbox::{Sandbox, Scenario};

use super::DEV;
use crate::python::python;
use crate::stores::ministack;

/// "As recorded": in the answers of AWS that LocalStack's own suite keeps (tests/aws/services/lambda_, its snapshots).
const RECORDED: &str = "as recorded: what is not set is not answered";

/// What differs (`STEP PATH`; one `*` stands for anything) and why the sandbox is as it is.
const ACCEPTED: &[(&str, &str)] = &[
    ("*.KMSKeyArn", RECORDED),
    ("*.Layers", RECORDED),
    ("*.VpcConfig", RECORDED),
    ("*.VpcConfig.SecurityGroupIds", RECORDED),
    ("*.VpcConfig.SubnetIds", RECORDED),
    ("*.VpcConfig.VpcId", RECORDED),
    ("*.StateReason", RECORDED),
    ("*.StateReasonCode", RECORDED),
    ("*.LastUpdateStatusReason", RECORDED),
    ("*.LastUpdateStatusReasonCode", RECORDED),
    ("*.RuntimeVersionConfig", "nothing of a runtime's build is simulated; ministack's ARN is empty"),
    (
        "*.RuntimeVersionConfig.RuntimeVersionArn",
        "nothing of a runtime's build is simulated; ministack's ARN is empty",
    ),
    ("versions *.State", "the example of ListVersionsByFunction has no states, nor has the sandbox"),
    (
        "versions *.LastUpdateStatus",
        "the example of ListVersionsByFunction has no states, nor has the sandbox",
    ),
    ("versions .Versions.0.FunctionArn", "the example of ListVersionsByFunction has $LATEST in the ARN"),
    (
        "after a dry run",
        "UpdateFunctionCode, DryRun: \"without modifying the function code\"; ministack modifies it",
    ),
    ("publish the wrong code *", "as recorded: a CodeSha256 of other code is refused; ministack publishes"),
    ("publish two .Description", "follows from ministack's having published the wrong code"),
    ("through the alias .Description", "follows from ministack's having published the wrong code"),
    ("versions .Versions.2.Description", "follows from ministack's having published the wrong code"),
    ("through the alias .FunctionArn", "as recorded: the ARN is that of the alias that was asked for"),
    (
        "alias of nothing *",
        "as recorded: a version that is not there is not found; ministack makes the alias",
    ),
    ("aliases .Aliases", "follows from ministack's having made the alias of nothing"),
    ("aliases .Aliases.1*", "follows from ministack's having made the alias of nothing"),
    ("no policy *", "GetPolicy lists ResourceNotFoundException; ministack answers an empty policy"),
    (
        "mapping looked at .State",
        "a mapping is Creating first (its State's documentation); ministack's never is",
    ),
    ("mapping changed status", "botocore: UpdateEventSourceMapping answers 202"),
    ("* .LastProcessingResult", "nothing is processed in the sandbox"),
    ("* .FunctionResponseTypes", "assumed: what is not set is not answered"),
];

fn answers(python: &Path, endpoint: &str) -> BTreeMap<String, Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sandbox/compare_lambda.py");
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
fn lambda_is_as_ministack_has_it_but_for_what_is_listed() {
    let Some(theirs) = ministack::endpoint("Lambda compared") else { return };
    let python = python("import boto3", &["boto3==1.44.5"]).unwrap();
    let mut scenario = Scenario::empty();
    scenario.account(DEV);
    let sandbox = Sandbox::start(scenario).unwrap();
    let (ours, theirs) = (answers(&python, &sandbox.endpoint()), answers(&python, &theirs));
    assert!(ours.len() > 300, "{} answers", ours.len());
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
