//! What is said of gates before a run begins, also where its plan was made a while ago.

use std::time::Duration;

use snapdeploy::core::finding::Weight;
use snapdeploy::core::gate::{Asked, Decision, Metric, Probe};
use snapdeploy::sandbox::{AlarmState, Fault, FaultKind};

use super::asked::driver;
use super::place::{ask, gate, line, metric, put, shop};
use crate::world::{B, REGION};

fn rate(of: Metric) -> Probe {
    let per = Some(metric("Invocations", "Sum"));
    let over = Duration::from_secs(120);
    Probe::Metric { of, per, above: Some(0.05), below: None, at_least: 1.0, over }
}

/// What is called otherwise than it is looked for counts as 0, and every gate of it would pass.
#[tokio::test]
async fn a_numerator_that_is_not_there_is_said_by_name() {
    let shop = shop("");
    let driver = driver(&shop).await;
    put(&shop.sandbox, "Invocations", 10.0, 4, Duration::ZERO).await;
    put(&shop.sandbox, "Errors", 0.0, 1, Duration::ZERO).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let said = async |of: Metric| driver.inspector().foresee(&gate(rate(of))).await;
    assert_eq!(said(metric("Errors", "Sum")).await, []);
    let missing = said(metric("Erors", "Sum")).await;
    assert_eq!((missing.len(), missing[0].weight), (1, Weight::Warning), "{missing:?}");
    let message = &missing[0].message;
    assert!(message.contains("counts Erors of AWS/Lambda (FunctionName=orders)"), "{message}");
    assert!(missing[0].hint.as_ref().unwrap().contains("did you mean `Errors`"), "{missing:?}");
    let far = said(metric("Rejections", "Sum")).await;
    assert!(far[0].hint.as_ref().unwrap().contains("has Errors, Invocations"), "{far:?}");
    // It is the dimensions that tell one metric from another.
    let more = |version: &str| {
        let mut of = metric("Errors", "Sum");
        of.dimensions.insert("ExecutedVersion".into(), version.into());
        of
    };
    assert!(said(more("7")).await[0].message.contains("ExecutedVersion=7"));
    assert_eq!(said(more("{version}")).await, [], "what is not there yet is looked for by its name");
    assert!(said(Metric { name: "Erors".into(), ..more("{version}") }).await[0].message.contains("Erors"));
    // Without a dimension that is known, all of the namespace would be read for a hint.
    let dimensions = [("ExecutedVersion".to_string(), "{version}".to_string())].into();
    shop.sandbox.clear_calls();
    let open = said(Metric { dimensions, ..metric("Erors", "Sum") }).await;
    let listed = shop.sandbox.calls().iter().filter(|call| call.operation == "ListMetrics").count();
    assert_eq!((open.len(), listed), (1, 1), "{open:?}");
    // Not in silence later either.
    let answer = ask(&*driver, rate(metric("Erors", "Sum")), &Asked::default()).await;
    assert_eq!(answer.decision, Decision::Passed);
    assert!(answer.said.contains("it has no value, which counts as 0"), "{answer:?}");
    let known = ask(&*driver, rate(metric("Errors", "Sum")), &Asked::default()).await;
    assert!(!known.said.contains("no value"), "{known:?}");
    shop.sandbox.fault(Fault::next("ListMetrics", FaultKind::AccessDenied));
    let denied = said(metric("Errors", "Sum")).await;
    assert!(denied[0].hint.as_ref().unwrap().contains("cloudwatch:ListMetrics"), "{denied:?}");
}

/// A sum that needs no traffic passes as long as there is no such metric.
#[tokio::test]
async fn a_sum_that_counts_without_values_is_looked_for_too() {
    let shop = shop("");
    let driver = driver(&shop).await;
    let over = Duration::from_secs(120);
    let of = metric("Rejected", "Sum");
    let probe = Probe::Metric { of, per: None, above: Some(3.0), below: None, at_least: 0.0, over };
    let said = driver.inspector().foresee(&gate(probe)).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].message.contains("counts Rejected"), "{said:?}");
}

#[tokio::test]
async fn the_gates_of_a_saved_plan_are_looked_at_again_when_it_is_performed() {
    let other = "[environments.prod.gates.other]\ncommand = \"true\"\nabout = [\"lambda/function/*\"]\n";
    let shop = shop(&format!("[environments.prod.gates.calm]\nalarms = [\"errors\"]\n{other}"));
    shop.ship_with(0, "2", &["--save-plan", "p.json"]);
    shop.sandbox.set_alarm(B, REGION, "errors", AlarmState::Firing).unwrap();
    let plan = ["deploy", "--plan", "p.json", "--yes"];
    let fires = shop.run(13, &plan);
    assert!(fires.err.contains("the alarm errors is in ALARM already"), "{}", fires.err);
    assert_eq!(shop.revision().await, "web:1");
    let wrong = shop.run(2, &[&plan[..], &["--skip-gate", "clam"]].concat());
    assert!(wrong.err.contains("prod has no gate `clam`"), "{}", wrong.err);
    // The plan is not about each gate that there is.
    shop.run(0, &[&plan[..], &["--skip-gate", "calm", "--skip-gate", "other"]].concat());
    assert_eq!(shop.revision().await, "web:2");
}

/// It may fire because of what is written: that is said, and the gate decides.
#[tokio::test]
async fn an_alarm_that_fires_meanwhile_is_said_before_a_run_goes_on() {
    let other = "[environments.prod.gates.other]\ncommand = \"true\"\nabout = [\"lambda/function/*\"]\n";
    let shop = shop(&format!("[environments.prod.gates.calm]\nalarms = [\"errors\"]\n{other}"));
    shop.sandbox.set_alarm(B, REGION, "errors", AlarmState::NoData).unwrap();
    let paused = shop.ship(3, "2");
    let resume = line(&paused, "Resume: ");
    shop.sandbox.set_alarm(B, REGION, "errors", AlarmState::Firing).unwrap();
    let back = shop.run(6, &["deploy", "--resume", &resume[2], "--yes", "--skip-gate", "other"]);
    let (said, failed) = (
        back.err.find("the alarm errors is in ALARM already"),
        back.err.find("everything is written, and the gate calm"),
    );
    assert!(said.is_some() && said < failed, "{}", back.err);
}

/// A service has no aliases: what is written so would be shifted at once.
#[test]
fn a_ladder_of_an_alias_of_a_service_is_refused() {
    let shop = shop("[environments.prod.rollouts]\n\"ecs/service/main/web#live\" = \"10% 5m, 100% 5m\"\n");
    let refused = shop.ship(13, "2");
    assert!(
        refused.err.contains("the rollout of `ecs/service/main/web#live` holds for nothing"),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("ecs/service has no aliases"), "{}", refused.err);
}
