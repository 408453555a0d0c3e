//! Ladders, whatever climbs them: what is noted on each rung, how long it is held, and what the gates decide.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::gate::{Decision, Gate, GateAt, Probe, Undecided};
use snapdeploy::core::means::{Ladders, Means, Waivers};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};
use snapdeploy::core::select::Selection;
use snapdeploy::core::{Clock, ErrorKind};

use super::ends::{told, words_of, world};
use super::slow::{Fate, Slow};
use crate::drift::queue;
use crate::world::{B, World, assert_same};

const FIVE: Duration = Duration::from_secs(5 * 60);

fn gate(name: &str, at: GateAt, undecided: Undecided, tries: u32) -> Gate {
    let probe = Probe::Alarms { names: vec!["any".into()] };
    let every = Duration::from_secs(60);
    Gate { name: name.into(), about: Vec::new(), at, every, tries, undecided, probe }
}

/// Returns a world and a plan whose one move has this ladder and these gates. Five minutes last 50 ms there.
async fn ladder(rollout: &str, gates: &[Gate]) -> (World, Plan, Value, Clock) {
    let (world, mut plan, before) = world(1).await;
    plan.moves[0].rollout = Some(rollout.parse().unwrap());
    plan.gates = gates.to_vec();
    (world, plan, before, Clock::scaled(6000))
}

#[tokio::test]
async fn each_rung_is_noted_and_held_and_its_gates_are_asked() {
    let gates = [gate("errors", GateAt::Both, Undecided::Pause, 1)];
    let (world, plan, _, clock) = ladder("10% 5m, 50% 5m, 100% 5m", &gates).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs]);
    let began = Instant::now();
    let means = Means { clock: &clock, ..world.means(&slow) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::Done { run }) = ended else { panic!("{ended:?}") };
    assert!(began.elapsed() >= clock.scale(3 * FIVE), "held for {:?}", began.elapsed());
    let mut lines = told(&world, &run).await;
    let asked = slow.answers.asked.lock().unwrap().clone();
    let shares: Vec<String> =
        asked.iter().map(|(_, s)| s.map_or("after".into(), |s| s.to_string())).collect();
    let each = |share: &str| shares.iter().filter(|s| *s == share).count();
    assert!(each("10%") >= 3, "it is asked while the rung is held, not at its end alone: {shares:?}");
    assert!(each("50%") >= 2 && each("100%") >= 2, "{shares:?}");
    assert_eq!(each("after"), 1, "{shares:?}");
    lines.dedup();
    let expected = [
        "intent",
        "started d-1",
        "rung 10%",
        "gate Passed",
        "rung 50%",
        "gate Passed",
        "rung 100%",
        "gate Passed",
        "done",
        "gate Passed",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_gate_that_fails_at_any_rung_takes_everything_back() {
    let gates = [gate("errors", GateAt::Rungs, Undecided::Pause, 1)];
    for (rung, share) in ["10%", "50%", "100%"].iter().enumerate() {
        let (world, plan, before, clock) = ladder("10%, 50%, 100%", &gates).await;
        let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs]);
        *slow.answers.script.lock().unwrap() =
            (0..=rung).map(|i| if i == rung { Decision::Failed } else { Decision::Passed }).collect();
        let means = Means { clock: &clock, ..world.means(&slow) };
        let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
        let Ok(Ended::RolledBack { run, why, .. }) = ended else { panic!("{ended:?}") };
        let said =
            format!("at {share} of the traffic of {} the gate errors failed: as the script says", queue(0));
        assert_eq!(why.message, said);
        assert!(told(&world, &run).await.contains(&"gate Failed".to_string()));
        assert_same(&world.sandbox.connect_state(B), &before);
    }
}

#[tokio::test]
async fn it_takes_as_many_bad_answers_in_a_row_as_the_gate_says() {
    let gates = [gate("errors", GateAt::Rungs, Undecided::Pause, 3)];
    let (world, plan, _, clock) = ladder("10% 5m, 100%", &gates).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs]);
    use Decision::{Failed, Passed};
    *slow.answers.script.lock().unwrap() = [Failed, Failed, Passed, Failed, Passed].into();
    let means = Means { clock: &clock, ..world.means(&slow) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");

    let (world, plan, _, clock) = ladder("10% 5m, 100%", &gates).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs]);
    *slow.answers.script.lock().unwrap() = [Failed; 3].into();
    let means = Means { clock: &clock, ..world.means(&slow) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::RolledBack { .. })), "{ended:?}");
}

#[tokio::test]
async fn where_nobody_can_tell_it_pauses_and_a_person_decides() {
    let gates = [gate("errors", GateAt::Rungs, Undecided::Pause, 1)];
    let (world, plan, before, clock) = ladder("10%, 50%, 100%", &gates).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs; 4]);
    use Decision::{Inconclusive, Passed};
    *slow.answers.script.lock().unwrap() = [Passed, Inconclusive].into();
    let means = Means { clock: &clock, ..world.means(&slow) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::Stopped { run, why }) = ended else { panic!("{ended:?}") };
    assert_eq!(why.kind, ErrorKind::Interrupted);
    assert!(why.message.starts_with("paused at 50% of the traffic"), "{}", why.message);
    let hint = why.hint.unwrap_or_default();
    assert!(hint.contains(&format!("--resume {run}")) && hint.contains("--skip-gate errors"), "{hint}");

    // Asked again, it still cannot tell; then somebody decides to go on without it.
    *slow.answers.script.lock().unwrap() = [Passed, Inconclusive].into();
    let ended = resume(&means, &run, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Stopped { .. })), "{ended:?}");
    let waivers = Waivers { gates: ["errors".to_string()].into(), ..Waivers::default() };
    let ended = resume(&Means { waivers, ..means.clone() }, &run, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    let lines = told(&world, &run).await;
    assert!(lines.contains(&"gate Skipped".to_string()), "{lines:?}");
    assert_ne!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn a_paused_run_can_be_taken_back() {
    let gates = [gate("errors", GateAt::Rungs, Undecided::Pause, 1)];
    let (world, plan, before, clock) = ladder("10%, 100%", &gates).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs, Fate::Done]);
    *slow.answers.script.lock().unwrap() = [Decision::Inconclusive].into();
    let means = Means { clock: &clock, ..world.means(&slow) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Stopped { .. })), "{ended:?}");
    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    let manner = snapdeploy::core::holder::Manner::Wait;
    let ended = snapdeploy::core::runs::undo_open(&means, &past, &back, None, manner).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_same(&world.sandbox.connect_state(B), &before);
}

#[tokio::test]
async fn undecided_may_be_decided_beforehand() {
    for (undecided, good) in [(Undecided::Pass, true), (Undecided::Fail, false)] {
        let gates = [gate("errors", GateAt::Rungs, undecided, 1)];
        let (world, plan, _, clock) = ladder("10%, 100%", &gates).await;
        let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs]);
        *slow.answers.script.lock().unwrap() = [Decision::Inconclusive].into();
        let means = Means { clock: &clock, ..world.means(&slow) };
        match begin(&means, &plan, None, OnFailure::Rollback).await {
            Ok(Ended::Done { .. }) => assert!(good),
            Ok(Ended::RolledBack { .. }) => assert!(!good),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_gate_after_everything_is_written_takes_it_back_or_pauses() {
    for (decision, tells) in [(Decision::Failed, "rolled back"), (Decision::Inconclusive, "stopped")] {
        let gates = [gate("smoke", GateAt::After, Undecided::Pause, 1)];
        let (world, plan, before, clock) = ladder("10%, 100%", &gates).await;
        let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs]);
        *slow.answers.script.lock().unwrap() = [decision].into();
        let means = Means { clock: &clock, ..world.means(&slow) };
        match begin(&means, &plan, None, OnFailure::Rollback).await.unwrap() {
            Ended::RolledBack { why, .. } => {
                assert_eq!(tells, "rolled back");
                assert_eq!(
                    why.message,
                    "everything is written, and the gate smoke failed: as the script says"
                );
                assert_same(&world.sandbox.connect_state(B), &before);
            }
            Ended::Stopped { run, .. } => {
                assert_eq!(tells, "stopped");
                let ended = resume(&means, &run, OnFailure::Rollback).await;
                assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
                assert_ne!(words_of(&world, &queue(0)).await, "old words");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_left_of_a_rung_is_held_after_a_stop_and_no_more() {
    let (world, plan, _, _) = ladder("10% 5m, 100%", &[]).await;
    // Five minutes last a second and a half.
    let clock = Clock::scaled(200);
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs; 2]);
    let stop = snapdeploy::core::lease::Stop::new();
    let means = Means { clock: &clock, stop: stop.clone(), ..world.means(&slow) };
    let began = Instant::now();
    let later = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        stop.ask("somebody wishes it");
    };
    let (ended, ()) = tokio::join!(begin(&means, &plan, None, OnFailure::Rollback), later);
    let Ok(Ended::Stopped { run, why }) = ended else { panic!("{ended:?}") };
    assert!(why.message.contains("somebody wishes it"), "{}", why.message);
    assert!(began.elapsed() < clock.scale(FIVE), "it waited to the end of the rung");
    let means = Means { clock: &clock, ..world.means(&slow) };
    let ended = resume(&means, &run, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert!(began.elapsed() >= clock.scale(FIVE), "the rung was left too soon");
    let lines = told(&world, &run).await;
    assert_eq!(lines.iter().filter(|l| *l == "rung 10%").count(), 1, "it is reached once: {lines:?}");
}

#[tokio::test]
async fn nothing_climbs_on_beside_what_has_failed() {
    let gates = [gate("errors", GateAt::Rungs, Undecided::Pause, 1)];
    let (world, mut plan, before) = world(3).await;
    plan.gates = gates.to_vec();
    // The first of a run goes alone; then one fails at its first rung, and one would climb for a day.
    plan.moves[1].rollout = Some("10%, 100%".parse().unwrap());
    plan.moves[2].rollout = Some("10% 1d, 100%".parse().unwrap());
    let clock = Clock::scaled(600);
    let slow = Slow::new(&*world.b, &[queue(1), queue(2)], &[Fate::Climbs; 2]);
    *slow.answers.script.lock().unwrap() = [Decision::Failed].into();
    let began = Instant::now();
    let means = Means { clock: &clock, ..world.means(&slow) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::RolledBack { why, .. }) = ended else { panic!("{ended:?}") };
    assert!(why.message.contains("the gate errors"), "{}", why.message);
    assert!(began.elapsed() < Duration::from_secs(60), "it climbed on for {:?}", began.elapsed());
    assert_same(&world.sandbox.connect_state(B), &before);
}

/// A gate of three tries that has failed once has not passed, whatever ends the asking.
#[tokio::test]
async fn a_wish_to_stop_makes_no_failing_gate_pass() {
    for at in [GateAt::Rungs, GateAt::After] {
        let gates = [gate("errors", at, Undecided::Pass, 3)];
        let (world, plan, _, clock) = ladder("10%, 100%", &gates).await;
        let stop = snapdeploy::core::lease::Stop::new();
        let mut slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs]);
        slow.answers.stops = Some(stop.clone());
        *slow.answers.script.lock().unwrap() = [Decision::Failed; 3].into();
        let means = Means { clock: &clock, stop, ..world.means(&slow) };
        let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
        let Ok(Ended::Stopped { .. }) = ended else { panic!("{at:?}: {ended:?}") };
    }
}

#[tokio::test]
async fn a_ladder_that_is_held_nowhere_can_be_stopped() {
    let gates = [gate("errors", GateAt::Rungs, Undecided::Pause, 1)];
    let (world, plan, _, clock) = ladder("10%, 50%, 100%", &gates).await;
    let stop = snapdeploy::core::lease::Stop::new();
    let mut slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs]);
    // On the first rung somebody wishes it, and all is well there.
    slow.answers.stops = Some(stop.clone());
    let means = Means { clock: &clock, stop, ..world.means(&slow) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::Stopped { run, .. }) = ended else { panic!("{ended:?}") };
    let rungs = told(&world, &run).await.iter().filter(|l| l.starts_with("rung")).count();
    assert_eq!(rungs, 1, "it did not climb on");
}

#[tokio::test]
async fn all_at_once_holds_nowhere() {
    let gates = [gate("errors", GateAt::Rungs, Undecided::Pause, 1)];
    let (world, plan, _, _) = ladder("10% 5m, 100% 5m", &gates).await;
    let slow = Slow::new(&*world.b, &[queue(0)], &[Fate::Climbs]);
    let waivers = Waivers { ladders: Ladders::AtOnce, ..Waivers::default() };
    let ended = begin(&Means { waivers, ..world.means(&slow) }, &plan, None, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert!(slow.answers.asked.lock().unwrap().is_empty());
    let Ok(Ended::Done { run }) = ended else { return };
    assert!(told(&world, &run).await.contains(&"gate Skipped".to_string()), "it is recorded");
}

#[test]
fn a_gate_is_written_into_the_plan_and_read_again() {
    let one = gate("errors", GateAt::Both, Undecided::Pause, 2);
    let again: Gate = serde_json::from_value(json!(one)).unwrap();
    assert_eq!(one, again);
}
