//! Figures that tests have counted or measured: a file each below `target/reliability`.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// Writes `figures` as `target/reliability/NAME.json`, with the day and the commit.
pub fn record(name: &str, figures: Value) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let asked = Command::new("git").args(["rev-parse", "--short", "HEAD"]).current_dir(root).output();
    let commit = asked.ok().filter(|done| done.status.success());
    let commit = commit.map(|done| String::from_utf8_lossy(&done.stdout).trim().to_string());
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let file = root.join("target/reliability").join(format!("{name}.json"));
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let text = json!({ "date": day, "commit": commit, "figures": figures });
    std::fs::write(file, format!("{text:#}\n")).unwrap();
}
