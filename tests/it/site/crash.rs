//! Invariant 5 for sites: killed at any call, then resumed or rolled back, a site is exactly as before or as after.

use std::time::Duration;

use futures::StreamExt;
use snapdeploy::core::means::Means;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::runs::{OnFailure, begin};

use super::place::{PROD, build, get, plan_folder, start};
use crate::crash::{Phase, Prints, WayOut, perform, prints, recover, roll_back};
use crate::kinds::place::back;
use crate::mortal::{Death, Side};
use crate::world::{B, World, dead};

async fn deploy(world: &World, death: &Death) -> bool {
    let plan = plan_folder(world, &build(2)).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    perform(world, &plan, death).await
}

fn served(world: &World) -> bool {
    let (index, about) = (
        get(&format!("{}/", world.sandbox.site(PROD))),
        get(&format!("{}/about/", world.sandbox.site(PROD))),
    );
    let new = index.body.contains("version 2;");
    assert_eq!(new, about.body.contains("version 2;"));
    new
}

async fn ended(world: &World, phase: Phase, way: WayOut, (old, new): &(Prints, Prints), here: &str) {
    assert!(Box::pin(recover(world, way)).await, "{here}: nothing is open");
    let is_new = (phase == Phase::Deploy) == (way == WayOut::Resume);
    assert_eq!(prints(world).await, *if is_new { new } else { old }, "{here}");
    assert_eq!(served(world), is_new, "{here}");
}

async fn play(phase: Phase, at: usize, side: Side, way: WayOut, ends: &(Prints, Prints)) {
    let here = format!("{phase:?} killed {side:?} move {at}, then {way:?}");
    let world = start().await;
    let death = Death::at_move(at, side);
    let finished = match phase {
        Phase::Deploy => Box::pin(deploy(&world, &death)).await,
        Phase::Rollback => {
            assert!(Box::pin(deploy(&world, &Death::never())).await);
            Box::pin(roll_back(&world, &death)).await
        }
    };
    assert!(!finished, "{here}: it did not die");
    ended(&world, phase, way, ends, &here).await;
}

/// Returns what prod is before and after.
async fn both() -> (Prints, Prints, [usize; 2]) {
    let world = start().await;
    let old = prints(&world).await;
    let forth = Death::at_move(usize::MAX, Side::Before);
    assert!(Box::pin(deploy(&world, &forth)).await);
    let new = prints(&world).await;
    assert_ne!(old, new);
    let back = Death::at_move(usize::MAX, Side::Before);
    assert!(Box::pin(roll_back(&world, &back)).await);
    assert_eq!(prints(&world).await, old);
    (old, new, [forth.calls(), back.calls()])
}

#[tokio::test(flavor = "current_thread")]
async fn killed_before_or_after_any_move_a_site_is_as_before_or_as_after() {
    let (old, new, moves) = both().await;
    assert_eq!(moves, [3, 2]);
    let ends = (old, new);
    let phases = [(Phase::Deploy, moves[0]), (Phase::Rollback, moves[1])];
    let cases = phases.into_iter().flat_map(|(phase, calls)| {
        let ends = &ends;
        (0..calls).flat_map(move |at| {
            // What was done and never heard of is met by both ways out; of what was only begun, each meets every other.
            let before = if at % 2 == 0 { WayOut::Resume } else { WayOut::Rollback };
            [(Side::Before, before), (Side::After, WayOut::Resume), (Side::After, WayOut::Rollback)]
                .map(|(side, way)| Box::pin(play(phase, at, side, way, ends)))
        })
    });
    futures::stream::iter(cases).buffer_unordered(3).for_each(async |()| ()).await;
}

/// Begins `plan` in a process that dies as soon as so many objects were put.
async fn begin_and_die(world: &World, plan: &Plan, puts: usize) -> bool {
    world.sandbox.clear_calls();
    let means = Means { process: dead(), ..world.means(&*world.b) };
    let dying = async {
        loop {
            let calls = world.sandbox.calls();
            if calls.iter().filter(|c| c.account == B && c.operation == "PutObject").count() >= puts {
                return;
            }
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
    };
    tokio::select! {
        biased;
        () = dying => true,
        _ = begin(&means, plan, None, OnFailure::Stop) => false,
    }
}

/// A move of a site is many calls: the process dies after each number of them.
#[tokio::test(flavor = "current_thread")]
async fn killed_between_the_puts_of_a_move_a_site_is_as_before_or_as_after() {
    let (old, new, _) = both().await;
    let ends = (old, new);
    // Two assets, four files under their names, and the manifest four times; the way back puts no assets. Each number of
    // puts meets one way out on the way forth, and the other on the way back.
    let cases = [Phase::Deploy, Phase::Rollback].into_iter().flat_map(|phase| {
        let ends = &ends;
        (1..=9).map(move |puts| {
            let resumes = (puts % 2 == 0) == (phase == Phase::Deploy);
            let way = if resumes { WayOut::Resume } else { WayOut::Rollback };
            Box::pin(die_between(phase, puts, way, ends))
        })
    });
    let died: Vec<bool> = futures::stream::iter(cases).buffer_unordered(3).collect().await;
    let died = died.into_iter().filter(|died| *died).count();
    assert!(died >= 10, "only {died} died in time");
    println!("{died} deaths between puts, all exactly as before or as after");
}

/// Plays one death; whether it came in time.
async fn die_between(phase: Phase, puts: usize, way: WayOut, ends: &(Prints, Prints)) -> bool {
    let world = start().await;
    let plan = match phase {
        Phase::Deploy => plan_folder(&world, &build(2)).await,
        Phase::Rollback => {
            assert!(Box::pin(deploy(&world, &Death::never())).await);
            back(&world).await
        }
    };
    let died = Box::pin(begin_and_die(&world, &plan, puts)).await;
    if died {
        let here = format!("{phase:?} killed after {puts} puts, then {way:?}");
        ended(&world, phase, way, ends, &here).await;
    }
    died
}
