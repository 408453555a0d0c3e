//! Killed at every call to Lex, inside of a move too: resumed it ends as after, rolled back as before.

use std::time::Duration;

use snapdeploy::core::means::Means;
use snapdeploy::core::runs::{OnFailure, begin};
use snapdeploy::sandbox::Scenario;

use super::place::{archive, bot, bots, newer, planned, world_with_roles, written};
use crate::crash::{Prints, WayOut, counted_as, prints, recover};
use crate::world::{A, B, REGION, World, dead, scenario};

/// Prod has an older bot than dev.
fn older() -> Scenario {
    let new = newer("vocabulary");
    let mut s = scenario();
    bot(&mut s, A, "dev", new.path());
    bot(&mut s, B, "prod", &archive("vocabulary"));
    s
}

/// Prod has no bot.
fn none() -> Scenario {
    let mut s = scenario();
    bot(&mut s, A, "dev", &archive("vocabulary"));
    s.account(B).lambda(REGION, "orders");
    s
}

/// Deploys with a process that dies once so many calls have changed something; true if it came to its end.
async fn deploy(world: &World, at: usize) -> bool {
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(world, &dev).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    world.sandbox.clear_calls();
    let means = Means { process: dead(), ..world.means(&*world.b) };
    let death = async {
        while written(world).len() < at {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        biased;
        () = death => false,
        ended = begin(&means, &plan, None, OnFailure::Stop) => {
            assert!(ended.is_ok(), "{ended:?}");
            true
        }
    }
}

async fn everywhere(name: &str, scenario: fn() -> Scenario) {
    let (old, new, calls): (Prints, Prints, usize) = {
        let world = world_with_roles(scenario()).await;
        let old = prints(&world).await;
        assert!(Box::pin(deploy(&world, usize::MAX)).await);
        (old, prints(&world).await, written(&world).len())
    };
    assert!(calls >= 5, "an import, a build, a version and an alias are more than {calls} calls");
    let mut played = 0;
    for at in 1..=calls {
        for way in [WayOut::Resume, WayOut::Rollback] {
            let world = world_with_roles(scenario()).await;
            if Box::pin(deploy(&world, at)).await {
                continue;
            }
            // What Lex was still doing ends by itself. A plan made meanwhile is refused as stale, since a bot that has no alias
            // yet is its draft, and is made again by the same command.
            tokio::time::sleep(Duration::from_millis(200)).await;
            if !Box::pin(recover(&world, way)).await {
                // It died after its end was recorded, or before its beginning was.
                continue;
            }
            let ends = if way == WayOut::Resume { &new } else { &old };
            played += 1;
            let seen = prints(&world).await;
            assert_eq!(&seen, ends, "killed at call {at}, then {way:?}: {:?}", bots(&world).await);
        }
    }
    counted_as(&format!("lex-{name}"), calls, played);
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_call_of_an_update() {
    everywhere("update", older).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_call_of_a_creation() {
    everywhere("creation", none).await;
}
