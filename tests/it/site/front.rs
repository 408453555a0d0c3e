//! CloudFront: what changed is forgotten, and nothing else.

use snapdeploy::core::site::Site;

use super::place::{PROD, build, get, ship, start_with, two};
use crate::kinds::place::{back, perform};
use crate::world::{B, World};

const FRONT: &str = "E2SITE";

async fn fronted() -> World {
    let mut scenario = two();
    scenario.account(B).front(FRONT, PROD, "");
    scenario.switch("cloudfront_invalidation_ms", "40").unwrap();
    let site = Site { distribution: Some(FRONT.into()), ..Site::new(PROD) };
    start_with(scenario, site).await
}

fn invalidations(world: &World) -> Vec<Vec<String>> {
    let state = world.sandbox.state()[B]["cloudfront"][FRONT]["invalidations"].clone();
    serde_json::from_value(state).unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn what_changed_under_its_name_is_forgotten_before_a_deployment_is_over() {
    let world = fronted().await;
    let front = world.sandbox.distribution(FRONT);
    let all = ["", "index.html", "about/", "logo.svg", "data.json"];
    for path in all {
        get(&format!("{front}/{path}"));
    }
    assert_eq!(get(&format!("{front}/logo.svg")).headers["x-cache"], "Hit from cloudfront");
    ship(&world, 2).await;
    assert!(get(&format!("{front}/")).body.contains("version 2;"));
    assert!(get(&format!("{front}/about/")).body.contains("version 2;"));
    assert!(get(&format!("{front}/data.json")).body.contains("000002"));
    // What did not change is still held.
    assert_eq!(get(&format!("{front}/logo.svg")).headers["x-cache"], "Hit from cloudfront");
    let named = invalidations(&world);
    let expected = ["/about/index.html", "/about/", "/data.json", "/index.html", "/", "/sw.js"];
    assert_eq!(named, [expected.map(String::from).to_vec()]);
    perform(&world, &back(&world).await).await;
    assert!(get(&format!("{front}/")).body.contains("version 1;"));
    // The same paths again are another invalidation.
    ship(&world, 2).await;
    assert_eq!(invalidations(&world).len(), 3);
    assert!(get(&format!("{front}/")).body.contains("version 2;"));
    assert!(build(2).iter().all(|(path, ..)| get(&format!("{front}/{path}")).status == 200));
}

#[tokio::test(flavor = "current_thread")]
async fn a_distribution_of_another_bucket_is_refused() {
    let mut scenario = two();
    scenario.account(B).bucket(crate::world::REGION, "other").front(FRONT, "other", "");
    let site = Site { distribution: Some(FRONT.into()), ..Site::new(PROD) };
    let world = start_with(scenario, site).await;
    let plan = super::place::plan_folder(&world, &build(2)).await;
    let ended = snapdeploy::core::runs::begin(
        &world.means(&*world.b),
        &plan,
        None,
        snapdeploy::core::runs::OnFailure::Stop,
    )
    .await;
    let said = format!("{ended:?}");
    assert!(said.contains("does not serve s3://prod-web/"), "{said}");
}
