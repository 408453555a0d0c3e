//! Overrides of hours: the holidays of a place, which only those who run it change.

use serde_json::{Value, json};
use snapdeploy::core::means::Values;
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::Scenario;

use super::place::{perform, planned, promoting, some, there, to_and_fro, world};
use super::whole::closed;
use crate::world::{A, B, REGION, World, scenario, week};

/// Both have hours Day; dev opens earlier and has overrides `dev`, prod has overrides `prod`.
fn hours(dev: &[Value], prod: &[Value]) -> Scenario {
    let mut scenario = scenario();
    for (account, alias, opens, overrides) in [(A, "dev", 8, dev), (B, "prod", 9, prod)] {
        let mut all = json!({ "TimeZone": "UTC", "Config": week(opens), "Description": alias });
        if !overrides.is_empty() {
            all["Overrides"] = json!(overrides);
        }
        scenario.account(account).instance(REGION, alias).hours("Day", all);
    }
    scenario
}

fn christmas() -> Value {
    closed("Christmas", "2026-12-24", "2026-12-26")
}

fn overrides(world: &World) -> Vec<String> {
    let day = there(world, "hours", "Day");
    let all = day["Overrides"].as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|o| format!("{} {}", o["Name"].as_str().unwrap(), o["EffectiveFrom"].as_str().unwrap()))
        .collect()
}

/// Losing the Christmas override: other members of the hours come from dev, alone and with the whole instance, and the
/// holidays of prod stay as they are.
#[tokio::test]
async fn losing_the_christmas_override() {
    let easter = closed("Easter", "2027-03-26", "2027-03-29");
    for dev in [vec![], vec![easter.clone()], vec![closed("Christmas", "2026-12-31", "2026-12-31")]] {
        for deployment in [Deployment::default(), some(&["connect/hours/Day"])] {
            let world = world(hours(&dev, &[christmas()]), Values::default()).await;
            let before = there(&world, "hours", "Day")["Overrides"].clone();
            let snapshot = world.extract(&*world.a, "dev").await;
            perform(&world, &planned(&world, &snapshot, &deployment).await).await;
            let day = there(&world, "hours", "Day");
            assert_eq!((&day["Description"], &day["Overrides"]), (&json!("dev"), &before));
            to_and_back(&world, &before).await;
        }
    }
}

/// Rolls back, after which the overrides are still what they were.
async fn to_and_back(world: &World, before: &Value) {
    perform(world, &super::place::back(world).await).await;
    let day = there(world, "hours", "Day");
    assert_eq!((&day["Description"], &day["Overrides"]), (&json!("prod"), before));
}

/// An override that was made in prod between the deployment and its rollback is somebody's change: it is named, and
/// nothing takes it away.
#[tokio::test]
async fn an_override_that_came_since_is_no_part_of_a_rollback_unseen() {
    let world = world(hours(&[], &[christmas()]), Values::default()).await;
    let dev = world.extract(&*world.a, "dev").await;
    perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    let id = world.b.find(&snapdeploy::core::Address::new("connect/hours", "Day")).await.unwrap().unwrap().id;
    let client = aws_sdk_connect::Client::new(&crate::world::sdk_of(&world.sandbox.endpoint(), B));
    let call = client.create_hours_of_operation_override().instance_id(&world.b.pin().instance);
    let call = call
        .hours_of_operation_id(id)
        .name("Strike")
        .effective_from("2026-11-30")
        .effective_till("2026-11-30");
    call.set_config(Some(Vec::new())).send().await.unwrap();
    let back = super::place::back(&world).await;
    let blocks: Vec<_> = back.blocks().map(|f| f.message.clone()).collect();
    assert!(matches!(&blocks[..], [one] if one.starts_with("has been changed since")), "{blocks:?}");
    assert_eq!(overrides(&world), ["Christmas 2026-12-24", "Strike 2026-11-30"]);
}

#[tokio::test]
async fn one_of_three_changes_one_goes_and_one_comes_where_that_is_asked_for() {
    let (stays, old) =
        (closed("Stays", "2026-05-01", "2026-05-01"), closed("Goes", "2026-06-01", "2026-06-01"));
    let other = closed("Christmas", "2026-12-23", "2026-12-26");
    let new = closed("Comes", "2026-07-01", "2026-07-02");
    let dev = [stays.clone(), other, new];
    let world = world(hours(&dev, &[stays, christmas(), old]), Values::default()).await;
    let snapshot = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &snapshot, &promoting()).await;
    let mut calls: Vec<&str> = plan.moves.iter().map(|m| m.call.as_str()).collect();
    calls.sort_unstable();
    assert_eq!(
        calls,
        [
            "CreateHoursOfOperationOverride",
            "DeleteHoursOfOperationOverride",
            "UpdateHoursOfOperation",
            "UpdateHoursOfOperationOverride"
        ]
    );
    to_and_fro(&world, &snapshot, &promoting(), without_ids).await;
}

/// An override that is made again has another id, and another place in the list; nothing refers to either.
fn without_ids(state: &mut Value) {
    for hours in state[format!("{REGION}/prod")]["hours"].as_object_mut().unwrap().values_mut() {
        let Some(all) = hours["Overrides"].as_array_mut() else { continue };
        for one in all.iter_mut() {
            one.as_object_mut().unwrap().remove("HoursOfOperationOverrideId");
        }
        all.sort_by_key(|o| o["Name"].to_string());
    }
}

/// An update leaves what it is not given, so a description or a recurrence can only be taken away by making anew.
#[tokio::test]
async fn a_description_and_a_recurrence_that_are_taken_away() {
    let mut bare = christmas();
    for name in ["Description", "RecurrenceConfig"] {
        bare.as_object_mut().unwrap().remove(name);
        for (dev, prod) in [(bare.clone(), christmas()), (christmas(), bare.clone())] {
            let world = world(hours(&[dev], &[prod]), Values::default()).await;
            let snapshot = world.extract(&*world.a, "dev").await;
            to_and_fro(&world, &snapshot, &promoting(), without_ids).await;
        }
    }
}
