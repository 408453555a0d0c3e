//! The function `orders` with a ladder in prod, and somebody who looks at its alias without pause.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::core::gate::{Gate, GateAt, Probe, Undecided};
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Values;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::Deployment;
use snapdeploy::core::rollout::Rollouts;
use snapdeploy::core::run::Note;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::sandbox::Scenario;

use crate::kinds::place::{planned, world};
use crate::lambda::place::{function, values};
use crate::world::{A, B, REGION, World, scenario};

/// Rungs that take some hundredths of a second each.
pub const RUNGS: &str = "10% 20s, 50% 20s, 100% 20s";
/// What the alias is before, on each rung of [`RUNGS`], and after.
pub fn weights() -> [Value; 4] {
    [json!(["1", {}]), json!(["1", {"2": 0.1}]), json!(["1", {"2": 0.5}]), json!(["2", {}])]
}

/// Dev has it with other settings; what else there is, is the same.
pub fn both() -> Scenario {
    let mut scenario = scenario();
    for (account, alias, memory) in [(A, "dev", 512), (B, "prod", 128)] {
        let seed = scenario.account(account).function(REGION, "orders");
        let seed = seed.files(&[("index.js", b"same")]).settings(json!({ "MemorySize": memory }));
        seed.publish().alias("live", "1");
        scenario.account(account).instance(REGION, alias).lambda("orders");
    }
    scenario
}

pub fn rollouts(rules: &[(&str, &str)]) -> Rollouts {
    let mut all = Rollouts::default();
    for (pattern, text) in rules {
        all.add(pattern, text.parse().unwrap()).unwrap();
    }
    all
}

/// A gate that a shell answers on each rung: 0 passes, 4 says that nobody can tell.
pub fn gate(line: &str) -> Gate {
    Gate {
        name: "shell".into(),
        about: Vec::new(),
        at: GateAt::Rungs,
        every: Duration::from_secs(30),
        tries: 1,
        undecided: Undecided::Pause,
        probe: Probe::Command {
            line: line.into(),
            pass: vec![0],
            undecided: vec![4],
            limit: Duration::from_secs(10),
        },
    }
}

/// Returns the world in which prod has the ladder `rungs`, and a gate of this line where it is not empty.
pub async fn with(scenario: Scenario, rungs: &str, line: &str) -> World {
    let gates = if line.is_empty() { Vec::new() } else { vec![gate(line)] };
    let rollouts = rollouts(&[("lambda/function/*", rungs)]);
    world(scenario, Values { rollouts, gates, ..values() }).await
}

pub async fn plan(world: &World) -> Plan {
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(world, &dev, &Deployment::default()).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    plan
}

/// Returns the version that `live` names, and its weights.
pub fn live(world: &World) -> Value {
    let alias = function(world, "orders")["aliases"]["live"].clone();
    json!([alias["version"], alias["weights"]])
}

/// Performs `work`, and returns each state of `live` that was seen meanwhile, with how it was in the end.
pub async fn watched<T>(world: &World, work: impl Future<Output = T>) -> (T, Vec<Value>) {
    let mut seen = vec![live(world)];
    let mut work = std::pin::pin!(work);
    loop {
        let out = tokio::time::timeout(Duration::from_millis(5), &mut work).await;
        let now = live(world);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        if let Ok(out) = out {
            return (out, seen);
        }
    }
}

pub async fn deploy(world: &World, on_failure: OnFailure) -> (Ended, Vec<Value>) {
    let plan = plan(world).await;
    world.sandbox.clear_calls();
    let means = world.means(&*world.b);
    let (ended, seen) = watched(world, begin(&means, &plan, None, on_failure)).await;
    (ended.unwrap(), seen)
}

/// How often the alias was written since the calls were last cleared.
pub fn updates(world: &World) -> usize {
    world.sandbox.calls().iter().filter(|c| c.operation == "UpdateAlias").count()
}

/// Returns the rungs that the newest run has noted, and what its gates said.
pub async fn noted(world: &World) -> (Vec<String>, Vec<String>) {
    let entries = world.ledger.entries(world.b.pin(), None, 100).await.unwrap().items;
    let mut runs: Vec<_> = entries.iter().filter_map(|e| e.run.clone()).collect();
    runs.dedup();
    let (mut rungs, mut gates) = (Vec::new(), Vec::new());
    // The oldest: what undoes it notes none.
    for row in world.ledger.rows(runs.last().unwrap()).await.unwrap() {
        match row.what {
            Note::Rung { rung, share, .. } => rungs.push(format!("{rung}: {share}")),
            Note::Gate { decision, rung, .. } => gates.push(format!("{}: {decision:?}", rung.unwrap())),
            _ => {}
        }
    }
    (rungs, gates)
}
