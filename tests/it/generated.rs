//! Completions, man pages and the coverage table in the repository are what this version generates.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use snapdeploy::kinds::connect::coverage::{NO_FAMILY, OTHERS, listing_calls};

use crate::python::{BOTO3, BOTO3_IS_THERE, python};

fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(directory) else { return BTreeMap::new() };
    entries
        .map(|e| e.unwrap())
        .map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap()))
        .collect()
}

fn is_fresh(what: &str, folder: &str) {
    let fresh = tempfile::tempdir().unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_snapdeploy"))
        .args(["generate", what])
        .arg(fresh.path())
        .env_clear()
        .status()
        .unwrap();
    assert!(made.success());
    let (fresh, kept) = (files(fresh.path()), files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)));
    let differ: Vec<&String> =
        fresh.keys().chain(kept.keys()).filter(|name| fresh.get(*name) != kept.get(*name)).collect();
    assert!(
        differ.is_empty(),
        "{differ:?} are not what this version generates. Run:\n\n    rm -r {folder} && cargo run -- generate {what} {folder}\n"
    );
    assert!(!fresh.is_empty());
}

#[test]
#[cfg(feature = "sandbox")]
fn completions_are_fresh() {
    is_fresh("completions", "completions");
}

#[test]
#[cfg(feature = "sandbox")]
fn man_pages_are_fresh() {
    is_fresh("man", "man");
}

#[test]
fn the_table_of_what_is_covered_is_fresh() {
    let kept = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("README.md");
    std::fs::write(&copy, &kept).unwrap();
    let generate = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_snapdeploy"));
        command.args(["generate", "coverage"]).arg(&copy).env_clear().output().unwrap()
    };
    assert!(generate().status.success());
    assert!(
        std::fs::read_to_string(&copy).unwrap() == kept,
        "the table in README.md is not what this version generates. Run:\n\n    cargo run -- generate coverage README.md\n"
    );
    std::fs::write(&copy, "no marks").unwrap();
    let refused = generate();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), "no marks");
}

/// How many operations the largest model has that the tables were held against (botocore 1.44.5).
const LARGEST: usize = 405;

/// What that model has, and not every older one.
const NEWER: [&str; 2] = ["ListContactFlowAliases", "ListReplicationFindings"];

/// Every operation of AWS's own model that lists or searches something is in the tables, so that no family is forgotten.
#[test]
fn every_family_of_the_model_is_in_the_table() {
    let python = match python(BOTO3_IS_THERE, &BOTO3) {
        Ok(python) => python,
        Err(why) if std::env::var_os("CI").is_some() => panic!("{why}"),
        Err(why) => return println!("skipped: {why}"),
    };
    let program =
        "import botocore.session as s; print(*s.get_session().get_service_model('connect').operation_names)";
    let output = Command::new(python).args(["-c", program]).output().unwrap();
    let known =
        [listing_calls(), OTHERS.iter().flat_map(|o| o.listed).copied().collect(), NO_FAMILY.to_vec()]
            .concat();
    let all = String::from_utf8(output.stdout).unwrap();
    let all: Vec<&str> = all.split_whitespace().collect();
    let listing = |call: &&&str| call.starts_with("List") || call.starts_with("Search");
    let missing: Vec<&&str> = all.iter().filter(listing).filter(|c| !known.contains(c)).collect();
    // AWS adds operations every month: a model that is newer than the tables says what is to be added to them.
    if all.len() > LARGEST {
        println!("not in src/kinds/connect/coverage.rs yet: {missing:?}");
    } else {
        assert!(all.len() > 300 && missing.is_empty(), "not in src/kinds/connect/coverage.rs: {missing:?}");
    }
    let gone: Vec<&&str> = known.iter().filter(|c| !all.contains(c) && !NEWER.contains(c)).collect();
    assert!(gone.is_empty(), "no operations: {gone:?}");
}
