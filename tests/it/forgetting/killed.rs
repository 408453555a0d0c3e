//! Killed at any call: the store is whole, and the next one goes on.

use std::collections::BTreeSet;

use snapdeploy::core::Clock;
use snapdeploy::core::ledger::{Act, Ledger};
use snapdeploy::core::objects::Objects;
use snapdeploy::store::{MemoryLedger, MemoryObjects};

use super::shelf::{Shelf, after, ago, bytes, keep_last, pin};
use crate::mortal::{Death, Mortal, Side};

/// Returns the ids of which the audit tells that they were forgotten, each as often as it does.
async fn told(ledger: &dyn Ledger) -> Vec<String> {
    let entries = ledger.entries(&pin(), None, 1000).await.unwrap().items;
    let forgotten = entries.into_iter().filter_map(|entry| match entry.what {
        Act::Forgotten { snapshots, .. } => Some(snapshots),
        _ => None,
    });
    forgotten.flatten().map(|snapshot| snapshot.id.to_string()).collect()
}

#[tokio::test]
async fn whoever_is_killed_while_forgetting_leaves_a_whole_store_and_the_next_goes_on() {
    let (mut kills, policy) = (0, keep_last(1));
    // Killed in the first, which forgets and condemns, and in the second, which sweeps.
    for (days, next) in [(0, 1), (8, 10)] {
        for at in 0.. {
            let mut ended = false;
            for side in [Side::Before, Side::After] {
                let (objects, ledger) = (MemoryObjects::new(), MemoryLedger::new(Clock::system()));
                let shelf = Shelf { objects: &objects, ledger: &ledger };
                let mut all = BTreeSet::new();
                for i in 0..4 {
                    all.insert(
                        shelf.extract(ago(90 - i), &[bytes(&format!("of {i}")), bytes("of all")]).await,
                    );
                }
                let newest = all.last().cloned().unwrap();
                shelf.run(ago(3), "connect/prompt/0", "x").await;
                let all: BTreeSet<_> = shelf.ids().await;
                if days > 0 {
                    shelf.forget(&policy, 0).await;
                }
                let death = Death::at(at, side);
                let (mine, told_to) = (
                    Mortal { inner: &objects as &dyn Objects, death: death.clone() },
                    Mortal { inner: &ledger as &dyn Ledger, death: death.clone() },
                );
                let mortal = Shelf { objects: &mine, ledger: &told_to };
                ended = death.live(mortal.forget(&policy, days)).await.is_some();
                kills += usize::from(!ended);

                let when = format!("killed {side:?} call {at} on day {days}");
                shelf.check(&when).await;
                let told_once = told(&ledger).await;
                let left = shelf.ids().await;
                for gone in all.difference(&left) {
                    assert!(told_once.contains(&gone.to_string()), "{when}: {gone} is gone and was not told");
                }
                // Marks of a sweep that was killed are believed for a while: the one after the next may be the first to go on.
                shelf.forget(&policy, next).await;
                for days in [20, 30] {
                    shelf.forget(&policy, days).await;
                }
                assert_eq!(shelf.check(&when).await, 0, "{when}: bytes are left");
                assert!(objects.list("gc/", None).await.unwrap().items.is_empty(), "{when}");
                let left = shelf.ids().await;
                assert!(left.contains(&newest) && left.len() == 3, "{when}: {left:?}");
                let twice = told(&ledger).await;
                assert_eq!(twice.len(), twice.iter().collect::<BTreeSet<_>>().len(), "{when}: told twice");
            }
            if ended {
                assert!(at > 10, "it made {at} calls only");
                break;
            }
        }
    }
    println!("{kills} kills");
}

#[tokio::test]
async fn a_run_that_began_since_it_was_planned_stops_it_before_anything_is_changed() {
    let (objects, ledger) = (MemoryObjects::new(), MemoryLedger::new(Clock::system()));
    let shelf = Shelf { objects: &objects, ledger: &ledger };
    for i in 0..3 {
        shelf.extract(ago(90 - i), &[bytes(&format!("of {i}"))]).await;
    }
    let plan = shelf.plan(&keep_last(1), &after(0)).await;
    assert_eq!(plan.forgotten.len(), 2);
    shelf.run(ago(0), "connect/prompt/0", "x").await;
    let before = shelf.ids().await;
    let done = shelf.perform(&plan, &after(0)).await;
    assert_eq!(done.why.map(|e| e.kind), Some(snapdeploy::core::ErrorKind::Stale));
    assert!(!done.changed && shelf.ids().await == before && told(&ledger).await.is_empty());
}
