//! Waiting, and for how long: what is slow has not failed, what is doomed is not waited for, and a way back has its own time.

use std::time::{Duration, Instant};

use serde_json::json;
use snapdeploy::sandbox::{AlarmSeed, Behaviour, ServiceSeed};

use super::shops::{
    WEB, baking, calls, described, newest, resume, roll_back, shop, shop_in, staged, until, wait, weights,
    with_sick,
};
use crate::cli::shell::Said;
use crate::ecs::back::Shop;
use crate::ecs::scene::{add_image, image, scenario, service};
use crate::ecs::shop as driven;
use crate::sandbox::DEV;

/// Complaint 18, <https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/30>: all is deployed, the old tasks
/// take their time to leave, and the job fails after ten minutes.
#[tokio::test]
async fn deployed_and_failed_after_ten_minutes() {
    let shop = shop(&service());
    // Five and a half minutes until its connections are drained, as long again until it has stopped.
    shop.sandbox.set_switch("ecs_stop_ms", "330000").unwrap();
    shop.ship(0, "2");
    assert_eq!(shop.revision().await, "web:2");
    let deployment = newest(&shop).await;
    let took = deployment["finishedAt"].as_f64().unwrap() - deployment["createdAt"].as_f64().unwrap();
    assert!(took > 600.0, "{took}");
}

/// Complaint 19, <https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/527>: it ends after 60 minutes
/// although 90 were asked for.
#[tokio::test]
async fn an_hour_although_ninety_minutes_were_asked_for() {
    let mut scenario = driven::scenario();
    scenario.account(DEV).alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
    scenario
        .account(DEV)
        .service(&ServiceSeed { alarms: vec!["errors".into()], ..ServiceSeed::default() })
        .unwrap();
    scenario.switch("ecs_deployments_held", "true").unwrap();
    let scale = 1500;
    let mut shop = driven::Shop::open_at(scale, scenario, "web").await;
    let (arn, _) = shop.deploy("public.ecr.aws/acme/web:2").await;
    shop.patience = Duration::from_secs(90 * 60);
    let began = Instant::now();
    let minutes = |m: u64| Duration::from_secs(m * 60) / scale;
    let goes = async {
        tokio::time::sleep(minutes(80)).await;
        shop.sandbox.set_switch("ecs_deployments_held", "false").unwrap();
        shop.sandbox.advance(Duration::from_secs(5));
    };
    let ((followed, _), ()) = tokio::join!(shop.follow(&arn), goes);
    let (word, message, _) = driven::verdict(followed);
    assert_eq!(word, "done", "{message}");
    assert!(began.elapsed() > minutes(79), "it was followed for 80 minutes");
}

/// Complaint 20, <https://github.com/kayac/ecspresso/pull/1063>: a bake time of 23 hours blocks the job, or the job is green
/// before any traffic was shifted.
#[tokio::test]
async fn a_bake_of_23_hours_blocks_the_job_or_is_not_waited_for() {
    let (shop, listener) = staged("BLUE_GREEN", 23 * 60, &json!({}));
    let said = shop.ship_with(8, "2", &["--timeout", "5m"]);
    assert_eq!(weights(&shop, &listener)["green"], 100);
    assert!(said.err.contains("bake time") && said.err.contains("100 % of the traffic"), "{}", said.err);
    // It is neither good nor bad yet, and who looks is told so.
    let watch = said.out.lines().find_map(|l| l.strip_prefix("Watch: snapdeploy ")).unwrap().to_string();
    let typed: Vec<&str> = watch.split(' ').collect();
    shop.run(8, &[&typed[..], &["--timeout", "1m"]].concat());
    shop.sandbox.advance(Duration::from_secs(24 * 3600));
    resume(&shop, 0);
    assert_eq!(shop.revision().await, "web:2");
    // Not to wait at all is to say so.
    let (shop, _) = staged("BLUE_GREEN", 23 * 60, &json!({}));
    let began = Instant::now();
    shop.ship_with(8, "2", &["--no-wait"]);
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(shop.json(0, &["history", "--env", "prod"])["data"]["runs"][0]["status"], "open");
}

/// Complaint 21, <https://github.com/helm/helm/issues/8675> and <https://github.com/helm/helm-www/issues/1950>: the way back
/// has what the way there has left of the time.
#[tokio::test]
async fn the_way_back_has_what_is_left_of_the_time() {
    let mut scenario = scenario();
    let late = Behaviour { exits: Some((400.0, 1)), ..Behaviour::default() };
    add_image(&mut scenario, "late", "linux/amd64", late);
    // What is taken back takes 500 seconds to stop.
    scenario.switch("ecs_stop_ms", "250000").unwrap();
    scenario.switch("ecs_healthy_after_ms", "900000").unwrap();
    let shop = shop_in(scenario, &ServiceSeed { desired: 2, ..service() });
    shop.sandbox.advance(Duration::from_secs(1000));
    described(&shop).await;
    let said = shop.ship_with(6, "late", &["--timeout", "10m"]);
    assert!(said.out.contains("is as it was before"), "{}", said.out);
    let deployment = newest(&shop).await;
    let took = deployment["finishedAt"].as_f64().unwrap() - deployment["createdAt"].as_f64().unwrap();
    assert!(took > 600.0, "both ways together: {took}");
    assert_eq!(deployment["status"], "ROLLBACK_SUCCESSFUL");
}

/// Complaint 22, <https://github.com/Systemorph/MeshWeaver/pull/3836>: a good deployment was slow, and was taken back seconds
/// after it had come to its end.
#[tokio::test]
async fn a_good_deployment_is_taken_back_for_being_slow() {
    let shop = baking(30);
    let said = shop.ship_with(8, "2", &["--timeout", "5m"]);
    assert!(said.out.contains("Resume: snapdeploy deploy --resume"), "{}", said.out);
    wait(&shop, 40).await;
    assert_eq!((calls(&shop, "StopServiceDeployment"), calls(&shop, "UpdateService")), (0, 1));
    assert_eq!(newest(&shop).await["status"], "SUCCESSFUL");
    resume(&shop, 0);
    assert_eq!(shop.revision().await, "web:2");
    assert_eq!(calls(&shop, "UpdateService"), 1, "it was judged, and not made again");
}

/// Complaint 23, <https://github.com/sil-org/ecs-deploy/issues/102>: a limit of 90 seconds that nobody has set begins to take
/// back services that are well, and slow.
#[tokio::test]
async fn a_service_that_warms_up_is_rolled_back_by_surprise() {
    let mut scenario = scenario();
    let slow = Behaviour { warms_up: 600.0, ..Behaviour::default() };
    add_image(&mut scenario, "slow", "linux/amd64", slow);
    let shop = shop_in(scenario, &ServiceSeed { health_check: true, ..service() });
    shop.ship(0, "slow");
    assert_eq!(shop.revision().await, "web:2");
    assert_eq!((calls(&shop, "StopServiceDeployment"), calls(&shop, "UpdateService")), (0, 1));
}

/// Complaint 24, <https://github.com/aws/copilot-cli/issues/2041>: what is doomed fails ten times before it ends.
#[tokio::test]
async fn a_doomed_deployment_fails_ten_times_before_it_ends() {
    let shop = shop(&ServiceSeed { desired: 20, ..service() });
    let said = shop.ship(6, "3");
    assert!(said.err.contains("it was stopped since the tasks kept failing"), "{}", said.err);
    assert!(said.err.contains("exited with code 3"), "{}", said.err);
    assert_eq!(shop.revision().await, "web:1");
    assert!(!said.err.contains("the circuit breaker has counted"), "it was not waited for: {}", said.err);
}

/// Complaint 24 too, <https://github.com/aws/copilot-cli/issues/2544>: and nobody can break it off.
#[tokio::test]
async fn a_deployment_cannot_be_broken_off() {
    let shop = shop(&service());
    // Its images take an hour to be pulled.
    shop.sandbox.set_switch("ecs_pull_ms", "3600000").unwrap();
    let artifact = format!("{WEB}={}", image("2"));
    let arguments = ["deploy", "--to", "prod", "--artifact", &artifact, "--yes"];
    let mut command = shop.shell.command(&arguments);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    until(|| calls(&shop, "DescribeServiceDeployments") > 3);
    shop.sandbox.set_switch("ecs_pull_ms", "100").unwrap();
    roll_back(&shop, 0);
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!(said.code, 8, "{}\n{}", said.out, said.err);
    assert!(said.err.contains("asked it to stop"), "{}", said.err);
    assert_eq!(shop.revision().await, "web:1");
}

/// Complaint 25, <https://github.com/spinnaker/spinnaker/issues/6225>: a service that fails is tried again for ever.
#[tokio::test]
async fn what_fails_is_tried_again_for_ever() {
    for tag in ["3", "sick"] {
        // Without a circuit breaker ECS itself never ends it.
        let shop = shop_in(with_sick(), &ServiceSeed { health_check: true, breaker: false, ..service() });
        let said = shop.ship(6, tag);
        assert!(said.err.contains("kept failing"), "{tag}: {}", said.err);
        ended_for_good(&shop).await;
    }
}

/// Whether nothing of the deployment goes on, hours later.
async fn ended_for_good(shop: &Shop) {
    wait(shop, 120).await;
    let service = described(shop).await;
    assert_eq!(service["deployments"].as_array().unwrap().len(), 1, "{service}");
    assert_eq!((&service["pendingCount"], &service["runningCount"]), (&json!(0), &json!(1)));
    assert_eq!(newest(shop).await["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(shop.revision().await, "web:1");
}
