//! A migration: a task that runs the image that is to come, before anything is shifted to it.

use super::place::{Place, told};

pub(super) const MIGRATE: &str = r#"
[hooks.migrate]
at = "before_deploy"
migrates = true
task = { cluster = "main", service = "web", command = ["bin/migrate", "up"] }
"#;

#[test]
fn it_runs_what_is_to_come_before_the_service_does() {
    let place = Place::new(MIGRATE);
    let said = place.deploy("4", &[]);
    told(&said, 0, &["Hooks before: migrate"]);
    assert_eq!(place.changes(), ["RegisterTaskDefinition", "RunTask", "UpdateService"]);
    let tasks = place.tasks();
    let [task] = &tasks[..] else { panic!("{tasks:#?}") };
    assert_eq!(place.image_of(&task["taskDefinitionArn"]), place.runs(), "it ran what is deployed");
    assert_eq!(task["containers"][0]["exitCode"], 0);
    assert!(task["startedBy"].as_str().unwrap().len() <= 36, "{task}");
    let audit = place.audit();
    for line in ["hook migrate begins (before_deploy)", "hook migrate started: arn:", "3 migrations made"] {
        assert!(audit.contains(line), "{line}: {audit}");
    }
}

#[test]
fn one_that_fails_stops_it_before_the_service_is_touched() {
    let place = Place::new(&MIGRATE.replace("up", "broken"));
    let before = place.runs();
    let said = place.deploy("4", &[]);
    told(
        &said,
        6,
        &[
            "the hook migrate failed: container app ended with code 3",
            "what migrate changed in a database stays",
            "broken pipe",
            "--skip-hook migrate",
        ],
    );
    assert!(!format!("{}{}{}", said.out, said.err, place.audit()).contains("hunter2"));
    assert!(place.audit().contains("postgres://app:[secret]@db/x"), "{}", place.audit());
    assert_eq!(place.changes(), ["RegisterTaskDefinition", "RunTask"]);
    assert_eq!(place.runs(), before);
    // Nobody holds the environment, and who knows better goes on without it.
    let again = ["--skip-hook", "migrate", "--release-hold", "--reason", "the hook is wrong"];
    told(&place.deploy("4", &again), 0, &["the hook migrate is not run"]);
    assert!(place.audit().contains("hook migrate is not run: --skip-hook says so"));
}

#[test]
fn one_that_takes_too_long_is_stopped() {
    let place = Place::new(&MIGRATE.replace("up", "forever").replace("migrates = true", "limit = \"30s\""));
    let said = place.deploy("4", &[]);
    told(&said, 1, &["the hook migrate failed: took longer than its limit of 30s, and was stopped"]);
    assert_eq!(place.changes(), ["RegisterTaskDefinition", "RunTask", "StopTask"]);
    assert_eq!(place.tasks()[0]["lastStatus"], "STOPPED");
}

#[test]
fn what_it_needs_is_asked_before() {
    for (from, to, why) in [
        ("cluster = \"main\"", "cluster = \"mein\"", "there is no cluster mein"),
        ("service = \"web\"", "service = \"wub\"", "there is no service main/wub"),
        ("service = \"web\"", "service = \"web\", container = \"db\"", "there is no container db"),
        ("service = \"web\"", "service = \"web\", family = \"gone\"", "there is no task definition gone"),
    ] {
        let place = Place::new(&MIGRATE.replace(from, to));
        told(&place.deploy("4", &["--dry-run"]), 13, &["the hook migrate", why]);
        assert_eq!(place.changes(), Vec::<String>::new());
    }
    let place = Place::new(MIGRATE);
    told(
        &place.deploy("4", &["--skip-hook", "migrat"]),
        2,
        &["there is no such hook", "the hooks are migrate"],
    );
}
