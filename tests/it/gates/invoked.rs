//! Functions that are asked: what they answer, that they fail, and that no answer comes.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::core::gate::{Asked, Decision, Probe};
use snapdeploy::sandbox::{Handling, Hold, Scenario};

use super::asked::driver;
use super::place::{ask, shop_with, shown};
use crate::ecs::back::Shop;
use crate::world::{B, REGION};

const GATE: &str = "[environments.prod.gates.smoke]\n\
    invoke = { function = \"smoke:live\", payload = { run = \"{run}\" }, expects = { healthy = true } }\n";

/// The function `smoke`, whose alias `live` names its version 1.
fn with_function(scenario: &mut Scenario) {
    scenario.account(B).function(REGION, "smoke").publish().alias("live", "1");
}

fn answers(shop: &Shop, payload: Value, errors: f64) {
    let handling = Handling { payload: Some(payload), errors, ..Handling::default() };
    shop.sandbox.set_handling((B, REGION), ("smoke", "1"), handling).unwrap();
}

fn probe(payload: Value, expects: Value, limit: Duration) -> Probe {
    Probe::Invoke { function: "smoke:{alias}".into(), payload, expects, limit }
}

#[tokio::test]
async fn a_function_passes_by_what_it_answers_and_fails_by_that_or_by_an_error() {
    let shop = shop_with("", with_function);
    let driver = driver(&shop).await;
    let of = Asked { alias: Some("live".into()), version: Some("7".into()), ..Asked::default() };
    let long = Duration::from_secs(20);
    // Without a word about it, it answers what it was given.
    let echoed = probe(json!({ "tests": "{version}" }), json!({ "tests": "7" }), long);
    let echo = ask(&*driver, echoed.clone(), &of).await;
    assert_eq!(echo.decision, Decision::Passed, "{echo:?}");
    assert_eq!(echo.said, "smoke:live answered as it has to");
    answers(&shop, json!({ "tests": "6" }), 0.0);
    let other = ask(&*driver, echoed.clone(), &of).await;
    assert_eq!(other.decision, Decision::Failed, "{other:?}");
    assert!(other.said.ends_with("did not answer as it has to, at /tests: \"6\""), "{other:?}");
    let anything = probe(Value::Null, Value::Null, long);
    assert_eq!(ask(&*driver, anything.clone(), &of).await.decision, Decision::Passed);
    answers(&shop, json!({}), 1.0);
    let broken = ask(&*driver, anything, &of).await;
    assert_eq!(broken.decision, Decision::Failed, "{broken:?}");
    assert_eq!(broken.said, "smoke:live failed (Unhandled): an error of the sandbox's making");
    // Nobody is there to be asked: that tells nothing of what was deployed.
    let nobody = Asked { alias: Some("gone".into()), ..of };
    let gone = ask(&*driver, echoed, &nobody).await;
    assert_eq!(gone.decision, Decision::Inconclusive, "{gone:?}");
}

#[tokio::test]
async fn a_function_that_does_not_answer_in_time_has_failed() {
    let shop = shop_with("", with_function);
    let driver = driver(&shop).await;
    let of = Asked { alias: Some("live".into()), ..Asked::default() };
    shop.sandbox.hold(Hold { operation: Some("Invoke".into()), ..Hold::default() });
    let began = std::time::Instant::now();
    let late = ask(&*driver, probe(Value::Null, Value::Null, Duration::from_millis(400)), &of).await;
    assert!(began.elapsed() < Duration::from_secs(8));
    shop.sandbox.release();
    assert_eq!(late.decision, Decision::Failed, "{late:?}");
    assert_eq!(late.said, "smoke:live did not answer within 400ms");
    let asked = shop.sandbox.calls().iter().filter(|c| c.operation == "Invoke").count();
    // A call that nobody waits for any more may not have come to be counted.
    assert!(asked <= 1, "what may have done something is not asked again: {asked}");
}

#[tokio::test]
async fn a_deployment_goes_on_or_back_by_what_a_function_answers() {
    let shop = shop_with(GATE, with_function);
    answers(&shop, json!({ "healthy": true }), 0.0);
    shop.ship(0, "2");
    assert!(shown(&shop).contains("gate smoke passed: smoke:live answered as it has to"));
    assert_eq!(shop.revision().await, "web:2");
    answers(&shop, json!({ "healthy": false }), 0.0);
    let back = shop.ship(6, "1");
    assert!(back.err.contains("everything is written, and the gate smoke failed"), "{}", back.err);
    assert!(back.err.contains("at /healthy"), "{}", back.err);
    assert_eq!(shop.revision().await, "web:2");
}
