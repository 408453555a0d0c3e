//! Breaking the glass: a change while the shared ledger cannot be reached, told to it later.

use serde_json::Value;
use snapdeploy::sandbox::{Fault, FaultKind};

use crate::cli::journey::Acme;
use crate::cli::shell::Said;

const HOURS: &str = "connect/hours/*";
const PLACE: &str = ".snapdeploy/break-glass";

/// Runs a command that cannot reach DynamoDB.
fn cut_off(acme: &Acme, code: i32, arguments: &[&str]) -> Said {
    let every = Fault { operation: None, times: u64::MAX, ..Fault::next("", FaultKind::DropBefore) };
    acme.sandbox.fault(Fault { service: Some("dynamodb".into()), ..every });
    let said = acme.run(code, arguments);
    acme.sandbox.clear_faults();
    said
}

#[test]
fn a_change_behind_a_broken_glass_is_told_to_the_ledger_once_and_can_be_undone() {
    let acme = Acme::new();
    let before = acme.prod();
    acme.run(0, &["extract", "dev"]);
    let deploy = ["deploy", "dev@latest", "--to", "prod", HOURS];
    let glass = |more: &[&'static str]| [&deploy[..], &["--break-glass", "outage 7"], more].concat();
    // As long as the ledger answers there is no glass to break; and without the flag nothing is done.
    let said = acme.run(13, &glass(&["--confirm", "acme/prod"]));
    assert!(said.err.contains("there is no glass to break"), "{}", said.err);
    cut_off(&acme, 75, &[&deploy[..], &["--confirm", "acme/prod"]].concat());
    cut_off(&acme, 5, &glass(&["--yes"]));
    assert!(acme.prod() == before);

    let said = cut_off(&acme, 0, &glass(&["--confirm", "acme/prod"]));
    assert!(said.err.contains("BREAK GLASS: nobody on another machine is kept out"), "{}", said.err);
    assert!(said.err.contains("snapdeploy history import /") && said.err.contains(PLACE), "{}", said.err);
    assert!(acme.prod() != before);
    let runs = |acme: &Acme| acme.json(0, &["history", "--env", "prod"])["data"]["runs"].clone();
    assert_eq!(runs(&acme), Value::Array(Vec::new()), "the ledger does not know yet");
    acme.run(0, &["history", "verify"]);

    let imported = acme.json(0, &["history", "import", PLACE]);
    let run = imported["data"]["imported"][0].as_str().unwrap().to_string();
    let again = acme.json(0, &["history", "import", PLACE]);
    assert_eq!(
        (&again["data"]["imported"], &again["data"]["known"][0]),
        (&Value::Array(Vec::new()), &run.as_str().into())
    );
    let told = runs(&acme);
    assert_eq!((told.as_array().unwrap().len(), &told[0]["start"]["run"]), (1, &run.as_str().into()));
    assert_eq!(told[0]["start"]["reason"], "break-glass: outage 7");
    assert!(acme.run(0, &["history", "show", &run]).out.contains("verified: all is as planned"));
    let exported = acme.run(0, &["history", "export", "--env", "prod"]).out;
    let acts: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let acts: Vec<&str> = acts.iter().map(|entry| entry["what"]["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["start", "end", "imported"]);
    acme.run(0, &["history", "verify"]);

    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before, "everything is as it was");
    acme.run(0, &["history", "verify"]);
}

#[test]
fn what_somebody_has_changed_is_not_imported_and_a_store_on_this_machine_has_no_glass() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    let deploy =
        ["deploy", "dev@latest", "--to", "prod", HOURS, "--break-glass", "x", "--confirm", "acme/prod"];
    cut_off(&acme, 0, &deploy);
    let file =
        rusqlite::Connection::open(acme.shell.directory.path().join(PLACE).join("ledger.sqlite3")).unwrap();
    file.execute("UPDATE audit SET body = replace(body, '\"x\"', '\"y\"')", []).unwrap();
    file.execute("UPDATE audit SET body = replace(body, 'break-glass: x', 'break-glass: y')", []).unwrap();
    let said = acme.run(1, &["history", "import", PLACE]);
    assert!(said.err.contains("somebody has changed what is in"), "{}", said.err);
    assert!(acme.run(0, &["history"]).out.starts_with("No runs"));
    acme.run(2, &["history", "import", "nowhere"]);

    let file = acme.shell.directory.path().join("snapdeploy.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("s3://acme-snapdeploy/snapdeploy", "file://.store")).unwrap();
    let said = acme.run(2, &deploy);
    assert!(said.err.contains("leave --break-glass out"), "{}", said.err);
}
