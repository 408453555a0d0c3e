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

/// Lets no write reach the ledger: what only reads finds it well.
fn unwritable(acme: &Acme) {
    let every = Fault { times: u64::MAX, ..Fault::next("TransactWriteItems", FaultKind::DropBefore) };
    acme.sandbox.fault(Fault { service: Some("dynamodb".into()), ..every });
}

#[test]
fn a_ledger_that_can_be_read_and_not_written_is_down() {
    let acme = Acme::new();
    let before = acme.prod();
    acme.run(0, &["extract", "dev"]);
    unwritable(&acme);
    let deploy = ["deploy", "dev@latest", "--to", "prod", HOURS, "--confirm", "acme/prod"];
    acme.run(75, &deploy);
    let said = acme.run(0, &[&deploy[..], &["--break-glass", "outage 8"]].concat());
    assert!(said.err.contains("cannot be reached"), "{}", said.err);
    assert!(acme.prod() != before);
    acme.sandbox.clear_faults();
    // Until it is told to the ledger, this machine knows of it.
    let said = acme.run(0, &["store", "check"]);
    assert!(said.err.contains("1 runs were done behind a broken glass"), "{}", said.err);
    let writes = |acme: &Acme| {
        let calls = acme.sandbox.calls();
        calls.iter().filter(|c| c.operation == "TransactWriteItems" && c.error.is_none()).count()
    };
    let refused = writes(&acme);
    acme.run(13, &[&deploy[..], &["--break-glass", "outage 8"]].concat());
    assert_eq!(writes(&acme), refused, "to ask writes nothing");
    acme.run(0, &["history", "import", PLACE]);
    let said = acme.run(0, &["store", "check"]);
    assert!(!said.err.contains("broken glass"), "{}", said.err);
}

#[test]
fn approvals_and_proofs_that_nobody_can_see_are_gone_without_and_that_is_recorded() {
    let more =
        "protected = true\napprovals = 1\npromote_from = \"dev\"\nfreeze = [\"2000-01-01/2099-01-01 x\"]\n";
    let acme = Acme::with(|_| {}, |text| text.replace("protected = true\n", more));
    acme.run(0, &["extract", "dev"]);
    let deploy = ["deploy", "dev@latest", "--to", "prod", HOURS, "--confirm", "acme/prod"];
    acme.run(13, &deploy);
    let glass = [&deploy[..], &["--break-glass", "outage 9"]].concat();
    assert!(
        cut_off(&acme, 13, &glass).err.contains("prod is frozen"),
        "the calendar is here, and is kept to"
    );
    let said = cut_off(&acme, 0, &[&glass[..], &["--outside-window"]].concat());
    for part in ["another person has approved", "succeeded in dev", "since somebody broke the glass"] {
        assert!(said.err.contains(part), "{part}: {}", said.err);
    }
    acme.run(0, &["history", "import", PLACE]);
    let runs = acme.json(0, &["history", "--env", "prod"])["data"]["runs"].clone();
    let reason = runs[0]["start"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("break-glass: outage 9 (deployed although "), "{reason}");
    assert!(reason.contains("another person has approved"), "{reason}");
    let typed = ["deploy", "dev@latest", "--to", "prod", "--reason", "break-glass: me too"];
    assert!(acme.run(2, &typed).err.contains("--break-glass"));
}

#[test]
fn an_import_that_was_broken_off_is_gone_on_with_and_its_run_is_not() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    let deploy =
        ["deploy", "dev@latest", "--to", "prod", HOURS, "--break-glass", "x", "--confirm", "acme/prod"];
    cut_off(&acme, 0, &deploy);
    let after = acme.prod();
    // The run is begun in the ledger, and then nothing more arrives.
    let every = Fault { nth: 2, times: u64::MAX, ..Fault::next("TransactWriteItems", FaultKind::DropBefore) };
    acme.sandbox.fault(Fault { service: Some("dynamodb".into()), ..every });
    acme.run(75, &["history", "import", PLACE]);
    acme.sandbox.clear_faults();
    let run = acme.json(0, &["history", "--env", "prod"])["data"]["runs"][0].clone();
    assert_eq!(run["status"], "open");
    let run = run["start"]["run"].as_str().unwrap();
    for way in [
        vec!["deploy", "--resume", run, "--confirm", "acme/prod"],
        vec!["rollback", "prod", "--confirm", "acme/prod"],
        vec!["rollback", "prod", "--run", run, "--confirm", "acme/prod"],
    ] {
        let said = acme.run(11, &way);
        assert!(said.err.contains("snapdeploy history import .snapdeploy/break-glass"), "{}", said.err);
    }
    assert!(acme.prod() == after);
    acme.run(0, &["history", "import", PLACE]);
    acme.run(0, &["history", "verify"]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() != after);
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
