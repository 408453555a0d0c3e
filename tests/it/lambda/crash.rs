//! Invariant 5 for functions: killed before or after any call that writes, of a deployment or of its rollback, then
//! resumed or rolled back, a function is exactly as before or exactly as after.

use serde_json::{Value, json};
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::Scenario;

use super::place::{start, there};
use crate::crash::{Phase, Prints, WayOut, perform, prints, recover, roll_back};
use crate::kinds::place::planned;
use crate::mortal::{Death, Side};
use crate::world::{A, B, REGION, World, scenario};

/// An update of all that a function has, and a new function.
fn small() -> Scenario {
    let mut scenario = scenario();
    for (account, alias, text) in [(A, "dev", "new"), (B, "prod", "old")] {
        let new = account == A;
        let seed =
            scenario.account(account).function(REGION, "orders").files(&[("index.js", text.as_bytes())]);
        let seed = seed.env(&[("LEVEL", "same")]).settings(json!({ "Timeout": if new { 9 } else { 3 } }));
        let seed = seed.tag(text, "x").publish().alias("live", "1").alias(text, "1");
        let statement = json!({
            "StatementId": text, "Action": "lambda:InvokeFunction", "Principal": "connect.amazonaws.com",
        });
        seed.permission(None, statement);
        scenario.account(account).instance(REGION, alias).lambda("orders");
    }
    scenario
}

async fn deploy(world: &World, death: &Death) -> bool {
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(world, &dev, &Deployment::default()).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    perform(world, &plan, death).await
}

/// What is left of versions that were published is not deleted.
fn but_versions(mut state: Value) -> Value {
    for function in state["functions"].as_object_mut().unwrap().values_mut() {
        function["versions"]
            .as_object_mut()
            .unwrap()
            .retain(|number, _| number == "$LATEST" || number == "1");
    }
    state
}

struct Ends {
    old: (Value, Prints),
    new: Prints,
}

async fn play(phase: Phase, at: usize, side: Side, way: WayOut, ends: &Ends) {
    let here = format!("{phase:?} killed {side:?} move {at}, then {way:?}");
    let world = start(small()).await;
    let death = Death::at_move(at, side);
    let finished = match phase {
        Phase::Deploy => Box::pin(deploy(&world, &death)).await,
        Phase::Rollback => {
            assert!(Box::pin(deploy(&world, &Death::never())).await);
            Box::pin(roll_back(&world, &death)).await
        }
    };
    assert!(!finished, "{here}: it did not die");
    assert!(Box::pin(recover(&world, way)).await, "{here}: nothing is open");
    let is_new = (phase == Phase::Deploy) == (way == WayOut::Resume);
    assert_eq!(prints(&world).await, *if is_new { &ends.new } else { &ends.old.1 }, "{here}");
    if !is_new {
        println!("{here}");
        crate::world::assert_same(&but_versions(there(&world)), &ends.old.0);
    }
}

#[tokio::test]
async fn killed_at_every_call_a_function_is_as_before_or_as_after() {
    let world = start(small()).await;
    let old = (but_versions(there(&world)), prints(&world).await);
    let forth = Death::at_move(usize::MAX, Side::Before);
    assert!(deploy(&world, &forth).await);
    let new = prints(&world).await;
    let back = Death::at_move(usize::MAX, Side::Before);
    assert!(roll_back(&world, &back).await);
    assert_eq!(prints(&world).await, old.1);
    let ends = Ends { old, new };
    assert!(forth.calls() > 8 && back.calls() > 6, "{} {}", forth.calls(), back.calls());
    for (phase, calls) in [(Phase::Deploy, forth.calls()), (Phase::Rollback, back.calls())] {
        for at in 0..calls {
            for side in [Side::Before, Side::After] {
                for way in [WayOut::Resume, WayOut::Rollback] {
                    Box::pin(play(phase, at, side, way, &ends)).await;
                }
            }
        }
    }
}
