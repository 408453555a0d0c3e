//! A process that dies, or is asked to stop, while a hook runs.

use std::process::{Child, Command, Output};

use snapdeploy::sandbox::{Fault, FaultKind};

use super::migration::MIGRATE;
use super::place::{Place, told};
use crate::cli::shell::Said;

const BACKUP: &str =
    "[hooks.backup]\nat = \"before_deploy\"\ncommand = \"echo x >> begun; sleep 2; touch ended\"";

/// Begins a deployment, and sends `signal` to it once `is` so.
pub(super) fn hit(place: &Place, tag: &str, signal: &str, is: impl Fn() -> bool) -> Said {
    let child: Child = place.begin(tag);
    place.until("the hook runs", is);
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    let output: Output = child.wait_with_output().unwrap();
    Said::from(output)
}

#[test]
fn of_a_command_nobody_knows_how_it_ended() {
    let place = Place::new(BACKUP);
    let before = place.runs();
    hit(&place, "2", "KILL", || place.has("begun"));
    let said = place.resume(&[]);
    let ways = ["nobody knows how the hook backup ended", "--skip-hook backup", "--repeat-hook backup"];
    told(&said, 3, &ways);
    assert_eq!((place.runs(), place.text("begun").lines().count()), (before.clone(), 1));
    told(&place.resume(&["--skip-hook", "backup"]), 0, &[]);
    assert_ne!(place.runs(), before);
    assert_eq!(place.text("begun").lines().count(), 1, "it is not run again");
}

#[test]
fn it_is_run_again_where_that_does_no_harm_or_somebody_says_so() {
    for (more, flags) in [("\nrepeatable = true", &[][..]), ("", &["--repeat-hook", "backup"])] {
        let place = Place::new(&format!("{}{more}", BACKUP.replace("sleep 2", "sleep 0.5")));
        hit(&place, "2", "KILL", || place.has("begun"));
        told(&place.resume(flags), 0, &[]);
        assert_eq!(place.text("begun").lines().count(), 2);
    }
}

#[test]
fn a_task_is_followed_by_whoever_goes_on() {
    let place = Place::new(&MIGRATE.replace("up", "slowly"));
    hit(&place, "4", "KILL", || place.changes().contains(&"RunTask".to_string()));
    told(&place.resume(&[]), 0, &[]);
    assert_eq!(place.tasks().len(), 1, "it was started once");
    assert_eq!(place.tasks()[0]["containers"][0]["exitCode"], 0, "and its end was waited for");
    let at = |operation: &str| place.changes().iter().position(|o| o == operation).unwrap();
    assert!(at("RunTask") < at("UpdateService"));
}

#[test]
fn a_task_whose_start_was_not_answered_is_started_once() {
    let place = Place::new(MIGRATE);
    place.sandbox.fault(Fault::next("RunTask", FaultKind::DropAfter));
    told(&place.deploy("4", &[]), 0, &[]);
    assert_eq!(place.changes().iter().filter(|o| *o == "RunTask").count(), 2);
    assert_eq!(place.tasks().len(), 1);
}

#[test]
fn who_is_asked_to_stop_ends_the_command_and_lets_the_task_go_on() {
    let place = Place::new(BACKUP);
    let said = hit(&place, "2", "INT", || place.has("begun"));
    told(&said, 3, &["the hook backup was ended before its own end"]);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(!place.has("ended"), "it went on");

    let place = Place::new(&MIGRATE.replace("up", "slowly"));
    let said = hit(&place, "4", "INT", || place.changes().contains(&"RunTask".to_string()));
    told(&said, 3, &["the task of the hook migrate goes on: arn:aws:ecs:"]);
    assert!(!place.changes().contains(&"StopTask".to_string()));
    told(&place.resume(&[]), 0, &[]);
    assert_eq!(place.tasks().len(), 1);
}
