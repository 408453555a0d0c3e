//! Lambda: what takes time, what goes wrong, and each switch set both ways.

use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::Environment;
use snapdeploy::sandbox::{Fault, FaultKind, Sandbox, Scenario};

use super::lambda::{archive, client, code};
use super::{DEV, REGION};

fn start() -> Sandbox {
    let mut scenario = Scenario::empty();
    let account = scenario.account(DEV);
    account.function(REGION, "orders").files(&[("index.js", b"one")]).publish().alias("live", "1");
    Sandbox::start(scenario).unwrap()
}

async fn status(c: &aws_sdk_lambda::Client) -> String {
    let got = c.get_function_configuration().function_name("orders").send().await.unwrap();
    got.last_update_status().unwrap().as_str().to_owned()
}

fn set_timeout(
    c: &aws_sdk_lambda::Client,
    seconds: i32,
) -> aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder{
    c.update_function_configuration().function_name("orders").timeout(seconds)
}

#[tokio::test]
async fn an_update_takes_as_many_calls_and_as_much_time_as_it_is_told() {
    let sandbox = start();
    let c = client(&sandbox, DEV);
    sandbox.set_switch("lambda_update_calls", "3").unwrap();
    set_timeout(&c, 10).send().await.unwrap();
    for _ in 0..3 {
        assert_eq!(status(&c).await, "InProgress");
    }
    assert_eq!(status(&c).await, "Successful");

    sandbox.set_switch("lambda_update_calls", "0").unwrap();
    sandbox.set_switch("lambda_update_seconds", "60").unwrap();
    set_timeout(&c, 11).send().await.unwrap();
    sandbox.advance(Duration::from_secs(30));
    assert_eq!(status(&c).await, "InProgress");
    sandbox.advance(Duration::from_secs(31));
    assert_eq!(status(&c).await, "Successful");

    sandbox.set_switch("lambda_update_seconds", "0").unwrap();
    sandbox.set_switch("lambda_updates_held", "true").unwrap();
    set_timeout(&c, 12).send().await.unwrap();
    for _ in 0..5 {
        assert_eq!(status(&c).await, "InProgress");
    }
    assert_eq!(code(set_timeout(&c, 13).send().await), "ResourceConflictException");
    sandbox.set_switch("lambda_updates_held", "false").unwrap();
    assert_eq!(status(&c).await, "Successful");
}

#[tokio::test]
async fn an_update_that_fails_says_so_and_keeps_what_was_asked_for_or_not() {
    for (stays, timeout) in [("true", 10), ("false", 3)] {
        let sandbox = start();
        sandbox.set_switch("lambda_failed_update_stays", stays).unwrap();
        let c = client(&sandbox, DEV);
        sandbox.fault(Fault::next("UpdateFunctionConfiguration", FaultKind::FailsLater));
        let answer = set_timeout(&c, 10).send().await.unwrap();
        assert_eq!(answer.last_update_status().unwrap().as_str(), "InProgress");
        assert_eq!(status(&c).await, "InProgress");
        let got = c.get_function_configuration().function_name("orders").send().await.unwrap();
        assert_eq!(got.last_update_status().unwrap().as_str(), "Failed");
        assert_eq!(got.last_update_status_reason_code().unwrap().as_str(), "InternalError");
        assert_eq!((got.state().unwrap().as_str(), got.timeout()), ("Active", Some(timeout)));
        // The fault is spent: the next one succeeds, and clears the reason.
        set_timeout(&c, 20).send().await.unwrap();
        status(&c).await;
        let got = c.get_function_configuration().function_name("orders").send().await.unwrap();
        assert_eq!(got.last_update_status().unwrap().as_str(), "Successful");
        assert!(got.last_update_status_reason().is_none());
    }
}

#[tokio::test]
async fn while_an_update_is_in_progress_an_old_revision_is_a_conflict_or_a_failed_precondition() {
    for (first, wanted) in [("true", "ResourceConflictException"), ("false", "PreconditionFailedException")] {
        let sandbox = start();
        sandbox.set_switch("lambda_conflict_before_revision", first).unwrap();
        sandbox.set_switch("lambda_updates_held", "true").unwrap();
        let c = client(&sandbox, DEV);
        set_timeout(&c, 10).send().await.unwrap();
        assert_eq!(code(set_timeout(&c, 11).revision_id("old").send().await), wanted);
    }
}

#[tokio::test]
async fn an_update_that_changes_nothing_makes_no_version_or_makes_one() {
    for (new, wanted) in [("false", "1"), ("true", "2")] {
        let sandbox = start();
        sandbox.set_switch("lambda_unchanged_version_is_new", new).unwrap();
        sandbox.set_switch("lambda_update_calls", "0").unwrap();
        let c = client(&sandbox, DEV);
        set_timeout(&c, 3).send().await.unwrap();
        let version = c.publish_version().function_name("orders").send().await.unwrap();
        assert_eq!(version.version(), Some(wanted));
        // With no update at all there is never a new one.
        let again = c.publish_version().function_name("orders").send().await.unwrap();
        assert_eq!(again.version(), Some(wanted));
    }
}

#[tokio::test]
async fn versions_stay_as_they_were_and_members_that_are_not_given_stay() {
    let sandbox = start();
    sandbox.set_switch("lambda_update_calls", "0").unwrap();
    let c = client(&sandbox, DEV);
    let environment = |pairs: &[(&str, &str)]| {
        pairs.iter().fold(Environment::builder(), |all, (name, value)| all.variables(*name, *value)).build()
    };
    let env = |pairs| set_timeout(&c, 9).environment(environment(pairs)).send();
    env(&[("ONE", "1"), ("TWO", "2")]).await.unwrap();
    let second = c.publish_version().function_name("orders").description("second").send().await.unwrap();
    env(&[("THREE", "3")]).await.unwrap();
    c.update_function_configuration().function_name("orders").memory_size(256).send().await.unwrap();
    let latest = c.get_function_configuration().function_name("orders").send().await.unwrap();
    let variables = latest.environment().unwrap().variables().unwrap();
    assert_eq!(variables.keys().collect::<Vec<_>>(), ["THREE"], "the environment is replaced as a whole");
    assert_eq!((latest.timeout(), latest.memory_size()), (Some(9), Some(256)));
    let version = c.get_function_configuration().function_name("orders").qualifier("2").send().await.unwrap();
    assert_eq!(version.environment().unwrap().variables().unwrap().len(), 2);
    assert_eq!((version.description(), version.memory_size()), (Some("second"), Some(128)));
    assert_eq!(version.revision_id(), second.revision_id());
    let update = c.update_function_code().function_name("orders:2").zip_file(Blob::new(archive("x")));
    assert_eq!(code(update.send().await), "InvalidParameterValueException");
    env(&[]).await.unwrap();
    let latest = c.get_function_configuration().function_name("orders").send().await.unwrap();
    assert!(latest.environment().unwrap().variables().is_none_or(|all| all.is_empty()));
}

#[tokio::test]
async fn an_alias_keeps_its_weights_until_they_are_given() {
    let sandbox = start();
    sandbox.set_switch("lambda_update_calls", "0").unwrap();
    let c = client(&sandbox, DEV);
    set_timeout(&c, 10).send().await.unwrap();
    c.publish_version().function_name("orders").send().await.unwrap();
    let update = || c.update_alias().function_name("orders").name("live");
    let routing = |weights: &[(&str, f64)]| {
        let config = aws_sdk_lambda::types::AliasRoutingConfiguration::builder();
        let config = config.set_additional_version_weights(Some(std::collections::HashMap::new()));
        weights
            .iter()
            .fold(config, |all, (version, weight)| all.additional_version_weights(*version, *weight))
            .build()
    };
    let first = update().routing_config(routing(&[("2", 0.1)])).send().await.unwrap();
    let kept = update().description("canary").revision_id(first.revision_id().unwrap()).send().await.unwrap();
    assert_eq!(kept.routing_config().unwrap().additional_version_weights().unwrap()["2"], 0.1);
    assert_ne!(kept.revision_id(), first.revision_id());
    let stale = update().function_version("2").revision_id(first.revision_id().unwrap()).send().await;
    assert_eq!(code(stale), "PreconditionFailedException");
    // Forgetting the weights leaves version 2 twice.
    let twice = update().function_version("2").send().await;
    assert_eq!(code(twice), "InvalidParameterValueException");
    let moved = update().function_version("2").routing_config(routing(&[])).send().await.unwrap();
    assert_eq!((moved.function_version(), moved.routing_config().is_none()), (Some("2"), true));
    for (weights, wanted) in [
        (vec![("1", 0.5), ("2", 0.5)], "InvalidParameterValueException"),
        (vec![("9", 0.5)], "ResourceNotFoundException"),
        (vec![("1", 1.5)], "ValidationException"),
        (vec![("$LATEST", 0.5)], "ValidationException"),
    ] {
        assert_eq!(code(update().routing_config(routing(&weights)).send().await), wanted, "{weights:?}");
    }
    let missing = c.get_alias().function_name("orders").name("none").send().await;
    assert_eq!(code(missing), "ResourceNotFoundException");
}
