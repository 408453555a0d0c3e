//! One scenario of calls on the sandbox and on an emulator of AWS: they differ where a table says so, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use snapdeploy::sandbox::{Sandbox, Scenario};

use crate::python::{BOTO3, BOTO3_IS_THERE, python};

/// What differs (`STEP PATH`; one `*` stands for anything) and why the sandbox is as it is.
pub type Accepted = &'static [(&'static str, &'static str)];

/// Runs a script (its path below `tests/it`) on a sandbox with an empty account and on the emulator at `theirs`. At least
/// `least` answers are compared; what differs and is not in `accepted` fails, and so does what is and no longer differs.
pub fn compare(script: &str, account: &str, (name, theirs): (&str, &str), least: usize, accepted: Accepted) {
    let python = python(BOTO3_IS_THERE, &BOTO3).unwrap();
    let mut scenario = Scenario::empty();
    scenario.account(account);
    let sandbox = Sandbox::start(scenario).unwrap();
    let (ours, theirs) =
        (answers(&python, script, &sandbox.endpoint(), account), answers(&python, script, theirs, account));
    assert!(ours.len() > least, "{} answers", ours.len());
    let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let (mut unlisted, mut met) = (Vec::new(), BTreeSet::new());
    for key in keys {
        let (our, their) = (ours.get(key), theirs.get(key));
        if our == their {
            continue;
        }
        let listed: Vec<_> = accepted.iter().filter(|(pattern, _)| fits(pattern, key)).collect();
        if listed.is_empty() {
            unlisted.push(format!("{key}: the sandbox has {our:?}, {name} {their:?}"));
        }
        met.extend(listed.into_iter().map(|(pattern, _)| *pattern));
    }
    let idle: Vec<_> = accepted.iter().map(|(pattern, _)| *pattern).filter(|p| !met.contains(p)).collect();
    assert!(unlisted.is_empty(), "not listed:\n{}", unlisted.join("\n"));
    assert!(idle.is_empty(), "listed, and no longer different: {idle:?}");
}

fn answers(python: &Path, script: &str, endpoint: &str, account: &str) -> BTreeMap<String, Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(script);
    let output = Command::new(python).arg("-B").arg(script).args([endpoint, account]).output().unwrap();
    assert!(output.status.success(), "{endpoint}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn fits(pattern: &str, what: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            what.len() >= start.len() + end.len() && what.starts_with(start) && what.ends_with(end)
        }
        None => pattern == what,
    }
}
