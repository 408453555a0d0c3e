//! A target of its own: what its configuration says, and how it is deployed to and put back.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use snapdeploy::aws::Sessions;
use snapdeploy::core::Address;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::clock::Clock;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::environment::Access;
use snapdeploy::core::event::Events;
use snapdeploy::core::means::Values;
use snapdeploy::core::naming::Naming;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Operational, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::{Sandbox, Scenario};
use snapdeploy::store::{MemoryLedger, MemoryObjects};

use crate::world::{B, REGION, World, assert_same, environment, sdk};

/// The bucket of B from which prompts take their audio.
pub const STAGING: &str = "prod-staging";

/// Waits are this many times shorter: fewer than elsewhere, since many calls leave at once, each within the time that
/// the lease is sure of.
const SCALE: u32 = 250;

/// Returns a world in which prod has `values`.
pub async fn world(mut scenario: Scenario, mut values: Values) -> World {
    scenario.account(B).bucket(REGION, STAGING);
    values.staging = Some(format!("s3://{STAGING}/prompts"));
    let sandbox = Sandbox::start(scenario).unwrap();
    let clock = Clock::scaled(SCALE);
    let sessions = Sessions::with(&clock, &sdk(&sandbox.endpoint()));
    let own = Values { users: values.users, ..Values::default() };
    let (a, b) = (bind(&sessions, "dev", own).await, bind(&sessions, "prod", values.clone()).await);
    let ledger = MemoryLedger::new(clock.clone());
    World { sandbox, clock, objects: MemoryObjects::new(), ledger, a, b, values, events: Events::silent() }
}

async fn bind(sessions: &Sessions, name: &str, values: Values) -> Box<dyn Driver> {
    let environment = snapdeploy::core::environment::Environment { values, ..environment(name) };
    let account = sessions.account(&environment, Access::Write).await.unwrap();
    snapdeploy::kinds::bind(account, &environment).await.unwrap()
}

/// Returns the environment `name` of `world`, with other values.
pub async fn bound(world: &World, name: &str, values: Values) -> Box<dyn Driver> {
    bind(&Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint())), name, values).await
}

pub fn naming(rules: &[(&str, &str)]) -> Naming {
    let rules: Vec<_> = rules.iter().map(|(l, p)| (l.to_string(), p.to_string())).collect();
    Naming::new(&rules).unwrap()
}

pub fn members(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

pub fn promoting() -> Deployment {
    Deployment { operational: Operational::Promoted, ..Deployment::default() }
}

pub fn some(patterns: &[&str]) -> Deployment {
    let patterns: Vec<_> = patterns.iter().map(ToString::to_string).collect();
    Deployment { select: Selection::new(&patterns).unwrap(), ..Deployment::default() }
}

pub async fn planned(world: &World, dev: &Snapshot, deployment: &Deployment) -> Plan {
    let source = Source::of_snapshot("dev@latest", dev);
    plan_deploy(&world.means(&*world.b), "prod", &source, deployment).await.unwrap()
}

/// Performs a plan that nothing forbids, to its end.
pub async fn perform(world: &World, plan: &Plan) {
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    let ended = begin(&world.means(&*world.b), plan, None, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:#?}");
}

/// Returns the plan that undoes the newest run.
pub async fn back(world: &World) -> Plan {
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    plan_back(&means, &past, &Selection::all()).await.unwrap()
}

/// Deploys, verifies that it arrived and that deploying again does nothing, rolls back, and verifies that B is as it was
/// before, but for `left`, which takes out of a state what is printed as left over.
pub async fn to_and_fro(world: &World, dev: &Snapshot, deployment: &Deployment, left: impl Fn(&mut Value)) {
    let mut before = world.sandbox.connect_state(B);
    perform(world, &planned(world, dev, deployment).await).await;
    arrived(world, dev, deployment).await;
    let back = back(world).await;
    perform(world, &back).await;
    let mut after = world.sandbox.connect_state(B);
    left(&mut after);
    left(&mut before);
    assert_same(&after, &before);
}

/// Asserts that what `deployment` picks of `dev` is in B, nothing of A is left in it, and that deploying it again is no
/// change and no mutating call.
pub async fn arrived(world: &World, dev: &Snapshot, deployment: &Deployment) {
    let prod = world.documents(&*world.b, "prod").await;
    let physical = |a: &Address| !world.b.creates(a.kind()) && !prod.contains_key(a);
    for (address, document) in &dev.documents {
        if !deployment.select.picks(address) || physical(address) {
            continue;
        }
        let there = prod.get(address).map(|d| json!(d.portable));
        let wanted = json!(document.portable);
        if there.as_ref() != Some(&wanted) {
            assert_same(&there.unwrap_or(Value::Null), &wanted);
        }
    }
    let state = world.sandbox.connect_state(B).to_string();
    for trace in [crate::world::A, world.a.pin().instance.as_str()] {
        assert!(!state.contains(trace), "{trace} is left in B");
    }
    world.sandbox.clear_calls();
    let again = planned(world, dev, deployment).await;
    assert!(again.is_empty(), "{:#?}", (&again.steps, &again.moves));
    assert_eq!(world.mutations(), 0);
}

/// Returns the state of the instance `alias` of `account`.
pub fn state(world: &World, account: &str, alias: &str) -> Value {
    world.sandbox.connect_state(account)[format!("{REGION}/{alias}")].clone()
}

/// Returns the resource of `kind` that is called `name` in B.
pub fn there(world: &World, kind: &str, name: &str) -> Value {
    let state = state(world, B, "prod");
    let all: BTreeMap<String, Value> = serde_json::from_value(state[kind].clone()).unwrap();
    all.into_values().find(|r| r["Name"] == name).unwrap_or(Value::Null)
}
