//! `history watch`, with real processes.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use snapdeploy::sandbox::{Fault, FaultKind, Hold};

use super::exits::{DEPLOY, acme, end, signal, start_and_hold};
use super::journey::Acme;
use super::shell::Said;

fn creating() -> Hold {
    Hold { operation: Some("CreateQueue".into()), ..Hold::default() }
}

fn watch(acme: &Acme, more: &[&str]) -> Child {
    let arguments = [&["history", "watch"], more].concat();
    acme.shell.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until whoever watches has asked for the run several times.
fn is_watching(acme: &Acme, child: &mut Child) {
    acme.sandbox.clear_calls();
    let began = Instant::now();
    while acme.sandbox.calls().iter().filter(|c| c.operation == "Query").count() < 12 {
        assert!(child.try_wait().unwrap().is_none(), "it does not watch");
        assert!(began.elapsed() < Duration::from_secs(60), "it does not look");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Returns the newest run's id.
fn newest(acme: &Acme) -> String {
    let runs = acme.json(0, &["history", "--env", "prod"]);
    runs["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string()
}

#[test]
fn a_run_of_another_process_is_followed_to_its_end() {
    let acme = acme();
    let deploying = start_and_hold(&acme, &DEPLOY, creating(), 1);
    let mut watching = watch(&acme, &["--env", "prod"]);
    is_watching(&acme, &mut watching);
    acme.sandbox.release();
    let (code, told) = end(deploying);
    assert_eq!(code, Some(0), "{told}");
    let said = Said::from(watching.wait_with_output().unwrap());
    let run = newest(&acme);
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    assert!(said.err.contains(&format!("Run {run} (deploy of dev@latest to prod) began")), "{}", said.err);
    assert!(said.err.contains("done: CreateQueue connect/queue/"), "{}", said.err);
    assert!(said.err.contains("verified: all is as planned"), "{}", said.err);
    assert!(said.out.starts_with(&format!("Run {run} in prod is done.")), "{}", said.out);
    // Each line once.
    let verified = said.err.lines().filter(|l| l.contains("verified: all is as planned")).count();
    assert_eq!(verified, 1, "{}", said.err);

    let again = acme.run(0, &["history", "watch", &run]);
    assert!(again.err.contains(&format!("Run {run} has ended already")), "{}", again.err);
    assert!(again.out.contains(&format!("Undo: snapdeploy rollback prod --run {run}")), "{}", again.out);
    acme.run(10, &["history", "watch", "--env", "prod"]);
    acme.run(10, &["history", "watch", "20200101t000000000-000000"]);
}

#[test]
fn a_run_that_turns_round_is_followed_to_the_end_of_its_rollback() {
    let acme = acme();
    let before = acme.prod();
    let deploying = start_and_hold(&acme, &DEPLOY, creating(), 1);
    let mut watching = watch(&acme, &["--output", "json"]);
    is_watching(&acme, &mut watching);
    acme.sandbox.fault(Fault { times: 100, ..Fault::next("CreateContactFlow", FaultKind::AccessDenied) });
    acme.sandbox.release();
    let (code, told) = end(deploying);
    assert_eq!(code, Some(6), "{told}");
    assert_eq!(acme.prod(), before);
    let said = Said::from(watching.wait_with_output().unwrap());
    assert_eq!(said.code, 6, "{}\n{}", said.out, said.err);
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&document["schema"], &document["data"]["exit"]), (&"snapdeploy.watch/1".into(), &6.into()));
    assert_eq!(document["data"]["rollback"], newest(&acme).as_str(), "{document:#}");
    assert!(said.err.contains("refused: CreateContactFlow"), "{}", said.err);
}

#[test]
fn a_run_that_nobody_goes_on_with_is_told_with_its_ways_out() {
    let acme = acme();
    acme.sandbox.fault(Fault { nth: 2, ..Fault::next("CreateQueue", FaultKind::AccessDenied) });
    acme.deploy(3, &["--on-failure", "stop"]);
    let run = newest(&acme);
    let stopped = acme.run(3, &["history", "watch"]);
    assert!(stopped.out.contains(&format!("Resume: snapdeploy deploy --resume {run}")), "{}", stopped.out);
    assert!(stopped.out.contains(&format!("Undo: snapdeploy rollback prod --run {run}")), "{}", stopped.out);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    let undone = acme.run(6, &["history", "watch", &run]);
    assert!(undone.out.contains("rolled back"), "{}", undone.out);

    // A dead one is told at once, by the machine that it ran on.
    let deploying = start_and_hold(&acme, &DEPLOY, creating(), 1);
    signal(&deploying, "KILL");
    deploying.wait_with_output().unwrap();
    acme.sandbox.release();
    acme.run(3, &["history", "watch"]);
}

#[test]
fn a_watch_has_a_time_and_touches_nothing() {
    let acme = acme();
    let deploying = start_and_hold(&acme, &DEPLOY, creating(), 1);
    acme.sandbox.clear_calls();
    let said = acme.run(8, &["history", "watch", "--env", "prod", "--timeout", "2m"]);
    assert!(
        said.out.contains("is still being worked on") && said.out.contains("Watch: snapdeploy history watch"),
        "{}",
        said.out
    );
    let child = watch(&acme, &["--env", "prod"]);
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "INT");
    assert_eq!(end(child).0, Some(130));
    acme.sandbox.release();
    let (code, told) = end(deploying);
    assert_eq!(code, Some(0), "nobody has disturbed it: {told}");
}
