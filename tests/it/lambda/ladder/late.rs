//! Metrics that arrive late, as those of AWS do: a rung waits for them, and what nobody can tell is no pass.
//!
//! Source: AWS says of no service how long a metric takes to be seen: the switch `metrics_delay_ms`.

use std::time::Duration;

use serde_json::json;
use snapdeploy::core::gate::{Gate, Metric, Probe};
use snapdeploy::core::means::Values;
use snapdeploy::core::runs::{Ended, OnFailure, begin};

use super::place::{both, gate, live, plan, rollouts};
use crate::gates::place::put_in;
use crate::kinds::place::world;
use crate::lambda::place::values;
use crate::world::{B, World};

/// How long a minute is, as the clock of these worlds has it.
const MINUTE: u64 = 240;

/// Deploys on this ladder while every call of the function fails, and metrics are seen so many minutes late.
async fn failing(rungs: &str, late: u64) -> (World, Ended) {
    let metric = |name: &str| Metric {
        namespace: "AWS/Lambda".into(),
        name: name.into(),
        dimensions: [("FunctionName".to_string(), "orders".to_string())].into(),
        statistic: "Sum".into(),
    };
    let (of, per) = (metric("Errors"), Some(metric("Invocations")));
    let over = Duration::from_secs(600);
    let probe = Probe::Metric { of, per, above: Some(0.05), below: None, at_least: 1.0, over };
    let gates = vec![Gate { probe, ..gate("") }];
    let rollouts = rollouts(&[("lambda/function/*", rungs)]);
    let world = world(both(), Values { rollouts, gates, ..values() }).await;
    let delay = (MINUTE * late).to_string();
    for (name, value) in [
        ("metrics_minute_ms", MINUTE.to_string().as_str()),
        ("metrics_delay_ms", delay.as_str()),
        ("metrics_of_aws_can_be_put", "true"),
    ] {
        world.sandbox.set_switch(name, value).unwrap();
    }
    let plan = plan(&world).await;
    let means = world.means(&*world.b);
    let work = begin(&means, &plan, None, OnFailure::Rollback);
    let calls = async {
        loop {
            put_in(&world.sandbox, B, "Invocations", 1.0).await;
            put_in(&world.sandbox, B, "Errors", 1.0).await;
            tokio::time::sleep(Duration::from_millis(MINUTE / 8)).await;
        }
    };
    let ended = tokio::select! {
        ended = work => ended.unwrap(),
        () = calls => unreachable!("it never ends"),
    };
    (world, ended)
}

#[tokio::test]
async fn errors_that_are_seen_a_minute_late_take_the_alias_back_from_its_first_rung() {
    let (world, ended) = failing("10% 5m, 100% 5m", 1).await;
    let Ended::RolledBack { why, .. } = &ended else { panic!("{ended:?}") };
    assert!(why.message.contains("at 10% of the traffic"), "{why}");
    assert!(why.message.contains("Errors are 100 %"), "{why}");
    assert_eq!(live(&world), json!(["1", {}]));
}

/// The rung is over before any of them is seen: that is no pass.
#[tokio::test]
async fn a_rung_that_is_shorter_than_metrics_take_pauses_there() {
    let (world, ended) = failing("10% 2m, 100% 2m", 3).await;
    let Ended::Stopped { why, .. } = &ended else { panic!("{ended:?}") };
    assert!(why.message.contains("paused at 10% of the traffic"), "{why}");
    assert_eq!(live(&world), json!(["1", {"2": 0.1}]));
}
