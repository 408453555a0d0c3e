//! boto3 drives every operation, and checks every answer against AWS's own models.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use snapdeploy::sandbox::{Kind, Sandbox, Scenario};

use super::{DEV, PROD, REGION, hello};

fn scenario() -> Scenario {
    let mut scenario = Scenario::empty();
    let account = scenario.account(DEV);
    account.role("snapdeploy", Some("shared secret")).bucket(REGION, "acme-store").table(REGION, "ledger");
    account.bot(REGION, "Orders", &["live", "test"]);
    let seed = account.instance(REGION, "acme-dev");
    seed.defaults().module("Greeting").prompt("Welcome.wav").view("Order form").user("robin");
    seed.lambda("orders").bot("Orders", "live").task_template("Call back").quick_connect("Front desk");
    seed.routing_profile("Basic Routing Profile").phone("+15555550100");
    for n in 0..30 {
        seed.lambda(&format!("spare-{n}")).prompt(&format!("Prompt {n}.wav"));
    }
    seed.resource(Kind::Hours, "Nights", json!({"TimeZone": "UTC", "Config": [], "Tags": {"team": "voice"}}));
    seed.flow_saved("Draft", "CONTACT_FLOW", &hello("draft"));
    scenario.account(PROD).role("snapdeploy", None);
    scenario
}

/// The interpreter of a virtual environment with boto3 in it, or why there is none.
fn python() -> Result<std::path::PathBuf, String> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/py");
    let python = home.join("bin/python");
    let has = |python: &Path| {
        let check =
            Command::new(python).args(["-c", "import boto3; assert boto3.__version__ == '1.44.5'"]).output();
        check.is_ok_and(|output| output.status.success())
    };
    if has(&python) {
        return Ok(python);
    }
    let made = Command::new("python3").args(["-m", "venv"]).arg(&home).output();
    if !made.is_ok_and(|output| output.status.success()) {
        return Err("there is no python3 with venv".into());
    }
    let pip = Command::new(&python).args(["-m", "pip", "install", "-q", "boto3==1.44.5"]).output();
    if has(&python) { Ok(python) } else { Err(format!("boto3 could not be installed: {pip:?}")) }
}

#[test]
fn every_answer_has_the_shape_that_aws_models_give_it() {
    let python = match python() {
        Ok(python) => python,
        Err(why) if std::env::var_os("CI").is_none() => {
            println!("skipped: {why}");
            return;
        }
        Err(why) => panic!("{why}"),
    };
    let sandbox = Sandbox::start(scenario()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sandbox/check_shapes.py");
    let output = Command::new(python).arg("-B").arg(script).arg(sandbox.endpoint()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    println!("{text}");
}
