//! The webhook: who is told what, and that nothing depends on it.

use std::time::Duration;

use serde_json::Value;
use snapdeploy::sandbox::{Fault, FaultKind};

use super::journey::Acme;
use super::shell::Said;
use crate::http::{Listener, answer};

const DEPLOY: [&str; 6] = ["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"];

fn acme() -> Acme {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    acme
}

fn failing(acme: &Acme) {
    acme.sandbox.fault(Fault { nth: 2, ..Fault::next("CreateQueue", FaultKind::AccessDenied) });
}

fn run(acme: &Acme, url: &str, arguments: &[&str], more: &[(&str, &str)]) -> Said {
    let mut command = acme.shell.command(arguments);
    let said =
        Said::from(command.env("SNAPDEPLOY_WEBHOOK", url).envs(more.iter().copied()).output().unwrap());
    assert!(!said.out.contains("s3cr3t") && !said.err.contains("s3cr3t"), "{}\n{}", said.out, said.err);
    said
}

/// Returns the documents that came in.
fn told(listener: &Listener) -> Vec<Value> {
    listener.requests.try_iter().map(|r| serde_json::from_str(&r.body).unwrap()).collect()
}

#[test]
fn a_run_that_failed_or_needs_a_person_is_told_with_its_ways_out() {
    let acme = acme();
    let listener = Listener::new(&[&answer(200, "ok"), &answer(200, "ok")]);
    failing(&acme);
    let ci = [("CI", "true"), ("BUILD_URL", "https://ci.example/job/7/")];
    let said = run(&acme, &listener.url, &[&DEPLOY[..], &["--on-failure", "stop"]].concat(), &ci);
    assert_eq!(said.code, 3, "{}", said.err);
    let told_now = told(&listener);
    let [notice] = &told_now[..] else { panic!("{told_now:?}") };
    assert_eq!(notice["schema"], "snapdeploy.notice/1");
    let data = &notice["data"];
    assert_eq!(
        (&data["project"], &data["environment"], &data["kind"], &data["status"], &data["exit"]),
        (&"acme".into(), &"prod".into(), &"deploy".into(), &"stopped".into(), &3.into())
    );
    let run_id = data["run"].as_str().unwrap();
    let ways: Vec<&str> = data["ways_out"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
    let expected =
        [format!("snapdeploy deploy --resume {run_id}"), format!("snapdeploy rollback prod --run {run_id}")];
    assert_eq!(ways, expected);
    assert!(data["message"].as_str().unwrap().contains("AccessDenied"), "{data}");
    assert_eq!(data["identity"], "arn:aws:iam::111111111111:user/sandbox");
    assert_eq!(data["ci"], "https://ci.example/job/7/");
    assert!(notice["text"].as_str().unwrap().contains(run_id), "{notice}");

    // Locked: told from a CI, where nobody looks on.
    assert_eq!(run(&acme, &listener.url, &DEPLOY, &ci).code, 11);
    let told_now = told(&listener);
    assert_eq!(told_now.len(), 1);
    assert_eq!(
        (&told_now[0]["data"]["status"], &told_now[0]["data"]["run"]),
        (&"locked".into(), &Value::Null)
    );
    assert!(told_now[0]["data"]["hint"].as_str().unwrap().contains(run_id), "{:?}", told_now[0]);
}

#[test]
fn what_went_well_or_was_only_looked_at_or_has_a_watcher_is_not_told() {
    let acme = acme();
    let listener = Listener::new(&[&answer(200, "ok")]);
    let ci = [("CI", "true")];
    assert_eq!(run(&acme, &listener.url, &["extract", "dev"], &ci).code, 0);
    assert_eq!(run(&acme, &listener.url, &["deploy", "dev@latest", "--to", "prod"], &ci).code, 5);
    let blocked = ["deploy", "dev@latest", "--to", "prod", "connect/flow/Billing"];
    assert_eq!(run(&acme, &listener.url, &[&blocked[..], &["--dry-run"]].concat(), &ci).code, 13);
    assert_eq!(run(&acme, &listener.url, &blocked, &[]).code, 13);
    assert!(told(&listener).is_empty());
    assert_eq!(run(&acme, &listener.url, &blocked, &ci).code, 13);
    assert_eq!(told(&listener)[0]["data"]["status"], "blocked");
    let listener = Listener::new(&[&answer(200, "ok")]);
    assert_eq!(run(&acme, &listener.url, &DEPLOY, &ci).code, 0);
    assert!(told(&listener).is_empty());
}

#[test]
fn a_webhook_that_fails_is_tried_again_and_changes_no_code() {
    let acme = acme();
    let before = acme.prod();
    // The third attempt is heard.
    let listener = Listener::new(&[&answer(503, "no"), &answer(500, "no"), &answer(200, "ok")]);
    failing(&acme);
    let said = run(&acme, &listener.url, &DEPLOY, &[]);
    assert_eq!(said.code, 6, "{}", said.err);
    assert_eq!(told(&listener).len(), 3);
    assert!(said.err.contains("Told the webhook at 127.0.0.1:"), "{}", said.err);

    // One that refuses is not asked again.
    let listener = Listener::new(&[&answer(403, "no"), &answer(200, "ok")]);
    failing(&acme);
    let said = run(&acme, &listener.url, &DEPLOY, &[]);
    assert_eq!((said.code, told(&listener).len()), (6, 1), "{}", said.err);
    assert!(said.err.contains("was not told: 127.0.0.1:") && said.err.contains("HTTP 403"), "{}", said.err);

    for nowhere in ["http://127.0.0.1:1/s3cr3t", "s3cr3t", "https://[/s3cr3t"] {
        failing(&acme);
        let again = [&DEPLOY[..], &["--release-hold", "--reason", "the next one"]].concat();
        let said = run(&acme, nowhere, &again, &[]);
        assert_eq!(said.code, 6, "{}", said.err);
        assert!(said.err.contains("warning: the webhook"), "{}", said.err);
    }
    assert_eq!(acme.prod(), before);
}

#[test]
fn a_silent_webhook_holds_a_command_up_for_half_a_minute_at_most() {
    let acme = acme();
    let silent = Listener::new(&["", "", ""]);
    failing(&acme);
    let began = std::time::Instant::now();
    let said = run(&acme, &silent.url, &DEPLOY, &[]);
    assert_eq!(said.code, 6, "{}", said.err);
    assert!(said.err.contains("did not answer within 10 s"), "{}", said.err);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}
