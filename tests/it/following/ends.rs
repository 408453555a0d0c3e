//! Each way in which what was started can end, in a deployment and in a rollback.

use serde_json::Value;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::deed::{Outcome, deeds};
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::id::RunId;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Means;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::run::{Note, RunStatus, Verdict};
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};
use snapdeploy::core::select::Selection;
use snapdeploy::core::stats::{Counts, Tally};
use snapdeploy::core::{Address, ErrorKind};

use super::slow::{Fate, Slow};
use crate::drift::queue;
use crate::world::{B, World, words};

/// Returns a world in which `queues` queues are to get new words, the plan for it, and how B was before.
pub async fn world(queues: usize) -> (World, Plan, Value) {
    let world = World::new(words(queues)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    assert_eq!(plan.moves.len(), queues);
    let before = world.sandbox.connect_state(B);
    (world, plan, before)
}

/// Returns what the journal of the run says, a word for each line that matters here.
pub async fn told(world: &World, run: &RunId) -> Vec<String> {
    let rows = world.ledger.rows(run).await.unwrap();
    let word = |note: &Note| match note {
        Note::Intent { .. } => Some("intent".to_string()),
        Note::Started { ticket, .. } => Some(format!("started {ticket}")),
        Note::Fell { verdict, .. } => Some(format!("fell {verdict:?}")),
        Note::Done { .. } => Some("done".into()),
        Note::Stopped { .. } => Some("stopped".into()),
        Note::Resumed { .. } => Some("resumed".into()),
        Note::Rung { share, .. } => Some(format!("rung {share}")),
        Note::Gate { decision, .. } => Some(format!("gate {decision:?}")),
        _ => None,
    };
    rows.iter().filter_map(|row| word(&row.what)).collect()
}

/// Returns the words of a queue of B.
pub async fn words_of(world: &World, address: &Address) -> String {
    let document: Document = world.documents(&*world.b, "prod").await.remove(address).unwrap();
    document.portable["Description"].as_str().unwrap().to_string()
}

pub async fn parked(world: &World) -> RunId {
    let held = world.ledger.held(world.b.pin()).await.unwrap().expect("a run is open");
    assert!(held.parked, "somebody is taken to go on with it");
    held.start.run
}

async fn counts(world: &World) -> Counts {
    let since = "2020-01-01T00:00:00Z".parse().unwrap();
    Tally::of(&world.ledger, world.b.pin(), since).await.unwrap().remove("prod").unwrap().counts()
}

/// Undoes what is newest, with this driver.
async fn roll_back(world: &World, driver: &dyn Driver, on_failure: OnFailure) -> Ended {
    let means = world.means(driver);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let plan = plan_back(&means, &past, &Selection::all()).await.unwrap();
    begin(&means, &plan, None, on_failure).await.unwrap()
}

#[tokio::test]
async fn what_succeeds_by_its_own_ticket_is_done() {
    let (world, plan, before) = world(1).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[]);
    let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::Done { run }) = ended else { panic!("{ended:?}") };
    assert_eq!(told(&world, &run).await, ["intent", "started d-1", "done"]);
    assert_eq!(slow.followed(), ["d-1"]);

    // So is a rollback.
    let ended = roll_back(&world, &slow, OnFailure::Stop).await;
    let Ended::Done { run: by } = ended else { panic!("{ended:?}") };
    assert_eq!(told(&world, &by).await, ["intent", "started d-2", "done"]);
    assert_eq!(world.sandbox.connect_state(B), before);
    assert_eq!(world.ledger.run(&run).await.unwrap().undone_by, Some(by));
}

#[tokio::test]
async fn what_fails_is_explained_and_its_rollback_is_followed_with_a_patience_of_its_own() {
    let (world, plan, before) = world(1).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Failed]);
    let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::RolledBack { run, by, why }) = ended else { panic!("{ended:?}") };
    assert!(why.message.contains("d-1") && why.explained[0].contains("137"), "{why:?}");
    assert!(why.explained[1].contains("hunter2"), "what is quoted from a log is shown: {why:?}");
    assert_eq!(told(&world, &run).await, ["intent", "started d-1", "fell Failed"]);
    let kept = serde_json::json!(world.ledger.rows(&run).await.unwrap()).to_string();
    assert!(kept.contains("out of memory") && !kept.contains("hunter2"), "{kept}");
    assert_eq!(told(&world, &by).await, ["intent", "started d-2", "done"]);
    let patience = world.means(&slow).patience;
    let whole = [("d-1".to_string(), patience), ("d-2".to_string(), patience)];
    assert_eq!(*slow.followed.lock().unwrap(), whole, "what the first took is not taken from the second");
    assert_eq!(world.sandbox.connect_state(B), before);
    assert_eq!(counts(&world).await.rolled_back, 1);
}

#[tokio::test]
async fn what_has_failed_is_never_found_to_be_done_when_the_run_goes_on() {
    let (world, plan, _) = world(1).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Failed, Fate::Failed]);
    let ended = begin(&world.means(&slow), &plan, None, OnFailure::Stop).await;
    let Ok(Ended::Stopped { run, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!(words_of(&world, &queue(0)).await, "new words", "what failed is there");
    let rows = world.ledger.rows(&run).await.unwrap();
    let deed = deeds(&plan, &rows, &Selection::all()).remove(0);
    let Outcome::Fell { verdict: Verdict::Failed, why } = deed.outcome else { panic!("{deed:?}") };
    assert!(why.contains("d-1 of connect/queue/Q0 failed"), "{why}");

    // It fails again, as another deployment; then that one is mended too.
    let ended = resume(&world.means(&slow), &run, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Stopped { .. })), "{ended:?}");
    let ended = resume(&world.means(&slow), &run, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(slow.followed(), ["d-1", "d-2", "d-3"], "none is judged twice");
    let once = ["intent", "started d-1", "fell Failed", "stopped", "resumed"];
    let twice = ["intent", "started d-2", "fell Failed", "stopped", "resumed"];
    assert_eq!(told(&world, &run).await, [&once[..], &twice, &["intent", "started d-3", "done"]].concat());
}

#[tokio::test]
async fn what_aws_took_back_has_ended_and_is_not_undone_again() {
    for on_failure in [OnFailure::Rollback, OnFailure::Stop] {
        let (world, plan, before) = world(1).await;
        let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::TakenBack]);
        let ended = begin(&world.means(&slow), &plan, None, on_failure).await;
        let Ok(Ended::TakenBack { run, why }) = ended else { panic!("{on_failure:?}: {ended:?}") };
        assert!(why.message.contains("d-1 of connect/queue/Q0 was rolled back"), "{why}");
        assert_eq!((world.sandbox.connect_state(B), slow.starts()), (before, 1), "nothing more is started");
        let record = world.ledger.run(&run).await.unwrap();
        assert_eq!((record.status(), record.finish.unwrap().changed), (RunStatus::TakenBack, false));
        assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none());
        let none = newest(&world.means(&slow), &Selection::all()).await.unwrap_err();
        assert_eq!(none.kind, ErrorKind::NotFound, "{none}");
        let counted = counts(&world).await;
        assert_eq!((counted.rolled_back, counted.failed, counted.deployments), (1, 0, 1));

        // Nothing is taken for drift, and the same can be tried again.
        let dev = world.extract(&*world.a, "dev").await;
        let again = world.plan(&dev).await;
        assert_eq!(again.blocks().count(), 0, "{:?}", again.findings);
        let ended = begin(&world.means(&slow), &again, None, on_failure).await;
        assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    }
}

#[tokio::test]
async fn what_was_done_beside_something_taken_back_is_undone() {
    let (world, plan, before) = world(3).await;
    let last = plan.moves[2].address.clone();
    let slow = Slow::new(&*world.b, &[last], &[Fate::TakenBack]);
    let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::RolledBack { run, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!((world.sandbox.connect_state(B), slow.starts()), (before, 1));
    assert_eq!(world.ledger.run(&run).await.unwrap().status(), RunStatus::Turned);
}

#[tokio::test]
async fn what_somebody_else_replaced_is_left_and_known_to_be_theirs() {
    let (world, plan, _) = world(1).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Superseded]);
    let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::Superseded { run, why }) = ended else { panic!("{ended:?}") };
    assert!(why.message.contains("ada"), "{why}");
    assert_eq!((words_of(&world, &queue(0)).await.as_str(), slow.starts()), ("somebody's words", 1));
    let record = world.ledger.run(&run).await.unwrap();
    assert_eq!((record.status(), record.finish.unwrap().wrote), (RunStatus::Superseded, vec![queue(0)]));
    let counted = counts(&world).await;
    assert_eq!((counted.superseded, counted.failed, counted.succeeded), (1, 0, 0));

    // Neither a rollback nor the next deployment overwrites theirs unseen.
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert!(back.blocks().any(|f| f.message.contains("has been changed")), "{:?}", back.findings);
    let dev = world.extract(&*world.a, "dev").await;
    let next = world.plan(&dev).await;
    assert!(next.blocks().any(|f| f.message.contains(run.as_str())), "{:?}", next.findings);
    let wanted = [queue(0)].into();
    let known = snapdeploy::core::known::known(&means, &wanted).await.unwrap();
    assert!(known[&queue(0)].release.is_none(), "our release is not there");
}

#[tokio::test]
async fn what_goes_on_is_let_go_of_and_followed_again_by_its_ticket() {
    for fate in [Fate::Done, Fate::Failed, Fate::TakenBack, Fate::Superseded] {
        let (world, plan, before) = world(1).await;
        let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::GoesOn, Fate::GoesOn, fate]);
        let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
        let Ok(Ended::InProgress { run, undoes: None, why }) = ended else { panic!("{ended:?}") };
        assert!(why.message.contains("1 of 3"), "{why}");
        assert_eq!(parked(&world).await, run);
        let rows = world.ledger.rows(&run).await.unwrap();
        let deed = deeds(&plan, &rows, &Selection::all()).remove(0);
        assert_eq!(deed.outcome, Outcome::Going { ticket: "d-1".into() });
        let ended = resume(&world.means(&slow), &run, OnFailure::Rollback).await;
        assert!(matches!(&ended, Ok(Ended::InProgress { run: same, .. }) if *same == run), "{ended:?}");
        let ended = resume(&world.means(&slow), &run, OnFailure::Rollback).await.unwrap();
        assert_eq!(slow.followed()[..3], ["d-1", "d-1", "d-1"], "nothing is started twice");
        match (fate, &ended) {
            (Fate::Done, Ended::Done { .. }) => assert_eq!(words_of(&world, &queue(0)).await, "new words"),
            (Fate::Failed, Ended::RolledBack { .. }) | (Fate::TakenBack, Ended::TakenBack { .. }) => {
                assert_eq!(world.sandbox.connect_state(B), before);
            }
            (Fate::Superseded, Ended::Superseded { .. }) => {
                assert_eq!(words_of(&world, &queue(0)).await, "somebody's words");
            }
            other => panic!("{other:?}"),
        }
        assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none(), "{fate:?}");
    }
}

#[tokio::test]
async fn a_rollback_that_goes_on_or_falls_is_told_and_can_be_gone_on_with() {
    for fate in [Fate::GoesOn, Fate::Failed, Fate::TakenBack] {
        let (world, plan, before) = world(1).await;
        let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Failed, fate]);
        let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
        let by = match (fate, ended) {
            (Fate::GoesOn, Ok(Ended::InProgress { run: by, undoes: Some(first), why })) => {
                assert_eq!(world.ledger.run(&first).await.unwrap().status(), RunStatus::Turned);
                assert!(why.message.contains("its rollback goes on"), "{why}");
                by
            }
            (_, Ok(Ended::RollbackFailed { by: Some(by), .. })) if fate != Fate::GoesOn => by,
            other => panic!("{other:?}"),
        };
        assert_eq!(parked(&world).await, by);
        let ended = resume(&world.means(&slow), &by, OnFailure::Rollback).await;
        assert!(matches!(ended, Ok(Ended::Done { .. })), "{fate:?}: {ended:?}");
        assert_eq!(world.sandbox.connect_state(B), before);
        let started = if fate == Fate::GoesOn { 2 } else { 3 };
        assert_eq!(slow.starts(), started, "{fate:?}");
    }
}

#[tokio::test]
async fn without_waiting_all_that_can_be_started_is_started() {
    let (world, plan, _) = world(3).await;
    let all = [queue(0), queue(1), queue(2)];
    let slow = Slow::new(&*world.b, &all, &[Fate::GoesOn, Fate::GoesOn, Fate::GoesOn]);
    let means = Means { patience: std::time::Duration::ZERO, ..world.means(&slow) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::InProgress { run, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!(slow.starts(), 3);
    assert!(slow.followed.lock().unwrap().iter().all(|(_, patience)| patience.is_zero()));
    let ended = resume(&world.means(&slow), &run, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(slow.starts(), 3);
}

#[tokio::test]
async fn a_failure_is_not_hidden_by_what_goes_on_beside_it() {
    let (world, plan, before) = world(3).await;
    let [first, second, third] = [0, 1, 2].map(|i| plan.moves[i].address.clone());
    let slow = Slow::new(&*world.b, &[second, third], &[Fate::GoesOn, Fate::Failed]);
    let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::RolledBack { .. }) = ended else { panic!("{first}: {ended:?}") };
    assert_eq!(world.sandbox.connect_state(B), before);
}
