//! Invariant 5 where ECS moves the traffic by itself: BLUE_GREEN, CANARY and LINEAR, killed at any call, then resumed or
//! rolled back.

use serde_json::json;
use snapdeploy::sandbox::{ImageSeed, Scenario, ServiceSeed};

use super::place::{image, service};
use super::shifted::start;
use crate::crash::Phase;
use crate::matrix::{At, Matrix, matrix};
use crate::reliability::size;
use crate::world::{A, B, REGION};

/// Both accounts have the images 1 and 2 and a service that is deployed by `strategy`; dev runs 2, prod runs 1.
fn both(strategy: &str) -> Scenario {
    let mut scenario = crate::world::scenario();
    for (account, name, tag) in [(A, "dev", "2"), (B, "prod", "1")] {
        let seed = scenario.account(account);
        let group = format!("/{name}/web");
        seed.log_group(REGION, &group);
        for role in ["web-execution", "web-task", "ecs-load-balancers"] {
            seed.role(role, None);
        }
        for tag in ["1", "2"] {
            let (repository, tag) = ("web".into(), tag.into());
            seed.image(ImageSeed { repository, tag, ..ImageSeed::default() });
        }
        let mut balancer = seed.load_balancer(REGION, "front");
        let target_groups = vec![balancer.target_group("blue"), balancer.target_group("green")];
        let listener = balancer.listener(80, &[("blue", 100), ("green", 0)]);
        let web = ServiceSeed {
            images: vec![("app".into(), image(account, tag))],
            strategy: strategy.into(),
            breaker: true,
            target_groups,
            production_listener: Some(listener),
            log_group: Some(group),
            environment: vec![("LEVEL".into(), "info".into())],
            configuration: json!({
                "bakeTimeInMinutes": 1,
                "canaryConfiguration": { "canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1 },
                "linearConfiguration": { "stepPercent": 50.0, "stepBakeTimeInMinutes": 1 },
            }),
            ..ServiceSeed::default()
        };
        seed.service(&web).unwrap();
    }
    scenario
}

async fn native(strategy: &str, phase: Phase) {
    let world = async || {
        let world = start(both(strategy)).await;
        for (name, ms) in [("ecs_minute_ms", "10"), ("ecs_stage_ms", "5")] {
            world.sandbox.set_switch(name, ms).unwrap();
        }
        world
    };
    let name = format!("ecs-{}", strategy.to_lowercase().replace('_', "-"));
    matrix(Matrix::new(&name, phase, At::Calls(size::of(12, usize::MAX))), world, async |world, _, here| {
        let deployments = service(world).await["deployments"].as_array().unwrap().len();
        assert_eq!(deployments, 1, "{here}: something is in flight");
    })
    .await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_anywhere_a_service_that_is_blue_and_green_is_as_before_or_as_after() {
    native("BLUE_GREEN", Phase::Deploy).await;
    native("BLUE_GREEN", Phase::Rollback).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_anywhere_a_service_with_a_canary_is_as_before_or_as_after() {
    native("CANARY", Phase::Deploy).await;
    native("CANARY", Phase::Rollback).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_anywhere_a_service_that_goes_step_by_step_is_as_before_or_as_after() {
    native("LINEAR", Phase::Deploy).await;
    native("LINEAR", Phase::Rollback).await;
}
