//! What is not settled of AWS, both ways: each deployment arrives, and each rollback is exact.

use serde_json::{Value, json};
use snapdeploy::core::means::Values;
use snapdeploy::core::release::Deployment;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::sandbox::{Kind, Scenario};

use super::place::{planned, promoting, to_and_fro, world};
use super::whole::{into_another, into_nothing, values};
use crate::world::{A, B, REGION, scenario};

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

/// However long a vocabulary takes, it is waited for before it is made the default.
#[tokio::test]
async fn a_vocabulary_may_be_there_at_once_or_late() {
    for calls in ["0", "2", "40"] {
        let mut scenario = scenario();
        let dev = scenario.account(A).instance(REGION, "dev");
        let words = json!({ "LanguageCode": "en-US", "Content": "Phrase\nx" });
        dev.resource(Kind::Vocabulary, "Words", words);
        let id = dev.id_of(Kind::Vocabulary, "Words");
        dev.resource(Kind::DefaultVocabulary, "en-US", json!({ "VocabularyId": id }));
        scenario.switch("vocabulary_creation_calls", calls).unwrap();
        let world = world(scenario, Values::default()).await;
        let dev = world.extract(&*world.a, "dev").await;
        to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
    }
}

/// Where a name may be in the hierarchy once only, a group of a name that is taken below another is refused, and nothing
/// is left of what was done until then.
#[tokio::test]
async fn a_group_may_have_a_name_once_in_the_hierarchy_or_once_below_each() {
    for unique in ["false", "true"] {
        let mut scenario = scenario();
        for (account, alias, groups) in
            [(A, "dev", ["Europe", "Asia", "Asia/Rome"]), (B, "prod", ["Europe", "Europe/Rome", "Africa"])]
        {
            let to = scenario.account(account).instance(REGION, alias);
            to.hierarchy(&["Continent", "City"]);
            for path in groups {
                to.hierarchy_group(path, json!({}));
            }
        }
        scenario.switch("hierarchy_names_unique", unique).unwrap();
        let world = world(scenario, Values::default()).await;
        let dev = world.extract(&*world.a, "dev").await;
        if unique == "false" {
            to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
            continue;
        }
        let before = world.sandbox.connect_state(B);
        let plan = planned(&world, &dev, &Deployment::default()).await;
        assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
        let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
        assert!(!matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
        let said = format!("{ended:?}");
        assert!(said.contains("connect/user-hierarchy-group/Asia/Rome"), "{said}");
        assert!(said.contains("DuplicateResource"), "{said}");
        crate::world::assert_same(&world.sandbox.connect_state(B), &before);
    }
}
