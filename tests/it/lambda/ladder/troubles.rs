//! Somebody else, lost answers and a wish to stop, while a ladder is climbed.

use serde_json::json;
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};
use snapdeploy::sandbox::{Fault, FaultKind};

use super::place::{RUNGS, both, live, plan, updates, watched, weights, with};
use crate::lambda::place::client;

#[tokio::test]
async fn a_weight_that_somebody_else_sets_is_left_as_it_is() {
    let world = with(both(), "10% 100s, 50% 20s, 100% 20s", "").await;
    let plan = plan(&world).await;
    let means = world.means(&*world.b);
    let meddling = async {
        while live(&world) != weights()[1] {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let share = aws_sdk_lambda::types::AliasRoutingConfiguration::builder();
        let share = share.additional_version_weights("2", 0.3).build();
        let update = client(&world).update_alias().function_name("orders").name("live").routing_config(share);
        update.send().await.unwrap();
    };
    let (ended, ()) = tokio::join!(begin(&means, &plan, None, OnFailure::Rollback), meddling);
    let Ok(Ended::Superseded { why, .. }) = ended else { panic!("{ended:?}") };
    assert!(why.message.contains("version 2 gets 30% of its calls"), "{}", why.message);
    assert_eq!(live(&world), json!(["1", {"2": 0.3}]));
}

#[tokio::test]
async fn a_lost_answer_is_no_second_step_and_no_lost_one() {
    let worlds = [
        (1, FaultKind::DropBefore),
        (1, FaultKind::DropAfter),
        (2, FaultKind::DropBefore),
        (2, FaultKind::DropAfter),
        (3, FaultKind::ErrorAfter),
        (3, FaultKind::Late { after_calls: 1 }),
        (2, FaultKind::Throttle),
    ];
    for (nth, kind) in worlds {
        let world = with(both(), RUNGS, "").await;
        let plan = plan(&world).await;
        let here = format!("{nth}: {kind:?}");
        world.sandbox.fault(Fault { nth, ..Fault::next("UpdateAlias", kind) });
        let means = world.means(&*world.b);
        let (ended, seen) = watched(&world, begin(&means, &plan, None, OnFailure::Rollback)).await;
        assert!(matches!(ended, Ok(Ended::Done { .. })), "{here}: {ended:?}");
        assert_eq!(seen, weights(), "{here}");
    }
}

#[tokio::test]
async fn a_refusal_on_a_rung_takes_everything_back() {
    let world = with(both(), RUNGS, "").await;
    let plan = plan(&world).await;
    world.sandbox.fault(Fault { nth: 2, ..Fault::next("UpdateAlias", FaultKind::AccessDenied) });
    let means = world.means(&*world.b);
    let (ended, seen) = watched(&world, begin(&means, &plan, None, OnFailure::Rollback)).await;
    assert!(matches!(ended, Ok(Ended::RolledBack { .. })), "{ended:?}");
    assert_eq!(seen, [weights()[0].clone(), weights()[1].clone(), weights()[0].clone()]);
}

#[tokio::test]
async fn whoever_asks_it_to_stop_finds_it_on_its_rung() {
    let world = with(both(), "10% 100s, 50% 20s, 100% 20s", "").await;
    let plan = plan(&world).await;
    let means = world.means(&*world.b);
    let asking = async {
        while live(&world) != weights()[1] {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        means.stop.ask("somebody wishes it");
    };
    let (ended, ()) = tokio::join!(begin(&means, &plan, None, OnFailure::Rollback), asking);
    let Ok(Ended::Stopped { run, .. }) = ended else { panic!("{ended:?}") };
    assert_eq!((live(&world), updates(&world)), (weights()[1].clone(), 1));
    let ended = resume(&world.means(&*world.b), &run, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!((live(&world), updates(&world)), (weights()[3].clone(), 3));
}
