//! Completions and man pages in the repository are what this version generates.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

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
