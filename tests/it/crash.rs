//! Invariant 5: killed at any call of a deployment or of its rollback, then resumed or rolled back, an environment is
//! exactly as before or exactly as after.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use snapdeploy::core::address::Address;
use snapdeploy::core::back::{newest, past, plan_back};
use snapdeploy::core::digest::Digest;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::holder::Manner;
use snapdeploy::core::ledger::{Act, Ledger};
use snapdeploy::core::means::Means;
use snapdeploy::core::objects::Objects;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::run::{RunKind, RunStatus};
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume, undo_open};
use snapdeploy::core::select::Selection;

use crate::figures;
use crate::mortal::{Death, Mortal, Side, met};
use crate::reliability::size;
use crate::small::small;
use crate::world::{B, World, dead};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Deploy,
    Rollback,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOut {
    Resume,
    Rollback,
}

/// What an environment is: each document, by digest.
pub type Prints = BTreeMap<Address, (Digest, Digest)>;

pub async fn prints(world: &World) -> Prints {
    let documents = world.documents(&*world.b, "prod").await;
    documents.into_iter().map(|(a, d)| (a, (d.portable_digest(), d.local_digest()))).collect()
}

/// Deploys with a process that dies as `death` says; true if it came to its end.
async fn deploy(world: &World, death: &Death) -> bool {
    let dev = world.extract(&*world.a, "dev").await;
    perform(world, &world.plan(&dev).await, death).await
}

/// Rolls the newest deployment back with a process that dies as `death` says; true if it came to its end.
pub async fn roll_back(world: &World, death: &Death) -> bool {
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let plan = plan_back(&means, &past, &Selection::all()).await.unwrap();
    perform(world, &plan, death).await
}

/// Performs `plan` with a process that dies as `death` says; true if it came to its end.
pub async fn perform(world: &World, plan: &Plan, death: &Death) -> bool {
    let (driver, objects, ledger) = mortals(world, death);
    let means = Means { process: dead(), ..world.means_with(&driver, &objects, &ledger) };
    match death.live(begin(&means, plan, None, OnFailure::Stop)).await {
        Some(ended) => {
            assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
            true
        }
        None => false,
    }
}

fn mortals<'a>(
    world: &'a World,
    death: &Death,
) -> (Mortal<'a, dyn Driver>, Mortal<'a, dyn Objects>, Mortal<'a, dyn Ledger>) {
    (
        Mortal { inner: &*world.b as &dyn Driver, death: death.clone() },
        Mortal { inner: &world.objects as &dyn Objects, death: death.clone() },
        Mortal { inner: &world.ledger as &dyn Ledger, death: death.clone() },
    )
}

/// Finds the open run, as the next command would, and takes the way out; false if nothing is open.
pub async fn recover(world: &World, way: WayOut) -> bool {
    recover_with(&world.means(&*world.b), world, way).await
}

/// Does so with a process that dies as `death` says; `None` if it did.
pub async fn recover_or_die(world: &World, way: WayOut, death: &Death) -> Option<bool> {
    let (driver, objects, ledger) = mortals(world, death);
    let means = Means { process: dead(), ..world.means_with(&driver, &objects, &ledger) };
    death.live(Box::pin(recover_with(&means, world, way))).await
}

async fn recover_with(means: &Means<'_>, world: &World, way: WayOut) -> bool {
    let Some(held) = world.ledger.held(world.b.pin()).await.unwrap() else { return false };
    let run = held.start.run.clone();
    let ended = match way {
        WayOut::Resume => resume(means, &run, OnFailure::Stop).await,
        WayOut::Rollback => {
            let past = past(means, &run).await.unwrap();
            match plan_back(means, &past, &Selection::all()).await {
                Ok(plan) => undo_open(means, &past, &plan, None, Manner::AskToStop).await,
                // What took the place of a run that was not through has only one way out.
                Err(e) if e.message.contains("took the place of one") => {
                    assert!(e.hint.is_some_and(|h| h.contains(&format!("deploy --resume {run}"))));
                    resume(means, &run, OnFailure::Stop).await
                }
                Err(e) => panic!("{e:?}"),
            }
        }
    };
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    true
}

/// Returns whether the run of `phase` came to its end.
pub async fn ended(world: &World, phase: Phase) -> bool {
    let kind = if phase == Phase::Deploy { RunKind::Deploy } else { RunKind::Rollback };
    for entry in world.ledger.entries(world.b.pin(), None, 100).await.unwrap().items {
        if matches!(&entry.what, Act::Start { start } if start.kind == kind) {
            return world.ledger.run(entry.run.as_ref().unwrap()).await.unwrap().status()
                == RunStatus::Succeeded;
        }
    }
    false
}

struct Case {
    phase: Phase,
    at: usize,
    side: Side,
    way: WayOut,
}

/// Plays one case. `old` is the whole state of B before, `new` what the documents are after.
async fn play(case: &Case, old: &Value, old_prints: &Prints, new: &Prints) {
    let world = World::new(small()).await;
    let death = Death::at(case.at, case.side);
    let finished = match case.phase {
        Phase::Deploy => deploy(&world, &death).await,
        Phase::Rollback => {
            assert!(deploy(&world, &Death::never()).await);
            roll_back(&world, &death).await
        }
    };
    assert!(!finished || case.side == Side::After, "it did not die");
    let open = recover(&world, case.way).await;

    // Where nothing was open, the process had not begun, or had come to its end before it died.
    let ended = ended(&world, case.phase).await;
    let is_new = match (open, case.phase, case.way) {
        (true, Phase::Deploy, WayOut::Resume) | (true, Phase::Rollback, WayOut::Rollback) => true,
        (true, _, _) => false,
        (false, Phase::Deploy, _) => ended,
        (false, Phase::Rollback, _) => !ended,
    };
    let here = format!("{:?} killed {:?} call {}, then {:?}", case.phase, case.side, case.at, case.way);
    let now = prints(&world).await;
    assert_eq!(now, *if is_new { new } else { old_prints }, "{here}");
    if !is_new {
        assert_eq!(world.sandbox.connect_state(B), *old, "{here}: exactly as before");
    }
    assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none(), "{here}: the lease is free");
    let log = world.sandbox.calls();
    let created: Vec<_> =
        log.iter().filter(|c| c.operation.starts_with("Create") && c.status == 200).collect();
    assert!(created.len() <= 14, "{here}: nothing is created twice");
}

/// Plays every case of one phase and one way out.
async fn all(phase: Phase, way: WayOut) {
    let world = World::new(small()).await;
    let (old, old_prints) = (world.sandbox.connect_state(B), prints(&world).await);
    let deployed = Death::never();
    assert!(deploy(&world, &deployed).await);
    let new = prints(&world).await;
    assert_ne!(new, old_prints);
    let back = Death::never();
    assert!(roll_back(&world, &back).await);
    assert_eq!(world.sandbox.connect_state(B), old);

    let counted = if phase == Phase::Deploy { deployed } else { back };
    let mut played = 0;
    for at in 0..counted.calls() {
        for side in counted.sides(at) {
            play(&Case { phase, at, side: *side, way }, &old, &old_prints, &new).await;
            played += 1;
        }
    }
    assert!(played > counted.calls(), "calls that write are played on both sides");
    counted_as(&format!("connect-every-call-{phase:?}-{way:?}"), counted.calls(), played);
}

/// Each side of a call with each way out.
pub const CELLS: [(Side, WayOut); 6] = [
    (Side::Before, WayOut::Resume),
    (Side::Before, WayOut::Rollback),
    (Side::After, WayOut::Resume),
    (Side::After, WayOut::Rollback),
    (Side::Unnoted, WayOut::Resume),
    (Side::Unnoted, WayOut::Rollback),
];

/// Returns what the process meets at the move `at`: all in full; else each side once, the ways out in turn.
pub fn cells(at: usize) -> Vec<(Side, WayOut)> {
    if size::is_full() {
        return CELLS.to_vec();
    }
    let (one, other) = match at % 2 {
        0 => (WayOut::Resume, WayOut::Rollback),
        _ => (WayOut::Rollback, WayOut::Resume),
    };
    let last = if at % 4 < 2 { one } else { other };
    vec![(Side::Before, one), (Side::After, other), (Side::Unnoted, last)]
}

/// Keeps how many cases of a matrix have been played over so many calls.
pub fn counted_as(matrix: &str, calls: usize, played: usize) {
    let name = format!("crash-{}", matrix.to_lowercase());
    println!("{name}: {played} cases of {calls} calls, all exactly as before or as after");
    let result = format!("{played} of {played} exactly as before or as after");
    let size = format!("{calls} calls, {played} cases");
    // Where the test says itself at which calls it kills, no process died at a move of its own accord.
    let moves: Vec<String> = met().into_iter().map(|(kind, call)| format!("{kind} {call}")).collect();
    let figures = json!({ "size": size, "result": result, "calls": calls, "cases": played, "moves": moves });
    figures::record(&name, figures);
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_deployment_and_resumed_it_ends_as_after() {
    all(Phase::Deploy, WayOut::Resume).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_deployment_and_rolled_back_it_ends_as_before() {
    all(Phase::Deploy, WayOut::Rollback).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_rollback_and_resumed_it_ends_as_before() {
    all(Phase::Rollback, WayOut::Resume).await;
}

// What a rollback that was killed is rolled back to is the deployment that it was undoing.
#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_rollback_and_rolled_back_it_ends_as_after() {
    all(Phase::Rollback, WayOut::Rollback).await;
}
