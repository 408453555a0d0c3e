//! Whether a service is well right after its deployment.

use serde_json::json;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::inventory::Inventory;
use snapdeploy::sandbox::{Behaviour, ServiceSeed};

use super::shop::{Shop, image, scenario, verdict};
use crate::sandbox::DEV;

#[tokio::test]
async fn a_service_that_runs_is_well_and_what_started_no_deployment_is_not_asked_about() {
    let mut scenario = scenario();
    let short = image(&mut scenario, "short", Behaviour { exits: Some((60.0, 1)), ..Behaviour::default() });
    scenario.account(DEV).service(&ServiceSeed::default()).unwrap();
    let shop = Shop::open(scenario, "web").await;
    let (arn, _) = shop.deploy(&short).await;
    assert_eq!(verdict(shop.follow(&arn).await.0).0, "done");
    let inventory = Inventory::new(shop.driver.pin().clone(), []);
    let live = shop.driver.read(&shop.found(), &inventory).await.unwrap();
    let deployed = shop.a_move("UpdateService", json!({}));
    let well = async || shop.driver.well(&[&deployed], &[&live]).await.unwrap();
    assert_eq!(well().await, []);
    // What started no deployment is asked nothing about.
    let tagged = shop.a_move("TagResource", json!({}));
    shop.sandbox.clear_calls();
    assert_eq!(shop.driver.well(&[&tagged], &[&live]).await.unwrap(), []);
    assert!(shop.sandbox.calls().is_empty());
}
