//! Invariant 5 on a ladder: killed at any call from its first rung on, then resumed or rolled back, an alias is wholly old
//! or wholly new.

use futures::StreamExt;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Means;
use snapdeploy::core::objects::Objects;
use snapdeploy::core::runs::{OnFailure, begin};

use super::place::{both, live, plan, weights, with};
use crate::crash::{Prints, WayOut, counted_as, prints, recover};
use crate::mortal::{Death, Mortal, Side};
use crate::world::{World, dead};

const RUNGS: &str = "10% 2s, 50% 2s, 100% 2s";
/// How many worlds are played at once.
const AT_ONCE: usize = 16;

/// Deploys with a process that dies.
async fn deploy(world: &World, death: &Death) {
    let plan = plan(world).await;
    let driver = Mortal { inner: &*world.b as &dyn Driver, death: death.clone() };
    let objects = Mortal { inner: &world.objects as &dyn Objects, death: death.clone() };
    let ledger = Mortal { inner: &world.ledger as &dyn Ledger, death: death.clone() };
    let means = Means { process: dead(), ..world.means_with(&driver, &objects, &ledger) };
    death.live(begin(&means, &plan, None, OnFailure::Stop)).await;
}

/// Deploys with a process that lives, and returns how many calls it had made when the first rung was seen.
async fn counted(world: &World, death: &Death) -> usize {
    let mut first = None;
    let mut work = std::pin::pin!(deploy(world, death));
    loop {
        let out = tokio::time::timeout(std::time::Duration::from_millis(2), &mut work).await;
        if first.is_none() && live(world) != weights()[0] {
            first = Some(death.calls());
        }
        if out.is_ok() {
            return first.unwrap_or_default();
        }
    }
}

async fn play(at: usize, side: Side, way: WayOut, (old, new): &(Prints, Prints)) {
    let here = format!("killed {side:?} call {at}, then {way:?}");
    let world = with(both(), RUNGS, "").await;
    Box::pin(deploy(&world, &Death::at(at, side))).await;
    let open = Box::pin(recover(&world, way)).await;
    // Where nothing was open any more, it had come to its end.
    let is_new = !open || way == WayOut::Resume;
    assert_eq!(live(&world), weights()[if is_new { 3 } else { 0 }], "{here}");
    assert_eq!(prints(&world).await, *if is_new { new } else { old }, "{here}");
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_every_call_of_a_ladder_an_alias_is_as_before_or_as_after() {
    let world = with(both(), RUNGS, "").await;
    let old = prints(&world).await;
    let death = Death::never();
    let first = Box::pin(counted(&world, &death)).await;
    let ends = (old, prints(&world).await);
    assert!(first > 8 && death.calls() > first + 8, "{first} of {}", death.calls());
    // From the intent of its first call on. Neighbouring calls die on other sides, and are got out of by other ways.
    let four = [
        (Side::Before, WayOut::Resume),
        (Side::After, WayOut::Rollback),
        (Side::Before, WayOut::Rollback),
        (Side::After, WayOut::Resume),
    ];
    let case = |at: usize| Box::pin(play(at, four[at % 4].0, four[at % 4].1, &ends));
    let cases = (first - 4..death.calls()).map(case);
    let calls = death.calls() - first + 4;
    futures::stream::iter(cases).buffer_unordered(AT_ONCE).for_each(async |()| ()).await;
    counted_as("lambda-ladder-deploy", calls, calls);
}
