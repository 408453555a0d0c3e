//! Drift, and whose the target groups, the weights and the counts are.

use serde_json::{Value, json};
use snapdeploy::sandbox::ServiceSeed;

use super::codedeploy::by_codedeploy;
use super::shops::{WEB, beside, calls, described, newest, roll_back, shop, staged, touched, until, weights};
use crate::ecs::back::CONFIG;
use crate::ecs::scene::{ecs, image, service};
use crate::world::{B, REGION};

/// Complaint 26, <https://github.com/kayac/ecspresso/issues/936>: CodeDeploy has moved the service to its other target group,
/// and from then on every plan wants to move it back.
#[tokio::test]
async fn the_target_group_is_a_change_after_each_deployment() {
    let shop = by_codedeploy(0);
    shop.run(0, &["extract", "prod", "--name", "before"]);
    let group = async || described(&shop).await["taskSets"][0]["loadBalancers"][0]["targetGroupArn"].clone();
    let first = group().await;
    shop.ship(0, "2");
    super::shops::wait(&shop, 5).await;
    assert_ne!(group().await, first);
    let again = ["deploy", "--to", "prod", "--artifact", &format!("{WEB}={}", image("2")), "--yes"];
    let said = shop.run(0, &again);
    assert!(said.out.starts_with("Nothing to do"), "{}", said.out);
    let diff = shop.run(0, &["diff", "prod@before", "prod@live", "--output", "json"]).out;
    assert!(diff.contains("image") && !diff.contains("targetGroupArn"), "{diff}");
    roll_back(&shop, 0);
    assert_eq!(shop.revision().await, "web:1");
}

/// Complaint 27, <https://github.com/hashicorp/terraform-provider-aws/issues/45678>: each deployment names the same target
/// group as the new one, so it goes to the tasks that have the traffic.
#[tokio::test]
async fn blue_and_green_do_not_alternate() {
    let (shop, listener) = staged("BLUE_GREEN", 1, &json!({}));
    let of = |name: &str| weights(&shop, &listener)[name];
    shop.ship(0, "2");
    assert_eq!((of("blue"), of("green")), (0, 100));
    shop.ship(0, "1");
    assert_eq!((of("blue"), of("green")), (100, 0));
    roll_back(&shop, 0);
    assert_eq!((of("blue"), of("green")), (0, 100));
}

/// Complaint 28, <https://github.com/aws/containers-roadmap/issues/2853>: production traffic leads to a target group without
/// targets, and ECS shifts as if it did not.
#[tokio::test]
async fn production_leads_to_an_empty_target_group_and_nobody_says_so() {
    let (shop, listener) = staged("BLUE_GREEN", 1, &json!({}));
    described(&shop).await;
    shop.sandbox.advance(std::time::Duration::from_secs(60));
    let groups = described(&shop).await["loadBalancers"][0].clone();
    let (blue, green) =
        (&groups["targetGroupArn"], &groups["advancedConfiguration"]["alternateTargetGroupArn"]);
    let artifact = format!("{WEB}={}", image("2"));
    let dry = ["deploy", "--to", "prod", "--artifact", &artifact, "--dry-run"];
    let well = shop.run(0, &dry).out;
    assert!(well.contains("PASS   target groups"), "{well}");
    // Somebody turns production to green by hand.
    let group = |n: u32, arn: &Value, weight: u32| {
        let at = format!("DefaultActions.member.1.ForwardConfig.TargetGroups.member.{n}");
        format!("&{at}.TargetGroupArn={}&{at}.Weight={weight}", arn.as_str().unwrap())
    };
    let body = format!(
        "Action=ModifyListener&Version=2015-12-01&ListenerArn={listener}&DefaultActions.member.1.Type=forward{}{}",
        group(1, blue, 0),
        group(2, green, 100)
    );
    let date = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{B}/{}/{REGION}/elasticloadbalancing/aws4_request", &date[..8]);
    let header = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    let headers = [("authorization", header.as_str()), ("x-amz-date", date.as_str())];
    let answer = crate::sandbox::raw(&shop.sandbox, "POST /", &headers, &body).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let told = shop.run(0, &dry).out;
    let words = "production traffic goes to the target group green now, which has no healthy target";
    assert!(told.contains("WARN   target groups") && told.contains(words), "{told}");
}

/// Complaint 29, <https://github.com/aws/containers-roadmap/issues/2664>: there is no way from blue/green to rolling
/// deployments, "hook execution failure(s)".
#[tokio::test]
async fn from_blue_green_there_is_no_way_to_rolling() {
    let (shop, _) = staged("BLUE_GREEN", 1, &json!({}));
    let overlay =
        format!("\n[environments.prod.overlay.\"{WEB}\"]\ndeploymentConfiguration.strategy = \"ROLLING\"\n");
    std::fs::write(shop.shell.directory.path().join("snapdeploy.toml"), format!("{CONFIG}{overlay}"))
        .unwrap();
    shop.ship(0, "2");
    let service = described(&shop).await;
    assert_eq!(service["deploymentConfiguration"]["strategy"], "ROLLING");
    assert_eq!(
        (shop.revision().await.as_str(), &newest(&shop).await["status"]),
        ("web:2", &json!("SUCCESSFUL"))
    );
    let all = touched(&shop);
    assert_eq!(all.iter().filter(|call| *call == "UpdateService").count(), 1, "{all:?}");
}

/// Complaint 29 too: a hook fails, and nobody says which one.
#[tokio::test]
async fn a_hook_fails_and_nobody_says_which_one() {
    let function = format!("arn:aws:lambda:{REGION}:{B}:function:smoke");
    let hooks = json!({ "lifecycleHooks": [{ "hookTargetArn": function, "lifecycleStages": ["POST_SCALE_UP"],
        "roleArn": format!("arn:aws:iam::{B}:role/web-task") }] });
    let (shop, _) = staged("BLUE_GREEN", 1, &hooks);
    shop.sandbox.set_switch("ecs_hooks_fail", "true").unwrap();
    let said = shop.ship(6, "2");
    assert!(said.err.contains(&format!("the lifecycle hook {function} has failed")), "{}", said.err);
    assert_eq!(shop.revision().await, "web:1");
}

/// Complaint 30, <https://github.com/cloudposse/terraform-aws-ecs-alb-service-task/pull/115>: a deployment sets the count
/// back that scaling has raised.
#[tokio::test]
async fn a_deployment_sets_back_the_count_that_scaling_has_raised() {
    let shop = shop(&ServiceSeed { desired: 2, ..service() });
    let scale = |count: u64| json!({ "cluster": "main", "service": "web", "desiredCount": count });
    let count = async || described(&shop).await["desiredCount"].clone();
    ecs(&shop.sandbox, "UpdateService", scale(4)).await;
    shop.ship(0, "2");
    assert_eq!(count().await, 4);
    // And while it is on its way, which takes a minute.
    shop.sandbox.set_switch("ecs_pull_ms", "60000").unwrap();
    let updates = calls(&shop, "UpdateService");
    let artifact = format!("{WEB}={}", image("1"));
    beside(&shop, 0, &["deploy", "--to", "prod", "--artifact", &artifact, "--yes"], |shop| {
        until(|| calls(shop, "UpdateService") > updates);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(ecs(&shop.sandbox, "UpdateService", scale(6)));
    });
    assert_eq!(count().await, 6);
    roll_back(&shop, 0);
    assert_eq!(count().await, 6);
}
