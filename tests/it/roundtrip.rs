//! The whole loop on the smallest pair of accounts: extract, deploy, extract, deploy again, roll back.

use serde_json::json;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::plan::Action;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;

use crate::small::small;
use crate::world::{A, B, World};

#[tokio::test]
async fn a_deployment_arrives_whole_and_a_rollback_puts_back_exactly_what_was_there() {
    let world = World::new(small()).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    assert_eq!((plan.count(Action::Create), plan.count(Action::Update)), (7, 3), "{:#?}", plan.steps);

    let means = world.means(&*world.b);
    let ended = begin(&means, &plan, None, OnFailure::Stop).await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");

    let prod = world.documents(&*world.b, "prod").await;
    for (address, document) in &dev.documents {
        assert_eq!(prod[address].portable_digest(), document.portable_digest(), "{address}");
    }
    let state = world.sandbox.connect_state(B).to_string();
    for trace in [A, world.a.pin().instance.as_str()] {
        assert!(!state.contains(trace), "{trace} is left in B");
    }
    let sales = &prod[&"connect/queue/Sales".parse().unwrap()];
    assert_eq!(sales.local["Status"], json!("DISABLED"), "the target's own status stays");
    assert_eq!(sales.local["MaxContacts"], json!(7), "the target's own limit stays");

    world.sandbox.clear_calls();
    let again = world.plan(&dev).await;
    assert!(again.is_empty(), "{:#?}", again.steps);
    assert_eq!(world.mutations(), 0);

    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert_eq!(back.blocks().count(), 0, "{:#?}", back.findings);
    let ended = begin(&means, &back, None, OnFailure::Stop).await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    let after = world.sandbox.connect_state(B);
    assert_eq!(
        after,
        before,
        "{}",
        similar::TextDiff::from_lines(pretty(&before), pretty(&after)).unified_diff()
    );
    assert!(newest(&means, &Selection::all()).await.is_err(), "there is nothing more to undo");
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}
