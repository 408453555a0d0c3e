//! The ways out of a run that cannot go on: without what stands in its way, or to another state altogether.

use snapdeploy::sandbox::{Fault, FaultKind};

use super::journey::Acme;

const HOURS: &str = "connect/hours/*";
const WEEKDAYS: &str = "connect/hours/Weekdays";
const WEEKENDS: &str = "connect/hours/Weekends";
const CONFIRM: [&str; 2] = ["--confirm", "acme/prod"];

/// Refuses every call of this operation from now on.
fn refuse(acme: &Acme, operation: &str) {
    acme.sandbox.fault(Fault { times: 1_000, ..Fault::next(operation, FaultKind::AccessDenied) });
}

/// Returns the id of the newest run of prod, and its status.
fn newest(acme: &Acme) -> (String, String) {
    let history = acme.json(0, &["history", "--env", "prod"]);
    let first = &history["data"]["runs"][0];
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    (text(&first["start"]["run"]), text(&first["status"]))
}

#[test]
fn a_deployment_goes_on_without_what_cannot_be_written() {
    let acme = Acme::new();
    let before = acme.prod();
    acme.run(0, &["extract", "dev"]);
    refuse(&acme, "UpdateHoursOfOperation");
    acme.deploy(3, &[HOURS, "--on-failure", "stop"]);
    let skip = |code, what: &[&str]| {
        acme.run(code, &[&["deploy", "--resume", "--skip"], what, &CONFIRM[..]].concat())
    };
    // What is no part of the run, or is written already, cannot be left out.
    assert!(skip(2, &["connect/hours/Nights"]).err.contains("what is not done yet: connect/hours/Weekdays"));
    assert!(skip(2, &["connect/hours/Weekends"]).err.contains("it is written already"));
    acme.run(2, &["deploy", "dev@latest", "--to", "prod", "--skip", WEEKDAYS]);

    let shown = acme.run(0, &["deploy", "--resume", "--skip", WEEKDAYS, "--dry-run"]);
    assert!(shown.out.contains("is left out, as it is found"), "{}", shown.out);
    let done = skip(0, &[WEEKDAYS, "--reason", "INC-7"]);
    assert!(done.out.contains("Left out, as it was said, and as they were found: connect/hours/Weekdays"));
    let (run, status) = newest(&acme);
    assert_eq!(status, "succeeded");
    let shown = acme.run(0, &["history", "show", &run]).out;
    assert!(
        shown.contains("left out: UpdateHoursOfOperation connect/hours/Weekdays, by arn:aws:iam::"),
        "{shown}"
    );
    assert!(shown.contains("INC-7"), "{shown}");
    // It is neither lost nor taken for done.
    let open = acme.run(4, &["deploy", "dev@latest", "--to", "prod", HOURS, "--dry-run", "--exit-code"]);
    assert!(open.out.contains("update  connect/hours/Weekdays"), "{}", open.out);
    acme.sandbox.clear_faults();
    acme.run(0, &[&["rollback", "prod"], &CONFIRM[..]].concat());
    assert!(acme.prod() == before);
}

#[test]
fn a_rollback_goes_on_without_what_cannot_be_put_back() {
    let acme = Acme::new();
    acme.run(0, &["extract", "prod", "--name", "before"]);
    acme.run(0, &["extract", "dev"]);
    acme.deploy(0, &[HOURS]);
    refuse(&acme, "DeleteHoursOfOperation");
    acme.run(3, &[&["rollback", "prod"], &CONFIRM[..]].concat());
    let (run, _) = newest(&acme);
    let done = acme.run(0, &[&["deploy", "--resume", &run, "--skip", WEEKENDS], &CONFIRM[..]].concat());
    assert!(done.out.contains("Left out, as it was said"), "{}", done.out);
    let health = acme.run(0, &["health", "prod"]).out;
    assert!(health.contains("no run is open"), "{health}");
    let left = acme.run(4, &["diff", "prod@before", "prod@live", "--exit-code"]).out;
    assert!(left.contains(WEEKENDS) && !left.contains(WEEKDAYS), "{left}");
}

#[test]
fn what_is_not_made_is_left_out_together_with_what_needs_it() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    refuse(&acme, "CreateQueue");
    let stopped = acme.deploy(3, &["--on-failure", "stop"]);
    let queue = "connect/queue/Billing";
    assert!(stopped.err.contains("connect/queue/"), "{}", stopped.err);
    let refused = acme.run(2, &[&["deploy", "--resume", "--skip", queue], &CONFIRM[..]].concat());
    assert!(
        refused.err.contains("cannot be left out alone") && refused.err.contains("--skip '"),
        "{}",
        refused.err
    );
    acme.sandbox.clear_faults();
    acme.run(0, &[&["deploy", "--resume"], &CONFIRM[..]].concat());
}

#[test]
fn a_run_that_cannot_go_on_gives_way_to_another_state() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    acme.deploy(0, &[HOURS]);
    acme.run(0, &["extract", "prod", "--name", "after"]);
    let there = acme.prod();
    refuse(&acme, "DeleteHoursOfOperation");
    acme.run(3, &[&["rollback", "prod"], &CONFIRM[..]].concat());
    let (stuck, _) = newest(&acme);
    assert!(acme.prod() != there, "a part of it is put back");
    let locked = acme.run(11, &[&["rollback", "prod", "--to", "after"], &CONFIRM[..]].concat());
    assert!(locked.err.contains("--take-over"), "{}", locked.err);
    let part = ["rollback", "prod", WEEKENDS, "--to", "after", "--take-over"];
    assert!(acme.run(2, &[&part[..], &CONFIRM[..]].concat()).err.contains("leave the addresses out"));
    let done = acme.run(0, &[&["rollback", "prod", "--to", "after", "--take-over"], &CONFIRM[..]].concat());
    assert!(done.err.contains(&format!("Ending the rollback {stuck}, which has not ended")), "{}", done.err);
    assert!(acme.run(0, &["diff", "prod@after", "prod@live", "--exit-code"]).out.contains("No differences"));
    let shown = acme.run(0, &["history", "show", &stuck]).out;
    assert!(shown.contains("takes its place"), "{shown}");
    let health = acme.run(0, &["health", "prod"]).out;
    assert!(health.contains("no run is open"), "{health}");
}
