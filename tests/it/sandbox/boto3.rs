//! boto3 drives every operation, and checks every answer against AWS's own models.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use snapdeploy::sandbox::{AlarmSeed, AlarmState, ImageSeed, Kind, Sandbox, Scenario};

use super::{DEV, PROD, REGION, hello};
use crate::python::{BOTO3, BOTO3_IS_THERE, python};

fn scenario() -> Scenario {
    let mut scenario = Scenario::empty();
    let account = scenario.account(DEV);
    account.role("snapdeploy", Some("shared secret")).bucket(REGION, "acme-store").table(REGION, "ledger");
    account.bot(REGION, "Orders", &["live", "test"]);
    account.front("E2BOTO", "acme-store", "");
    account.role("service/tasks", None).log_group(REGION, "/seeded");
    let image = |repository: &str, platforms: &[&str]| ImageSeed {
        repository: repository.into(),
        tag: "v1".into(),
        platforms: platforms.iter().map(|platform| (*platform).to_owned()).collect(),
        ..ImageSeed::default()
    };
    account.image(image("seeded", &["linux/amd64"]));
    account.image(image("shared", &["linux/amd64", "linux/arm64"]));
    account.alarm(AlarmSeed { name: "seeded".into(), state: AlarmState::Firing, ..AlarmSeed::default() });
    account.lambda(REGION, "later");
    account.layer(REGION, "shared", 3, &[("nodejs/shared.js", b"exports.n = 1;")]);
    for n in 0..20 {
        account.lambda(REGION, &format!("unused-{n}"));
    }
    let seed = account.instance(REGION, "acme-dev");
    seed.defaults().module("Greeting").prompt("Welcome.wav").view("Order form").user("robin");
    seed.lambda("orders").bot("Orders", "live").task_template("Call back").quick_connect("Front desk");
    let agent = seed.id_of(Kind::SecurityProfile, "Agent");
    seed.user_with("kim", json!({"SecurityProfileIds": [agent]}));
    seed.routing_profile("Basic Routing Profile").phone("+15555550100");
    let profile = seed.id_of(Kind::RoutingProfile, "Basic Routing Profile");
    seed.resource(Kind::User, "robin", json!({"RoutingProfileId": profile}));
    for n in 0..30 {
        seed.lambda(&format!("spare-{n}")).prompt(&format!("Prompt {n}.wav"));
    }
    seed.resource(Kind::Hours, "Nights", json!({"TimeZone": "UTC", "Config": [], "Tags": {"team": "voice"}}));
    seed.flow_saved("Draft", "CONTACT_FLOW", &hello("draft"));
    seed.hierarchy(&["Region", "Site"])
        .hierarchy_group("Europe", json!({}))
        .hierarchy_group("Europe/Berlin", json!({}));
    seed.predefined_attribute("connect:Subtype", &["connect:Chat"]);
    seed.view_with("AWS form", json!({"Type": "AWS_MANAGED"}));
    scenario.account(PROD).role("snapdeploy", None).instance(REGION, "acme-prod");
    scenario
}

#[test]
fn every_answer_has_the_shape_that_aws_models_give_it() {
    let python = match python(BOTO3_IS_THERE, &BOTO3) {
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
