//! What each probe says of AWS: all is well, it is not, nobody can tell, AWS refuses.

use std::time::Duration;

use serde_json::json;
use snapdeploy::core::clock::Clock;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::environment::{Access, Environment};
use snapdeploy::core::finding::Weight;
use snapdeploy::core::gate::{Asked, Decision, Metric, Probe};
use snapdeploy::sandbox::{AlarmState, Fault, FaultKind};

use super::place::{MINUTE, ask, by_digest, gate, metric, put, scanned, shop};
use crate::ecs::back::Shop;
use crate::world::{B, REGION, environment, sdk};

pub async fn driver(shop: &Shop) -> Box<dyn Driver> {
    let sessions = snapdeploy::aws::Sessions::with(&Clock::scaled(200), &sdk(&shop.sandbox.endpoint()));
    let environment = Environment { instance: None, ..environment("prod") };
    let account = sessions.account(&environment, Access::Write).await.unwrap();
    snapdeploy::kinds::bind(account, &environment).await.unwrap()
}

fn alarms() -> Probe {
    Probe::Alarms { names: vec!["errors".into()] }
}

#[tokio::test]
async fn alarms_pass_fail_and_say_nothing() {
    let shop = shop("");
    let driver = driver(&shop).await;
    let set = |state| shop.sandbox.set_alarm(B, REGION, "errors", state).unwrap();
    let foreseen = async || {
        let found = driver.inspector().foresee(&gate(alarms())).await;
        found.into_iter().map(|f| (f.weight, f.message)).collect::<Vec<_>>()
    };
    let none = Asked::default();
    let ok = ask(&*driver, alarms(), &none).await;
    assert_eq!((ok.decision, ok.said.as_str()), (Decision::Passed, "the alarm errors is OK"));
    assert_eq!(foreseen().await, []);
    set(AlarmState::Firing);
    let firing = ask(&*driver, alarms(), &none).await;
    assert_eq!((firing.decision, firing.said.as_str()), (Decision::Failed, "the alarm errors is in ALARM"));
    assert_eq!(foreseen().await[0].0, Weight::Block);
    set(AlarmState::NoData);
    let silent = ask(&*driver, alarms(), &none).await;
    assert_eq!(silent.decision, Decision::Inconclusive, "{silent:?}");
    assert_eq!(foreseen().await[0].0, Weight::Warning);
    let gone = Probe::Alarms { names: vec!["errors".into(), "{name}-5xx".into()] };
    let of = Asked { address: Some("ecs/service/main/web".parse().unwrap()), ..Asked::default() };
    set(AlarmState::Ok);
    let missing = ask(&*driver, gone, &of).await;
    assert_eq!(missing.decision, Decision::Inconclusive);
    assert!(missing.said.contains("the alarm main/web-5xx is not there"), "{missing:?}");
    let missing = driver.inspector().foresee(&gate(Probe::Alarms { names: vec!["none".into()] })).await;
    assert_eq!(missing[0].weight, Weight::Block);
    assert!(missing[0].hint.as_ref().unwrap().contains("--skip-gate smoke"), "{missing:?}");
    shop.sandbox.fault(Fault::next("DescribeAlarms", FaultKind::AccessDenied));
    let denied = ask(&*driver, alarms(), &none).await;
    assert_eq!(denied.decision, Decision::Inconclusive);
    assert!(denied.said.contains("cloudwatch:DescribeAlarms"), "{denied:?}");
}

fn rate(at_least: f64) -> Probe {
    let per: Option<Metric> = Some(metric("Invocations", "Sum"));
    let over = Duration::from_secs(120);
    Probe::Metric { of: metric("Errors", "Sum"), per, above: Some(0.05), below: None, at_least, over }
}

#[tokio::test]
async fn a_rate_needs_traffic_and_has_nothing_from_before_the_rung() {
    let shop = shop("");
    let driver = driver(&shop).await;
    let warned = driver.inspector().foresee(&gate(rate(1.0))).await;
    assert!(warned[0].message.contains("no value for 3 h"), "{warned:?}");
    // 40 invocations and 30 errors from before, and none since.
    put(&shop.sandbox, "Invocations", 10.0, 4, Duration::ZERO).await;
    put(&shop.sandbox, "Errors", 10.0, 3, Duration::ZERO).await;
    assert_eq!(driver.inspector().foresee(&gate(rate(1.0))).await, []);
    tokio::time::sleep(2 * MINUTE + Duration::from_millis(20)).await;
    let since = |ms| Asked { since: Some(Duration::from_millis(ms)), ..Asked::default() };
    let too_soon = ask(&*driver, rate(1.0), &since(1)).await;
    assert_eq!(too_soon.decision, Decision::Inconclusive, "{too_soon:?}");
    let few = ask(&*driver, rate(50.0), &since(500)).await;
    assert_eq!((few.decision, few.said.as_str()), (Decision::Inconclusive, "0 of at least 50 Invocations"));
    put(&shop.sandbox, "Invocations", 100.0, 1, Duration::ZERO).await;
    put(&shop.sandbox, "Errors", 5.0, 1, Duration::ZERO).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let good = ask(&*driver, rate(50.0), &since(500)).await;
    assert_eq!(good.decision, Decision::Passed, "{good:?}");
    assert!(good.said.starts_with("Errors are 5 % of 100 Invocations"), "{good:?}");
    put(&shop.sandbox, "Errors", 1.0, 1, Duration::ZERO).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let bad = ask(&*driver, rate(50.0), &since(500)).await;
    assert_eq!(bad.decision, Decision::Failed, "{bad:?}");
    assert!(bad.said.contains("6 % of 100") && bad.said.ends_with("at most 5 %"), "{bad:?}");
    shop.sandbox.fault(Fault::next("GetMetricData", FaultKind::AccessDenied));
    let denied = ask(&*driver, rate(50.0), &since(500)).await;
    assert!(denied.said.contains("cloudwatch:GetMetricData"), "{denied:?}");
    assert_eq!(denied.decision, Decision::Inconclusive);
}

#[tokio::test]
async fn percentiles_and_averages_are_held_against_their_bounds() {
    let shop = shop("");
    let driver = driver(&shop).await;
    // 99 fast ones and one that is slow.
    put(&shop.sandbox, "Duration", 100.0, 99, Duration::ZERO).await;
    put(&shop.sandbox, "Duration", 5000.0, 1, Duration::ZERO).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let probe = |statistic: &str, above| Probe::Metric {
        of: metric("Duration", statistic),
        per: None,
        above: Some(above),
        below: None,
        at_least: 100.0,
        over: Duration::from_secs(1200),
    };
    for (statistic, above, decision, words) in [
        ("p99", 2000.0, Decision::Passed, "p99 of Duration is 100 of 100 values"),
        ("p99.9", 2000.0, Decision::Failed, "p99.9 of Duration is 5000"),
        ("Average", 148.0, Decision::Failed, "Average of Duration is 149 of"),
        ("Average", 149.0, Decision::Passed, "at most 149"),
        ("Maximum", 4999.0, Decision::Failed, "5000"),
        ("Minimum", 100.0, Decision::Passed, "100"),
        ("SampleCount", 99.0, Decision::Failed, "100"),
    ] {
        let answer = ask(&*driver, probe(statistic, above), &Asked::default()).await;
        assert_eq!(answer.decision, decision, "{statistic}: {answer:?}");
        assert!(answer.said.contains(words), "{statistic}: {answer:?}");
    }
}

#[tokio::test]
async fn scans_are_asked_by_digest() {
    let shop = shop("");
    let driver = driver(&shop).await;
    let images = vec![by_digest(&shop.sandbox, "2").await];
    let of = Asked { images: Some(images), ..Asked::default() };
    let said = async |worst: &str| ask(&*driver, Probe::Scan { worst: worst.into() }, &of).await;
    let unscanned = said("HIGH").await;
    assert_eq!(unscanned.decision, Decision::Inconclusive);
    assert!(unscanned.said.contains("has not been scanned"), "{unscanned:?}");
    scanned(&shop.sandbox, "2", "IN_PROGRESS", json!({})).await;
    assert!(said("HIGH").await.said.contains("its scan is IN_PROGRESS"));
    scanned(&shop.sandbox, "2", "COMPLETE", json!({"HIGH": 2, "LOW": 7})).await;
    assert_eq!(said("HIGH").await.decision, Decision::Passed);
    let bad = said("MEDIUM").await;
    assert_eq!(bad.decision, Decision::Failed);
    assert!(bad.said.contains("2 HIGH, 7 LOW"), "{bad:?}");
    scanned(&shop.sandbox, "2", "COMPLETE", json!({})).await;
    assert_eq!(said("NONE").await.decision, Decision::Passed);
    shop.sandbox.fault(Fault::next("DescribeImageScanFindings", FaultKind::AccessDenied));
    assert!(said("NONE").await.said.contains("ecr:DescribeImageScanFindings"));
    let none = ask(&*driver, Probe::Scan { worst: "NONE".into() }, &Asked::default()).await;
    assert_eq!(none.decision, Decision::Inconclusive);
}

#[tokio::test]
async fn a_function_that_is_not_there_is_said_before() {
    let shop = shop("");
    let driver = driver(&shop).await;
    let limit = Duration::from_secs(5);
    let (payload, expects) = (json!({}), json!({}));
    let probe = Probe::Invoke { function: "smoke:live".into(), payload, expects, limit };
    let found = driver.inspector().foresee(&gate(probe.clone())).await;
    assert_eq!(found[0].weight, Weight::Block, "{found:?}");
    assert!(found[0].message.contains("smoke:live, which is not there"), "{found:?}");
    // Who asks all the same learns that nobody can tell.
    let answer = ask(&*driver, probe, &Asked::default()).await;
    assert_eq!(answer.decision, Decision::Inconclusive, "{answer:?}");
}
