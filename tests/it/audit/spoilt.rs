//! Entries of the audit that cannot be read: found, and no obstacle to whoever has to go back.

use rusqlite::Connection;

use crate::cli::journey::Acme;

const HOURS: &str = "connect/hours/*";

/// The example with its store in a directory, in which `dev` was deployed twice.
fn place() -> (Acme, Connection) {
    let acme = Acme::with(
        |_| {},
        |text| text.replace("store = \"s3://acme-snapdeploy/snapdeploy\"", "store = \"file://.snapdeploy\""),
    );
    acme.run(0, &["extract", "dev"]);
    acme.deploy(0, &[HOURS]);
    acme.deploy(0, &[]);
    let file = acme.shell.directory.path().join(".snapdeploy/ledger.sqlite3");
    (acme, Connection::open(file).unwrap())
}

/// Puts something in the place of the entry `seq` that is none, and returns what was there.
fn spoil(file: &Connection, seq: i64) -> String {
    let was = file.query_row("SELECT body FROM audit WHERE seq = ?1", [seq], |r| r.get(0)).unwrap();
    let sql = "UPDATE audit SET body = CAST(X'7B22FF227D' AS TEXT) WHERE seq = ?1";
    assert_eq!(file.execute(sql, [seq]).unwrap(), 1, "prod alone has entries");
    was
}

#[test]
fn what_is_no_text_is_a_finding_at_its_entry() {
    let (acme, file) = place();
    spoil(&file, 2);
    let said = acme.run(4, &["history", "verify"]);
    assert!(said.out.contains("entry 2 cannot be read"), "{}", said.out);
    let listed = acme.run(0, &["history", "--env", "prod"]);
    assert!(listed.err.contains("entry 2 of the audit"), "{}", listed.err);
}

#[test]
fn a_rollback_goes_on_without_what_it_can_do_without_and_says_so() {
    // START and END of the first deployment are 1 and 2, those of the second 3 and 4.
    for (spoilt, goes_on) in [(vec![1], true), (vec![3], true), (vec![4], true), (vec![3, 4], false)] {
        let (acme, file) = place();
        let runs = acme.json(0, &["history", "--env", "prod"])["data"]["runs"].clone();
        let run = |at: usize| runs[at]["start"]["run"].as_str().unwrap().to_string();
        let there = acme.prod();
        let whole: Vec<String> = spoilt.iter().map(|seq| spoil(&file, *seq)).collect();
        assert!(!whole.is_empty());
        let rollback = ["rollback", "prod", "--confirm", "acme/prod"];
        if !goes_on {
            // A newer run may be behind what cannot be read.
            let said = acme.run(1, &rollback);
            assert!(said.err.contains("entries 4, 3 of the audit cannot be read"), "{}", said.err);
            assert!(said.err.contains(&format!("snapdeploy rollback prod --run {}", run(1))), "{}", said.err);
            assert!(acme.prod() == there);
            acme.run(0, &[&rollback[..], &["--run", &run(0)]].concat());
            continue;
        }
        let said = acme.run(0, &rollback);
        assert!(said.err.contains(&format!("Undoing run {}", run(0))), "{}", said.err);
        if spoilt != [1] {
            assert!(
                said.err.contains(&format!("entry {} of the audit cannot be read", spoilt[0])),
                "{}",
                said.err
            );
        }
        assert!(acme.prod() != there);
    }
}

#[test]
fn whether_a_run_took_anothers_place_is_not_guessed() {
    let (acme, file) = place();
    let then = acme.json(0, &["extract", "prod"])["data"]["snapshot"].as_str().unwrap().to_string();
    let rollback = ["rollback", "prod", "--confirm", "acme/prod"];
    acme.run(0, &rollback);
    acme.run(0, &[&rollback[..], &["--to", &then]].concat());
    let newest: i64 = file.query_row("SELECT max(seq) FROM audit", [], |r| r.get(0)).unwrap();
    let there = acme.prod();
    // The newest are its START and END; the one before could be the END of a run whose place it took.
    spoil(&file, newest - 2);
    let said = acme.run(1, &rollback);
    assert!(said.err.contains("took the place of another run cannot be told"), "{}", said.err);
    assert!(said.err.contains("snapdeploy rollback prod --to SNAPSHOT"), "{}", said.err);
    assert!(acme.prod() == there);
}

#[test]
fn a_deployment_is_told_which_entry_cannot_be_read() {
    let (acme, file) = place();
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    let newest: i64 = file.query_row("SELECT max(seq) FROM audit", [], |r| r.get(0)).unwrap();
    spoil(&file, newest);
    let there = acme.prod();
    let said = acme.deploy(1, &[]);
    let which = format!("entry {newest} of the audit of 222222222222");
    assert!(said.err.contains(&which), "{}", said.err);
    assert!(said.err.contains("snapdeploy history verify"), "{}", said.err);
    assert!(acme.prod() == there);
}
