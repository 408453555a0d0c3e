//! An owner that fails in mid-run while another takes its run over.

use std::time::Duration;

use snapdeploy::core::ErrorKind;
use snapdeploy::core::event::{Event, Events};
use snapdeploy::core::lease::LEASE;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Means;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::sandbox::{Fault, FaultKind};

use crate::world::{B, World, meddle, words};

/// What it did stays, so nothing of it is recorded as ended: only its lease tells that this is not its own to judge.
#[tokio::test]
async fn what_it_meets_is_the_work_of_who_took_it_over() {
    let world = World::new(words(2)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let slow = Fault::next("UpdateQueueName", FaultKind::Slow { ms: 600 });
    world.sandbox.fault(Fault { account: Some(B.to_string()), nth: 2, ..slow });
    let (events, mut heard) = Events::channel();
    let means = Means { events: &events, ..world.means(&*world.b) };
    let first = begin(&means, &plan, None, OnFailure::Stop);
    let second = async {
        let at = loop {
            let event = heard.recv().await.expect("it goes on");
            if let Event::Moving { index: 1, address, .. } = event {
                break address;
            }
        };
        tokio::time::sleep(Duration::from_millis(30)).await;
        let held = world.ledger.held(world.b.pin()).await.unwrap().expect("it goes on");
        world.ledger.take_over(&held, &held.start, LEASE).await.unwrap();
        meddle(&*world.b, &at, None).await;
    };
    let (ended, ()) = tokio::join!(first, second);
    let Ok(Ended::Stopped { why, .. }) = &ended else { panic!("{ended:?}") };
    assert_eq!(why.kind, ErrorKind::Fenced, "{why:?}");
    assert!(why.message.contains("has taken the lease over"), "{why}");
}
