//! There and back: what arrives, what it costs, what stays.

use std::time::Duration;

use snapdeploy::core::release::Deployment;
use snapdeploy::core::site::Site;

use super::place::{
    DEV, PROD, build, counted, document, get, keys, paths, plan_folder, prod, put, ship, start, start_with,
    two, web,
};
use crate::kinds::place::{arrived, back, perform, planned};
use crate::world::{A, B};

#[tokio::test(flavor = "current_thread")]
async fn a_site_goes_from_one_account_to_another_and_back() {
    let world = start().await;
    for (path, kind, bytes) in build(2) {
        put(&world, A, DEV, &path, &bytes, kind).await;
    }
    let before = document(&world).await;
    let dev = world.extract(&*world.a, "dev").await;
    perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    arrived(&world, &dev, &Deployment::default()).await;
    let page = get(&format!("{}/index.html", world.sandbox.site(PROD)));
    assert!(page.body.contains("version 2;"), "{}", page.body);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    perform(&world, &back(&world).await).await;
    assert_eq!(document(&world).await, before);
    assert!(get(&format!("{}/", world.sandbox.site(PROD))).body.contains("version 1;"));
}

#[tokio::test(flavor = "current_thread")]
async fn an_empty_bucket_takes_a_site_and_is_empty_again() {
    let mut scenario = crate::world::scenario();
    scenario.account(A).bucket(crate::world::REGION, DEV);
    scenario.account(B).bucket(crate::world::REGION, PROD);
    let world = start_with(scenario, prod()).await;
    ship(&world, 1).await;
    assert_eq!(get(&format!("{}/about/", world.sandbox.site(PROD))).status, 200);
    perform(&world, &back(&world).await).await;
    assert_eq!(document(&world).await.portable["Files"], serde_json::json!({}));
}

/// The budget: each changed file once, the listing at each of the looks, and so many calls for the manifest.
#[tokio::test(flavor = "current_thread")]
async fn only_what_changed_is_put_and_nothing_known_is_read_again() {
    let world = start().await;
    ship(&world, 2).await;
    let mut files = build(2);
    // The same size, another content; and a new asset that nothing refers to.
    files[5].2 = b"{\"n\":000009}".to_vec();
    files.push(("assets/new-12345678.js".into(), "text/javascript", b"x".to_vec()));
    let plan = plan_folder(&world, &files).await;
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    let calls = counted(&world);
    println!("{calls:?}");
    // Two files; the manifest before and after each of the two steps.
    assert_eq!(calls["PutObject"], 2 + 4, "{calls:?}");
    // Never a file: only the manifest.
    assert_eq!(calls["GetObject"], calls["ListObjectsV2"] + 2, "{calls:?}");
    // Under the lease, right before the switch, and after it.
    assert_eq!(calls["ListObjectsV2"], 3, "{calls:?}");
    assert!(!calls.contains_key("HeadObject") && !calls.contains_key("DeleteObjects"), "{calls:?}");
    assert!(get(&format!("{}/data.json", world.sandbox.site(PROD))).body.contains("000009"));
    world.sandbox.clear_calls();
    let again = plan_folder(&world, &files).await;
    assert!(again.is_empty(), "{:#?}", again.moves);
    assert_eq!(counted(&world).get("PutObject"), None);
    // The plan takes the site as the source has just been read.
    assert_eq!(counted(&world)["ListObjectsV2"], 1);
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_in_no_release_stays_for_the_grace_and_what_is_kept_for_ever() {
    // A scaled clock: some milliseconds.
    let mut site = Site { grace: Duration::from_secs(250 * 3), ..prod() };
    site.keep = paths(&["uploads/*"]);
    let world = start_with(two(), site).await;
    put(&world, B, PROD, "uploads/mine.png", b"png", "image/png").await;
    let old: Vec<String> =
        build(1).into_iter().map(|(p, ..)| p).filter(|p| p.starts_with("assets/")).collect();
    ship(&world, 2).await;
    assert!(old.iter().all(|path| keys(&world, B, PROD).contains_key(path)), "the grace has only begun");
    tokio::time::sleep(Duration::from_secs(4)).await;
    ship(&world, 3).await;
    let there = keys(&world, B, PROD);
    assert!(old.iter().all(|path| !there.contains_key(path)), "{there:?}");
    assert!(there.contains_key("uploads/mine.png"));
    assert!(!document(&world).await.portable["Files"].to_string().contains("uploads"));
    // What was deleted comes back out of the store.
    perform(&world, &back(&world).await).await;
    perform(&world, &back(&world).await).await;
    assert!(old.iter().all(|path| keys(&world, B, PROD).contains_key(path)));
    assert!(get(&format!("{}/", world.sandbox.site(PROD))).body.contains("version 1;"));
}

#[tokio::test(flavor = "current_thread")]
async fn a_file_that_somebody_changed_by_hand_is_told_by_its_content() {
    let world = start().await;
    ship(&world, 2).await;
    let was = document(&world).await;
    // The same size.
    put(&world, B, PROD, "data.json", b"{\"n\":000007}", "application/json").await;
    let now = document(&world).await;
    assert_ne!(was, now);
    let means = world.means(&*world.b);
    let (inventory, _) = snapdeploy::core::survey::list(&*world.b, &world.events).await.unwrap();
    let live = world.b.read(inventory.get(&web()).unwrap(), &inventory).await.unwrap();
    let checks = means.driver.checks(&[live], &inventory).await.unwrap();
    let files = checks.iter().find(|c| c.name == "files of web").unwrap();
    assert!(!files.healthy && files.problems[0].contains("data.json was put by somebody else"), "{files:?}");
}
