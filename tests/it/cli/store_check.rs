//! `store check`: a whole store is found good, and each sort of damage is found and named.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::exits::DEPLOY;
use super::journey::Acme;

/// Returns the example with its store in a directory, after a deployment, its rollback and a package.
fn kept() -> (Acme, PathBuf) {
    let acme = Acme::with(
        |_| {},
        |text| {
            let lines = text.lines().filter(|l| !l.starts_with("store_region"));
            let own = |l: &str| {
                if l.starts_with("store = ") { "store = \"file://kept\"".into() } else { l.to_string() }
            };
            lines.map(|l| own(l) + "\n").collect()
        },
    );
    acme.run(0, &["extract", "dev"]);
    acme.run(0, &["package", "create", "dev@latest", "connect/hours/*"]);
    acme.run(0, &DEPLOY);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    let store = acme.shell.directory.path().join("kept");
    (acme, store)
}

/// Returns the first file below `folder` whose path has `part`.
fn first(folder: &Path, part: &str) -> PathBuf {
    fn all(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { all(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    all(folder, &mut found);
    found.sort();
    found.into_iter().find(|p| p.to_string_lossy().contains(part)).unwrap()
}

#[test]
fn each_sort_of_damage_is_found_and_named() {
    let (acme, store) = kept();
    let good = acme.json(0, &["store", "check", "--read-data"]);
    assert_eq!(good["schema"], "snapdeploy.store-check/1", "{good:#}");
    assert_eq!(good["data"]["wrong"], serde_json::json!([]));
    assert!(
        good["data"]["snapshots"].as_u64() >= Some(3)
            && good["data"]["orphans"] == 0
            && good["data"]["runs"] == 2
            && good["data"]["packages"] == 1,
        "{good:#}"
    );
    assert!(acme.run(0, &["store", "check"]).out.contains("Everything is as it was written"));

    for part in ["bodies/", "snapshots/222222222222", "packages/", "plans/", "blobs/"] {
        let file = first(&store, part);
        let whole = fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let stem = name.split('.').next().unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        fs::write(&file, &flipped).unwrap();
        let read =
            if part == "blobs/" { &["store", "check", "--read-data"][..] } else { &["store", "check"] };
        let said = acme.run(4, read);
        assert!(said.out.contains(stem), "{part} flipped: {}", said.out);
        fs::remove_file(&file).unwrap();
        // A package that is gone was nobody's but who made it.
        let said = acme.run(if part == "packages/" { 0 } else { 4 }, &["store", "check"]);
        assert!(part == "packages/" || said.out.contains(stem), "{part} gone: {}", said.out);
        fs::write(&file, &whole).unwrap();
    }
    // What nothing names does no harm.
    fs::write(store.join("blobs/sha256").join("0".repeat(64)), b"left").unwrap();
    fs::write(store.join("blobs/note.txt"), b"left").unwrap();
    assert_eq!(acme.json(0, &["store", "check"])["data"]["orphans"], 2);
}

#[test]
fn a_ledger_that_somebody_has_edited_is_found() {
    let (acme, store) = kept();
    let ledger = store.join("ledger.sqlite3");
    let edits = [
        "UPDATE audit SET body = replace(body, 'tester', 'nobody') WHERE seq = 1",
        "UPDATE runs SET record = replace(record, 'tester', 'nobody')",
        "UPDATE runs SET record = replace(record, 'succeeded', 'failed')",
        "UPDATE journal SET body = replace(body, 'intent', 'refused') WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
        "DELETE FROM runs WHERE run = (SELECT min(run) FROM runs)",
        "UPDATE heads SET digest = printf('%064d', 0)",
        "DELETE FROM heads",
        "UPDATE audit SET body = '{' WHERE seq = 2",
        // What this version does not read in an entry counts as well.
        "UPDATE audit SET body = json_set(body, '$.added', 1) WHERE seq = 2",
    ];
    let connection = Connection::open(&ledger).unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(connection);
    let whole = fs::read(&ledger).unwrap();
    for edit in edits {
        let connection = Connection::open(&ledger).unwrap();
        assert!(connection.execute(edit, []).unwrap() > 0, "{edit}");
        drop(connection);
        let said = acme.run(4, &["store", "check"]);
        assert!(said.out.contains("wrong: "), "{edit}: {}", said.out);
        for tail in ["-wal", "-shm"] {
            let _ = fs::remove_file(store.join(format!("ledger.sqlite3{tail}")));
        }
        fs::write(&ledger, &whole).unwrap();
    }
    acme.run(0, &["store", "check"]);
}

#[test]
fn an_environment_that_cannot_be_told_leaves_it_open_whether_all_is_well() {
    let acme = Acme::with(
        |_| {},
        |text| {
            format!(
                "{text}\n[environments.lost]\naccount = \"333333333333\"\nregion = \"us-east-1\"\ninstance = \"lost\"\n"
            )
        },
    );
    acme.run(0, &["extract", "dev"]);
    acme.run(0, &["extract", "dev"]);
    let said = acme.run(4, &["store", "check"]);
    assert!(
        said.out.contains("not all could be read") && said.err.contains("lost is left out"),
        "{}",
        said.err
    );
    assert_eq!(acme.json(4, &["store", "check"])["data"]["whole"], false);
    // What its runs need is not known.
    let said = acme.run(4, &["store", "forget", "dev", "--keep-last", "1", "--yes"]);
    assert!(said.err.contains("not all environments can be told"), "{}", said.err);
    assert_eq!(acme.json(0, &["show", "dev"])["data"]["snapshots"].as_array().unwrap().len(), 2);
}
