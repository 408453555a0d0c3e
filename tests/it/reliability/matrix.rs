//! Every move of a release of everything, of its deployment and of its rollback: killed on each of its three sides, then
//! resumed or rolled back.

use futures::StreamExt;

use super::double::deploy;
use super::scene::{Ends, Scene, state};
use super::size;
use crate::crash::{CELLS, Phase, WayOut, counted_as, recover, roll_back};
use crate::matrix::spread;
use crate::mortal::{Death, Side};

/// How many worlds are played at once: while one waits, another goes on.
const AT_ONCE: usize = 3;
/// How many cases of a phase are played where not all are; they are spread over its moves.
const FEW: usize = 12;

fn never() -> Death {
    Death::at_move(usize::MAX, Side::Before)
}

async fn perform(scene: &Scene, phase: Phase, death: &Death) -> bool {
    match phase {
        Phase::Deploy => Box::pin(deploy(scene, death)).await,
        Phase::Rollback => Box::pin(roll_back(&scene.world, death)).await,
    }
}

async fn play(phase: Phase, at: usize, (side, way): (Side, WayOut), ends: &Ends) {
    let here = format!("{phase:?} killed {side:?} move {at}, then {way:?}");
    let scene = Scene::new().await;
    if phase == Phase::Rollback {
        assert!(perform(&scene, Phase::Deploy, &never()).await, "{here}");
    }
    assert!(!perform(&scene, phase, &Death::at_move(at, side)).await, "{here}: it did not die");
    assert!(Box::pin(recover(&scene.world, way)).await, "{here}: nothing is open");
    let is_new = (phase == Phase::Deploy) == (way == WayOut::Resume);
    let now = state(&scene.world).await;
    let wished = if is_new { &ends.new } else { &ends.old };
    assert!(now.prints == wished.prints, "{here}: as wished, but for {:?}", now.differs(wished));
    if !is_new {
        assert_eq!(now.connect, wished.connect, "{here}: exactly as before");
    }
    scene.audit(&here).await;
}

async fn matrix(phase: Phase) {
    let scene = Scene::new().await;
    let old = state(&scene.world).await;
    let (forth, back) = (never(), never());
    assert!(perform(&scene, Phase::Deploy, &forth).await);
    let new = state(&scene.world).await;
    assert!(perform(&scene, Phase::Rollback, &back).await);
    let ends = Ends { old, new };
    let moves = if phase == Phase::Deploy { forth.calls() } else { back.calls() };
    let all: Vec<_> = (0..moves).flat_map(|at| CELLS.map(|cell| (at, cell))).collect();
    let played = size::of(FEW, all.len());
    let cases = spread(&all, played).into_iter();
    let cases: Vec<_> = cases.map(|(at, cell)| Box::pin(play(phase, at, cell, &ends))).collect();
    futures::stream::iter(cases).buffer_unordered(AT_ONCE).for_each(async |()| ()).await;
    counted_as(&format!("everything-{phase:?}"), moves, played);
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_deployment_everything_is_as_before_or_as_after() {
    matrix(Phase::Deploy).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_rollback_everything_is_as_before_or_as_after() {
    matrix(Phase::Rollback).await;
}
