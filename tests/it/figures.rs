//! Figures: what a test has measured, kept where pages are made of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// Returns where the figures are kept.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/reliability")
}

/// Keeps `figures` as `target/reliability/NAME.json`, with the day and, where there is git, the commit.
pub fn record(name: &str, figures: Value) {
    let git = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let commit = git.ok().filter(|o| o.status.success());
    let commit = commit.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_string());
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let text = json!({ "date": date, "commit": commit, "figures": figures });
    std::fs::create_dir_all(folder()).unwrap();
    let path = folder().join(format!("{name}.json"));
    std::fs::write(path, serde_json::to_string_pretty(&text).unwrap()).unwrap();
}
