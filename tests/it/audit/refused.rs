//! Changes that were asked for and refused: told once, shown in their place, and counted apart.

use serde_json::Value;
use snapdeploy::sandbox::{Fault, FaultKind};

use crate::cli::journey::Acme;

const HOURS: &str = "connect/hours/*";

fn extracted() -> Acme {
    let Acme { sandbox, shell } = Acme::new();
    // What is shown is in the order of time, so nobody's clock runs fast.
    let acme = Acme { sandbox, shell: shell.set("SNAPDEPLOY_CLOCK_SCALE", "1") };
    acme.run(0, &["extract", "dev"]);
    acme
}

fn refused(acme: &Acme) -> Vec<Value> {
    acme.json(0, &["history", "--env", "prod"])["data"]["refused"].as_array().unwrap().clone()
}

fn codes(acme: &Acme) -> Vec<u64> {
    refused(acme).iter().map(|one| one["code"].as_u64().unwrap()).collect()
}

#[test]
fn every_refusal_of_what_was_really_asked_for_is_told_once_with_its_reasons() {
    let acme = extracted();
    // Not asked for: a look, a plan that is only saved, a mistake in typing, something that is not there.
    acme.run(0, &["deploy", "dev@latest", "--to", "prod", HOURS, "--dry-run"]);
    acme.run(0, &["deploy", "dev@latest", "--to", "prod", HOURS, "--save-plan", "p.json"]);
    acme.run(13, &["deploy", "dev@latest", "--to", "prod", "connect/queue/*", "--dry-run"]);
    acme.run(10, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(refused(&acme).is_empty());

    acme.run(5, &["deploy", "dev@latest", "--to", "prod", HOURS, "--yes", "--reason", "CHG-7"]);
    acme.run(13, &["deploy", "dev@latest", "--to", "prod", "connect/queue/*", "--confirm", "acme/prod"]);
    acme.deploy(0, &[HOURS]);
    // What the plan saw is no longer so.
    acme.run(14, &["deploy", "--plan", "p.json", "--confirm", "acme/prod"]);
    acme.run(5, &["rollback", "prod", "--confirm", "acme/dev"]);
    acme.sandbox.fault(Fault { times: 1, ..Fault::next("AssumeRole", FaultKind::AccessDenied) });
    acme.run(12, &["rollback", "prod", "--confirm", "acme/prod"]);
    let told = refused(&acme);
    assert_eq!(
        codes(&acme),
        [5, 14, 13, 5],
        "an alias says nothing of its instance until it is asked: {told:?}"
    );

    let [_, stale, blocked, unconfirmed] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&unconfirmed["reason"], &unconfirmed["kind"]), (&"CHG-7".into(), &"deploy".into()));
    assert_eq!(unconfirmed["source"], "dev@latest");
    assert_eq!(unconfirmed["actor"]["identity"], "arn:aws:iam::111111111111:user/sandbox");
    let why: Vec<&str> = blocked["why"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(why.len() > 3 && why.iter().all(|why| why.starts_with("connect/queue/")), "{why:?}");
    assert_eq!(stale["why"].as_array().unwrap().len(), 1);

    // In its place among the runs, and nobody's run.
    let shown = acme.run(0, &["history", "--env", "prod"]).out;
    let status: Vec<&str> = shown
        .lines()
        .skip(1)
        .map(|line| if line.contains("  refused  ") { "refused" } else { "run" })
        .collect();
    assert_eq!(status, ["refused", "refused", "run", "refused", "refused"], "{shown}");
    assert!(shown.contains("CHG-7: "), "{shown}");
    let stats = acme.json(0, &["history", "stats", "--env", "prod"]);
    let prod = &stats["data"]["environments"]["prod"];
    assert_eq!((&prod["refused"], &prod["deployments"], &prod["failed"]), (&4.into(), &1.into(), &0.into()));
    assert!(acme.run(0, &["history", "--actor", "nobody"]).out.starts_with("No runs"));
    let by_address = acme.json(0, &["history", "--env", "prod", "--address", HOURS]);
    assert_eq!(by_address["data"]["refused"].as_array().unwrap().len(), 0);
    // What was refused confuses nobody's way back, and the chain holds.
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    let verified = acme.json(0, &["history", "verify", "--env", "prod"]);
    assert_eq!(verified["data"]["audits"][0]["entries"], 9, "the saved plan has one of its own");
}

#[test]
fn a_run_that_has_begun_is_not_refused_and_one_that_is_locked_out_is() {
    let acme = extracted();
    // Refused by AWS before anything was changed: the run has its own end.
    acme.sandbox.fault(Fault::next("CreateHoursOfOperation", FaultKind::AccessDenied));
    acme.run(12, &["deploy", "dev@latest", "--to", "prod", HOURS, "--confirm", "acme/prod"]);
    assert!(refused(&acme).is_empty());
    acme.sandbox.fault(Fault::next("UpdateHoursOfOperation", FaultKind::AccessDenied));
    acme.deploy(3, &["--on-failure", "stop"]);
    acme.deploy(11, &[]);
    assert_eq!(codes(&acme), [11]);
    // Going on with a run is no new one.
    acme.run(5, &["deploy", "--resume"]);
    assert_eq!(codes(&acme), [11]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
}

#[test]
fn who_a_ci_says_it_was_is_kept_and_found() {
    let acme = extracted();
    let ci = [
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "acme/centre"),
        ("GITHUB_RUN_ID", "77"),
        ("GITHUB_RUN_ATTEMPT", "1"),
        ("GITHUB_ACTOR", "grace"),
        ("GITHUB_SHA", "c0ffee"),
    ];
    let typed = ["deploy", "dev@latest", "--to", "prod", HOURS, "--confirm", "acme/prod"];
    assert!(acme.shell.command(&typed).envs(ci).output().unwrap().status.success());
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    let count = |text: &str| {
        let found = acme.json(0, &["history", "--env", "prod", "--actor", text]);
        found["data"]["runs"].as_array().unwrap().len()
    };
    assert_eq!(["GRACE", "77/1", "c0ffee", "sandbox", "nobody"].map(count), [1, 1, 1, 2, 0]);
    let runs = acme.json(0, &["history", "--env", "prod", "--actor", "grace"]);
    let actor = &runs["data"]["runs"][0]["start"]["actor"];
    assert_eq!(
        (&actor["actor"], &actor["run"], &actor["commit"]),
        (&"grace".into(), &"77/1".into(), &"c0ffee".into())
    );
    assert!(acme.run(0, &["history"]).out.contains("grace (user/sandbox)"));
    let run = runs["data"]["runs"][0]["start"]["run"].as_str().unwrap();
    let shown = acme.run(0, &["history", "show", run]).out;
    assert!(shown.contains("by        grace\nci run    77/1\ncommit    c0ffee\n"), "{shown}");
    let exported = acme.run(0, &["history", "export", "--env", "prod"]).out;
    let first: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    assert_eq!(first["what"]["start"]["actor"]["actor"], "grace");
}
