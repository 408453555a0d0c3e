//! Ladders that hold for nothing: what is written out and wrong is refused, a glob that picks nothing is said.

use snapdeploy::core::finding::Weight;
use snapdeploy::core::means::{Ladders, Means, Values, Waivers};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, plan_deploy};
use snapdeploy::sandbox::Scenario;

use super::place::{RUNGS, both, rollouts};
use crate::kinds::place::{planned, some, world};
use crate::lambda::place::{source, values};
use crate::world::{A, B, REGION, scenario};

async fn plan(scenario: Scenario, pattern: &str, deployment: &Deployment) -> Plan {
    let rollouts = rollouts(&[(pattern, RUNGS)]);
    let world = world(scenario, Values { rollouts, ..values() }).await;
    let dev = world.extract(&*world.a, "dev").await;
    planned(&world, &dev, deployment).await
}

/// What is said of a ladder that holds for nothing, and with what weight.
fn said(plan: &Plan) -> Option<(Weight, &str, &str)> {
    let mut idle = plan.findings.iter().filter(|f| f.message.contains("holds for nothing"));
    let found = idle.next().map(|f| (f.weight, f.message.as_str(), f.hint.as_deref().unwrap_or_default()));
    assert_eq!(idle.next(), None);
    found
}

#[tokio::test]
async fn what_is_written_out_and_is_not_there_is_refused_with_what_is() {
    for (pattern, why, hint) in [
        (
            "lambda/function/ordres",
            "neither the environment nor the release has it",
            "lambda/function/orders",
        ),
        (
            "lambda/functions/orders",
            "neither the environment nor the release has it",
            "lambda/function/orders",
        ),
        ("lambda/function/orders#liv", "it has no alias `liv`", "it has live"),
        ("connect/flow/Main IVR", "no traffic is shifted", "take it out"),
        ("site/bucket/shop", "no traffic is shifted", "take it out"),
    ] {
        let plan = plan(both(), pattern, &Deployment::default()).await;
        let (weight, message, told) =
            said(&plan).unwrap_or_else(|| panic!("{pattern}: {:#?}", plan.findings));
        assert_eq!(weight, Weight::Block, "{pattern}");
        assert!(message.contains(&format!("the rollout of `{pattern}`")), "{message}");
        assert!(message.contains(why) && told.contains(hint), "{pattern}: {message}: {told}");
    }
}

#[tokio::test]
async fn a_function_without_an_alias_has_nothing_that_climbs() {
    let mut scenario = scenario();
    for (account, alias, text) in [(A, "dev", "new"), (B, "prod", "old")] {
        let seed = scenario.account(account).function(REGION, "orders");
        seed.files(&[("index.js", text.as_bytes())]);
        scenario.account(account).instance(REGION, alias).lambda("orders");
    }
    let plan = plan(scenario, "lambda/function/orders", &Deployment::default()).await;
    let (weight, message, _) = said(&plan).unwrap();
    assert!(weight == Weight::Block && message.contains("it has no alias, and only an alias"), "{message}");
}

#[tokio::test]
async fn a_glob_that_picks_nothing_is_said_and_stops_nobody() {
    for (pattern, why) in [
        ("lambda/function/ord-*", "it matches nothing"),
        ("connect/*", "nothing that it matches climbs"),
        ("lambda/function/*#beta", "nothing that it matches climbs"),
    ] {
        let plan = plan(both(), pattern, &Deployment::default()).await;
        let (weight, message, _) = said(&plan).unwrap_or_else(|| panic!("{pattern}: {:#?}", plan.findings));
        assert!(weight == Weight::Warning && message.contains(why), "{pattern}: {message}");
    }
    for pattern in ["lambda/function/*", "*", "lambda/function/orders", "lambda/function/orders#live"] {
        assert_eq!(said(&plan(both(), pattern, &Deployment::default()).await), None, "{pattern}");
    }
}

/// Who deploys something else is not held up by a ladder of what is not there yet.
#[tokio::test]
async fn what_is_not_there_yet_stops_only_who_may_mean_it() {
    let modules = some(&["connect/module/*"]);
    let mut scenario = both();
    for (account, alias) in [(A, "dev"), (B, "prod")] {
        scenario.account(account).instance(REGION, alias).module("Greeting");
    }
    let plan = plan(scenario, "lambda/function/later", &modules).await;
    assert_eq!(said(&plan).unwrap().0, Weight::Warning);
}

#[tokio::test]
async fn nobody_looks_for_ladders_that_are_not_climbed() {
    let rollouts = rollouts(&[("lambda/function/ordres", RUNGS)]);
    let world = world(both(), Values { rollouts, ..values() }).await;
    let dev = world.extract(&*world.a, "dev").await;
    let waivers = Waivers { ladders: Ladders::AtOnce, ..Waivers::default() };
    let means = Means { waivers, ..world.means(&*world.b) };
    let plan = plan_deploy(&means, "prod", &source(&dev), &Deployment::default()).await.unwrap();
    assert_eq!(said(&plan), None);
}
