//! One of everything: into an instance that has nothing, and into one that has everything otherwise.

use serde_json::{Value, json};
use snapdeploy::core::finding::Weight;
use snapdeploy::core::release::Deployment;

use super::place::{back, perform, planned, promoting, there, to_and_fro, world};
use super::whole::{into_another, into_nothing, values};
use crate::world::{B, REGION, assert_same};

/// Takes the agent statuses out of a state: they can be disabled and not deleted.
fn but_statuses(state: &mut Value) {
    state[format!("{REGION}/prod")]["agent-status"] = json!(null);
}

#[tokio::test]
async fn one_of_everything_into_nothing_and_back() {
    let world = world(into_nothing(), values()).await;
    let dev = world.extract(&*world.a, "dev").await;
    to_and_fro(&world, &dev, &Deployment::default(), but_statuses).await;
    assert_eq!(there(&world, "agent-status", "Lunch")["State"], "DISABLED", "what is left over");
}

#[tokio::test]
async fn one_of_everything_with_what_is_operational_into_nothing_and_back() {
    let world = world(into_nothing(), values()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &promoting()).await;
    perform(&world, &plan).await;
    let sales = there(&world, "queue", "Sales");
    assert_eq!((&sales["Status"], &sales["MaxContacts"]), (&json!("DISABLED"), &json!(20)));
    assert_eq!(sales["OutboundCallerConfig"]["OutboundCallerIdName"], "Prod Sales");
    assert_eq!(there(&world, "hours", "Day")["Overrides"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn one_of_everything_into_another_of_everything_and_back() {
    for deployment in [Deployment::default(), promoting()] {
        let world = world(into_another(), values()).await;
        let dev = world.extract(&*world.a, "dev").await;
        to_and_fro(&world, &dev, &deployment, |_| ()).await;
    }
}

#[tokio::test]
async fn what_is_left_over_is_printed_and_the_same_deployment_can_be_made_again() {
    let world = world(into_nothing(), values()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let mut ends = Vec::new();
    for round in 0..2 {
        perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
        let back = back(&world).await;
        let said: Vec<_> = back.findings.iter().filter(|f| f.weight == Weight::Note).collect();
        // The second time it is there beforehand, and goes back to what it was.
        let stays = said.iter().any(|f| f.message.contains("no call that deletes it"));
        assert_eq!(stays, round == 0, "{said:?}");
        perform(&world, &back).await;
        ends.push(world.sandbox.connect_state(B));
    }
    assert_same(&ends[1], &ends[0]);
}
