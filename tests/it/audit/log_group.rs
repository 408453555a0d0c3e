//! The log group that is told every entry of the audit.

use serde_json::Value;
use snapdeploy::sandbox::{Fault, FaultKind};

use crate::cli::journey::Acme;

const HOURS: &str = "connect/hours/*";
const GROUP: &str = "/snapdeploy/acme";

/// The example's accounts, in the first of which is the log group that the configuration names.
fn acme(group: &str) -> Acme {
    let acme = Acme::with(
        |scenario| {
            scenario.account("111111111111").log_group("us-east-1", GROUP);
        },
        |text| {
            text.replace(
                "[environments.dev]",
                &format!("[audit]\nlog_group = \"{group}\"\n\n[environments.dev]"),
            )
        },
    );
    acme.run(0, &["extract", "dev"]);
    acme
}

fn events(acme: &Acme) -> Vec<Value> {
    let state = acme.sandbox.state();
    let streams = state["111111111111"]["logs"][format!("us-east-1/{GROUP}")].as_object().unwrap();
    let all = streams.iter().flat_map(|(name, messages)| {
        // What is about no run is about the pin.
        assert!(name.starts_with("prod/20") || name.starts_with("222222222222."), "{name}");
        messages.as_array().unwrap().clone()
    });
    let mut events: Vec<Value> =
        all.map(|message| serde_json::from_str(message.as_str().unwrap()).unwrap()).collect();
    // The clock of each command runs fast, and begins anew.
    events.sort_by_key(|event| event["entry"].as_u64());
    events
}

#[test]
fn every_entry_is_an_event_and_ends_and_refusals_have_metrics() {
    let acme = acme(GROUP);
    acme.run(5, &["deploy", "dev@latest", "--to", "prod", HOURS, "--yes"]);
    acme.deploy(0, &[HOURS, "--reason", "CHG-1"]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    acme.sandbox.fault(Fault::next("UpdateHoursOfOperation", FaultKind::AccessDenied));
    acme.deploy(6, &[HOURS, "--release-hold", "--reason", "once more"]);
    let events = events(&acme);
    let exported = acme.run(0, &["history", "export", "--env", "prod"]).out;
    assert_eq!(events.len(), exported.lines().count(), "one for each entry");
    let acts: Vec<&str> = events.iter().map(|event| event["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["refused", "start", "end", "start", "end", "start", "released", "end", "start", "end"]);
    let numbers: Vec<u64> = events.iter().map(|event| event["entry"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);

    let metrics = |event: &Value| -> Vec<(String, u64)> {
        let Some(directive) = event.get("_aws") else { return Vec::new() };
        assert!(directive["Timestamp"].is_i64());
        let one = &directive["CloudWatchMetrics"][0];
        assert_eq!(one["Namespace"], "snapdeploy");
        for dimension in one["Dimensions"][0].as_array().unwrap() {
            assert!(event[dimension.as_str().unwrap()].is_string(), "{event}");
        }
        let named = one["Metrics"].as_array().unwrap().iter().map(|m| m["Name"].as_str().unwrap());
        named.map(|name| (name.to_string(), event[name].as_u64().expect("a number"))).collect()
    };
    let counted = |event: &Value| -> Vec<(String, u64)> {
        metrics(event).into_iter().filter(|(name, _)| name != "Duration").collect()
    };
    let told = |name: &str, count| (name.to_string(), count);
    assert_eq!(counted(&events[0]), [told("Refusals", 1)]);
    assert_eq!(counted(&events[1]), []);
    assert_eq!(counted(&events[2]), [told("Deployments", 1), told("Failures", 0)]);
    assert_eq!(counted(&events[4]), [told("Rollbacks", 1), told("Failures", 0)]);
    assert_eq!(counted(&events[7]), [told("Deployments", 1), told("Failures", 1)]);
    assert_eq!(counted(&events[9]), [told("Rollbacks", 1), told("Failures", 0)]);
    assert!(metrics(&events[2]).iter().any(|(name, _)| name == "Duration"));
    let end = &events[2];
    assert_eq!((&end["Project"], &end["Environment"]), (&"acme".into(), &"prod".into()));
    assert_eq!(
        (&end["status"], &end["reason"], &end["wrote"]),
        (&"succeeded".into(), &"CHG-1".into(), &2.into())
    );
    assert_eq!(end["actor"]["identity"], "arn:aws:iam::111111111111:user/sandbox");
}

#[test]
fn a_log_group_that_cannot_be_told_is_one_warning_and_nothing_else() {
    let acme = acme("/not/there");
    let said = acme.deploy(0, &[HOURS]);
    let warned: Vec<&str> =
        said.err.lines().filter(|line| line.starts_with("warning: the log group")).collect();
    assert_eq!(warned.len(), 1, "{}", said.err);
    assert!(warned[0].contains("there is no log group /not/there"), "{}", said.err);
    assert!(events(&acme).is_empty());
    acme.sandbox.fault(Fault { times: 1, ..Fault::next("PutLogEvents", FaultKind::AccessDenied) });
    let said = acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(
        said.err.contains("warning: the log group /not/there was not told: it needs logs:"),
        "{}",
        said.err
    );
    acme.run(0, &["history", "verify"]);
    let file = acme.shell.directory.path().join("snapdeploy.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("/not/there", "not a name")).unwrap();
    let said = acme.run(2, &["history"]);
    assert!(said.err.contains("`log_group` has to be a name of A-Z a-z 0-9 _ - / . # only"), "{}", said.err);
}
