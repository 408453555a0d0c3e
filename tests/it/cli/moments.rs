//! Moments, typed: the last good one, yesterday, what somebody did in the console since.

use serde_json::{Value, json};
use snapdeploy::sandbox::{Fault, FaultKind};

use super::journey::Acme;
use crate::world::sdk_of;

const PROD: &str = "222222222222";

/// Somebody gives a queue of prod another description in the console.
fn console(acme: &Acme, name: &str, words: &str) {
    let client = aws_sdk_connect::Client::new(&sdk_of(&acme.sandbox.endpoint(), PROD));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let instances = client.list_instances().send().await.unwrap();
        let instance = instances.instance_summary_list()[0].id().unwrap();
        let queues = client.list_queues().instance_id(instance).send().await.unwrap();
        let queue = queues.queue_summary_list().iter().find(|q| q.name() == Some(name)).unwrap();
        let call = client.update_queue_name().instance_id(instance).queue_id(queue.id().unwrap());
        call.description(words).send().await.unwrap();
    });
}

#[test]
fn good_is_the_newest_whole_snapshot_in_which_all_was_well() {
    let acme = Acme::new();
    let first = acme.json(0, &["extract", "dev"])["data"]["snapshot"].clone();
    let second = acme.json(0, &["extract", "dev", "--note", "still well"])["data"]["snapshot"].clone();
    acme.sandbox.fault(Fault::next("DescribeInstance", FaultKind::AccessDenied));
    let unwell = acme.run(0, &["extract", "dev"]);
    assert!(unwell.out.contains("not well: ") && unwell.out.contains("is not dev@good"), "{}", unwell.out);
    acme.json(0, &["extract", "dev", "connect/queue/*"]);

    let of = |source: &str| -> Value { acme.json(0, &["show", source])["data"]["digest"].clone() };
    assert_eq!((of("dev@good"), of("dev@good~1")), (second.clone(), first));
    assert_ne!(of("dev@latest"), second);
    acme.run(10, &["show", "dev@good~2"]);
    let listed = acme.json(0, &["show", "dev"]);
    let healthy: Vec<&Value> =
        listed["data"]["snapshots"].as_array().unwrap().iter().map(|s| &s["healthy"]).collect();
    assert_eq!(healthy, [&json!(null), &json!(false), &json!(true), &json!(true)]);
    let shown = acme.run(0, &["show", "dev"]).out;
    assert!(shown.contains("1 problem") && shown.contains("good"), "{shown}");
}

#[test]
fn a_hotfix_in_the_console_is_named_and_overwritten_only_when_that_is_meant() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    acme.deploy(0, &[]);
    let run = acme.json(0, &["history"])["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string();
    console(&acme, "Sales", "closed today");
    let blocked = acme.deploy(13, &["connect/queue/Sales"]);
    assert!(blocked.err.contains(&format!("was changed since run {run}")), "{}", blocked.err);
    assert!(blocked.err.contains("--overwrite-drift"), "{}", blocked.err);
    assert!(acme.prod().to_string().contains("closed today"));
    let done = acme.deploy(0, &["connect/queue/Sales", "--overwrite-drift"]);
    assert!(
        done.err.contains(&format!("warning: connect/queue/Sales was changed since run {run}")),
        "{}",
        done.err
    );
    assert!(!acme.prod().to_string().contains("closed today"));
    let shown = acme.run(0, &["history", "show", &run]).out;
    assert!(shown.contains("\nleft "), "{shown}");
    let listed = acme.run(0, &["show", "prod"]).out;
    assert!(listed.contains(&format!("after run {run}")) && listed.contains("before run"), "{listed}");
}

#[test]
fn one_resource_goes_back_to_a_snapshot_and_that_can_be_undone() {
    let acme = Acme::new();
    acme.run(0, &["extract", "prod", "--name", "nightly"]);
    let before = acme.prod();
    console(&acme, "Support", "a bad one");
    let after = acme.prod();
    let back = ["rollback", "prod", "connect/queue/Support", "--to", "nightly"];
    let dry = acme.run(0, &[&back[..], &["--dry-run"]].concat());
    assert!(dry.out.contains("Roll prod back to what was there in the snapshot"), "{}", dry.out);
    assert!(dry.out.contains("that is overwritten"), "{}", dry.out);
    let done = acme.run(0, &[&back[..], &["--confirm", "acme/prod"]].concat());
    assert!(acme.prod() == before);
    let undo = done.out.lines().last().unwrap().strip_prefix("Undo: snapdeploy ").unwrap();
    let undone: Vec<&str> = undo.split(' ').collect();
    let undone = acme.run(0, &[&undone[..], &["--confirm", "acme/prod"]].concat());
    assert!(acme.prod() == after);
    // And that can be done again, as its last line says.
    let redo = undone.out.lines().last().unwrap();
    assert!(
        redo.starts_with("Undo: snapdeploy rollback prod --to 2") && redo.contains("'connect/queue/Support'")
    );

    let now = acme.run(0, &["rollback", "prod", "connect/queue/Support", "--to", "0s ago", "--dry-run"]);
    assert!(now.out.contains("No changes"), "{}", now.out);
    acme.run(10, &["rollback", "prod", "--to", "2020-01-01", "--confirm", "acme/prod"]);
    acme.run(2, &["rollback", "prod", "--to", "dev@latest", "--confirm", "acme/prod"]);
    acme.run(2, &["rollback", "prod", "--to", "live", "--confirm", "acme/prod"]);
}
