//! What asking about many objects costs.

use std::collections::BTreeSet;
use std::sync::Arc;

use snapdeploy::core::Clock;
use snapdeploy::core::objects::{Key, Objects};
use snapdeploy::sandbox::{Sandbox, Scenario};
use snapdeploy::store::KnownObjects;

use super::aws;

#[tokio::test]
async fn many_objects_cost_a_page_of_a_listing_and_the_second_time_nothing() {
    let mut scenario = Scenario::empty();
    scenario.account(aws::ACCOUNT);
    let sandbox = Sandbox::start(scenario).unwrap();
    let objects = Arc::new(aws::objects(&sandbox.endpoint()).await);
    let name = |n: usize| Key::new(format!("blobs/sha256/{n:05}")).unwrap();
    for n in 0..200 {
        objects.create(&name(n), "x".into()).await.unwrap();
    }
    let known = KnownObjects::new(objects, Clock::system());
    let count = |what: &str| sandbox.calls().iter().filter(|c| c.operation == what).count();
    let asked: BTreeSet<Key> = (0..300).map(name).collect();
    sandbox.clear_calls();
    assert_eq!(known.lacking(&asked).await.unwrap().len(), 100);
    assert_eq!((count("ListObjectsV2"), count("HeadObject")), (1, 0));
    let there: BTreeSet<Key> = (0..200).map(name).collect();
    sandbox.clear_calls();
    assert!(known.lacking(&there).await.unwrap().is_empty() && known.has(&name(7)).await.unwrap());
    assert_eq!(sandbox.calls().len(), 0);
    // What is not there may be put by somebody else at any moment.
    assert!(!known.has(&name(250)).await.unwrap());
    assert_eq!(count("HeadObject"), 1);
}
