//! A service on its way from dev to prod, and back: one call each, to the bits that really ran.

use serde_json::{Value, json};
use snapdeploy::core::release::Deployment;
use snapdeploy::core::restore::{When, plan_restore};
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::{Fault, FaultKind};

use super::place::{both, changes, definition, document, ecs, move_tag, revision, service, start, web};
use crate::kinds::place::{back, perform, planned};
use crate::world::{A, B, World};

async fn deployed(world: &World) {
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(world, &dev, &Deployment::default()).await;
    perform(world, &plan).await;
}

fn app(document: &snapdeploy::core::document::Document) -> Value {
    document.portable["TaskDefinition"]["containerDefinitions"]["app"].clone()
}

#[tokio::test(flavor = "current_thread")]
async fn two_accounts_that_run_the_same_have_equal_digests_and_nothing_of_an_account_in_them() {
    let world = start(both("2", "2")).await;
    let dev = world.documents(&*world.a, "dev").await.remove(&web()).unwrap();
    let prod = document(&world).await;
    assert_eq!(dev.portable, prod.portable);
    assert_eq!(dev.portable_digest(), prod.portable_digest());
    let text = json!(dev.portable).to_string();
    assert!(!text.contains(A) && !text.contains("secret-of"), "{text}");
    let image = app(&dev)["image"].as_str().unwrap().to_string();
    assert!(
        image.starts_with("@{account}.dkr.ecr.@{region}.amazonaws.com/web@sha256:"),
        "what ran, by its digest: {image}"
    );
    assert_eq!(app(&dev)["environment"]["KEY"], "@{secret}");
    for volatile in ["desiredCount", "deployments", "events", "status", "taskDefinition"] {
        assert!(!dev.portable.contains_key(volatile) && !dev.local.contains_key(volatile), "{volatile}");
    }
    assert!(dev.unknown.is_empty(), "{:?}", dev.unknown);
    let options = &prod.local["TaskDefinition"]["containerDefinitions"]["app"]["logConfiguration"]["options"];
    assert_eq!(options["awslogs-group"], "/prod/web");
}

#[tokio::test(flavor = "current_thread")]
async fn a_new_image_is_one_update_the_count_is_left_and_the_way_back_is_one_update_too() {
    let world = start(both("2", "1")).await;
    ecs(&world, "UpdateService", json!({ "cluster": "main", "service": "web", "desiredCount": 3 })).await;
    let before = document(&world).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    assert!(!json!(plan.moves).to_string().contains("desiredCount"), "{:#?}", plan.moves);
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    assert_eq!(changes(&world), ["RegisterTaskDefinition", "UpdateService"]);
    assert_eq!(service(&world).await["desiredCount"], 3);
    let now = definition(&world).await;
    let container = &now["taskDefinition"]["containerDefinitions"][0];
    let image = container["image"].as_str().unwrap();
    assert!(image.starts_with(B) && image.contains("/web@sha256:"), "{image}");
    // Prod's own secret and log group went along, though only dev's task definition was deployed.
    assert!(container.to_string().contains("secret-of-prod") && container.to_string().contains("/prod/web"));
    let arrived = document(&world).await;
    assert_eq!(arrived.portable_digest(), dev.documents[&web()].portable_digest());
    assert!(planned(&world, &dev, &Deployment::default()).await.is_empty());

    world.sandbox.clear_calls();
    perform(&world, &back(&world).await).await;
    assert_eq!(changes(&world), ["UpdateService"]);
    assert_eq!(revision(&world).await, 1);
    let after = document(&world).await;
    assert_eq!((&after.portable, &after.local), (&before.portable, &before.local));
}

/// What is there before the call is looked for so that another's deployment is not taken for ours; it is no condition.
#[tokio::test(flavor = "current_thread")]
async fn where_nobody_may_list_deployments_a_service_is_deployed_all_the_same() {
    let world = start(both("2", "1")).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let denied = Fault::next("ListServiceDeployments", FaultKind::AccessDenied);
    world.sandbox.fault(Fault { account: Some(B.into()), times: u64::MAX, ..denied });
    perform(&world, &plan).await;
    world.sandbox.clear_faults();
    assert_eq!(revision(&world).await, 2);
}

#[tokio::test(flavor = "current_thread")]
async fn a_revision_that_is_inactive_is_registered_anew_as_a_clone_of_it() {
    let world = start(both("2", "1")).await;
    let before = document(&world).await;
    deployed(&world).await;
    ecs(&world, "DeregisterTaskDefinition", json!({ "taskDefinition": "web:1" })).await;
    world.sandbox.clear_calls();
    let plan = back(&world).await;
    let said = format!("{:?}", plan.findings);
    assert!(said.contains("revision 1 of web is not ACTIVE any more"), "{said}");
    perform(&world, &plan).await;
    assert_eq!(changes(&world), ["RegisterTaskDefinition", "UpdateService"]);
    let now = definition(&world).await;
    assert_eq!(now["taskDefinition"]["revision"], 3);
    let tags = now["tags"].as_array().unwrap();
    assert!(tags.contains(&json!({ "key": "snapdeploy:clone-of", "value": "1" })), "{tags:?}");
    let text = now.to_string();
    assert!(text.contains("secret-of-prod"), "its secret is read from the revision that it is a clone of");
    let after = document(&world).await;
    assert_eq!((&after.portable, &after.local), (&before.portable, &before.local));
}

#[tokio::test(flavor = "current_thread")]
async fn a_tag_that_was_moved_since_does_not_change_what_comes_back() {
    let world = start(both("2", "1")).await;
    let before = document(&world).await;
    deployed(&world).await;
    move_tag(&world, "3", "1").await;
    let plan = back(&world).await;
    let said = format!("{:?}", plan.findings);
    assert!(said.contains("a tag that it names stands for other bits"), "{said}");
    perform(&world, &plan).await;
    let now = definition(&world).await;
    let image = now["taskDefinition"]["containerDefinitions"][0]["image"].as_str().unwrap().to_string();
    let then = app(&before)["image"].as_str().unwrap().to_string();
    let digest = |text: &str| text.split_once('@').map(|(_, d)| d.to_string()).unwrap();
    assert_eq!(digest(&image), then.rsplit_once('@').unwrap().1, "the bits of then");
    let after = document(&world).await;
    assert_eq!((&after.portable, &after.local), (&before.portable, &before.local));
}

#[tokio::test(flavor = "current_thread")]
async fn a_tag_that_is_moved_between_the_plan_and_the_call_is_refused() {
    let world = start(both("2", "1")).await;
    deployed(&world).await;
    let plan = back(&world).await;
    move_tag(&world, "3", "1").await;
    world.sandbox.clear_calls();
    let means = world.means(&*world.b);
    let begun = snapdeploy::core::runs::begin(&means, &plan, None, snapdeploy::core::runs::OnFailure::Stop);
    let said = format!("{:?}", begun.await);
    assert!(said.contains("its tag has been moved"), "{said}");
    assert_eq!(changes(&world), Vec::<String>::new());
}

#[tokio::test(flavor = "current_thread")]
async fn a_service_that_is_not_there_is_made_and_the_way_back_removes_it() {
    let mut scenario = both("2", "1");
    let seed = snapdeploy::sandbox::ServiceSeed {
        name: "new".into(),
        images: vec![("app".into(), super::place::image(A, "3"))],
        ..Default::default()
    };
    scenario.account(A).service(&seed).unwrap();
    let world = start(scenario).await;
    world.sandbox.clear_calls();
    let dev = world.extract(&*world.a, "dev").await;
    let only = crate::kinds::place::some(&["ecs/service/main/new"]);
    perform(&world, &planned(&world, &dev, &only).await).await;
    assert_eq!(changes(&world), ["RegisterTaskDefinition", "CreateService"]);
    let ask = json!({ "cluster": "main", "services": ["new"] });
    let made = ecs(&world, "DescribeServices", ask.clone()).await["services"][0].clone();
    assert_eq!((&made["desiredCount"], &made["runningCount"]), (&json!(1), &json!(1)), "followed to its end");
    perform(&world, &back(&world).await).await;
    let gone = ecs(&world, "DescribeServices", ask).await["services"][0]["status"].clone();
    assert!(gone == "DRAINING" || gone == "INACTIVE", "{gone}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_service_whose_creation_was_answered_to_nobody_is_found_and_followed() {
    for kind in [FaultKind::DropAfter, FaultKind::ErrorAfter, FaultKind::DropBefore] {
        let mut scenario = both("2", "1");
        let seed = snapdeploy::sandbox::ServiceSeed {
            name: "new".into(),
            images: vec![("app".into(), super::place::image(A, "3"))],
            ..Default::default()
        };
        scenario.account(A).service(&seed).unwrap();
        let world = start(scenario).await;
        let dev = world.extract(&*world.a, "dev").await;
        let only = crate::kinds::place::some(&["ecs/service/main/new"]);
        let plan = planned(&world, &dev, &only).await;
        world.sandbox.fault(Fault::next("CreateService", kind.clone()));
        perform(&world, &plan).await;
        let ask = json!({ "cluster": "main", "services": ["new"] });
        let made = ecs(&world, "DescribeServices", ask).await["services"][0].clone();
        assert_eq!((&made["status"], &made["runningCount"]), (&json!("ACTIVE"), &json!(1)), "{kind:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_service_that_has_to_be_made_again_has_as_many_tasks_as_it_had() {
    let mut scenario = both("2", "1");
    let seed = snapdeploy::sandbox::ServiceSeed {
        name: "new".into(),
        images: vec![("app".into(), super::place::image(B, "1"))],
        desired: 3,
        ..Default::default()
    };
    scenario.account(B).service(&seed).unwrap();
    let world = start(scenario).await;
    let then = world.extract(&*world.b, "prod").await;
    ecs(&world, "DeleteService", json!({ "cluster": "main", "service": "new", "force": true })).await;
    world.sandbox.advance(std::time::Duration::from_secs(600));
    let (means, when) = (world.means(&*world.b), When::Snapshot(Box::new(then)));
    let only = Selection::new(&["ecs/service/main/new".to_string()]).unwrap();
    let plan = plan_restore(&means, "prod", &when, &only).await.unwrap();
    perform(&world, &plan).await;
    let ask = json!({ "cluster": "main", "services": ["new"] });
    assert_eq!(ecs(&world, "DescribeServices", ask).await["services"][0]["desiredCount"], 3);
}

#[tokio::test(flavor = "current_thread")]
async fn what_aws_cannot_change_is_blocked_with_a_reason() {
    let world = start(both("2", "1")).await;
    let mut dev = world.extract(&*world.a, "dev").await;
    let document = dev.documents.get_mut(&web()).unwrap();
    document.portable.insert("schedulingStrategy".into(), json!("DAEMON"));
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let said: Vec<String> = plan.blocks().map(|f| f.message.clone()).collect();
    assert!(said.iter().any(|s| s.contains("differs in schedulingStrategy")), "{said:?}");
    let document = dev.documents.get_mut(&web()).unwrap();
    document.portable.insert("schedulingStrategy".into(), json!("REPLICA"));
    document.portable.insert("deploymentController".into(), json!({ "type": "CODE_DEPLOY" }));
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let said: Vec<String> = plan.blocks().map(|f| f.message.clone()).collect();
    assert!(said.iter().any(|s| s.contains("lets CODE_DEPLOY take it over")), "{said:?}");
}
