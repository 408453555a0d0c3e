//! What single ingredients of safety are for, each shown by the smallest run that ends otherwise without it.

use std::time::Duration;

use serde_json::json;
use snapdeploy::aws::{Fate, Guard, SSM};
use snapdeploy::core::event::{Event, Events};
use snapdeploy::core::means::Means;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::{Clock, ErrorKind};
use snapdeploy::sandbox::{Fault, FaultKind};

use crate::crash::{WayOut, perform, recover};
use crate::mortal::{Death, Side};
use crate::small::small;
use crate::world::{B, World, assert_same, words};

/// Without the intent nobody would know that there is something to take back.
#[tokio::test(flavor = "current_thread")]
async fn what_was_sent_and_never_heard_of_is_taken_back() {
    for at in 0..3 {
        let world = World::new(small()).await;
        let before = world.sandbox.connect_state(B);
        let dev = world.extract(&*world.a, "dev").await;
        let plan = world.plan(&dev).await;
        assert!(!perform(&world, &plan, &Death::at_move(at, Side::After)).await);
        assert_ne!(world.sandbox.connect_state(B), before, "the call {at} had its effect");
        recover(&world, WayOut::Rollback).await;
        assert_same(&world.sandbox.connect_state(B), &before);
    }
}

/// Without a look at what is there the call would be refused, since its name is taken by itself.
#[tokio::test(flavor = "current_thread")]
async fn a_creation_whose_answer_was_lost_is_found_and_not_sent_again() {
    let world = World::new(small()).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.clear_calls();
    let account = Some(B.to_string());
    world.sandbox.fault(Fault { account, ..Fault::next("CreateQueue", FaultKind::DropAfter) });
    let ended = world.deploy(&dev, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    let sent = world.sandbox.calls().iter().filter(|c| c.operation == "CreateQueue").count();
    assert_eq!(sent, 1);
    world.agrees(&dev).await;
}

/// Without the barrier the late call would land on what was put back.
#[tokio::test(flavor = "current_thread")]
async fn a_call_that_is_still_on_its_way_does_not_land_on_what_was_put_back() {
    let mut world = World::new(words(2)).await;
    // What is waited for is then a second and a half.
    world.clock = Clock::scaled(20);
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let late = Duration::from_millis(1200);
    let account = || Some(B.to_string());
    let kind = FaultKind::LateBy { ms: 1200 };
    world.sandbox.fault(Fault { account: account(), ..Fault::next("UpdateQueueName", kind) });
    // It is sent again; the other queue's is refused.
    let denied = Fault::next("UpdateQueueName", FaultKind::AccessDenied);
    world.sandbox.fault(Fault { account: account(), nth: 3, ..denied });
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
    world.sandbox.clear_faults();
    tokio::time::sleep(late).await;
    let arrived = world.sandbox.calls().iter().any(|c| c.fault.as_deref() == Some("LateDelivery"));
    assert!(arrived, "the late call has arrived");
    let ended = match ended {
        Ok(Ended::RolledBack { .. }) | Err(_) => None,
        other => Some(other),
    };
    assert!(ended.is_none(), "{ended:?}");
    assert_same(&world.sandbox.connect_state(B), &before);
}

/// Without the guard a call would leave after another may have taken its run over.
#[tokio::test]
async fn a_call_that_would_leave_too_late_is_not_sent() {
    let (sandbox, account) = crate::secrets::vault::dev().await;
    let late = Guard::new(account.clock.now(), &account.clock);
    let body = json!({ "Name": "/late", "Value": "x", "Type": "String" });
    sandbox.clear_calls();
    let failure = account.tell(&SSM, "PutParameter", &body, late).await.unwrap_err();
    assert_eq!(failure.fate, Fate::Later, "{failure:?}");
    assert!(failure.error.message.contains("too late"), "{failure:?}");
    assert!(!sandbox.calls().iter().any(|c| c.operation == "PutParameter"));
}

/// Without a look right before the call, what somebody has written since the plan was seen to hold would be overwritten.
#[tokio::test(flavor = "current_thread")]
async fn what_somebody_writes_while_a_run_goes_on_is_not_overwritten() {
    let mut world = World::new(words(1)).await;
    // A second is between two attempts.
    world.clock = Clock::scaled(2);
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let (events, mut heard) = Events::channel();
    let means = Means { events: &events, ..world.means(&*world.b) };
    let account = Some(B.to_string());
    world.sandbox.fault(Fault { account, ..Fault::next("UpdateQueueName", FaultKind::Throttle) });
    let meddles = async {
        while !matches!(heard.recv().await, Some(Event::Retrying { .. }) | None) {}
        crate::drift::console(&world, B, 0, "somebody's words").await;
    };
    let (ended, ()) = tokio::join!(begin(&means, &plan, None, OnFailure::Stop), meddles);
    let why = match ended {
        Ok(Ended::Stopped { why, .. }) | Err(why) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why.kind, ErrorKind::Stale, "{why:?}");
    assert!(world.sandbox.connect_state(B).to_string().contains("somebody's words"));
}
