//! Editions of a service that CodeDeploy deploys: what its PRIMARY task set has is what runs, and its deployments tell how
//! each did.

use serde_json::json;
use snapdeploy::core::back::{newest, plan_back_to};
use snapdeploy::core::driver::Live;
use snapdeploy::core::event::Events;
use snapdeploy::core::inventory::Inventory;
use snapdeploy::core::select::Selection;
use snapdeploy::core::tried::{Verdict, tried};
use snapdeploy::core::verified::Aim;

use super::back::Shop;
use super::place::{ecs, image, service, web};
use super::scene::{image as scene_image, register, tell};
use super::shifted::{both, deployment, document, landed, one, plan, runs, start, theirs};
use crate::kinds::place::perform;
use crate::world::{B, REGION, World};

/// Registers a revision like the newest with this image, and deploys it by hand; its ARN.
async fn by_hand(world: &World, tag: &str) -> String {
    let newest = ecs(world, "DescribeTaskDefinition", json!({ "taskDefinition": "web" })).await;
    let mut body = newest["taskDefinition"].clone();
    for derived in [
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
    ] {
        body.as_object_mut().unwrap().remove(derived);
    }
    body["containerDefinitions"][0]["image"] = json!(image(B, tag));
    let made = ecs(world, "RegisterTaskDefinition", body).await;
    let arn = made["taskDefinition"]["taskDefinitionArn"].as_str().unwrap().to_string();
    let id = theirs(world, &arn, json!([])).await;
    if tag == "bad" {
        let stop = json!({ "deploymentId": id, "autoRollbackEnabled": true });
        super::shifted::codedeploy(world, "StopDeployment", stop).await;
    }
    arn
}

async fn there(world: &World) -> (Inventory, Live) {
    let (inventory, _) = snapdeploy::core::survey::list(&*world.b, &Events::silent()).await.unwrap();
    let live = world.b.read(inventory.get(&web()).unwrap(), &inventory).await.unwrap();
    (inventory, live)
}

#[tokio::test(flavor = "current_thread")]
async fn each_edition_has_how_its_last_deployment_ended_and_the_primary_one_runs() {
    let world = start(both("1", "1", |group| drop(group))).await;
    by_hand(&world, "2").await;
    landed(&world).await;
    // It is stopped while its tasks start, so that it is rolled back.
    world.sandbox.set_switch("codedeploy_held", "true").unwrap();
    by_hand(&world, "3").await;
    world.sandbox.set_switch("codedeploy_held", "false").unwrap();
    landed(&world).await;
    by_hand(&world, "bad").await;
    landed(&world).await;
    let (inventory, live) = there(&world).await;
    let editions = world.b.editions(&live.found).await.unwrap();
    let told: Vec<_> = editions.iter().map(|e| (e.revision.as_str(), e.good, e.current)).collect();
    let expected =
        [("4", Some(false), false), ("3", Some(true), true), ("2", Some(true), false), ("1", None, false)];
    assert_eq!(told, expected);
    assert_eq!(editions[2].images[0].image, image(B, "2"));
    assert!(editions[1].images[0].digest.as_deref().unwrap().starts_with("sha256:"), "what runs is known");
    assert!(editions[1].at > editions[2].at);
    // The service itself may say something else of its task definition; the task set has the traffic.
    assert_eq!(runs(&world).await, "web:3");
    let again = world.b.as_of(&live, "2", &inventory).await.unwrap();
    assert_eq!(world.b.edition(&web(), &again).as_deref(), Some("2"));
    assert_eq!(again.local, live.document.local);
}

#[tokio::test(flavor = "current_thread")]
async fn the_last_verified_good_is_gone_back_to_and_a_bad_one_is_passed_over() {
    let world = start(both("3", "1", |group| drop(group.auto_rollback(&[])))).await;
    by_hand(&world, "2").await;
    landed(&world).await;
    let good = document(&world).await;
    // What follows fails after the shift and stays, as its group takes nothing back.
    let spoilt = json!([{ "AfterAllowTraffic": "gone" }]);
    let newest_arn = service(&world).await["taskDefinition"].as_str().unwrap().replace("web:2", "web:1");
    theirs(&world, &newest_arn, spoilt).await;
    for _ in 0..200 {
        if super::shifted::deployments(&world).await[0]["status"] == "Failed" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(runs(&world).await, "web:1");
    perform(&world, &plan(&world).await).await;
    landed_good(&world).await;
    let means = world.means(&*world.b);
    let (_, live) = there(&world).await;
    let all = tried(&means, &live.found).await.unwrap();
    let verdict = |revision: &str| all.iter().find(|t| t.edition.revision == revision).map(|t| t.verdict);
    assert_eq!(verdict("1"), Some(Verdict::Bad));
    assert_eq!(verdict("2"), Some(Verdict::Good));
    let past = newest(&means, &Selection::all()).await.unwrap();
    let way = plan_back_to(&means, &past, &Selection::all(), Aim::Verified).await.unwrap();
    let said = format!("{:?}", way.findings);
    assert!(said.contains("goes back to revision 2") && said.contains("and not to revision 1"), "{said}");
    perform(&world, &way).await;
    assert_eq!(runs(&world).await, "web:2");
    let now = document(&world).await;
    assert_eq!((now.portable, now.local), (good.portable, good.local));
}

/// Begins a deployment of the image 2 as somebody else; the ARN of its revision.
async fn somebody_deploys(shop: &Shop) -> String {
    let made =
        register(&shop.sandbox, |d| d["containerDefinitions"][0]["image"] = json!(scene_image("2"))).await;
    let arn = format!("arn:aws:ecs:{REGION}:{B}:task-definition/{made}");
    // Its hook says nothing, so that it goes on until it is stopped, or for an hour.
    let body = deployment(&arn, &json!([{ "AfterInstall": "later" }]));
    let target = "CodeDeploy_20141006.CreateDeployment";
    let (status, answer) = tell(&shop.sandbox, "codedeploy", target, body).await;
    assert_eq!(status, 200, "{answer}");
    arn
}

/// With the real command: `--artifact`, and `--to` as people name what they want.
#[tokio::test]
async fn an_artifact_is_shipped_and_a_revision_is_gone_back_to_by_name() {
    let shop = Shop::of(one(|group| drop(group)));
    let said = shop.ship(0, "2");
    assert_eq!(shop.revision().await, "web:2", "{}", said.err);
    let made = |operation: &str| shop.sandbox.calls().iter().filter(|c| c.operation == operation).count();
    assert_eq!((made("CreateDeployment"), made("UpdateService")), (1, 0));
    for text in [":1", "web:1", &scene_image("1")] {
        assert_eq!(shop.plan(&["--to", text])["source_digest"], ":1", "{text}");
    }
    shop.run(0, &["rollback", "prod", "ecs/service/main/web", "--to", ":1", "--yes"]);
    assert_eq!((shop.revision().await.as_str(), made("CreateDeployment")), ("web:1", 2));
    // That one was good is known by its deployment, and by the run.
    assert_eq!(shop.plan(&["--to", "2"])["source_digest"], ":2");
}

/// The card says that what is in flight is stopped first: so it is, also where it leads away from something else.
#[tokio::test]
async fn what_somebody_else_has_in_flight_is_stopped_before_another_revision_is_gone_back_to() {
    let shop = Shop::of(one(|group| drop(group.hook("later", &[""]))));
    shop.ship(0, "2");
    let theirs = somebody_deploys(&shop).await;
    assert!(theirs.ends_with("web:3"));
    let back = ["rollback", "prod", "ecs/service/main/web", "--to", ":1"];
    let card = shop.plan(&["--to", ":1"])["card"].clone();
    let line = card.as_array().unwrap().iter().find(|line| line["asked"] == "in flight").unwrap();
    assert!(line["detail"].as_str().unwrap().contains("is stopped and rolled back first"), "{line}");
    shop.run(0, &[&back[..], &["--yes"]].concat());
    assert_eq!(shop.revision().await, "web:1");
    let stops = shop.sandbox.calls().iter().filter(|c| c.operation == "StopDeployment").count();
    assert_eq!(stops, 1);
}

/// Waits until the newest deployment has succeeded.
async fn landed_good(world: &World) {
    for _ in 0..200 {
        if super::shifted::deployments(world).await[0]["status"] == "Succeeded" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it has not succeeded");
}
