//! What a service was before, and that it is told truly.

use serde_json::json;

use super::scene::{Scene, deploy, ecr, ecs, image, scenario, service, update};
use crate::world::B;

/// Complaints 7 and 8: the revision before is not "the number before", and a failed one is known as such.
#[tokio::test]
async fn each_edition_has_its_images_and_how_its_last_deployment_ended() {
    let mut scenario = scenario();
    scenario.account(B).service(&service()).unwrap();
    let scene = Scene::new(scenario).await;
    deploy(&scene.sandbox, "2").await;
    deploy(&scene.sandbox, "3").await;
    let editions = scene.driver.editions(&scene.found).await.unwrap();
    let told: Vec<_> = editions.iter().map(|e| (e.revision.as_str(), e.good, e.current)).collect();
    assert_eq!(told, [("3", Some(false), false), ("2", Some(true), true), ("1", Some(true), false)]);
    assert_eq!(editions[1].name, "web:2");
    assert_eq!(editions[1].images[0].image, image("2"));
    assert!(editions[1].images[0].digest.as_deref().unwrap().starts_with("sha256:"));
    assert!(editions[0].at > editions[1].at && editions[1].at > editions[2].at);
    assert!(editions.iter().all(|e| e.by.is_some()));
}

/// A revision that was deployed again is as new as that.
#[tokio::test]
async fn what_was_deployed_last_comes_first_and_ten_are_told_at_most() {
    let mut scenario = scenario();
    scenario.account(B).service(&service()).unwrap();
    let scene = Scene::new(scenario).await;
    for tag in ["2", "1", "2", "1", "2", "1", "2", "1", "2", "1", "2"] {
        deploy(&scene.sandbox, tag).await;
    }
    update(&scene.sandbox, "web:4").await;
    let editions = scene.driver.editions(&scene.found).await.unwrap();
    let told: Vec<_> = editions.iter().map(|e| e.revision.as_str()).collect();
    assert_eq!(told, ["4", "12", "11", "10", "9", "8", "7", "6", "5", "3"]);
    assert!(editions[0].current && editions.iter().skip(1).all(|e| !e.current));
}

/// The task definition goes back, with the bits that ran; what is no part of it stays.
#[tokio::test]
async fn as_an_edition_a_service_runs_what_it_ran_and_keeps_the_rest() {
    let mut scenario = scenario();
    scenario.account(B).service(&service()).unwrap();
    let scene = Scene::new(scenario).await;
    let first = scene.live().await.document;
    deploy(&scene.sandbox, "2").await;
    let grace = json!({"cluster": "main", "service": "web", "enableExecuteCommand": true});
    ecs(&scene.sandbox, "UpdateService", grace).await;
    let again = scene.as_of("1").await;
    assert_eq!(again.portable["TaskDefinition"], first.portable["TaskDefinition"]);
    assert_eq!(again.portable["enableExecuteCommand"], true);
    assert!(first.portable.get("enableExecuteCommand").is_none());
    assert_eq!(scene.driver.edition(&super::scene::web(), &again).as_deref(), Some("1"));
    let error = scene.driver.as_of(&scene.live().await, "77", &scene.inventory).await.unwrap_err();
    assert_eq!(error.kind, snapdeploy::core::ErrorKind::NotFound, "{error}");
}

/// Finding 0.4: a tag may have moved since; what ran then is told by its digest all the same.
#[tokio::test]
async fn a_moved_tag_changes_nothing_of_what_ran_then() {
    let mut scenario = scenario();
    scenario.account(B).service(&service()).unwrap();
    let scene = Scene::new(scenario).await;
    let first = scene.live().await.document;
    deploy(&scene.sandbox, "2").await;
    move_tag(&scene, "2", "1").await;
    let again = scene.as_of("1").await;
    assert_eq!(again.portable["TaskDefinition"], first.portable["TaskDefinition"]);
}

/// Makes the tag `to` stand for what `from` stands for.
pub(crate) async fn move_tag(scene: &Scene, from: &str, to: &str) {
    let asked = json!({"repositoryName": "web", "imageIds": [{"imageTag": from}]});
    let got = ecr(&scene.sandbox, "BatchGetImage", asked).await;
    let put = json!({
        "repositoryName": "web", "imageTag": to,
        "imageManifest": got["images"][0]["imageManifest"],
        "imageManifestMediaType": got["images"][0]["imageManifestMediaType"],
    });
    ecr(&scene.sandbox, "PutImage", put).await;
}
