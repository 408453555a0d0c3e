//! Why it failed, told where it is looked for.

use serde_json::{Value, json};
use snapdeploy::sandbox::{Behaviour, ImageSeed, ServiceSeed};

use super::shops::{WEB, shop_in, with_sick};
use crate::ecs::scene::{add_image, scenario, service, tell};
use crate::world::{B, REGION};

/// Complaint 34, <https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/447> and
/// <https://github.com/fabfuel/ecs-deploy/issues/195>: the job says that it failed, and nothing of why.
#[tokio::test]
async fn the_job_does_not_say_why_the_task_failed() {
    let mut scenario = with_sick();
    let broken = Behaviour {
        exits: Some((0.0, 7)),
        log: vec!["starting".into(), "no such table: orders".into()],
        ..Behaviour::default()
    };
    add_image(&mut scenario, "broken", "linux/amd64", broken);
    add_image(&mut scenario, "big", "linux/amd64", Behaviour { out_of_memory: true, ..Behaviour::default() });
    scenario.account(B).log_group(REGION, "/web");
    let seed = ServiceSeed { log_group: Some("/web".into()), health_check: true, ..service() };
    let shop = shop_in(scenario, &seed);
    for (tag, words) in [
        (
            "broken",
            &["container app exited with code 7", "    no such table: orders", "aws logs tail /web "][..],
        ),
        ("big", &["container app ran out of memory: OutOfMemoryError"]),
        ("sick", &["container app is unhealthy: Task failed container health checks", "circuit breaker"]),
    ] {
        let said = shop.ship(6, tag);
        for words in words {
            assert!(said.err.contains(words), "{tag}, {words}: {}", said.err);
        }
    }
    // And in what a machine reads.
    let artifact = format!("{WEB}={}", crate::ecs::scene::image("broken"));
    let again = ["--release-hold", "--reason", "to read it once more"];
    let deploy = ["deploy", "--to", "prod", "--artifact", &artifact, "--yes"];
    let report = shop.json(6, &[&deploy[..], &again].concat());
    let why = report["data"]["why"]["explained"].to_string();
    assert!(why.contains("exited with code 7") && why.contains("no such table"), "{report:#}");
}

/// Complaint 34 too: a secret that is not there, which no exit code and no log tells of.
#[tokio::test]
async fn a_secret_that_is_gone_leaves_no_log() {
    let mut scenario = scenario();
    scenario.account(B).parameter(REGION, "/web/key", "k");
    let seed = ServiceSeed { secrets: vec![("KEY".into(), "/web/key".into())], ..service() };
    let shop = shop_in(scenario, &seed);
    // It is there when the plan is made, and gone when the tasks start.
    let artifact = format!("{WEB}={}", crate::ecs::scene::image("2"));
    let arguments = ["deploy", "--to", "prod", "--artifact", &artifact, "--yes"];
    shop.sandbox.set_switch("ecs_restart_ms", "30000").unwrap();
    let said = super::shops::held(&shop, 6, &arguments, "UpdateService", |shop| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let tell = |operation: &str, body: Value| {
            let target = format!("AmazonSSM.{operation}");
            assert_eq!(runtime.block_on(tell(&shop.sandbox, "ssm", &target, body)).0, 200);
        };
        tell("DeleteParameter", json!({ "Name": "/web/key" }));
        shop.sandbox.release();
        super::shops::until(|| super::shops::calls(shop, "StopServiceDeployment") > 0);
        // What is put back has to start, too.
        tell("PutParameter", json!({ "Name": "/web/key", "Value": "k", "Type": "String" }));
    });
    assert!(said.err.contains("ResourceInitializationError: unable to pull secrets"), "{}", said.err);
    assert!(said.err.contains("/web/key"), "{}", said.err);
    assert_eq!(shop.revision().await, "web:1");
    // Where it is gone beforehand nothing is touched.
    let gone = json!({ "Name": "/web/key" });
    assert_eq!(tell(&shop.sandbox, "ssm", "AmazonSSM.DeleteParameter", gone).await.0, 200);
    let said = shop.ship(13, "2");
    assert!(said.err.contains("there is no parameter /web/key"), "{}", said.err);
}

/// Complaint 35, <https://github.com/kayac/ecspresso/issues/655>: an image in a registry of another region is called missing,
/// and what may not be asked is passed over in silence.
#[tokio::test]
async fn an_image_of_another_region_is_missing_or_not_asked_for() {
    let elsewhere = |tag: &str| format!("{B}.dkr.ecr.eu-west-1.amazonaws.com/web:{tag}");
    let shop = |denied: &[&str]| {
        let mut scenario = scenario();
        for tag in ["1", "2"] {
            scenario.account(B).image(ImageSeed {
                region: "eu-west-1".into(),
                repository: "web".into(),
                tag: tag.into(),
                text: format!("far {tag}"),
                ..ImageSeed::default()
            });
        }
        scenario.account(B).deny("snapdeploy", denied);
        shop_in(scenario, &ServiceSeed { images: vec![("app".into(), elsewhere("1"))], ..service() })
    };
    let artifact = format!("{WEB}={}", elsewhere("2"));
    let arguments = ["deploy", "--to", "prod", "--artifact", &artifact];
    let well = shop(&[]);
    let plan = well.json(0, &[&arguments[..], &["--dry-run"]].concat());
    let line = |plan: &Value| {
        let card = plan["data"]["card"].as_array().unwrap();
        card.iter().find(|line| line["asked"] == "image app").unwrap().clone()
    };
    assert_eq!(line(&plan)["outcome"], "pass", "{plan:#}");
    well.run(0, &[&arguments[..], &["--yes"]].concat());
    assert_eq!(well.revision().await, "web:2");
    // A tag that is not there is said to be missing in its own registry.
    let none = format!("{WEB}={}", elsewhere("9"));
    let said = well.run(10, &["deploy", "--to", "prod", "--artifact", &none, "--yes"]);
    assert!(said.err.contains("no image with the tag 9"), "{}", said.err);

    let denied = shop(&["ecr:DescribeImages"]);
    let digest = well.json(0, &["show", "prod@live", WEB]).to_string();
    let digest = digest.split("sha256:").nth(1).unwrap()[..64].to_string();
    let pinned = format!("{WEB}={}@sha256:{digest}", elsewhere("2").trim_end_matches(":2"));
    let plan = denied.json(0, &["deploy", "--to", "prod", "--artifact", &pinned, "--dry-run"]);
    let said = line(&plan);
    assert_eq!(said["outcome"], "warn", "{plan:#}");
    assert!(said.to_string().contains("ecr:DescribeImages"), "{said:#}");
}
