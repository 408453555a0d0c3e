//! Connect's quotas: calls keep within them, and what is throttled all the same is waited out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use snapdeploy::aws::{Sessions, Share};
use snapdeploy::core::ahead::Ahead;
use snapdeploy::core::clock::Clock;
use snapdeploy::core::environment::Access;
use snapdeploy::sandbox::{Sandbox, Scenario};

use crate::world::{A, REGION, World, content, environment, scenario, sdk};

const FLOWS: usize = 40;

fn unlimited() -> Scenario {
    let mut scenario = scenario();
    let dev = scenario.account(A).instance(REGION, "dev");
    for i in 0..FLOWS {
        let text = content(&[("MessageParticipant", json!({ "Text": format!("This is {i}") }))]);
        dev.flow(&format!("Flow {i}"), "CONTACT_FLOW", &text);
    }
    scenario
}

fn large() -> Scenario {
    let mut scenario = unlimited();
    scenario.switch("quotas", "aws").unwrap();
    scenario
}

/// The same, in an instance where a search does not answer what flows hold.
fn unsearchable() -> Scenario {
    let mut scenario = large();
    scenario.switch("search_fills_content", "false").unwrap();
    scenario
}

fn throttled(sandbox: &Sandbox) -> Vec<String> {
    sandbox.calls().into_iter().filter(|c| c.status == 429).map(|c| c.operation).collect()
}

#[tokio::test]
async fn calls_keep_within_the_quotas() {
    let mut world = World::new(large()).await;
    let sessions = Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint())).paced();
    let account = sessions.account(&environment("dev"), Access::Read).await.unwrap();
    // What binding has spent is back by then.
    world.sandbox.advance(Duration::from_secs(10));
    world.a = snapdeploy::kinds::bind(account, &environment("dev")).await.unwrap();
    world.sandbox.clear_calls();
    let dev = world.extract(&*world.a, "dev").await;
    assert_eq!(dev.documents.len(), FLOWS);
    assert_eq!(throttled(&world.sandbox), Vec::<String>::new());
    let count = |call: &str| world.sandbox.calls().iter().filter(|c| c.operation == call).count();
    assert_eq!((count("SearchContactFlows"), count("DescribeContactFlow")), (1, 0));
}

#[tokio::test]
async fn what_a_search_leaves_out_is_described_within_the_quotas() {
    let mut world = World::new(unsearchable()).await;
    let sessions = Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint())).paced();
    let account = sessions.account(&environment("dev"), Access::Read).await.unwrap();
    world.sandbox.advance(Duration::from_secs(10));
    world.a = snapdeploy::kinds::bind(account, &environment("dev")).await.unwrap();
    world.sandbox.clear_calls();
    let dev = world.extract(&*world.a, "dev").await;
    assert_eq!(dev.documents.len(), FLOWS);
    assert_eq!(throttled(&world.sandbox), Vec::<String>::new());
    let count = |call: &str| world.sandbox.calls().iter().filter(|c| c.operation == call).count();
    assert_eq!((count("SearchContactFlows"), count("DescribeContactFlow")), (1, FLOWS));
}

#[tokio::test]
async fn how_long_a_plan_takes_is_foretold() {
    let mut world = World::new(unlimited()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let ahead = Ahead::of_run(&plan);
    assert_eq!(ahead.writes, BTreeMap::from([("CreateContactFlow".to_string(), FLOWS)]));
    assert_eq!(world.b.least_time(&ahead), Duration::ZERO, "nothing is paced here");
    let share = Share::new(0.5).unwrap();
    let sessions = Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint())).paced().sharing(share);
    let account = sessions.account(&environment("prod"), Access::Read).await.unwrap();
    world.b = snapdeploy::kinds::bind(account, &environment("prod")).await.unwrap();
    // One call a second, two at once: 40 to make them, and as many at the same time to see that they are there.
    assert_eq!(world.b.least_time(&ahead), Duration::from_secs(38));
    // What was made already takes a look at the end only.
    let half = Ahead::of_moves(&plan, |i| i < FLOWS / 2);
    assert_eq!(half.writes.values().sum::<usize>(), FLOWS / 2);
    assert_eq!(world.b.least_time(&half), Duration::from_secs(38));
}

#[tokio::test]
async fn throttled_reads_are_waited_out() {
    let mut world = World::new(unsearchable()).await;
    // The sandbox's time, and so its quotas' refilling, goes ten times as fast as ours; so does the clock of waits.
    let clock = Clock::scaled(10);
    let sessions = Sessions::with(&clock, &sdk(&world.sandbox.endpoint()));
    let account = sessions.account(&environment("dev"), Access::Read).await.unwrap();
    world.sandbox.advance(Duration::from_secs(10));
    world.a = snapdeploy::kinds::bind(account, &environment("dev")).await.unwrap();
    let hurry = async {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            world.sandbox.advance(Duration::from_millis(450));
        }
    };
    let dev = tokio::select! {
        dev = world.extract(&*world.a, "dev") => dev,
        () = hurry => unreachable!(),
    };
    assert_eq!(dev.documents.len(), FLOWS);
    assert!(!throttled(&world.sandbox).is_empty(), "nothing was throttled");
}
