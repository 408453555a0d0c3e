//! Processes that die on the way, and answers that are lost: what was started once is neither lost nor started twice.

use std::sync::atomic::Ordering;
use std::time::Duration;

use snapdeploy::core::id::RunId;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Means;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};

use super::ends::{told, words_of, world};
use super::slow::{Fate, Says, Slow};
use crate::drift::queue;
use crate::world::{B, World, dead};

/// Deploys until the process dies, and returns the run.
async fn killed(world: &World, slow: &Slow<'_>, plan: &Plan) -> RunId {
    let means = Means { process: dead(), ..world.means(slow) };
    let reached = async {
        while slow.reached.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        ended = begin(&means, plan, None, OnFailure::Rollback) => panic!("{ended:?}"),
        () = reached => {}
    }
    world.ledger.held(world.b.pin()).await.unwrap().unwrap().start.run
}

#[tokio::test]
async fn killed_between_the_call_and_the_ticket_it_is_found_by_what_it_started() {
    let (world, plan, _) = world(1).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[]).says(&[Says::Dies]);
    let run = killed(&world, &slow, &plan).await;
    assert_eq!(told(&world, &run).await, ["intent"]);
    let ended = resume(&world.means(&slow), &run, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!((slow.starts(), slow.followed()), (1, vec!["d-1".to_string()]));
    assert_eq!(told(&world, &run).await, ["intent", "resumed", "started d-1", "done"]);
}

#[tokio::test]
async fn killed_after_the_ticket_it_is_followed_by_that() {
    for (fate, is_done) in [(Fate::Done, true), (Fate::Failed, false)] {
        let (world, plan, before) = world(1).await;
        let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Dies, fate]);
        let run = killed(&world, &slow, &plan).await;
        assert_eq!(told(&world, &run).await, ["intent", "started d-1"]);
        let ended = resume(&world.means(&slow), &run, OnFailure::Rollback).await;
        assert_eq!(slow.followed()[..2], ["d-1", "d-1"]);
        match ended {
            Ok(Ended::Done { .. }) if is_done => assert_eq!(slow.starts(), 1),
            Ok(Ended::RolledBack { .. }) if !is_done => assert_eq!(world.sandbox.connect_state(B), before),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_lost_answer_is_no_success_although_all_looks_as_it_should() {
    for (fate, is_done) in [(Fate::Done, true), (Fate::Failed, false)] {
        let (world, plan, before) = world(1).await;
        let slow = Slow::new(&*world.b, &[queue(0)], &[fate]).says(&[Says::Nothing]);
        let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
        assert_eq!(slow.followed()[0], "d-1", "it is judged by what it started");
        match ended {
            Ok(Ended::Done { run }) if is_done => {
                assert_eq!((slow.starts(), words_of(&world, &queue(0)).await.as_str()), (1, "new words"));
                assert_eq!(told(&world, &run).await, ["intent", "started d-1", "done"]);
            }
            Ok(Ended::RolledBack { .. }) if !is_done => assert_eq!(world.sandbox.connect_state(B), before),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_refusal_changes_nothing_and_starts_nothing() {
    let (world, plan, before) = world(1).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[]).says(&[Says::No]);
    let error = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await.unwrap_err();
    assert!(error.message.contains("busy"), "{error}");
    assert_eq!((world.sandbox.connect_state(B), slow.starts(), slow.followed().len()), (before, 0, 0));
}
