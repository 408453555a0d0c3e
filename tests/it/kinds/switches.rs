//! What is not settled of AWS, both ways: each deployment arrives, and each rollback is exact.

use serde_json::Value;
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::Scenario;

use super::place::{promoting, to_and_fro, world};
use super::whole::{into_another, into_nothing, values};
use crate::world::REGION;

/// What touches what is made and deleted: a switch, and what it is not by default.
const MAKING: [(&str, &str); 7] = [
    ("associate_twice_refused", "false"),
    ("delete_linked_quick_connect", "false"),
    ("delete_referenced_flow", "false"),
    ("delete_referenced_prompt", "false"),
    ("delete_referenced_queue", "true"),
    ("foreign_prompt_url_accepted", "false"),
    ("list_lag_calls", "40"),
];

/// What touches what is changed.
const CHANGING: [(&str, &str); 6] = [
    ("associate_again", "false"),
    ("flow_associations_by_arn", "false"),
    ("hours_config_reordered", "true"),
    ("list_lag_calls", "40"),
    ("override_touches_hours", "true"),
    ("search_fills_content", "false"),
];

/// Takes out what cannot be the same: agent statuses that stay, and the ids of overrides that were made again.
fn settled(state: &mut Value) {
    let prod = &mut state[format!("{REGION}/prod")];
    prod["agent-status"] = Value::Null;
    for hours in prod["hours"].as_object_mut().unwrap().values_mut() {
        for one in hours["Overrides"].as_array_mut().into_iter().flatten() {
            one.as_object_mut().unwrap().remove("HoursOfOperationOverrideId");
        }
    }
}

async fn plays(scenario: Scenario, deployment: &Deployment) {
    let world = world(scenario, values()).await;
    let dev = world.extract(&*world.a, "dev").await;
    to_and_fro(&world, &dev, deployment, settled).await;
}

#[tokio::test]
async fn one_of_everything_is_made_and_deleted_under_each_switch() {
    for (switch, value) in MAKING {
        println!("{switch} = {value}");
        let mut scenario = into_nothing();
        scenario.switch(switch, value).unwrap();
        plays(scenario, &promoting()).await;
    }
}

#[tokio::test]
async fn one_of_everything_is_changed_and_changed_back_under_each_switch() {
    for (switch, value) in CHANGING {
        println!("{switch} = {value}");
        let mut scenario = into_another();
        scenario.switch(switch, value).unwrap();
        plays(scenario, &promoting()).await;
    }
}

#[tokio::test]
async fn one_of_everything_under_all_switches_at_once() {
    for mut scenario in [into_nothing(), into_another()] {
        for (switch, value) in MAKING.iter().chain(&CHANGING) {
            scenario.switch(switch, value).unwrap();
        }
        plays(scenario, &Deployment::default()).await;
    }
}
