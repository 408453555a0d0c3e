//! The live probe tells what the sandbox's switches are set to, and leaves nothing behind.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;
use snapdeploy::sandbox::{Kind, SWITCHES, Sandbox, Scenario};

use crate::python::{BOTO3, BOTO3_IS_THERE, python};
use crate::world::{A, REGION, content};

/// What the probe can't settle, whatever the instance has.
const NEVER: [&str; 10] = [
    "delete_active_evaluation_form",
    "hierarchy_names_unique",
    "phone_config_mirrored",
    "profile_quota_is_limit_exceeded",
    "quotas",
    "rule_update_keeps_filters",
    "table_creation_calls",
    "unpublished_view_not_found",
    "vocabulary_creation_calls",
    "vocabulary_deletion_calls",
];
/// How switches begin that are about other services: the probe asks a Connect instance.
const ELSEWHERE: [&str; 11] = [
    "alarm_",
    "cloudfront_",
    "codedeploy_",
    "ecr_",
    "ecs_",
    "elb_",
    "lambda_",
    "lex_",
    "logs_",
    "metrics_",
    "s3_",
];
/// What it settles only with an audio file at hand.
const WITH_AUDIO: &str = "foreign_prompt_url_accepted";

fn scenario() -> Scenario {
    let mut scenario = Scenario::empty();
    let instance = scenario.account(A).instance(REGION, "dev");
    instance.flow("Main", "CONTACT_FLOW", &content(&[("MessageParticipant", json!({ "Text": "hello" }))]));
    instance.prompt("Music.wav");
    instance.phone_with("+15555550100", json!({ "ContactFlow": "Main" }));
    instance.resource(Kind::Queue, "Own", json!({}));
    scenario
}

/// Runs the probe with `arguments`; `None` if there is no Python and that is no failure here.
fn probe(sandbox: &Sandbox, instance: &str, arguments: &[&str]) -> Option<Output> {
    let python = match python(BOTO3_IS_THERE, &BOTO3) {
        Ok(python) => python,
        Err(why) if std::env::var_os("CI").is_some() => panic!("{why}"),
        Err(why) => {
            println!("skipped: {why}");
            return None;
        }
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/probe.py");
    let mut command = Command::new(python);
    command.arg("-B").arg(script).args(["--instance", instance, "--region", REGION, "--rate", "0"]);
    command.args(["--endpoint", &sandbox.endpoint()]).args(arguments).env_clear();
    command.env("AWS_ACCESS_KEY_ID", A).env("AWS_SECRET_ACCESS_KEY", "sandbox");
    Some(command.stdin(std::process::Stdio::null()).output().unwrap())
}

fn facts(output: &Output) -> toml::Table {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text.parse().unwrap()
}

fn is_connects(switch: &str) -> bool {
    !ELSEWHERE.iter().any(|head| switch.starts_with(head))
}

/// Asserts that the probe tells what each switch is set to when `setting` says how (name, default).
fn tells(setting: impl Fn(&str, &str) -> String) {
    let mut scenario = scenario();
    let instance = scenario.account(A).instance(REGION, "dev").id().to_string();
    let all: BTreeSet<&str> = SWITCHES.iter().map(|(n, ..)| *n).filter(|n| is_connects(n)).collect();
    let asked: BTreeSet<&str> = all.iter().copied().filter(|n| !NEVER.contains(n)).collect();
    for (name, default, _) in SWITCHES.iter().filter(|(n, ..)| asked.contains(n)) {
        scenario.switch(name, &setting(name, default)).unwrap();
    }
    let sandbox = Sandbox::start(scenario).unwrap();
    let before = sandbox.connect_state(A);
    let Some(output) = probe(&sandbox, &instance, &["--yes"]) else { return };
    let facts = facts(&output);
    for (name, default, _) in SWITCHES.iter().filter(|(n, ..)| all.contains(n)) {
        let fact = facts.get(*name).unwrap_or_else(|| panic!("nothing on {name}"));
        if !asked.contains(name) || *name == WITH_AUDIO {
            assert!(fact.get("unsettled").is_some(), "{name}: {fact}");
            continue;
        }
        let value = fact.get("value").unwrap_or_else(|| panic!("{name} is not settled: {fact}"));
        assert_eq!(value.to_string(), setting(name, default), "{name}: {fact}");
        assert!(fact["evidence"].as_str().is_some_and(|e| !e.is_empty()), "{name}");
    }
    crate::world::assert_same(&sandbox.connect_state(A), &before);
}

#[test]
fn the_probe_tells_the_switches_as_they_are() {
    tells(|_, default| default.to_string());
}

#[test]
fn the_probe_tells_the_switches_the_other_way_round() {
    tells(|name, default| match default {
        "true" => "false".into(),
        "false" => "true".into(),
        _ if name == "list_lag_calls" => "3".into(),
        other => other.into(),
    });
}

#[test]
fn a_probe_that_only_reads_makes_nothing() {
    let mut scenario = scenario();
    let instance = scenario.account(A).instance(REGION, "dev").id().to_string();
    let sandbox = Sandbox::start(scenario).unwrap();
    let Some(output) = probe(&sandbox, &instance, &["--read-only"]) else { return };
    let facts = facts(&output);
    let settled: BTreeSet<&str> =
        facts.iter().filter(|(_, f)| f.get("value").is_some()).map(|(n, _)| n.as_str()).collect();
    assert_eq!(settled, BTreeSet::from(["flow_associations_by_arn", "search_fills_content"]));
    assert!(sandbox.calls().iter().all(|c| !c.mutating));
}

#[test]
fn a_probe_asks_before_it_makes_anything() {
    let mut scenario = scenario();
    let instance = scenario.account(A).instance(REGION, "dev").id().to_string();
    let sandbox = Sandbox::start(scenario).unwrap();
    let Some(output) = probe(&sandbox, &instance, &[]) else { return };
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(sandbox.calls().iter().all(|c| !c.mutating));
}
