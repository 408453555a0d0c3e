//! Success is reported although the deployment has failed or was rolled back, and the other way round.

use serde_json::{Value, json};
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::ServiceSeed;

use super::shops::{WEB, calls, described, newest, revision, roll_back, shop, shop_in, with_sick};
use crate::ecs::place::{both, changes, ecs, start};
use crate::ecs::scene::{self, service};
use crate::kinds::place::{perform, planned};
use crate::world::{A, B};

fn breaking() -> crate::ecs::back::Shop {
    shop_in(with_sick(), &ServiceSeed { health_check: true, ..service() })
}

/// Whether a wait for "services stable" ends well: one deployment, and all tasks run.
fn is_stable(service: &Value) -> bool {
    let all = service["deployments"].as_array().unwrap();
    all.len() == 1 && service["runningCount"] == service["desiredCount"]
}

/// Complaint 1, <https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/191>: the circuit breaker has
/// rolled back, the service is stable again, and the job is green.
#[tokio::test]
async fn green_after_the_circuit_breaker_rolled_back() {
    let shop = breaking();
    let said = shop.ship(6, "sick");
    let service = described(&shop).await;
    assert!(is_stable(&service), "who waits for that sees nothing: {service}");
    assert_eq!(shop.revision().await, "web:1");
    assert_eq!(calls(&shop, "StopServiceDeployment"), 0, "the breaker has done it");
    assert!(said.err.contains("circuit breaker has counted 3 failed tasks of 3"), "{}", said.err);
    assert!(
        said.out.contains("The deployment failed; prod (222222222222) is as it was before."),
        "{}",
        said.out
    );
}

/// Complaint 2, <https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/494>: whoever wants to know
/// compares ARNs by hand, which does not even tell where the same revision was deployed anew.
#[tokio::test]
async fn the_arns_have_to_be_compared_by_hand() {
    let shop = breaking();
    described(&shop).await;
    shop.sandbox.advance(std::time::Duration::from_secs(60));
    described(&shop).await;
    // The revision names the tag 1, which stands for other bits from now on.
    let asked = json!({"repositoryName": "web", "imageIds": [{"imageTag": "3"}]});
    let got = scene::ecr(&shop.sandbox, "BatchGetImage", asked).await;
    let put = json!({ "repositoryName": "web", "imageTag": "1", "imageManifest": got["images"][0]["imageManifest"],
        "imageManifestMediaType": got["images"][0]["imageManifestMediaType"] });
    scene::ecr(&shop.sandbox, "PutImage", put).await;
    let before = described(&shop).await["taskDefinition"].clone();
    let report = shop.json(6, &["deploy", "--to", "prod", "--restart", WEB, "--yes"]);
    assert_eq!(described(&shop).await["taskDefinition"], before, "nothing to be seen in the ARNs");
    let data = &report["data"];
    assert_eq!((&data["ended"], &data["exit"]), (&json!("rolled_back"), &json!(6)), "{report:#}");
    let deployment = newest(&shop).await;
    assert_eq!(deployment["status"], "ROLLBACK_SUCCESSFUL");
    let id = deployment["serviceDeploymentArn"].as_str().unwrap().rsplit('/').next().unwrap().to_string();
    assert!(data["why"]["message"].as_str().unwrap().contains(&id), "it is judged by its id: {report:#}");
}

/// Complaint 3, <https://github.com/hashicorp/terraform-provider-aws/issues/20858> and
/// <https://github.com/hashicorp/terraform-provider-aws/issues/19519>: what was rolled back counts as applied, and the
/// next plan has no changes.
#[tokio::test]
async fn what_was_rolled_back_counts_as_applied() {
    let shop = breaking();
    shop.ship(6, "sick");
    let runs = shop.json(0, &["history", "--env", "prod"]);
    assert_eq!(runs["data"]["runs"][0]["status"], "rolled_back", "{runs:#}");
    let artifact = format!("{WEB}={}", scene::image("sick"));
    let again = ["deploy", "--to", "prod", "--artifact", &artifact, "--dry-run", "--exit-code"];
    shop.json(13, &again);
    let plan = shop.json(4, &[&again[..], &["--release-hold", "--reason", "it is well now"]].concat());
    assert_eq!(plan["data"]["steps"][0]["address"], WEB, "{plan:#}");
    // Nor does it count as what was there before: there is nothing to undo.
    let said = roll_back(&shop, 10);
    assert_eq!(shop.revision().await, "web:1", "{}", said.err);
}

/// Complaint 4, <https://github.com/fabfuel/ecs-deploy/pull/251>: after the rollback the tool takes the old revision, which
/// is in use, for replaced, and deregisters it.
#[tokio::test]
async fn the_revision_in_use_is_deregistered_after_a_failure() {
    let shop = breaking();
    shop.ship(6, "sick");
    shop.ship(0, "2");
    shop.ship(6, "3");
    assert_eq!((calls(&shop, "DeregisterTaskDefinition"), calls(&shop, "DeleteTaskDefinitions")), (0, 0));
    for name in ["web:1", "web:2", "web:3", "web:4"] {
        assert_eq!(revision(&shop, name).await["taskDefinition"]["status"], "ACTIVE", "{name}");
    }
    assert_eq!(shop.revision().await, "web:3");
}

/// Complaint 5, <https://github.com/aws/containers-roadmap/issues/328>: all is complete, and the tasks run on a task
/// definition that is INACTIVE.
#[tokio::test]
async fn complete_while_the_tasks_run_on_an_inactive_task_definition() {
    let shop = shop(&service());
    let gone = json!({ "taskDefinition": "web:1" });
    scene::ecs(&shop.sandbox, "DeregisterTaskDefinition", gone).await;
    let health = shop.run(0, &["health", "prod"]);
    assert!(health.out.contains("its revision web:1 is INACTIVE"), "{}", health.out);
    // The same content again: what is done is done on a revision that is ACTIVE.
    shop.ship(0, "2");
    assert_eq!(shop.revision().await, "web:2");
    roll_back(&shop, 0);
    let now = shop.revision().await;
    let runs = revision(&shop, &now).await;
    assert_eq!(runs["taskDefinition"]["status"], "ACTIVE", "{now}");
    let health = shop.run(0, &["health", "prod"]);
    assert!(!health.out.contains("INACTIVE"), "{}", health.out);
}

/// Complaint 6, <https://github.com/kayac/ecspresso/issues/899> and <https://github.com/kayac/ecspresso/issues/929>: two
/// updates in a row begin two deployments, and the first one, which the tool waits for, is STOPPED by its twin.
#[tokio::test(flavor = "current_thread")]
async fn a_success_is_reported_as_stopped_by_its_own_twin() {
    let world = start(both("2", "1")).await;
    // Dev differs in the task definition, and in the service itself.
    let account =
        snapdeploy::aws::Sessions::with(&world.clock, &crate::world::sdk_of(&world.sandbox.endpoint(), A));
    let dev = crate::world::environment("dev");
    let account = account.account(&dev, snapdeploy::core::environment::Access::Write).await.unwrap();
    let body = json!({ "cluster": "main", "service": "web", "enableExecuteCommand": true,
        "deploymentConfiguration": { "maximumPercent": 300 } });
    account.ask(&snapdeploy::aws::ECS, "UpdateService", &body).await.unwrap();
    let deployments = async || {
        let asked = json!({ "cluster": "main", "service": "web" });
        ecs(&world, "ListServiceDeployments", asked).await["serviceDeployments"].as_array().unwrap().clone()
    };
    let before = deployments().await.len();
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    assert_eq!(changes(&world), ["RegisterTaskDefinition", "UpdateService"]);
    let all = deployments().await;
    assert_eq!(all.len(), before + 1);
    assert!(all.iter().all(|one| one["status"] == "SUCCESSFUL"), "{all:#?}");
    let service = crate::ecs::place::service(&world).await;
    assert_eq!(service["enableExecuteCommand"], true);
    assert_eq!(service["deploymentConfiguration"]["maximumPercent"], 300);
    assert!(service["serviceArn"].as_str().unwrap().contains(B) && touched_none(&world));
}

/// Whether nothing was stopped on the way.
fn touched_none(world: &crate::world::World) -> bool {
    world.sandbox.calls().iter().all(|c| c.operation != "StopServiceDeployment")
}
