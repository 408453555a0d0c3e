//! An image that was built elsewhere, and a restart.

use serde_json::Value;
use snapdeploy::core::restart::plan_restart;

use super::place::{both, changes, definition, document, image, move_tag, revision, service, start, web};
use crate::kinds::place::perform;
use crate::world::{B, World};

async fn with(world: &World, reference: &str) -> snapdeploy::core::Result<String> {
    let now = document(world).await;
    let then = world.b.with_image(&web(), &now, Some("app"), reference).await?;
    let image = &then.portable["TaskDefinition"]["containerDefinitions"]["app"]["image"];
    Ok(image.as_str().unwrap().to_string())
}

#[tokio::test(flavor = "current_thread")]
async fn a_tag_becomes_its_digest_and_one_that_is_not_there_is_refused_with_the_closest() {
    let world = start(both("2", "1")).await;
    let now = document(&world).await;
    let one = now.portable["TaskDefinition"]["containerDefinitions"]["app"]["image"].as_str().unwrap();
    assert_eq!(with(&world, ":1").await.unwrap(), one);
    assert_eq!(with(&world, "web:1").await.unwrap(), one);
    assert_eq!(with(&world, &image(B, "1")).await.unwrap(), one);
    let two = with(&world, &image(B, "2")).await.unwrap();
    assert!(two != one && two.contains("/web@sha256:"), "{two}");
    let (_, digest) = two.split_once('@').and_then(|_| two.rsplit_once('@')).unwrap();
    assert_eq!(with(&world, &format!("@{digest}")).await.unwrap(), two);
    let error = with(&world, ":12").await.unwrap_err();
    assert!(error.message.contains("no image with the tag 12"), "{error:?}");
    assert_eq!(error.hint.as_deref(), Some("the closest that it has: 1, 2, 3"));
    let none = world.b.with_image(&web(), &now, Some("proxy"), ":1").await.unwrap_err();
    assert!(none.message.contains("has no container `proxy`; it has app"), "{none:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_restart_is_one_forced_update_of_the_same_revision() {
    let world = start(both("2", "1")).await;
    let before = service(&world).await;
    world.sandbox.clear_calls();
    let plan = plan_restart(&world.means(&*world.b), "prod", &[web()]).await.unwrap();
    assert_eq!(plan.moves.len(), 1);
    perform(&world, &plan).await;
    assert_eq!(changes(&world), ["UpdateService"]);
    let after = service(&world).await;
    assert_eq!(before["taskDefinition"], after["taskDefinition"]);
    let id = |service: &Value| service["deployments"][0]["id"].clone();
    assert_ne!(id(&before), id(&after), "a deployment of its own");
    assert_eq!(after["deployments"][0]["rolloutState"], "COMPLETED", "followed to its end");
}

#[tokio::test(flavor = "current_thread")]
async fn a_restart_says_that_a_tag_was_moved_and_takes_what_it_stands_for_now() {
    let world = start(both("2", "1")).await;
    let before = document(&world).await;
    move_tag(&world, "3", "1").await;
    let plan = plan_restart(&world.means(&*world.b), "prod", &[web()]).await.unwrap();
    let said = format!("{:?}", plan.findings);
    assert!(said.contains("takes what its tags stand for now"), "{said}");
    perform(&world, &plan).await;
    assert_eq!(revision(&world).await, 1);
    assert_ne!(document(&world).await.portable_digest(), before.portable_digest());
    let text = definition(&world).await.to_string();
    assert!(text.contains("/web:1\""), "{text}");
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_not_there_cannot_be_restarted_and_says_what_is() {
    let world = start(both("2", "1")).await;
    let none = snapdeploy::core::Address::new("ecs/service", "main/none");
    let error = plan_restart(&world.means(&*world.b), "prod", &[none]).await.unwrap_err();
    assert!(error.message.contains("there is no ecs/service/main/none in prod"), "{error:?}");
    assert_eq!(error.hint.as_deref(), Some("there are ecs/service/main/web"));
}
