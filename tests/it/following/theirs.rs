//! Another process that wishes the run to stop, or has taken it over, while what it started goes on.

use std::sync::atomic::Ordering;
use std::time::Duration;

use snapdeploy::core::back::{past, plan_back};
use snapdeploy::core::holder::Manner;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::run::RunStatus;
use snapdeploy::core::runs::{Ended, OnFailure, begin, undo_open};
use snapdeploy::core::select::Selection;
use snapdeploy::core::stand::{Stand, look_at};

use super::ends::{told, world};
use super::slow::{Fate, Slow};
use crate::drift::queue;
use crate::world::B;

#[tokio::test]
async fn a_rollback_from_another_terminal_asks_it_to_let_go_and_then_undoes_it() {
    let (world, plan, before) = world(1).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Asked]);
    let (ours, theirs) = (world.means(&slow), world.means(&slow));
    let undone = async {
        while slow.reached.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let run = world.ledger.held(world.b.pin()).await.unwrap().unwrap().start.run;
        let seen = look_at(&world.ledger, &run, &ours.process).await.unwrap();
        assert!(matches!(seen.stand, Stand::GoesOn(Some(_))), "{:?}", seen.stand);
        let past = past(&theirs, &run).await.unwrap();
        let back = plan_back(&theirs, &past, &Selection::all()).await.unwrap();
        assert_eq!(back.moves.len(), 1);
        (undo_open(&theirs, &past, &back, None, Manner::AskToStop).await, run)
    };
    let (ended, (undone, run)) = tokio::join!(begin(&ours, &plan, None, OnFailure::Rollback), undone);
    let Ok(Ended::InProgress { run: let_go, why, .. }) = ended else { panic!("{ended:?}") };
    assert!(let_go == run && why.message.contains("asked it to stop"), "{why}");
    assert!(matches!(undone, Ok(Ended::Done { .. })), "{undone:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
    assert_eq!(slow.followed(), ["d-1", "d-2"], "the way back is followed to its own end");
    let record = world.ledger.run(&run).await.unwrap();
    assert_eq!(record.status(), RunStatus::Turned);
    assert_eq!(told(&world, &run).await, ["intent", "started d-1", "stopped", "resumed"]);
    let by = record.finish.unwrap().turned_into.unwrap();
    let seen = look_at(&world.ledger, &by, &ours.process).await.unwrap();
    assert!(matches!(seen.stand, Stand::Ended(_)), "{:?}", seen.stand);
}

#[tokio::test]
async fn a_run_that_was_let_go_of_can_be_rolled_back_instead_of_resumed() {
    let (world, plan, before) = world(1).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::GoesOn]);
    let means = world.means(&slow);
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::InProgress { run, .. }) = ended else { panic!("{ended:?}") };
    let seen = look_at(&world.ledger, &run, &means.process).await.unwrap();
    assert!(matches!(seen.stand, Stand::LetGo) && !seen.failed(), "{:?}", seen.stand);
    assert_eq!(seen.tickets(), [(0, "d-1".to_string())]);
    let past = past(&means, &run).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    let ended = undo_open(&means, &past, &back, None, Manner::AskToStop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn what_aws_took_back_while_nobody_looked_ends_so_when_it_is_undone() {
    let (world, plan, before) = world(1).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::GoesOn]);
    let means = world.means(&slow);
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::InProgress { run, .. }) = ended else { panic!("{ended:?}") };
    let mut document = world.documents(&*world.b, "prod").await.remove(&queue(0)).unwrap();
    document.portable.insert("Description".into(), "old words".into());
    crate::world::meddle(&*world.b, &queue(0), Some(&document)).await;
    let past = past(&means, &run).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert!(back.is_empty());
    undo_open(&means, &past, &back, None, Manner::AskToStop).await.unwrap();
    assert_eq!((world.sandbox.connect_state(B), slow.starts()), (before, 1));
    let record = world.ledger.run(&run).await.unwrap();
    assert_eq!(record.status(), RunStatus::TakenBack, "{record:?}");
    assert_eq!(world.b.pin(), &record.start.pin);
}
