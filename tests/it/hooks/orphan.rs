//! A command that goes on after the process that began it: nothing is run beside it.

use super::killed::hit;
use super::place::{Place, told};

/// Notes when it begins and when it ends, in one file.
fn hook(lasts: &str, more: &str) -> String {
    format!(
        "[hooks.backup]\nat = \"before_deploy\"\n{more}\ncommand = \"echo begun >> told; sleep {lasts}; echo ended >> told\""
    )
}

#[test]
fn a_repeatable_one_is_run_again_once_the_first_is_over() {
    let place = Place::new(&hook("1.5", "repeatable = true"));
    hit(&place, "2", "KILL", || place.has("told"));
    told(&place.resume(&[]), 0, &["the command of the hook backup, which still runs here"]);
    assert_eq!(place.text("told"), "begun\nended\nbegun\nended\n");
    assert!(place.audit().contains("hook backup runs as the process group "), "{}", place.audit());
}

#[test]
fn another_is_waited_for_and_then_asked_about() {
    let place = Place::new(&hook("1", ""));
    hit(&place, "2", "KILL", || place.has("told"));
    let words = ["nobody knows how the hook backup ended: its command ran on", "--repeat-hook backup"];
    told(&place.resume(&[]), 3, &words);
    assert_eq!(place.text("told"), "begun\nended\n");
    told(&place.resume(&[]), 3, &["its command is over"]);
}

#[test]
fn it_has_its_limit_all_the_same_and_is_left_where_somebody_skips_it() {
    let place = Place::new(&hook("30", "limit = \"150s\""));
    hit(&place, "2", "KILL", || place.has("told"));
    told(&place.resume(&[]), 3, &["was ended at its limit of 150s"]);
    assert_eq!(place.text("told"), "begun\n");

    let place = Place::new(&hook("8", ""));
    hit(&place, "2", "KILL", || place.has("told"));
    told(&place.resume(&["--skip-hook", "backup"]), 0, &["which is skipped, still runs here"]);
}

/// What is put back beside it would be put back under its hands.
#[test]
fn a_rollback_waits_for_it_too() {
    let place = Place::new(&hook("1.5", ""));
    hit(&place, "2", "KILL", || place.has("told"));
    told(&place.rollback(&[]), 0, &["the command of the hook backup, which still runs here"]);
    assert_eq!(place.text("told"), "begun\nended\n");

    let place = Place::new(&hook("30", "limit = \"150s\""));
    hit(&place, "2", "KILL", || place.has("told"));
    told(&place.rollback(&[]), 0, &["was ended at its limit of 150s"]);
    assert_eq!(place.text("told"), "begun\n");

    let place = Place::new(&hook("8", ""));
    hit(&place, "2", "KILL", || place.has("told"));
    told(&place.rollback(&["--skip-hook", "backup"]), 0, &["which is skipped, still runs here"]);
    assert_eq!(place.text("told"), "begun\n", "it was not waited for");
}

/// Each job of a CI server may be on a host of its own. Who says that the command is over there has it run again where the
/// way back has it: a backup is no less needed for that.
#[test]
fn one_that_was_begun_on_another_host_is_over_when_somebody_says_so() {
    let place = Place::new(
        "[hooks.backup]\nat = [\"after_deploy\", \"before_rollback\"]\ncommand = \"echo begun >> told; sleep 0.5\"",
    );
    hit(&place, "2", "KILL", || place.has("told"));
    place.begun_elsewhere();
    told(&place.rollback(&[]), 130, &["it may still run, as the process group ", "--repeat-hook backup"]);
    assert_eq!(place.text("told"), "begun\n");
    told(&place.rollback(&["--repeat-hook", "backup"]), 0, &[]);
    assert_eq!(place.text("told"), "begun\nbegun\n");
}
