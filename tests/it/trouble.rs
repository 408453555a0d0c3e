//! Trouble at run time: every mutating call of a deployment and of its rollback meets every sort of fault.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::{Fault, FaultKind};

use crate::small::small;
use crate::world::{B, World, assert_same};

/// The sorts of fault, each with how many calls in a row meet it.
fn faults() -> Vec<(&'static str, FaultKind, u64)> {
    vec![
        ("AccessDenied", FaultKind::AccessDenied, 1),
        ("Throttle", FaultKind::Throttle, 1),
        ("ServerError", FaultKind::ServerError, 1),
        ("ServerError x6", FaultKind::ServerError, 6),
        ("DropAfter", FaultKind::DropAfter, 1),
        ("ErrorAfter", FaultKind::ErrorAfter, 1),
        ("ErrorAfter x6", FaultKind::ErrorAfter, 6),
        ("Late 2", FaultKind::Late { after_calls: 2 }, 1),
        ("Late 15", FaultKind::Late { after_calls: 15 }, 1),
    ]
}

fn fault(operation: &str, nth: u64, kind: FaultKind, times: u64) -> Fault {
    Fault { account: Some(B.into()), nth, times, ..Fault::next(operation, kind) }
}

/// Returns how often each mutating operation is called in B, in the order of the log.
fn mutating(world: &World) -> Vec<(String, u64)> {
    let mut operations: Vec<(String, u64)> = Vec::new();
    for call in world.sandbox.calls().iter().filter(|c| c.mutating && c.service == "connect") {
        match operations.iter_mut().find(|(known, _)| *known == call.operation) {
            Some((_, n)) => *n += 1,
            None => operations.push((call.operation.clone(), 1)),
        }
    }
    operations
}

/// Asserts that nothing is held and that nothing was made twice: names are unique, and so are what runs left.
async fn settled(world: &World, here: &str) {
    assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none(), "{here}: the lease is free");
    let state = world.sandbox.connect_state(B);
    let mut names = BTreeMap::new();
    for (instance, of) in state.as_object().unwrap() {
        for (kind, resources) in of.as_object().unwrap().iter().filter(|(k, _)| *k != "tags") {
            for resource in resources.as_object().into_iter().flat_map(|r| r.values()) {
                let name = (instance.clone(), kind.clone(), resource["Name"].to_string());
                *names.entry(name).or_insert(0) += 1;
            }
        }
    }
    assert!(names.values().all(|n| *n == 1), "{here}: {names:?}");
}

/// Prints a table: a row for each operation, a column for each fault.
fn table(title: &str, cells: &BTreeMap<(String, usize), String>) {
    let columns: Vec<&str> = faults().iter().map(|(name, ..)| *name).collect();
    println!("{title}\n{:34}{}", "", columns.iter().map(|c| format!("{c:16}")).collect::<String>());
    let mut rows: Vec<&String> = cells.keys().map(|(row, _)| row).collect();
    rows.dedup();
    for row in rows {
        let line: String = (0..columns.len()).map(|c| format!("{:16}", cells[&(row.clone(), c)])).collect();
        println!("{row:34}{line}");
    }
}

/// One deployment with a fault at the nth call of an operation. Returns how it ended.
async fn deploy_with(operation: &str, nth: u64, (name, kind, times): (&str, FaultKind, u64)) -> &'static str {
    let world = World::new(small()).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.fault(fault(operation, nth, kind, times));
    let ended = world.deploy(&dev, OnFailure::Rollback).await;
    world.sandbox.deliver_late();
    let here = format!("{operation} {nth} {name}: {ended:?}");
    settled(&world, &here).await;
    match ended {
        Ok(Ended::Done { .. }) => {
            world.agrees(&dev).await;
            "Done"
        }
        Ok(Ended::RolledBack { .. }) => {
            assert_same(&world.sandbox.connect_state(B), &before);
            "RolledBack"
        }
        // Nothing was changed.
        Err(_) => {
            assert_same(&world.sandbox.connect_state(B), &before);
            "Err, unchanged"
        }
        Ok(_) => panic!("{here}"),
    }
}

#[tokio::test]
async fn whatever_happens_to_a_call_of_a_deployment_it_arrives_or_is_taken_back() {
    let world = World::new(small()).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.clear_calls();
    world.deploy(&dev, OnFailure::Stop).await.unwrap();
    let mut cells = BTreeMap::new();
    for (operation, calls) in mutating(&world) {
        for nth in BTreeSet::from([1, calls]) {
            for (column, fault) in faults().into_iter().enumerate() {
                let outcome = deploy_with(&operation, nth, fault).await;
                cells.insert((format!("{operation} {nth}"), column), outcome.to_string());
            }
        }
    }
    table("a fault at the first and at the last call of each operation of a deployment", &cells);
}

/// Returns a world whose deployment has arrived, what it was before, and the deployment's source.
async fn arrived() -> (World, Value, Snapshot) {
    let world = World::new(small()).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    world.deploy(&dev, OnFailure::Stop).await.unwrap();
    world.sandbox.clear_calls();
    (world, before, dev)
}

/// One rollback with a fault at the nth call of an operation; where it stops, it is resumed. Returns how it ended.
async fn back_with(operation: &str, nth: u64, (name, kind, times): (&str, FaultKind, u64)) -> &'static str {
    let (world, before, dev) = arrived().await;
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let plan = plan_back(&means, &past, &Selection::all()).await.unwrap();
    world.sandbox.fault(fault(operation, nth, kind, times));
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    world.sandbox.deliver_late();
    let here = format!("{operation} {nth} {name}: {ended:?}");
    let outcome = match ended {
        Ok(Ended::Done { .. }) => "Done",
        Ok(Ended::Stopped { run, .. }) => {
            let ended = resume(&means, &run, OnFailure::Stop).await;
            assert!(matches!(ended, Ok(Ended::Done { .. })), "{here}, then {ended:?}");
            "Stopped, Done"
        }
        Err(_) => {
            world.agrees(&dev).await;
            world.roll_back().await.unwrap();
            "Err, unchanged"
        }
        Ok(_) => panic!("{here}"),
    };
    settled(&world, &here).await;
    assert_same(&world.sandbox.connect_state(B), &before);
    outcome
}

#[tokio::test]
async fn whatever_happens_to_a_call_of_a_rollback_it_arrives_or_can_be_resumed() {
    let (world, ..) = arrived().await;
    world.roll_back().await.unwrap();
    let mut cells = BTreeMap::new();
    for (operation, calls) in mutating(&world) {
        for (column, fault) in faults().into_iter().enumerate() {
            let outcome = back_with(&operation, calls, fault).await;
            cells.insert((format!("{operation} {calls}"), column), outcome.to_string());
        }
    }
    table("a fault at the last call of each operation of a rollback", &cells);
}

/// Two troubles in one run: an early call whose fate is not known, then a refusal that makes the run turn round.
#[tokio::test]
async fn a_run_that_turns_round_after_a_lost_answer_takes_everything_back() {
    let world = World::new(small()).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.clear_calls();
    world.deploy(&dev, OnFailure::Stop).await.unwrap();
    let operations = mutating(&world);
    let last =
        world.sandbox.calls().into_iter().rfind(|c| c.mutating && c.service == "connect").unwrap().operation;
    let denied = operations.iter().find(|(operation, _)| *operation == last).unwrap();
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for (operation, _) in operations.iter().filter(|(operation, _)| *operation != last) {
        // The way back needs the refused call too: refused twice, the rollback stops there and can be resumed.
        let unclear = [
            ("DropAfter", FaultKind::DropAfter, 1),
            ("ErrorAfter", FaultKind::ErrorAfter, 1),
            ("Late 1", FaultKind::Late { after_calls: 1 }, 1),
            ("Late 6", FaultKind::Late { after_calls: 6 }, 1),
            ("DropAfter", FaultKind::DropAfter, 2),
        ];
        for (name, kind, refusals) in unclear {
            let world = World::new(small()).await;
            let before = world.sandbox.connect_state(B);
            let dev = world.extract(&*world.a, "dev").await;
            world.sandbox.fault(fault(operation, 1, kind, 1));
            world.sandbox.fault(fault(&denied.0, denied.1, FaultKind::AccessDenied, refusals));
            let ended = world.deploy(&dev, OnFailure::Rollback).await;
            world.sandbox.deliver_late();
            let here = format!("{name} of {operation}, AccessDenied of {} {}: {ended:?}", denied.0, denied.1);
            let outcome = match ended {
                Ok(Ended::RolledBack { .. }) if refusals == 1 => "RolledBack",
                Ok(Ended::RollbackFailed { by: Some(by), .. }) if refusals == 2 => {
                    let ended = resume(&world.means(&*world.b), &by, OnFailure::Stop).await;
                    assert!(matches!(ended, Ok(Ended::Done { .. })), "{here}, then {ended:?}");
                    "RollbackFailed, resumed"
                }
                _ => panic!("{here}"),
            };
            settled(&world, &here).await;
            assert_same(&world.sandbox.connect_state(B), &before);
            *outcomes.entry(outcome.into()).or_default() += 1;
        }
    }
    println!("an unclear answer, then a refusal of the last call ({last}): {outcomes:?}");
}
