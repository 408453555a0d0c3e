//! The corners of CodeDeploy.

use std::time::Duration;

use snapdeploy::sandbox::ServiceSeed;

use super::shops::{
    WEB, calls, held, newest_of_codedeploy as newest, roll_back, shop_in, touched, wait, with_sick,
};
use crate::ecs::back::Shop;
use crate::ecs::scene::service;
use crate::world::{B, REGION};

/// Returns the shop of a service that CodeDeploy deploys, keeping the old tasks for `minutes`.
pub fn by_codedeploy(minutes: u64) -> Shop {
    let mut scenario = with_sick();
    let account = scenario.account(B);
    let mut balancer = account.load_balancer(REGION, "front");
    let blue = balancer.target_group("blue");
    balancer.target_group("green");
    let listener = balancer.listener(80, &[("blue", 1)]);
    let group = account.deployment_group(REGION, ("main", "web"), ["blue", "green"], &listener);
    group.termination_wait(minutes).auto_rollback(&["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]);
    let seed = ServiceSeed {
        controller: "CODE_DEPLOY".into(),
        target_groups: vec![blue],
        breaker: false,
        health_check: true,
        ..service()
    };
    shop_in(scenario, &seed)
}

/// Complaint 31, <https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/345>: "already has an active
/// deployment" for the whole hour in which the old tasks are kept.
#[tokio::test]
async fn an_hour_of_already_has_an_active_deployment() {
    let shop = by_codedeploy(60);
    // It is done when all traffic is shifted, and not an hour later.
    shop.ship(0, "2");
    let first = newest(&shop).await;
    assert_eq!(first["status"], "InProgress");
    shop.sandbox.clear_calls();
    let id = first["deploymentId"].as_str().unwrap();
    let said = shop.ship(13, "1");
    assert!(said.err.contains(id) && said.err.contains("snapdeploy rollback"), "{}", said.err);
    assert_eq!(touched(&shop), Vec::<String>::new());
    // Within that hour the way back is a stop.
    roll_back(&shop, 0);
    assert_eq!((calls(&shop, "StopDeployment"), calls(&shop, "CreateDeployment")), (1, 0));
    assert_eq!(shop.revision().await, "web:1");
}

/// Complaint 32, <https://github.com/kayac/ecspresso/pull/663>: the deployment succeeds while it is being stopped, and the
/// tool fails over a status that it has not thought of.
#[tokio::test]
async fn it_succeeds_while_it_is_being_stopped() {
    let shop = by_codedeploy(60);
    shop.ship(0, "2");
    held(&shop, 0, &["rollback", "prod", WEB, "--yes"], "StopDeployment", |shop| {
        // The old tasks are gone, and so is what a stop would have gone back to.
        shop.sandbox.advance(Duration::from_secs(2 * 3600));
    });
    assert_eq!((calls(&shop, "StopDeployment"), calls(&shop, "CreateDeployment")), (1, 2));
    wait(&shop, 5).await;
    assert_eq!(shop.revision().await, "web:1");
}

/// Complaint 33, <https://github.com/CircleCI-Public/aws-ecs-orb/issues/134>: the tool gives up after ten minutes, and
/// CodeDeploy goes on trying for an hour.
#[tokio::test]
async fn the_tool_gives_up_and_codedeploy_goes_on_trying() {
    for tag in ["3", "sick"] {
        let shop = by_codedeploy(0);
        let said = shop.ship(6, tag);
        assert!(said.err.contains("kept failing"), "{tag}: {}", said.err);
        assert_eq!(calls(&shop, "StopDeployment"), 1, "{tag}");
        assert_eq!(shop.revision().await, "web:1", "{tag}");
        // The newest is the rollback, and it is over.
        let last = newest(&shop).await;
        assert_eq!(last["status"], "Succeeded", "{tag}: {last}");
    }
}
