//! `--wait-lock` and `--take-over`, with real processes.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use snapdeploy::sandbox::Hold;

use super::exits::{DEPLOY, acme, end, signal, start_and_hold};
use super::journey::Acme;

fn creating() -> Hold {
    Hold { operation: Some("CreateQueue".into()), ..Hold::default() }
}

fn spawn(acme: &Acme, arguments: &[&str]) -> Child {
    acme.shell.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn waiting(patience: &str) -> Vec<&str> {
    [&DEPLOY[..], &["--wait-lock", patience]].concat()
}

/// Waits until the process has asked `acme` who holds the lease several times: it is waiting.
fn is_waiting(acme: &Acme, child: &mut Child) {
    acme.sandbox.clear_calls();
    let looks = || acme.sandbox.calls().iter().filter(|c| c.operation == "Query").count();
    let began = Instant::now();
    while looks() < 30 {
        assert!(child.try_wait().unwrap().is_none(), "it has not waited");
        assert!(began.elapsed() < Duration::from_secs(30), "it does not look");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_second_deployment_waits_its_turn_and_plans_after_it() {
    let acme = acme();
    let first = start_and_hold(&acme, &DEPLOY, creating(), 1);
    let mut second = spawn(&acme, &waiting("10h"));
    is_waiting(&acme, &mut second);
    acme.sandbox.release();
    let (code, told) = end(first);
    assert_eq!(code, Some(0), "{told}");
    let run = told.lines().find_map(|l| l.strip_prefix("Run ")).and_then(|l| l.split(':').next()).unwrap();
    let output = second.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(err.contains(&format!("Waiting: prod is held by the run {run}: ")), "{err}");
    assert!(err.contains("tester@") && err.contains("deploying dev@latest since 20"), "{err}");
    assert!(out.starts_with("Nothing to do"), "its plan was made after the first had ended: {out}");
}

#[test]
fn a_rollback_waits_for_another_rollback_and_then_goes_further_back() {
    let acme = acme();
    let before = acme.prod();
    acme.run(0, &["deploy", "dev@latest", "--to", "prod", "connect/hours/*", "--confirm", "acme/prod"]);
    acme.deploy(0, &[]);
    let rollback = ["rollback", "prod", "--confirm", "acme/prod"];
    let hold = Hold { operation: Some("DeleteContactFlow".into()), ..Hold::default() };
    let first = start_and_hold(&acme, &rollback, hold, 1);
    let mut second = spawn(&acme, &[&rollback[..], &["--wait-lock", "10h"]].concat());
    is_waiting(&acme, &mut second);
    acme.sandbox.release();
    for child in [first, second] {
        let (code, told) = end(child);
        assert_eq!(code, Some(0), "{told}");
    }
    assert_eq!(acme.prod(), before, "both deployments are undone");
}

#[test]
fn patience_runs_out_with_11_and_ctrl_c_ends_the_wait_with_130() {
    let acme = acme();
    let first = start_and_hold(&acme, &DEPLOY, creating(), 1);
    let began = Instant::now();
    let said = acme.run(11, &waiting("2m"));
    assert!(began.elapsed() >= Duration::from_millis(600), "two minutes are 600 ms here");
    assert!(said.err.contains("Waiting: prod is held") && said.err.contains("2m at most"), "{}", said.err);
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let mut second = spawn(&acme, &waiting("10h"));
        is_waiting(&acme, &mut second);
        signal(&second, name);
        let (ended, told) = end(second);
        assert_eq!(ended, Some(code), "{told}");
    }
    acme.sandbox.release();
    let (code, told) = end(first);
    assert_eq!(code, Some(0), "the first has not been disturbed: {told}");
}

#[test]
fn a_wait_is_a_duration_and_a_dry_run_does_not_wait() {
    let acme = acme();
    for wrong in ["10", "0s", "soon", "-5m"] {
        let said = acme.run(2, &[&DEPLOY[..], &[&format!("--wait-lock={wrong}")]].concat());
        assert!(said.err.contains("90s, 10m"), "{}", said.err);
    }
    acme.run(2, &["deploy", "--resume", "--wait-lock", "5m"]);
    let first = start_and_hold(&acme, &DEPLOY, creating(), 1);
    acme.run(0, &["deploy", "dev@latest", "--to", "prod", "--dry-run", "--wait-lock", "10h"]);
    acme.sandbox.release();
    end(first);
}

#[test]
fn an_owner_that_stands_still_is_taken_over_and_changes_nothing_when_it_wakes() {
    let acme = acme();
    let before = acme.prod();
    let child = start_and_hold(&acme, &DEPLOY, creating(), 1);
    signal(&child, "STOP");
    acme.sandbox.release();
    let said = acme.run(0, &["rollback", "prod", "--take-over", "--confirm", "acme/prod"]);
    assert!(said.err.contains("Waiting: prod is held by the run "), "{}", said.err);
    assert!(said.err.contains("tester@") && said.err.contains("no sign of life for 40s"), "{}", said.err);
    assert_eq!(acme.prod(), before);
    acme.sandbox.clear_calls();
    signal(&child, "CONT");
    let (code, told) = end(child);
    assert_eq!(code, Some(9), "{told}");
    let written = acme.sandbox.calls().iter().filter(|c| c.mutating && c.service == "connect").count();
    assert_eq!(written, 0, "it sent nothing after it woke");
    assert_eq!(acme.prod(), before);
}

#[test]
fn an_owner_that_is_alive_is_asked_to_stop_and_not_pushed_aside() {
    let acme = acme();
    let before = acme.prod();
    let child = start_and_hold(&acme, &DEPLOY, creating(), 1);
    let rollback = ["rollback", "prod", "--take-over", "--confirm", "acme/prod"];
    let other = spawn(&acme, &rollback);
    let began = Instant::now();
    while !acme.sandbox.state().to_string().contains("stop_asked_by") {
        assert!(began.elapsed() < Duration::from_secs(30), "it is not asked");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(150));
    acme.sandbox.release();
    let (code, told) = end(child);
    assert_eq!(code, Some(3), "it stopped by itself: {told}");
    match end(other) {
        (Some(11 | 14), _) => drop(acme.run(0, &rollback)),
        (code, told) => assert_eq!(code, Some(0), "{told}"),
    }
    assert_eq!(acme.prod(), before);
}
