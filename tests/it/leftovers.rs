//! What AWS has no call to take away is said before, stays, and never stops a rollback.

use serde_json::json;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::finding::Weight;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::Kind;

use crate::world::{A, B, REGION, World, content, scenario, week};

#[tokio::test]
async fn a_description_that_cannot_be_taken_away_again_is_said_before_and_left_by_the_rollback() {
    let mut scenario = scenario();
    for (account, alias, described) in [(A, "dev", true), (B, "prod", false)] {
        let instance = scenario.account(account).instance(REGION, alias);
        instance.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        let day = instance.id_of(Kind::Hours, "Day");
        let words = if described { json!({ "Description": "words" }) } else { json!({}) };
        let mut queue = json!({ "HoursOfOperationId": day, "Tags": { "side": alias } });
        if described {
            queue["Description"] = json!("words");
        }
        instance.queue("Sales", queue);
        instance.flow_with("Main", "CONTACT_FLOW", &content(&[("Wait", json!({ "Seconds": "5" }))]), words);
    }
    let world = World::new(scenario).await;
    let means = world.means(&*world.b);
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let warned =
        plan.findings.iter().filter(|f| f.weight == Weight::Warning && f.message.contains("take away again"));
    assert_eq!(warned.count(), 2, "{:#?}", plan.findings);
    assert!(matches!(begin(&means, &plan, None, OnFailure::Stop).await, Ok(Ended::Done { .. })));

    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert_eq!(back.findings.iter().filter(|f| f.message.contains("keeps its Description")).count(), 2);
    let ended = begin(&means, &back, None, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");

    let mut after = world.sandbox.connect_state(B);
    for kind in ["queue", "flow"] {
        for resource in after[format!("{REGION}/prod")][kind].as_object_mut().unwrap().values_mut() {
            let left = resource.as_object_mut().unwrap().remove("Description");
            assert_eq!(left, Some(json!("words")), "the description is what is left over");
        }
    }
    assert_eq!(after, before, "and nothing else");
}
