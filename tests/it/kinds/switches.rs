//! What is not settled of AWS, both ways: each deployment arrives, and each rollback is exact.

use serde_json::Value;
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::Scenario;

use super::place::{promoting, to_and_fro, world};
use super::whole::{into_another, into_nothing, values};
use crate::world::REGION;

/// What touches the kinds: a switch and the settings that it has beside its default.
const SWITCHED: [(&str, &str); 12] = [
    ("associate_twice_refused", "false"),
    ("associate_again", "false"),
    ("flow_associations_by_arn", "false"),
    ("delete_linked_quick_connect", "false"),
    ("delete_referenced_queue", "true"),
    ("delete_referenced_prompt", "false"),
    ("delete_referenced_flow", "false"),
    ("override_touches_hours", "true"),
    ("hours_config_reordered", "true"),
    ("search_fills_content", "false"),
    ("foreign_prompt_url_accepted", "false"),
    ("list_lag_calls", "40"),
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
async fn one_of_everything_under_each_switch() {
    for (switch, value) in SWITCHED {
        println!("{switch} = {value}");
        for mut scenario in [into_nothing(), into_another()] {
            scenario.switch(switch, value).unwrap();
            plays(scenario, &promoting()).await;
        }
    }
}

#[tokio::test]
async fn one_of_everything_under_all_switches_at_once() {
    for mut scenario in [into_nothing(), into_another()] {
        for (switch, value) in SWITCHED {
            scenario.switch(switch, value).unwrap();
        }
        plays(scenario, &Deployment::default()).await;
    }
}
