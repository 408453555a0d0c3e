//! Change windows and freezes, as they are typed.

use jiff::{SignedDuration, Timestamp};
use snapdeploy::sandbox::{Fault, FaultKind};

use super::journey::Acme;

const OUTSIDE: [&str; 3] = ["--outside-window", "--reason", "INC-3: nobody can call"];

/// Prod with these lines in its table.
fn place(lines: &str) -> Acme {
    let more = format!("protected = true\n{lines}");
    let acme = Acme::with(|_| {}, |example| example.replace("protected = true", &more));
    acme.run(0, &["extract", "dev"]);
    acme
}

/// A freeze that does not end while the test runs.
fn frozen() -> Acme {
    let day = |hours| (Timestamp::now() + SignedDuration::from_hours(hours)).strftime("%Y-%m-%d").to_string();
    place(&format!("freeze = [\"{}/{} Release of the year\"]", day(-24), day(48)))
}

#[test]
fn a_freeze_blocks_deployments_and_says_when_it_ends() {
    let acme = frozen();
    let before = acme.prod();
    let refused = acme.deploy(13, &[]);
    for part in ["prod is frozen from 20", "(Release of the year)", "it opens ", "--outside-window"] {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    let dry = acme.run(0, &["deploy", "dev@latest", "--to", "prod", "--dry-run"]);
    assert!(dry.out.contains("prod is frozen"), "{}", dry.out);
    acme.run(0, &["deploy", "dev@latest", "--to", "prod", "--save-plan", "p.json"]);
    let perform = ["deploy", "--plan", "p.json", "--confirm", "acme/prod"];
    assert!(acme.run(13, &perform).err.contains("prod is frozen"));
    assert!(acme.prod() == before, "nothing was written");

    assert!(acme.deploy(2, &["--outside-window"]).err.contains("--reason"));
    acme.run(0, &[&perform[..], &OUTSIDE].concat());
    let reason = acme.json(0, &["history"])["data"]["runs"][0]["start"]["reason"].clone();
    let reason = reason.as_str().unwrap();
    assert!(reason.starts_with("INC-3: nobody can call (deployed although prod is frozen from"), "{reason}");
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before, "going back waits for no window");
}

#[test]
fn a_run_that_has_begun_goes_on_when_the_window_is_over() {
    let acme = frozen();
    acme.sandbox.fault(Fault::next("UpdateHoursOfOperation", FaultKind::AccessDenied));
    acme.deploy(3, &[&["--on-failure", "stop"], &OUTSIDE[..]].concat());
    acme.run(0, &["deploy", "--resume", "--confirm", "acme/prod"]);
}

#[test]
fn an_open_window_is_no_obstacle_and_all_reasons_are_said_at_once() {
    let always = place("windows = [\"mon-sun 00:00-24:00\"]\ntime_zone = \"UTC\"");
    always.deploy(0, &["connect/hours/Weekdays"]);
    always.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);

    let never =
        place("windows = [\"mon-sun 00:00-24:00\"]\nfreeze = [\"2020-01-01/2099-12-31\"]\napprovals = 1");
    let refused = never.deploy(13, &["connect/hours/Weekdays"]);
    assert!(
        refused.err.contains("frozen from 2020-01-01 to 2099-12-31")
            && refused.err.contains("takes only a saved plan"),
        "{}",
        refused.err
    );
}

#[test]
fn a_window_that_means_nothing_is_2_with_its_place() {
    for (lines, part) in [
        ("windows = [\"mon-thu 9-16\"]", "a window is written mon-thu 09:00-16:00"),
        ("freeze = [\"Christmas\"]", "a freeze is written 2026-12-18/2027-01-04 Christmas"),
        ("time_zone = \"Europe/Atlantis\"", "`time_zone` is not known"),
    ] {
        let more = format!("protected = true\n{lines}");
        let acme = Acme::with(|_| {}, |example| example.replace("protected = true", &more));
        let refused = acme.run(2, &["show", "dev"]);
        assert!(refused.err.contains("snapdeploy.toml:") && refused.err.contains(part), "{}", refused.err);
    }
}
