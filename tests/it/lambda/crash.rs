//! Invariant 5 for functions: killed before or after any call that writes, of a deployment or of its rollback, then
//! resumed or rolled back, a function is exactly as before or exactly as after.

use futures::StreamExt;
use serde_json::{Value, json};
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::Scenario;

use super::place::{start, there};
use crate::crash::{CELLS, Phase, Prints, WayOut, counted_as, perform, prints, recover, roll_back};
use crate::kinds::place::planned;
use crate::mortal::{Death, Side};
use crate::reliability::size;
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

/// How many worlds are played at once: while one waits, another goes on.
const AT_ONCE: usize = 3;

/// Kills at each call of `phase`. What was done and never heard of is met by both ways out; of what was only begun each
/// way out meets every other call.
async fn matrix(phase: Phase, fewest: usize) {
    let world = start(small()).await;
    let old = (but_versions(there(&world)), prints(&world).await);
    let forth = Death::at_move(usize::MAX, Side::Before);
    assert!(Box::pin(deploy(&world, &forth)).await);
    let new = prints(&world).await;
    let back = Death::at_move(usize::MAX, Side::Before);
    assert!(Box::pin(roll_back(&world, &back)).await);
    assert_eq!(prints(&world).await, old.1);
    let ends = Ends { old, new };
    let calls = if phase == Phase::Deploy { forth.calls() } else { back.calls() };
    assert!(calls > fewest, "{phase:?} has {calls} calls");
    let cells = |at: usize| {
        let before = if at.is_multiple_of(2) { WayOut::Resume } else { WayOut::Rollback };
        CELLS.into_iter().filter(move |cell| size::is_full() || cell.0 == Side::After || cell.1 == before)
    };
    let cases = (0..calls).flat_map(|at| cells(at).map(move |(side, way)| (at, side, way)));
    let cases: Vec<_> = cases.map(|(at, side, way)| Box::pin(play(phase, at, side, way, &ends))).collect();
    let played = cases.len();
    futures::stream::iter(cases).buffer_unordered(AT_ONCE).for_each(async |()| ()).await;
    counted_as(&format!("lambda-{phase:?}"), calls, played);
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_deployment_a_function_is_as_before_or_as_after() {
    matrix(Phase::Deploy, 8).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_rollback_a_function_is_as_before_or_as_after() {
    matrix(Phase::Rollback, 6).await;
}
