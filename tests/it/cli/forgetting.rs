//! `store forget` from the binary: what it asks, what it says, and that what was forgotten is explained.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use snapdeploy::sandbox::Hold;

use super::journey::Acme;

/// Returns the example with its store in a directory.
fn kept() -> (Acme, PathBuf) {
    let own = |line: &str| match line {
        l if l.starts_with("store_region") => String::new(),
        l if l.starts_with("store = ") => "store = \"file://kept\"\n".into(),
        l => format!("{l}\n"),
    };
    let acme = Acme::with(|_| {}, |text| text.lines().map(own).collect());
    let store = acme.shell.directory.path().join("kept");
    (acme, store)
}

/// Returns every object of the store.
fn objects(store: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(store).unwrap() {
        let path = entry.unwrap().path();
        let is_ledger = path.to_string_lossy().contains("ledger.sqlite3");
        match path.is_dir() {
            true => found.extend(objects(&path)),
            false if is_ledger => {}
            false => found.extend([path]),
        }
    }
    found
}

const DEV: [&str; 3] = ["store", "forget", "dev"];
const LAST: [&str; 5] = ["store", "forget", "dev", "--keep-last", "1"];

#[test]
fn nothing_is_forgotten_unless_it_is_said_what_stays_and_that_it_is_meant() {
    let (acme, store) = kept();
    acme.run(0, &["extract", "dev"]);
    acme.run(0, &["extract", "dev"]);
    let before = objects(&store);
    let said = acme.run(2, &DEV);
    assert!(
        said.err.contains("what is to be kept") && said.err.contains("store forget dev --keep-last 10"),
        "{}",
        said.err
    );
    assert!(acme.run(2, &["store", "forget", "--keep-last", "3"]).err.contains("--all-environments"));
    acme.run(2, &["store", "forget", "dev", "--all-environments", "--keep-last", "3"]);
    acme.run(2, &["store", "forget", "dev", "--keep-last", "0"]);
    acme.run(2, &["store", "forget", "dev", "--keep-note", ""]);
    acme.run(10, &["store", "forget", "nowhere", "--keep-last", "1"]);
    let said = acme.run(5, &LAST);
    assert!(said.err.contains("--yes"), "{}", said.err);
    acme.run(5, &[&LAST[..], &["--confirm", "acme/nowhere"]].concat());
    let plan = acme.json(0, &[&LAST[..], &["--dry-run"]].concat());
    assert_eq!(plan["schema"], "snapdeploy.forget/1", "{plan:#}");
    let data = &plan["data"];
    assert_eq!((data["forgotten"].as_array().unwrap().len(), data["kept"].as_array().unwrap().len()), (1, 1));
    assert_eq!(data["policy"], "--keep-last 1");
    assert!(data["kept"][0]["why"].to_string().contains("one of the newest 1") && data.get("done").is_none());
    assert!(data["removes"]["bytes"].as_u64() > Some(1000), "{plan:#}");
    assert!(objects(&store) == before, "nothing was written");
    // What is kept in any case needs no consent.
    assert!(
        acme.run(0, &["store", "forget", "dev", "--keep-last", "2"]).out.contains("forgets 0 of 2 snapshots")
    );
}

#[test]
fn what_was_forgotten_is_explained_and_its_bytes_go_a_week_later() {
    let (acme, store) = kept();
    let extracted = acme.json(0, &["extract", "dev", "connect/hours/*", "--name", "first"]);
    let first = extracted["data"]["snapshot"].as_str().unwrap().to_string();
    acme.run(0, &["extract", "dev"]);
    let said = acme.run(0, &[&LAST[..], &["--yes", "--reason", "CHG-7"]].concat());
    assert!(said.out.contains("Forgot 1 snapshot and 0 packages, condemned 1 object"), "{}", said.out);
    let gone = store.join("snapshots");
    assert!(!objects(&gone).iter().any(|path| path.to_string_lossy().contains(&first)));

    for (code, arguments) in [
        (10, vec!["show", "dev@first"]),
        (10, vec!["rollback", "dev", "--to", &first, "--yes"]),
        (10, vec!["deploy", "dev@first", "--to", "prod", "--dry-run"]),
    ] {
        let said = acme.run(code, &arguments);
        assert!(
            said.err.contains("was forgotten 20") && said.err.contains("(--keep-last 1)"),
            "{}",
            said.err
        );
        assert!(said.err.contains("arn:aws:iam::111111111111"), "by whom: {}", said.err);
    }
    let audit = acme.run(0, &["history", "export"]).out;
    let told: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["what"]["act"], &told[0]["what"]["reason"]), (&"forgotten".into(), &"CHG-7".into()));
    assert_eq!(told[0]["what"]["snapshots"][0]["name"], "first");
    assert!(acme.run(0, &["history", "verify"]).out.contains("all fits"));
    let listed = acme.run(0, &["history"]).out;
    assert!(listed.contains("forgot") && listed.contains("CHG-7"), "{listed}");
    let checked = acme.json(0, &["store", "check", "--read-data"]);
    assert_eq!((&checked["data"]["condemned"], &checked["data"]["forgotten"]), (&1.into(), &1.into()));

    // Nothing is due before a week is over.
    let soon = acme.run(0, &[&LAST[..], &["--yes"]].concat());
    assert!(soon.out.contains("not due until"), "{}", soon.out);
    let list = objects(&store.join("gc")).into_iter().next().unwrap();
    let mut text: Value = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    text["at"] = "2026-01-01T00:00:00Z".into();
    let body = store.join(text["objects"][0].as_str().unwrap());
    assert!(body.exists());
    fs::write(&list, text.to_string()).unwrap();
    let later = acme.run(0, &[&LAST[..], &["--yes"]].concat());
    assert!(later.out.contains("removed 1 that had been condemned"), "{}", later.out);
    assert!(!body.exists() && objects(&store.join("gc")).is_empty());
    assert_eq!(acme.json(0, &["store", "check", "--read-data"])["data"]["orphans"], 0);
}

#[test]
fn what_is_protected_asks_for_its_phrase_and_a_rollback_goes_on_working() {
    let (acme, _) = kept();
    for _ in 0..3 {
        acme.run(0, &["extract", "prod"]);
    }
    acme.run(0, &["extract", "dev"]);
    let before = acme.prod();
    acme.deploy(0, &[]);
    let forget = ["store", "forget", "--all-environments", "--keep-last", "1"];
    let said = acme.run(5, &[&forget[..], &["--yes"]].concat());
    assert!(said.err.contains("--confirm acme/prod"), "{}", said.err);
    let done = acme.json(0, &[&forget[..], &["--confirm", "acme/prod"]].concat());
    assert_eq!(done["data"]["done"]["snapshots"], 2, "{done:#}");
    acme.run(0, &["store", "check", "--read-data"]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before);
    acme.run(0, &["history", "verify"]);
}

#[test]
fn a_store_that_is_not_whole_is_left_alone() {
    let (acme, store) = kept();
    for _ in 0..2 {
        acme.run(0, &["extract", "dev"]);
    }
    let manifest = objects(&store.join("snapshots")).into_iter().next().unwrap();
    let whole = fs::read(&manifest).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    fs::write(&manifest, flipped).unwrap();
    let before = objects(&store);
    let said = acme.run(4, &[&LAST[..], &["--yes"]].concat());
    assert!(said.err.contains("nothing was forgotten") && said.err.contains("store check"), "{}", said.err);
    assert!(objects(&store) == before);
    fs::write(&manifest, whole).unwrap();
    acme.run(0, &[&LAST[..], &["--yes"]].concat());
}

#[test]
fn killed_between_two_objects_it_leaves_a_whole_store_and_the_same_command_goes_on() {
    let acme = Acme::new();
    for _ in 0..4 {
        acme.run(0, &["extract", "dev"]);
    }
    acme.sandbox.hold(Hold { operation: Some("DeleteObject".into()), ..Hold::default() });
    let arguments = [&LAST[..], &["--yes"]].concat();
    let mut child =
        acme.shell.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while acme.sandbox.held() < 2 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is held");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    acme.sandbox.release();
    acme.run(0, &["store", "check"]);
    assert!(acme.run(0, &["history", "export"]).out.contains("\"act\":\"forgotten\""));
    acme.run(0, &arguments);
    assert_eq!(acme.json(0, &["show", "dev"])["data"]["snapshots"].as_array().unwrap().len(), 1);
    let told = acme.run(0, &["history", "export"]).out;
    assert_eq!(told.matches("\"act\":\"forgotten\"").count(), 1, "{told}");
    acme.run(0, &["store", "check", "--read-data"]);
}
