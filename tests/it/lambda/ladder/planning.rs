//! What is said before: which ladders there are, and what AWS cannot do.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use snapdeploy::core::ErrorKind;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::foreseen::attended;
use snapdeploy::core::gate::{Gate, GateAt, Metric, Probe, Undecided};
use snapdeploy::core::means::{Means, Values};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::preflight::{Line, Outcome};
use snapdeploy::core::release::{Deployment, plan_deploy};
use snapdeploy::sandbox::Scenario;

use super::place::{RUNGS, both, gate, rollouts, with};
use crate::kinds::place::{members, planned, world};
use crate::lambda::place::{fresh, orders, source, values};
use crate::world::{A, B, REGION, World, scenario};

async fn plan(world: &World) -> Plan {
    let dev = world.extract(&*world.a, "dev").await;
    planned(world, &dev, &Deployment::default()).await
}

fn line(plan: &Plan) -> &Line {
    plan.card.iter().find(|l| l.asked == "ladder of live").unwrap_or_else(|| panic!("{:#?}", plan.card))
}

#[track_caller]
fn blocked(plan: &Plan, why: &str) {
    let line = line(plan);
    assert_eq!(line.outcome, Outcome::Block, "{line:?}");
    assert!(line.detail.contains(why), "{line:?}");
    assert!(line.hint.as_ref().unwrap().contains("--all-at-once"), "{line:?}");
    assert!(plan.blocks().any(|f| f.address == Some(orders())), "{:#?}", plan.findings);
    assert!(plan.moves.iter().all(|m| m.rollout.is_none()), "{:#?}", plan.moves);
}

#[tokio::test]
async fn a_ladder_is_on_the_card_and_on_its_move() {
    let world = with(both(), RUNGS, "").await;
    let plan = plan(&world).await;
    assert_eq!((line(&plan).outcome, line(&plan).detail.as_str()), (Outcome::Pass, RUNGS));
    let laddered: Vec<_> = plan.moves.iter().filter(|m| m.rollout.is_some()).collect();
    assert_eq!(laddered.len(), 1);
    assert_eq!((laddered[0].call.as_str(), laddered[0].through.len()), ("UpdateAlias", 2));
}

#[tokio::test]
async fn rungs_that_are_shorter_than_a_metric_takes_are_said_before() {
    let metric = Metric {
        namespace: "AWS/Lambda".into(),
        name: "Errors".into(),
        dimensions: [("FunctionName".to_string(), "orders".to_string())].into(),
        statistic: "Sum".into(),
    };
    let over = Duration::from_secs(300);
    let probe = Probe::Metric { of: metric, per: None, above: Some(1.0), below: None, at_least: 1.0, over };
    let said = async |rungs: &str, at, undecided| {
        let gate = Gate { name: "errors".into(), at, undecided, probe: probe.clone(), ..gate("") };
        let rollouts = rollouts(&[("lambda/function/*", rungs)]);
        let world = world(both(), Values { rollouts, gates: vec![gate], ..values() }).await;
        let findings = plan(&world).await.findings;
        let mut short = findings.into_iter().filter(|f| f.message.contains("may not be able to tell"));
        short.next().map(|f| (f.weight, f.message, f.hint.unwrap_or_default()))
    };
    let (weight, message, hint) =
        said("10% 1m, 50% 3m, 100% 2m 59s", GateAt::Both, Undecided::Pause).await.unwrap();
    assert_eq!(weight, Weight::Warning);
    assert!(message.contains("at `10% 1m` and `100% 2m59s`") && message.contains("pauses"), "{message}");
    assert!(hint.contains("3m or longer"), "{hint}");
    let (_, message, _) = said("10% 1m, 100% 5m", GateAt::Rungs, Undecided::Pass).await.unwrap();
    assert!(message.contains("`10% 1m`") && message.contains("passes"), "{message}");
    assert_eq!(said("10% 3m, 100% 3m", GateAt::Both, Undecided::Fail).await, None);
    assert_eq!(said("10% 1m, 100%", GateAt::After, Undecided::Fail).await, None);
}

#[tokio::test]
async fn a_ladder_holds_for_the_alias_that_it_names_alone() {
    let rollouts = rollouts(&[("lambda/function/orders#beta", RUNGS)]);
    let world = world(both(), Values { rollouts, ..values() }).await;
    let plan = plan(&world).await;
    assert!(plan.card.is_empty() && plan.moves.iter().all(|m| m.rollout.is_none()), "{:#?}", plan.card);
}

#[tokio::test]
async fn a_new_alias_has_nothing_to_climb_from() {
    let world = with(fresh(), RUNGS, "").await;
    let plan = plan(&world).await;
    assert_eq!(line(&plan).outcome, Outcome::Pass);
    assert!(line(&plan).detail.contains("made by this"), "{:?}", line(&plan));
    assert!(plan.moves.iter().all(|m| m.rollout.is_none()));
}

#[tokio::test]
async fn versions_of_different_roles_do_not_share_calls() {
    let role = json!({ "Role": format!("arn:aws:iam::{B}:role/another") });
    let overlay = [(orders(), members(role))].into();
    let rollouts = rollouts(&[("lambda/function/*", RUNGS)]);
    let world = world(both(), Values { overlay, rollouts, ..values() }).await;
    blocked(&plan(&world).await, "not the same execution role");
}

fn prod_alias(version: &str, weight: Option<(&str, f64)>) -> Scenario {
    let mut scenario = scenario();
    for (account, alias, memory) in [(A, "dev", 512), (B, "prod", 128)] {
        let seed = scenario.account(account).function(REGION, "orders");
        let seed = seed.settings(json!({ "MemorySize": 64 })).publish();
        let seed = seed.settings(json!({ "MemorySize": memory })).publish().alias("live", "2");
        if account == B {
            let seed = seed.alias("live", version);
            if let Some((other, share)) = weight {
                seed.weight("live", other, share);
            }
        }
        scenario.account(account).instance(REGION, alias).lambda("orders");
    }
    scenario
}

#[tokio::test]
async fn what_is_not_published_shares_no_calls() {
    let world = with(prod_alias("$LATEST", None), RUNGS, "").await;
    blocked(&plan(&world).await, "one of the two is $LATEST");
}

#[tokio::test]
async fn an_alias_that_shares_calls_already_has_no_room_for_another() {
    let world = with(prod_alias("2", Some(("1", 0.25))), RUNGS, "").await;
    let plan = plan(&world).await;
    blocked(&plan, "gets 25% of its calls already");
    let hint = line(&plan).hint.as_ref().unwrap();
    assert!(hint.contains("update-alias --function-name orders --name live "), "{hint}");
}

#[tokio::test]
async fn nobody_who_does_not_wait_begins_a_ladder() {
    let world = with(both(), RUNGS, "").await;
    let dev = world.extract(&*world.a, "dev").await;
    let means = Means { patience: Duration::ZERO, ..world.means(&*world.b) };
    let plan = plan_deploy(&means, "prod", &source(&dev), &Deployment::default()).await.unwrap();
    let block = plan.blocks().find(|f| f.address == Some(orders())).unwrap();
    assert!(block.message.contains("step by step") && block.hint.as_ref().unwrap().contains("--no-wait"));
    // Likewise of a plan that was made before: unless only what needs nobody is left of it.
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let refused = attended(&means, &plan, &BTreeSet::new()).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Input, "{refused}");
    assert!(refused.hint.unwrap().contains("--no-wait"));
    assert!(attended(&means, &plan, &(0..plan.moves.len()).collect()).is_ok());
    assert!(attended(&world.means(&*world.b), &plan, &BTreeSet::new()).is_ok());
}
