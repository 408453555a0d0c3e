//! Who wants back to what was forgotten is told that it was, when, and by whom.

use snapdeploy::core::ErrorKind;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::ledger::{Act, Forgone, Ledger, Notice};
use snapdeploy::core::objects::Objects;
use snapdeploy::core::runs::OnFailure;
use snapdeploy::core::select::Selection;

use super::shelf::actor;
use crate::world::{World, words};

#[tokio::test]
async fn a_rollback_onto_a_snapshot_that_was_forgotten_says_so() {
    let world = World::new(words(1)).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.deploy(&dev, OnFailure::Stop).await.unwrap();
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let id = past.progress.before.clone().unwrap();
    let keys = world.objects.list("snapshots/", None).await.unwrap().items;
    let of_it: Vec<_> = keys.into_iter().filter(|key| key.to_string().contains(id.as_str())).collect();
    assert!(!of_it.is_empty());
    for key in of_it {
        world.objects.delete(&key).await.unwrap();
    }
    let gone = plan_back(&means, &past, &Selection::all()).await.unwrap_err();
    assert_eq!(gone.kind, ErrorKind::NotFound);
    assert!(!gone.message.contains("forgotten"), "nobody has told that: {gone}");

    let at = means.clock.now();
    let snapshots = vec![Forgone { id: id.clone(), name: None, taken_at: at }];
    let (packages, policy, reason) = (Vec::new(), "--keep-last 1".to_string(), None);
    let what = Act::Forgotten { snapshots, packages, policy, actor: actor(), reason };
    world.ledger.tell(&Notice { pin: world.b.pin().clone(), at, run: None, what }).await.unwrap();
    let gone = plan_back(&means, &past, &Selection::all()).await.unwrap_err();
    let told = gone.message.contains("was forgotten") && gone.message.contains("(--keep-last 1)");
    assert!(told && gone.message.contains(id.as_str()), "{gone}");
    assert!(gone.hint.unwrap().contains("snapdeploy show prod"));
}
