//! Each line of the card both ways: revision, images, platform, roles, secrets.

use serde_json::json;
use snapdeploy::core::preflight::Outcome::{Block, Pass, Warn};
use snapdeploy::core::run::RunKind;
use snapdeploy::sandbox::{Behaviour, ServiceSeed};

use super::editions::move_tag;
use super::scene::{
    Card, Scene, add_image, deploy, ecr, ecs, image, register, scenario, service, tell, update,
};
use crate::world::{B, REGION};

/// Two revisions were deployed, and the second one runs.
async fn two(seed: ServiceSeed) -> Scene {
    let mut scenario = scenario();
    scenario.account(B).service(&seed).unwrap();
    let scene = Scene::new(scenario).await;
    deploy(&scene.sandbox, "2").await;
    scene
}

#[tokio::test]
async fn where_all_is_well_every_line_passes() {
    let scene = two(service()).await;
    let card = scene.back_to("1").await;
    for asked in ["revision", "image app", "platform app", "execution role", "task role", "in flight"] {
        card.passes(asked);
    }
    assert!(card.0.iter().all(|l| l.1 == Pass), "{:#?}", card.0);
    card.says("revision", Pass, "web:1 is ACTIVE");
    card.says("platform app", Pass, "linux/amd64");
}

/// Complaint 16: a revision that was deregistered is no dead end.
#[tokio::test]
async fn an_inactive_revision_is_cloned_and_a_newer_one_is_warned_of() {
    let scene = two(service()).await;
    ecs(&scene.sandbox, "DeregisterTaskDefinition", json!({"taskDefinition": "web:1"})).await;
    scene.back_to("1").await.says(
        "revision",
        Warn,
        "web:1 is INACTIVE: it is registered anew, as a clone of web:1",
    );

    let scene = two(service()).await;
    update(&scene.sandbox, "web:1").await;
    let card = scene.back_to("2").await;
    card.says("direction", Warn, "web:2 is newer than web:1");
    card.passes("revision");
}

/// Finding 0.4: of a revision that no deployment of the last 90 days was of, nobody knows what its tag stood for.
#[tokio::test]
async fn what_nobody_has_seen_running_is_not_called_the_same_bits() {
    let scene = two(service()).await;
    let other = register(&scene.sandbox, |d| d["containerDefinitions"][0]["image"] = json!(image("3"))).await;
    let card = scene.back_to(other.rsplit(':').next().unwrap()).await;
    card.says("image app", Warn, "nobody knows what");
    assert!(scene.back_to("1").await.0.iter().all(|l| l.1 == Pass));
    let by_digest = scene.as_of("1").await;
    assert!(by_digest.exact.get("Guessed").is_none(), "{:?}", by_digest.exact);
}

/// Finding 0.5: what is archived is not gone, and says how it is restored.
#[tokio::test]
async fn an_image_that_is_archived_or_gone_blocks() {
    let scene = two(service()).await;
    let old = json!({"repositoryName": "web", "imageId": {"imageTag": "1"}, "targetStorageClass": "ARCHIVE"});
    let to = scene.as_of("1").await;
    ecr(&scene.sandbox, "UpdateImageStorageClass", old).await;
    let card = Card(scene.card(&to, RunKind::Rollback).await);
    card.says("image app", Block, "is archived");
    card.says("image app", Block, "aws ecr update-image-storage-class --region us-east-1");

    let scene = two(service()).await;
    let to = scene.as_of("1").await;
    let gone = json!({"repositoryName": "web", "imageIds": [{"imageTag": "1"}]});
    ecr(&scene.sandbox, "BatchDeleteImage", gone).await;
    Card(scene.card(&to, RunKind::Rollback).await).says("image app", Block, "is not in web of");
}

/// Finding 0.4: going back to a revision is not going back to its bits, where a tag has moved.
#[tokio::test]
async fn a_tag_that_moved_is_said_and_its_old_bits_are_pinned() {
    let scene = two(service()).await;
    move_tag(&scene, "2", "1").await;
    let card = scene.back_to("1").await;
    card.says("image app", Warn, "the tag 1 stands for");
    card.says("image app", Warn, "pinned by its digest");
    card.says("revision", Warn, "would run other bits now");
}

#[tokio::test]
async fn an_image_outside_ecr_could_not_be_asked_for() {
    let seed = ServiceSeed { images: vec![("app".into(), "public.ecr.aws/acme/web:1".into())], ..service() };
    two(seed).await.back_to("1").await.says("image app", Warn, "in no registry of ECR");
}

#[tokio::test]
async fn an_image_for_another_platform_blocks() {
    let mut scenario = scenario();
    add_image(&mut scenario, "arm", "linux/arm64", Behaviour::default());
    let seed = ServiceSeed { images: vec![("app".into(), image("arm"))], ..service() };
    scenario.account(B).service(&seed).unwrap();
    let scene = Scene::new(scenario).await;
    deploy(&scene.sandbox, "2").await;
    scene.back_to("1").await.says(
        "platform app",
        Block,
        "the tasks run on linux/amd64, and the image is for linux/arm64",
    );
}

#[tokio::test]
async fn roles_that_are_gone_block_and_those_that_nobody_may_ask_for_warn() {
    let mut scenario = scenario();
    scenario.account(B).service(&ServiceSeed { name: "web".into(), ..service() }).unwrap();
    let scene = Scene::new(scenario).await;
    let second = register(&scene.sandbox, |d| {
        d["taskRoleArn"] = json!(format!("arn:aws:iam::{B}:role/retired"));
        d["executionRoleArn"] = json!("arn:aws:iam::333333333333:role/elsewhere");
    })
    .await;
    update(&scene.sandbox, &second).await;
    let third = deploy(&scene.sandbox, "2").await;
    assert_eq!(third, "web:3");
    let card = scene.back_to("2").await;
    card.says("task role", Block, "there is no role retired");
    card.says("execution role", Block, "is in another account");

    let mut scenario = super::scene::scenario();
    scenario.account(B).deny("snapdeploy", &["iam:GetRole"]).service(&service()).unwrap();
    let scene = Scene::through_role(scenario).await;
    deploy(&scene.sandbox, "2").await;
    let card = scene.back_to("1").await;
    card.says("task role", Warn, "could not be asked");
    card.says("execution role", Warn, "allow iam:GetRole");
}

/// Complaint 11: a way back that starts tasks which cannot start takes production down.
#[tokio::test]
async fn secrets_that_are_gone_block_and_none_is_read() {
    let seed = |secrets: &[(&str, &str)]| ServiceSeed {
        secrets: secrets.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
        ..service()
    };
    let mut scenario = scenario();
    let arn = |name: &str| format!("arn:aws:secretsmanager:{REGION}:{B}:secret:{name}");
    scenario.account(B).parameter(REGION, "/web/key", "k").secret(REGION, "db", "s");
    scenario.account(B).service(&seed(&[("KEY", "/web/key"), ("DB", &arn("db"))])).unwrap();
    let scene = Scene::new(scenario).await;
    deploy(&scene.sandbox, "2").await;
    let to = scene.as_of("1").await;
    scene.sandbox.clear_calls();
    let card = Card(scene.card(&to, RunKind::Rollback).await);
    card.says("secrets", Pass, "2 are there");
    let calls = scene.sandbox.calls();
    assert!(calls.iter().all(|c| c.operation != "GetSecretValue"), "no value is read");

    let delete = json!({"SecretId": "db"});
    let (status, answer) =
        tell(&scene.sandbox, "secretsmanager", "secretsmanager.DeleteSecret", delete).await;
    assert_eq!(status, 200, "{answer}");
    let (status, answer) =
        tell(&scene.sandbox, "ssm", "AmazonSSM.DeleteParameter", json!({"Name": "/web/key"})).await;
    assert_eq!(status, 200, "{answer}");
    let card = Card(scene.card(&to, RunKind::Rollback).await);
    card.says("secrets", Block, "there is no parameter /web/key");
    card.says("secrets", Block, "is marked to be deleted");
    card.says("secrets", Block, "aws secretsmanager restore-secret");
}
