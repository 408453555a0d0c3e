//! What asking about many objects costs.

use std::collections::BTreeSet;
use std::sync::Arc;

use snapdeploy::core::Clock;
use snapdeploy::core::objects::{Key, Objects};
use snapdeploy::sandbox::{Sandbox, Scenario};
use snapdeploy::store::{KnownObjects, MemoryObjects};

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
    // What is condemned, and a page of what is there.
    assert_eq!((count("ListObjectsV2"), count("HeadObject")), (2, 0));
    let there: BTreeSet<Key> = (0..200).map(name).collect();
    sandbox.clear_calls();
    assert!(known.lacking(&there).await.unwrap().is_empty() && known.has(&name(7)).await.unwrap());
    assert_eq!(sandbox.calls().len(), 0);
    // What is not there may be put by somebody else at any moment.
    assert!(!known.has(&name(250)).await.unwrap());
    assert_eq!(count("HeadObject"), 1);
}

#[tokio::test]
async fn what_is_condemned_is_looked_for_each_time() {
    let objects = Arc::new(MemoryObjects::new());
    let key = Key::new("blobs/sha256/x").unwrap();
    objects.create(&key, "x".into()).await.unwrap();
    let (list, at) = ("20260101t000000000-000000", "2026-01-01T00:00:00Z");
    let list = (
        Key::new(format!("gc/{list}.json")).unwrap(),
        format!(r#"{{"at":"{at}","id":"{list}","objects":["{key}"],"schema":"snapdeploy.condemned/1"}}"#),
    );
    objects.create(&list.0, list.1.into()).await.unwrap();
    let known = KnownObjects::new(objects.clone(), Clock::system());
    let asked = BTreeSet::from([key.clone()]);
    assert!(known.has(&key).await.unwrap() && known.lacking(&asked).await.unwrap().is_empty());
    // Another process removes it, and the list.
    objects.delete(&key).await.unwrap();
    objects.delete(&list.0).await.unwrap();
    assert!(!known.has(&key).await.unwrap());
    assert_eq!(known.lacking(&asked).await.unwrap(), asked);
    // What this process removes it forgets; what it knew it believes.
    known.create(&key, "x".into()).await.unwrap();
    objects.delete(&key).await.unwrap();
    assert!(known.has(&key).await.unwrap());
    known.delete(&key).await.unwrap();
    assert!(!known.has(&key).await.unwrap());
}
