//! Every exit code that can occur, from the binary itself, with what it promises about the environment.
//!
//! 8 is in `watching` and `following`. 70 takes a defect.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use snapdeploy::sandbox::{Fault, FaultKind, Hold};

use super::journey::Acme;

pub(super) const DEPLOY: [&str; 6] = ["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"];

fn fault(operation: &str, nth: u64, times: u64, kind: FaultKind) -> Fault {
    Fault { nth, times, ..Fault::next(operation, kind) }
}

pub(super) fn acme() -> Acme {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    acme
}

/// Starts the command and waits until the sandbox holds `calls` calls of it.
pub(super) fn start_and_hold(acme: &Acme, arguments: &[&str], hold: Hold, calls: usize) -> Child {
    acme.sandbox.hold(hold);
    let child = acme.shell.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while acme.sandbox.held() < calls {
        assert!(began.elapsed() < Duration::from_secs(30), "nothing is held");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

pub(super) fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
}

pub(super) fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).to_string())
}

#[test]
fn codes_1_12_13_75_leave_everything_as_it_was() {
    let acme = acme();
    let before = acme.prod();
    // The first call of the plan changes a predefined attribute.
    acme.sandbox.fault(fault("UpdatePredefinedAttribute", 1, 1, FaultKind::LimitExceeded));
    let said = acme.deploy(1, &[]);
    assert!(
        said.err.contains("LimitExceededException") && said.err.contains("Service Quotas"),
        "{}",
        said.err
    );
    acme.sandbox.fault(fault("UpdatePredefinedAttribute", 1, 1, FaultKind::AccessDenied));
    acme.deploy(12, &[]);
    acme.sandbox.fault(fault("ListContactFlows", 1, 100, FaultKind::ServerError));
    acme.deploy(4, &[]);
    acme.sandbox.clear_faults();
    acme.sandbox.fault(fault("GetCallerIdentity", 1, 100, FaultKind::ServerError));
    acme.deploy(75, &[]);
    acme.sandbox.clear_faults();
    let said = acme
        .run(13, &["deploy", "dev@latest", "--to", "prod", "connect/flow/Billing", "--confirm", "acme/prod"]);
    assert!(said.err.contains("connect/queue/Billing, which is not in the target"), "{}", said.err);
    assert_eq!(acme.prod(), before);
    acme.run(0, &["health", "prod"]);
}

#[test]
fn code_4_says_that_there_is_something_to_see() {
    let acme = acme();
    acme.run(4, &["deploy", "dev@latest", "--to", "prod", "--dry-run", "--exit-code"]);
    acme.run(4, &["diff", "dev@latest", "prod@live", "--exit-code"]);
    acme.run(0, &["diff", "dev@latest", "dev@latest", "--exit-code"]);
}

#[test]
fn code_5_is_for_what_nobody_confirmed() {
    let acme = acme();
    let before = acme.prod();
    acme.run(5, &["deploy", "dev@latest", "--to", "prod"]);
    acme.run(5, &["deploy", "dev@latest", "--to", "prod", "--yes"]);
    acme.run(5, &["deploy", "dev@latest", "--to", "prod", "--confirm", "other/prod"]);
    assert_eq!(acme.prod(), before);
}

#[test]
fn code_6_is_as_it_was_and_code_7_needs_a_person_and_3_has_a_way_out() {
    let acme = acme();
    let before = acme.prod();
    acme.sandbox.fault(fault("CreateQueue", 2, 1, FaultKind::AccessDenied));
    acme.deploy(6, &[]);
    assert_eq!(acme.prod(), before);

    acme.sandbox.fault(fault("CreateQueue", 2, 1, FaultKind::AccessDenied));
    acme.deploy(3, &["--on-failure", "stop"]);
    assert_ne!(acme.prod(), before);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert_eq!(acme.prod(), before);

    acme.sandbox.fault(fault("CreateQueue", 2, 1, FaultKind::AccessDenied));
    acme.sandbox.fault(fault("DeleteContactFlow", 1, 100, FaultKind::AccessDenied));
    let said = acme.deploy(7, &[]);
    acme.sandbox.clear_faults();
    let resume =
        said.err.lines().chain(said.out.lines()).find_map(|l| l.split("snapdeploy deploy --resume ").nth(1));
    let run = resume.unwrap_or_else(|| panic!("no way out is named: {}\n{}", said.err, said.out));
    acme.run(0, &["deploy", "--resume", run.split_whitespace().next().unwrap(), "--confirm", "acme/prod"]);
    assert_eq!(acme.prod(), before, "the person's way out leads back");
}

#[test]
fn code_14_is_for_an_environment_that_changed_between_the_plan_and_the_lease() {
    let acme = acme();
    let hold = Hold { operation: Some("TransactWriteItems".into()), ..Hold::default() };
    let child = start_and_hold(&acme, &DEPLOY, hold, 1);
    // Somebody archives a flow in the console meanwhile.
    let state = acme.sandbox.connect_state("222222222222");
    let instance = &state["us-east-1/acme-prod"];
    let flows = instance["flow"].as_object().unwrap();
    let (id, _) = flows.iter().find(|(_, f)| f["Name"] == "Main menu").unwrap();
    change_tags(&acme, flows[id]["Arn"].as_str().unwrap());
    let edited = acme.prod();
    acme.sandbox.release();
    let (code, told) = end(child);
    assert_eq!(code, Some(14), "{told}");
    assert!(told.contains("connect/flow/Main menu has been changed since the plan was made"), "{told}");
    assert_eq!(acme.prod(), edited, "the edit is left alone");
}

/// Tags a resource as somebody in the console would: with a client of its own.
fn change_tags(acme: &Acme, arn: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clock = snapdeploy::core::Clock::system();
    let environment = snapdeploy::core::environment::Environment {
        external_id: Some("acme-releases".into()),
        instance: Some("acme-prod".into()),
        ..crate::world::environment("prod")
    };
    runtime.block_on(async {
        let sessions = snapdeploy::aws::Sessions::with(&clock, &crate::world::sdk(&acme.sandbox.endpoint()));
        let account =
            sessions.account(&environment, snapdeploy::core::environment::Access::Write).await.unwrap();
        account.connect_once.tag_resource().resource_arn(arn).tags("by", "hand").send().await.unwrap();
    });
}

#[test]
fn codes_130_and_143_are_for_a_command_that_was_stopped_before_it_changed_anything() {
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let acme = acme();
        let before = acme.prod();
        let hold = Hold { operation: Some("ListQueues".into()), ..Hold::default() };
        let child = start_and_hold(&acme, &DEPLOY, hold, 1);
        signal(&child, name);
        std::thread::sleep(Duration::from_millis(50));
        acme.sandbox.release();
        let (ended, told) = end(child);
        assert_eq!(ended, Some(code), "{told}");
        assert_eq!(acme.prod(), before);
        acme.deploy(0, &[]);
    }
}

#[test]
fn code_9_is_for_an_owner_that_slept_through_a_takeover_and_changes_nothing_after_it() {
    let acme = acme();
    let before = acme.prod();
    let hold = Hold { operation: Some("CreateQueue".into()), ..Hold::default() };
    let child = start_and_hold(&acme, &DEPLOY, hold, 1);
    signal(&child, "STOP");
    acme.sandbox.release();
    // The second waits for the first's lease to run out, then turns the run back.
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert_eq!(acme.prod(), before);
    acme.sandbox.clear_calls();
    // On a clock as fast as this one an owner holds to less than a moment only (see `lease::MOMENT`).
    std::thread::sleep(Duration::from_millis(2200));
    signal(&child, "CONT");
    let (code, told) = end(child);
    assert_eq!(code, Some(9), "{told}");
    let written = acme.sandbox.calls().iter().filter(|c| c.mutating && c.service == "connect").count();
    assert_eq!(written, 0, "it sent nothing after it woke");
    assert_eq!(acme.prod(), before);
}

#[test]
fn a_rollback_stops_a_deployment_that_is_alive_and_leads_back() {
    let acme = acme();
    let before = acme.prod();
    let hold = Hold { operation: Some("CreateQueue".into()), ..Hold::default() };
    let child = start_and_hold(&acme, &DEPLOY, hold, 1);
    let rollback = ["rollback", "prod", "--confirm", "acme/prod"];
    let other = acme.shell.command(&rollback).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let asked = || acme.sandbox.state().to_string().contains("stop_asked_by");
    let began = Instant::now();
    while !asked() && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(5));
    }
    // The next heartbeat hears it; then the call in flight may end.
    std::thread::sleep(Duration::from_millis(150));
    acme.sandbox.release();
    let (code, told) = end(child);
    assert_eq!(code, Some(3), "it was asked to stop: {told}");
    match end(other) {
        // It wrote more after the plan was shown, or took its time to stop: the same command again.
        (Some(11 | 14), _) => drop(acme.run(0, &rollback)),
        (code, told) => assert_eq!(code, Some(0), "{told}"),
    }
    assert_eq!(acme.prod(), before);
}
