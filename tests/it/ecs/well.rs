//! A service whose deployment came to a good end and which fell over right after.

use std::time::Duration;

use serde_json::json;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::inventory::Inventory;
use snapdeploy::sandbox::{Behaviour, Fault, FaultKind, ServiceSeed};

use super::shop::{Shop, image, scenario, verdict};
use crate::sandbox::DEV;

#[tokio::test]
async fn a_service_of_which_nothing_runs_any_more_is_not_well_although_its_deployment_succeeded() {
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
    // What takes the place of a task that ends is not there at once.
    shop.sandbox.set_switch("ecs_restart_ms", "600000").unwrap();
    shop.sandbox.advance(Duration::from_secs(100));
    let told = well().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, shop.found().address);
    assert!(told[0].1.starts_with("none of its ") && told[0].1.ends_with(" runs any more"), "{told:?}");
    // What started no deployment is asked nothing about.
    let tagged = shop.a_move("TagResource", json!({}));
    shop.sandbox.clear_calls();
    assert_eq!(shop.driver.well(&[&tagged], &[&live]).await.unwrap(), []);
    assert!(shop.sandbox.calls().is_empty());
    // Who may not look has not found it sick.
    shop.sandbox.fault(Fault::next("DescribeServices", FaultKind::AccessDenied));
    assert!(shop.driver.well(&[&deployed], &[&live]).await.is_err());
}
