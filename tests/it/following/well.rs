//! What was written and is not well in the end is a failure, and taken back; a way back asks nobody.

use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::event::{Event, Events};
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};
use snapdeploy::core::select::Selection;

use super::ends::{parked, world};
use super::slow::Slow;
use crate::drift::queue;
use crate::world::{B, World};

/// What all of it says to whoever asks whether it is well.
fn sick<'a>(world: &'a World, times: usize) -> Slow<'a> {
    let slow = Slow::new(&*world.b, &[], &[]);
    let why = || Some((queue(0), "none of its 2 tasks runs any more".to_string()));
    slow.sick.lock().unwrap().extend((0..times).map(|_| why()));
    slow
}

const MESSAGE: &str =
    "everything is written, and connect/queue/Q0 is not well: none of its 2 tasks runs any more";

#[tokio::test]
async fn what_is_not_well_in_the_end_is_taken_back_and_the_way_back_asks_nobody() {
    let (world, plan, before) = world(2).await;
    let slow = sick(&world, 2);
    let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::RolledBack { why, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!(why.message, MESSAGE.replace("connect/queue/Q0", &queue(0).to_string()));
    assert_eq!(world.sandbox.connect_state(B), before);
    assert_eq!(slow.sick.lock().unwrap().len(), 1, "the deployment alone has asked");
    // What it asked about is all that it had made.
    assert_eq!(*slow.asked_well.lock().unwrap(), [2]);
}

#[tokio::test]
async fn where_it_is_to_stop_it_stays_and_is_asked_again_when_somebody_goes_on() {
    let (world, plan, before) = world(1).await;
    let slow = sick(&world, 1);
    let ended = begin(&world.means(&slow), &plan, None, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Stopped { .. })), "{ended:?}");
    assert_ne!(world.sandbox.connect_state(B), before);
    let run = parked(&world).await;
    let ended = resume(&world.means(&slow), &run, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "it is well by now: {ended:?}");
    assert_eq!(*slow.asked_well.lock().unwrap(), [1, 1]);
    let means = world.means(&slow);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert!(matches!(begin(&means, &back, None, OnFailure::Stop).await, Ok(Ended::Done { .. })));
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn where_nobody_may_look_nothing_was_found_wrong_and_that_is_said() {
    let (mut world, plan, _) = world(1).await;
    let (events, mut heard) = Events::channel();
    world.events = events;
    let slow = Slow::new(&*world.b, &[], &[]);
    slow.sick.lock().unwrap().push_back(None);
    let ended = begin(&world.means(&slow), &plan, None, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    let mut said = Vec::new();
    while let Ok(event) = heard.try_recv() {
        if let Event::Warned { what } = event {
            said.push(what);
        }
    }
    assert_eq!(said, ["everything is written, and nobody can tell whether it is well: nobody may look"]);
}
