//! Checkpoints: what they find, and what becomes of a run whose checkpoint cannot be kept.

use snapdeploy::sandbox::{Fault, FaultKind};

use super::state::File;
use super::tampering::worked;
use crate::cli::journey::Acme;

fn embedded() -> Acme {
    Acme::with(
        |_| {},
        |text| text.replace("store = \"s3://acme-snapdeploy/snapdeploy\"", "store = \"file://.snapdeploy\""),
    )
}

#[test]
fn verify_says_what_does_not_fit_and_ends_with_4() {
    let acme = embedded();
    assert!(acme.run(0, &["history", "verify"]).out.contains("dev: 0 entries of 0 runs: all fits"));
    let (pin, _) = worked(&acme);
    let said = acme.run(0, &["history", "verify", "--env", "prod"]);
    assert!(
        said.out.contains("prod: 11 entries of 5 runs, 6 checkpoints up to entry 11: all fits"),
        "{}",
        said.out
    );
    assert!(said.out.contains("Object Lock"), "{}", said.out);

    let mut file = File::open(&acme.shell.directory.path().join(".snapdeploy"));
    let state = file.read(&pin);
    // An entry that cannot be read is a breach, and keeps nobody from reading on.
    let mut broken = state.clone();
    broken.entries.insert(3, "{".into());
    let edited = state.entries[&7].replace("\"at\":\"20", "\"at\":\"19");
    broken.entries.insert(7, edited);
    file.write(&pin, &state, &broken);
    let document = acme.json(4, &["history", "verify", "--env", "prod"]);
    let data = &document["data"];
    assert_eq!((&data["fits"], &data["audits"][0]["environments"][0]), (&false.into(), &"prod".into()));
    assert!(data["hint"].as_str().unwrap().contains("CloudTrail"), "{data}");
    let breaches = data["audits"][0]["breaches"].as_array().unwrap();
    let told: Vec<(u64, &str)> =
        breaches.iter().filter_map(|b| Some((b["entry"].as_u64()?, b["what"].as_str()?))).collect();
    assert!(told.iter().any(|(seq, what)| *seq == 3 && what.contains("cannot be read")), "{told:?}");
    assert!(told.contains(&(7, "entry 7 is not as it was when entry 8 was written")), "{told:?}");
    let said = acme.run(4, &["history", "verify"]).out;
    assert!(said.contains("dev: 0 entries") && said.contains("breach: entry 7 is not as it was"), "{said}");
    file.write(&pin, &broken, &state);
    acme.run(0, &["history", "verify"]);
}

#[test]
fn a_ledger_from_an_older_backup_is_found() {
    let acme = embedded();
    acme.run(0, &["extract", "dev"]);
    acme.deploy(0, &["connect/hours/*"]);
    let history = acme.json(0, &["history", "--env", "prod"]);
    let pin = history["data"]["runs"][0]["start"]["pin"].as_str().unwrap().parse().unwrap();
    let mut file = File::open(&acme.shell.directory.path().join(".snapdeploy"));
    let backup = file.read(&pin);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    file.write(&pin, &file.read(&pin), &backup);
    let said = acme.run(4, &["history", "verify", "--env", "prod"]).out;
    assert!(said.contains("entry 4, of which there is a checkpoint, is gone: the audit was cut"), "{said}");
    // Whoever goes on with it overwrites no checkpoint, and is told.
    let said = acme.deploy(0, &["connect/hours/*", "--overwrite-drift"]);
    assert!(said.err.contains("warning: no checkpoint of the audit could be kept"), "{}", said.err);
    assert!(said.err.contains("(snapdeploy history verify)"), "{}", said.err);
    let said = acme.run(4, &["history", "verify"]).out;
    assert!(said.contains("breach: entry 4 is not the one that its checkpoint tells of"), "{said}");
}

#[test]
fn a_run_that_is_open_is_no_breach() {
    let acme = embedded();
    acme.run(0, &["extract", "dev"]);
    acme.sandbox.fault(Fault::next("UpdateHoursOfOperation", FaultKind::AccessDenied));
    acme.deploy(3, &["--on-failure", "stop"]);
    let open = acme.run(0, &["history", "verify", "--env", "prod"]).out;
    assert!(open.contains("1 entry of 1 run, none of them under a checkpoint: all fits"), "{open}");
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    let over = acme.run(0, &["history", "verify", "--env", "prod"]).out;
    assert!(over.contains("5 entries of 2 runs, 2 checkpoints up to entry 5: all fits"), "{over}");
}

#[test]
fn a_checkpoint_that_cannot_be_kept_is_said_and_the_next_speaks_for_it() {
    let acme = embedded();
    acme.run(0, &["extract", "dev"]);
    // A file where the folder would be.
    let audit = acme.shell.directory.path().join(".snapdeploy/audit");
    std::fs::write(&audit, "").unwrap();
    let said = acme.deploy(0, &["connect/hours/*"]);
    assert!(said.err.contains("warning: no checkpoint of the audit could be kept"), "{}", said.err);
    std::fs::remove_file(&audit).unwrap();
    let none = acme.run(0, &["history", "verify", "--env", "prod"]).out;
    assert!(none.contains("2 entries of 1 run, none of them under a checkpoint: all fits"), "{none}");
    let said = acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(!said.err.contains("checkpoint"), "{}", said.err);
    let all = acme.run(0, &["history", "verify", "--env", "prod"]).out;
    assert!(all.contains("4 entries of 2 runs, 1 checkpoint up to entry 4: all fits"), "{all}");
}
