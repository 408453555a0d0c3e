//! Gates of images on the ladders of functions: archives have none, images are asked about by their digests.

use serde_json::{Value, json};
use snapdeploy::core::finding::Weight;
use snapdeploy::core::gate::{Gate, GateAt, Probe};
use snapdeploy::core::means::Values;
use snapdeploy::core::runs::{Ended, OnFailure};
use snapdeploy::sandbox::{ImageSeed, RepositorySeed, Scenario};

use super::place::{RUNGS, both, deploy, gate, live, noted, plan, rollouts, weights};
use crate::kinds::place::world;
use crate::lambda::place::{orders, values};
use crate::sandbox::raw;
use crate::world::{A, B, REGION, World, scenario};

const REGISTRY: &str = "333333333333";

/// Makes the scan of the newer image be as it is told.
async fn scanned(world: &World, counts: Value) {
    let body = json!({
        "account": REGISTRY, "region": REGION, "repository": "web", "tag": "2", "status": "COMPLETE", "counts": counts,
    });
    let answer = raw(&world.sandbox, "POST /_sandbox/scan", &[], &body.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

async fn with_scan(scenario: Scenario, at: GateAt) -> World {
    let probe = Probe::Scan { worst: "MEDIUM".into() };
    let gates = vec![Gate { name: "safe".into(), at, probe, ..gate("") }];
    let rollouts = rollouts(&[("lambda/function/*", RUNGS)]);
    world(scenario, Values { rollouts, gates, ..values() }).await
}

/// In both accounts it runs an image out of the registry of a third one, in dev the newer one.
fn boxed() -> Scenario {
    let mut scenario = scenario();
    let open = r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}]}"#;
    let repository = RepositorySeed { name: "web".into(), policy: Some(open.into()), ..Default::default() };
    scenario.account(REGISTRY).repository(repository);
    for tag in ["1", "2"] {
        let seed = ImageSeed { repository: "web".into(), tag: tag.into(), ..ImageSeed::default() };
        let digest = scenario.account(REGISTRY).image(seed);
        let (account, alias) = if tag == "1" { (B, "prod") } else { (A, "dev") };
        let seed = scenario.account(account).function(REGION, "orders");
        seed.image(&format!("{REGISTRY}.dkr.ecr.{REGION}.amazonaws.com/web@{digest}"))
            .publish()
            .alias("live", "1");
        scenario.account(account).instance(REGION, alias).lambda("orders");
    }
    scenario
}

#[tokio::test]
async fn a_gate_of_images_is_not_about_an_archive() {
    let world = with_scan(both(), GateAt::Both).await;
    let planned = plan(&world).await;
    let said = planned.findings.iter().find(|f| f.message.contains("the gate safe asks about images"));
    assert_eq!(said.map(|f| f.weight), Some(Weight::Warning), "{:#?}", planned.findings);
    let (ended, seen) = deploy(&world, OnFailure::Rollback).await;
    assert!(matches!(ended, Ended::Done { .. }), "it paused for ever: {ended:?}");
    assert_eq!((seen, noted(&world).await.1), (weights().to_vec(), vec![]));
}

#[tokio::test]
async fn the_image_of_a_version_is_asked_about_on_each_rung() {
    let world = with_scan(boxed(), GateAt::Both).await;
    assert!(plan(&world).await.findings.iter().all(|f| !f.message.contains("images")));
    scanned(&world, json!({"CRITICAL": 1})).await;
    let (ended, _) = deploy(&world, OnFailure::Rollback).await;
    let Ended::RolledBack { why, .. } = &ended else { panic!("{ended:?}") };
    assert!(why.message.contains("at 10% of the traffic") && why.message.contains("1 CRITICAL"), "{why}");
    assert_eq!(live(&world), weights()[0]);
    scanned(&world, json!({"LOW": 1})).await;
    let (ended, _) = deploy(&world, OnFailure::Rollback).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
}

/// What climbs without a gate that others have is said.
#[tokio::test]
async fn what_runs_no_image_beside_what_does_is_said_to_climb_without_the_gate() {
    let mut scenario = boxed();
    for (account, alias, text) in [(A, "dev", "new"), (B, "prod", "old")] {
        let seed = scenario.account(account).function(REGION, "zipped");
        seed.files(&[("index.js", text.as_bytes())]).publish().alias("live", "1");
        scenario.account(account).instance(REGION, alias).lambda("zipped");
    }
    let world = with_scan(scenario, GateAt::Rungs).await;
    let planned = plan(&world).await;
    let said: Vec<_> = planned.findings.iter().filter(|f| f.message.contains("climbs without")).collect();
    assert_eq!(said.len(), 1, "{:#?}", planned.findings);
    assert_eq!(said[0].address.as_ref().unwrap().name(), "zipped");
    assert_ne!(said[0].address, Some(orders()));
}
