//! What was undone is held: it goes again only by somebody's word, and no pipeline goes round and round.

use serde_json::Value;
use snapdeploy::sandbox::{Fault, FaultKind};

use super::journey::Acme;

const ROLLBACK: [&str; 5] = ["rollback", "prod", "--confirm", "acme/prod", "--reason"];

/// Returns the acts of the audit of prod, the oldest first.
fn acts(acme: &Acme) -> Vec<Value> {
    let exported = acme.run(0, &["history", "export", "--env", "prod"]).out;
    exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn released(acme: &Acme) -> Vec<Value> {
    acts(acme).into_iter().map(|e| e["what"].clone()).filter(|w| w["act"] == "released").collect()
}

#[test]
fn what_a_rollback_undid_is_held_until_somebody_lets_it_go() {
    let acme = Acme::new();
    let before = acme.prod();
    acme.run(0, &["extract", "dev"]);
    acme.deploy(0, &[]);
    acme.run(0, &[&ROLLBACK[..], &["INC-7: calls dropped"]].concat());

    let held = acme.deploy(13, &[]);
    let rollback =
        acme.json(0, &["history"])["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string();
    for part in ["this release is held", &rollback, "user/sandbox", "INC-7: calls dropped"] {
        assert!(held.err.contains(part), "{part}: {}", held.err);
    }
    assert!(held.err.contains("--release-hold --reason TEXT"), "{}", held.err);
    acme.run(13, &["deploy", "dev@latest", "--to", "prod", "--dry-run"]);
    acme.run(13, &["deploy", "dev@latest", "--to", "prod", "--save-plan", "p.json"]);
    let part = ["deploy", "dev@latest", "--to", "prod", "connect/hours/Weekdays", "--confirm", "acme/prod"];
    assert!(acme.run(13, &part).err.contains(&rollback), "a part of it is of the same release");
    let same = ["deploy", "dev@live", "--to", "prod", "--confirm", "acme/prod"];
    assert!(acme.run(13, &same).err.contains(&rollback), "the same under another id is no other release");
    assert!(acme.prod() == before, "nothing was written");

    assert!(acme.deploy(2, &["--release-hold"]).err.contains("--reason"));
    acme.deploy(0, &["--release-hold", "--reason", "the trunk was to blame"]);
    assert!(acme.prod() != before);
    let said = released(&acme);
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["reason"], "the trunk was to blame");
    assert_eq!(said[0]["actor"]["identity"], "arn:aws:iam::111111111111:user/sandbox");

    // Undone once more, it is held once more.
    acme.run(0, &[&ROLLBACK[..], &["INC-8"]].concat());
    assert!(acme.deploy(13, &[]).err.contains("INC-8"));
    assert_eq!(released(&acme).len(), 1, "what is refused releases nothing");
}

#[test]
fn going_back_is_never_held_and_neither_is_another_release() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev", "connect/hours/Weekdays", "--name", "hours"]);
    acme.run(0, &["extract", "dev"]);
    acme.deploy(0, &[]);
    let run = acme.json(0, &["history"])["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string();
    let before = acme.run(0, &[&ROLLBACK[..], &["INC-9"]].concat());
    assert!(before.out.contains("--release-hold --reason"), "what does it again: {}", before.out);
    let there = acme.prod();
    let back = ["rollback", "prod", "connect/hours/Weekdays", "--to", &run, "--confirm", "acme/prod"];
    acme.run(0, &back);
    assert!(acme.prod() != there, "what a person goes back to is the person's business");
    acme.run(0, &[&ROLLBACK[..], &["INC-10"]].concat());
    let other = ["deploy", "prod@latest", "--to", "prod", "--confirm", "acme/prod"];
    acme.run(0, &["extract", "prod"]);
    assert!(acme.run(0, &other).out.starts_with("Nothing to do"));
    assert!(released(&acme).is_empty());
}

#[test]
fn what_a_rollback_to_a_time_undid_is_held_too_until_that_is_undone() {
    let acme = Acme::new();
    acme.run(0, &["extract", "prod", "--name", "before"]);
    acme.run(0, &["extract", "dev", "connect/hours/*", "--name", "hours"]);
    acme.run(0, &["extract", "dev"]);
    // Two releases, one on the other; then back to before both.
    acme.run(0, &["deploy", "dev@hours", "--to", "prod", "--confirm", "acme/prod"]);
    acme.deploy(0, &[]);
    let there = acme.prod();
    acme.run(0, &["rollback", "prod", "--to", "before", "--confirm", "acme/prod", "--reason", "INC-12"]);
    assert!(acme.prod() != there);
    let held = acme.deploy(13, &[]);
    assert!(held.err.contains("this release is held") && held.err.contains("INC-12"), "{}", held.err);
    let first = ["deploy", "dev@hours", "--to", "prod", "--confirm", "acme/prod"];
    assert!(acme.run(13, &first).err.contains("INC-12"), "of both");
    // What it leads to is not undone by it: the newest deployment is put back, and is nobody's to let go.
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == there);
    assert!(acme.deploy(0, &[]).out.starts_with("Nothing to do"));
    assert!(released(&acme).is_empty());
}

#[test]
fn what_was_put_back_to_a_time_proves_nothing_to_the_next_environment() {
    let acme = Acme::with(
        |_| {},
        |text| text.replace("protected = true\n", "protected = true\npromote_from = \"dev\"\n"),
    );
    for (from, file) in [("prod", "other.zip"), ("dev", "r.zip")] {
        acme.run(0, &["extract", from]);
        let latest = format!("{from}@latest");
        acme.run(0, &["package", "create", &latest, "connect/hours/*", "--out", file]);
    }
    // Something else was there, and the release took its place.
    acme.run(0, &["deploy", "other.zip", "--to", "dev", "--yes", "--overwrite-drift"]);
    acme.run(0, &["extract", "dev", "--name", "before"]);
    acme.run(0, &["deploy", "r.zip", "--to", "dev", "--yes", "--overwrite-drift"]);
    let prove = ["deploy", "r.zip", "--to", "prod", "--dry-run"];
    assert!(!acme.run(0, &prove).err.contains("has not succeeded in dev"));
    acme.run(0, &["rollback", "dev", "--to", "before", "--yes"]);
    let said = acme.run(13, &prove);
    assert!(said.err.contains("deployed this release to dev without connect/hours/"), "{}", said.err);
    // Once that is undone it is there again, and so is the proof.
    acme.run(0, &["rollback", "dev", "--yes"]);
    acme.run(0, &prove);
}

#[test]
fn a_failure_that_says_nothing_about_the_release_holds_nothing_but_a_loop_is_ended() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    for _ in 0..3 {
        acme.sandbox.fault(Fault::next("UpdateHoursOfOperation", FaultKind::AccessDenied));
        acme.deploy(6, &[]);
    }
    let looped = acme.deploy(13, &[]);
    assert!(
        looped.err.contains("3 deployments of the same were undone within the last 30 minutes"),
        "{}",
        looped.err
    );
    let runs = acme.json(0, &["history"])["data"]["runs"].clone();
    for run in runs.as_array().unwrap().iter().filter(|r| r["start"]["kind"] == "deploy") {
        assert!(looped.err.contains(run["start"]["run"].as_str().unwrap()), "{}", looped.err);
    }
    acme.deploy(0, &["--release-hold", "--reason", "the role is mended"]);
    assert_eq!(released(&acme).len(), 1);
}
