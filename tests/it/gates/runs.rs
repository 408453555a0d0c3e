//! What a deployment makes of its gates, through the real binary.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapdeploy::sandbox::{AlarmState, Fault, FaultKind};

use super::place::{MINUTE, line, newest, put, scanned, shop, shown};
use crate::ecs::back::Shop;
use crate::world::{B, REGION};

/// Returns the verdicts that the journal of the newest run has, as JSON.
fn verdicts(shop: &Shop) -> Vec<Value> {
    let document = shop.json(0, &["history", "show", &newest(shop)]);
    let mut found = Vec::new();
    gates(&document, &mut found);
    found
}

/// Collects every object that is the verdict of a gate, wherever it stands.
fn gates(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(members) => {
            if members.contains_key("gate") && members.contains_key("decision") {
                found.push(value.clone());
            }
            members.values().for_each(|inner| gates(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| gates(inner, found)),
        _ => {}
    }
}

#[tokio::test]
async fn a_command_passes_or_takes_the_deployment_back() {
    let gates = "[environments.prod.gates.smoke]\ncommand = \"echo checked $SNAPDEPLOY_ENVIRONMENT; test ! -e broken\"\n";
    let shop = shop(gates);
    let said = shop.ship(0, "2");
    assert!(said.err.contains("Gates: smoke"), "{}", said.err);
    assert_eq!(shop.revision().await, "web:2");
    let shown_now = shown(&shop);
    assert!(shown_now.contains("gate smoke passed: the command ended with 0: checked prod"), "{shown_now}");
    let verdict = &verdicts(&shop)[0];
    assert_eq!((&verdict["gate"], &verdict["decision"]), (&json!("smoke"), &json!("passed")), "{verdict}");
    std::fs::write(shop.shell.directory.path().join("broken"), "").unwrap();
    let back = shop.ship(6, "1");
    assert!(back.err.contains("everything is written, and the gate smoke"), "{}", back.err);
    assert!(shown(&shop).contains("gate smoke failed: the command ended with 1"));
}

/// A run is not rolled back because somebody began to.
#[tokio::test]
async fn a_deployment_whose_rollback_fails_is_not_told_as_rolled_back() {
    let shop = shop("[environments.prod.gates.smoke]\ncommand = \"exit 1\"\n");
    let kind = FaultKind::AccessDenied;
    shop.sandbox.fault(Fault { nth: 2, times: 20, ..Fault::next("UpdateService", kind) });
    let said = shop.ship(7, "2");
    let status = || {
        let document = shop.json(0, &["history", "--env", "prod"]);
        let runs = document["data"]["runs"].as_array().unwrap().clone();
        let run = runs.iter().find(|r| r["start"]["kind"] == "deploy").unwrap();
        let shown = shop.json(0, &["history", "show", run["start"]["run"].as_str().unwrap()]);
        assert_eq!(shown["data"]["status"], run["status"]);
        run["status"].clone()
    };
    assert_eq!(status(), "rollback_failed", "{}", said.err);
    shop.sandbox.clear_faults();
    let resume = line(&said, "Resume: ");
    shop.run(0, &["deploy", "--resume", &resume[2], "--yes"]);
    assert_eq!(status(), "undone");
    assert_eq!(shop.revision().await, "web:1");
}

#[tokio::test]
async fn an_alarm_that_fires_blocks_and_is_gone_without_by_name() {
    let shop = shop("[environments.prod.gates.calm]\nalarms = [\"errors\"]\n");
    shop.sandbox.set_alarm(B, REGION, "errors", AlarmState::Firing).unwrap();
    let blocked = shop.ship(13, "2");
    assert!(blocked.err.contains("the alarm errors is in ALARM already"), "{}", blocked.err);
    assert!(blocked.err.contains("--skip-gate calm"), "{}", blocked.err);
    let wrong = shop.ship_with(2, "2", &["--skip-gate", "clam"]);
    assert!(wrong.err.contains("prod has no gate `clam`") && wrong.err.contains("calm"), "{}", wrong.err);
    shop.ship_with(0, "2", &["--skip-gate", "calm"]);
    assert!(shown(&shop).contains("gate calm is not asked"));
    // Without data it is said before, and nobody can tell after.
    shop.sandbox.set_alarm(B, REGION, "errors", AlarmState::NoData).unwrap();
    let paused = shop.ship(3, "1");
    assert!(paused.err.contains("without data, so that it can tell nothing"), "{}", paused.err);
    let resume = line(&paused, "Resume: ");
    shop.run(3, &["deploy", "--resume", &resume[2], "--yes"]);
    shop.run(0, &["deploy", "--resume", &resume[2], "--yes", "--skip-gate", "calm"]);
    let decisions: Vec<Value> = verdicts(&shop).iter().map(|v| v["decision"].clone()).collect();
    assert!(
        decisions.contains(&json!("inconclusive")) && decisions.contains(&json!("skipped")),
        "{decisions:?}"
    );
}

#[tokio::test]
async fn findings_in_the_image_take_the_deployment_back() {
    let shop = shop("[environments.prod.gates.safe]\nscan = { worst = \"MEDIUM\" }\n");
    scanned(&shop.sandbox, "2", "COMPLETE", json!({"CRITICAL": 1, "LOW": 4})).await;
    let said = shop.ship(6, "2");
    assert!(said.err.contains("has 1 CRITICAL, 4 LOW"), "{}", said.err);
    scanned(&shop.sandbox, "2", "COMPLETE", json!({"LOW": 4})).await;
    let artifact = format!("ecs/service/main/web={}", crate::ecs::scene::image("2"));
    let deploy = ["deploy", "--to", "prod", "--artifact", &artifact, "--yes"];
    shop.run(0, &[&deploy[..], &["--release-hold", "--reason", "scanned again"]].concat());
}

/// A metric after everything is written is asked until it can tell.
#[tokio::test]
async fn errors_that_come_after_it_take_the_deployment_back() {
    let metric = "namespace = \"AWS/Lambda\", name = \"Errors\", dimensions = { FunctionName = \"orders\" }";
    let gates = format!(
        "[environments.prod.gates.rate]\nevery = \"20s\"\n\
         metric = {{ {metric}, per = \"Invocations\", above = \"5%\", at_least = 3, over = \"2m\" }}\n"
    );
    let shop = shop(&gates);
    // 200 invocations a second for the next 50 s, and no error among them: an error that is not counted is none.
    put(&shop.sandbox, "Invocations", 10.0, 1000, Duration::from_millis(50)).await;
    shop.ship(0, "2");
    assert!(shown(&shop).contains("gate rate passed: Errors are 0 % of"));
    put(&shop.sandbox, "Errors", 1.0, 1000, Duration::from_millis(50)).await;
    let said = shop.ship(6, "1");
    assert!(said.err.contains("the gate rate failed: Errors are "), "{}", said.err);
}

/// Errors that come when the first minute is over are seen: it is watched for as long as it looks back.
#[tokio::test]
async fn a_metric_does_not_pass_before_it_was_watched_for_as_long_as_it_looks_back() {
    let metric = "namespace = \"AWS/Lambda\", name = \"Errors\", dimensions = { FunctionName = \"orders\" }";
    let gates = format!(
        "[environments.prod.gates.rate]\nevery = \"20s\"\n\
         metric = {{ {metric}, per = \"Invocations\", above = \"5%\", over = \"10m\" }}\n"
    );
    let shop = shop(&gates);
    put(&shop.sandbox, "Invocations", 10.0, 1000, Duration::from_millis(50)).await;
    let asked = || {
        let calls = shop.sandbox.calls();
        let mut after = calls.iter().skip_while(|c| c.operation != "UpdateService");
        after.any(|c| c.operation == "GetMetricData")
    };
    let over = AtomicBool::new(false);
    let said = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !asked() && !over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(5));
            }
            std::thread::sleep(3 * MINUTE);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(put(&shop.sandbox, "Errors", 10.0, 400, Duration::from_millis(50)));
        });
        let said = shop.ship(6, "2");
        over.store(true, Ordering::Relaxed);
        said
    });
    assert!(said.err.contains("the gate rate failed: Errors are "), "{}", said.err);
}

/// Who is stopped while a metric is watched does not know how it would have ended.
#[tokio::test]
async fn a_stop_does_not_make_a_metric_pass_that_is_still_watched() {
    let metric = "namespace = \"AWS/Lambda\", name = \"Errors\", dimensions = { FunctionName = \"orders\" }";
    let gates = format!(
        "[environments.prod.gates.rate]\nevery = \"20s\"\n\
         metric = {{ {metric}, per = \"Invocations\", above = \"5%\", over = \"1h\" }}\n"
    );
    let shop = shop(&gates);
    put(&shop.sandbox, "Invocations", 10.0, 1000, Duration::from_millis(50)).await;
    let asked = || {
        let calls = shop.sandbox.calls();
        let after = calls.iter().skip_while(|c| c.operation != "UpdateService");
        after.filter(|c| c.operation == "GetMetricData").count()
    };
    let output = shop.aside(|| {
        let image = format!("ecs/service/main/web={B}.dkr.ecr.us-east-1.amazonaws.com/web:2");
        let mut command = shop.shell.command(&["deploy", "--artifact", &image, "--to", "prod", "--yes"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        while asked() < 8 {
            assert!(begun.elapsed() < Duration::from_secs(60), "the gate is never asked");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
        child.wait_with_output().unwrap()
    });
    let said = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned()).join("\n");
    assert_ne!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("--resume"), "{said}");
    assert!(!shown(&shop).contains("gate rate passed"), "{}", shown(&shop));
}

#[tokio::test]
async fn a_metric_without_traffic_pauses_in_the_end() {
    let metric = "namespace = \"AWS/Lambda\", name = \"Errors\", dimensions = { FunctionName = \"none\" }";
    let gates =
        format!("[environments.prod.gates.rate]\nmetric = {{ {metric}, above = 3, over = \"1m\" }}\n");
    let shop = shop(&gates);
    let said = shop.ship(3, "2");
    assert!(said.err.contains("has had no value for 3 h"), "{}", said.err);
    assert!(said.err.contains("0 of at least 1 values of Errors"), "{}", said.err);
}
