//! The way back: where it leads to, what it takes away, and whether there is one.

use serde_json::json;
use snapdeploy::sandbox::ServiceSeed;

use super::shops::{
    WEB, calls, described, newest, revision, roll_back, shop, shop_in, staged, touched, weights,
};
use crate::ecs::back::{CONFIG, Shop};
use crate::ecs::scene::{deploy, ecs, image, register, scenario, service, tell, update};
use crate::lambda::place as lambda;
use crate::world::{A, B, REGION};

/// Complaint 7, <https://github.com/kayac/ecspresso/issues/22>: to go five revisions back takes five rollbacks.
#[tokio::test]
async fn five_revisions_back_take_five_rollbacks() {
    let shop = shop(&service());
    for tag in ["2", "1", "2", "1", "2"] {
        deploy(&shop.sandbox, tag).await;
    }
    shop.sandbox.clear_calls();
    shop.run(0, &["rollback", "prod", WEB, "--to", ":1", "--yes"]);
    assert_eq!(shop.revision().await, "web:1");
    assert_eq!(touched(&shop), ["UpdateService"]);
    // By the image, where one only had it; and there again.
    shop.run(0, &["rollback", "prod", WEB, "--to", ":4", "--yes"]);
    assert_eq!(shop.revision().await, "web:4");
}

/// Complaint 8, <https://github.com/fabfuel/ecs-deploy/issues/8>: "revision minus one" ends at the last bad build.
#[tokio::test]
async fn one_revision_back_is_the_last_bad_build() {
    let shop = shop(&service());
    deploy(&shop.sandbox, "2").await;
    deploy(&shop.sandbox, "3").await;
    update(&shop.sandbox, "web:2").await;
    let plan = shop.plan(&[]);
    assert_eq!(plan["source_digest"], ":1", "{plan:#}");
    let said = roll_back(&shop, 0);
    assert!(said.err.contains("the last that was verified good"), "{}", said.err);
    assert_eq!(shop.revision().await, "web:1");
}

/// Complaint 9, <https://github.com/kayac/ecspresso/pull/673>: the rollback deregisters the revision that is in use.
#[tokio::test]
async fn the_rollback_deregisters_the_revision_in_use() {
    let shop = shop(&service());
    shop.ship(0, "2");
    shop.sandbox.clear_calls();
    roll_back(&shop, 0);
    assert_eq!(touched(&shop), ["UpdateService"]);
    for name in ["web:1", "web:2"] {
        assert_eq!(revision(&shop, name).await["taskDefinition"]["status"], "ACTIVE", "{name}");
    }
}

/// Complaint 10, <https://github.com/aws/copilot-cli/issues/2519>: there is no rollback, and a release of several services
/// that fails in the middle stays in the middle.
#[tokio::test]
async fn a_release_of_two_services_is_stuck_half_way() {
    let mut scenario = scenario();
    scenario.account(B).role("api-execution", None).role("api-task", None);
    scenario.account(B).service(&ServiceSeed { name: "api".into(), ..service() }).unwrap();
    let shop = shop_in(scenario, &service());
    let runs = async || {
        let asked = json!({ "cluster": "main", "services": ["api", "web"] });
        let all = ecs(&shop.sandbox, "DescribeServices", asked).await["services"].clone();
        let name = |s: &serde_json::Value| {
            s["taskDefinition"].as_str().unwrap().rsplit('/').next().unwrap().to_string()
        };
        let mut names: Vec<String> = all.as_array().unwrap().iter().map(name).collect();
        names.sort();
        names
    };
    let release = |code: i32, api: &str, web: &str| {
        let api = format!("ecs/service/main/api={}", image(api));
        let web = format!("{WEB}={}", image(web));
        shop.run(code, &["deploy", "--to", "prod", "--artifact", &api, "--artifact", &web, "--yes"])
    };
    let said = release(6, "2", "3");
    assert!(said.out.contains("is as it was before"), "{}", said.out);
    assert_eq!(runs().await, ["api:1", "web:1"], "both");
    release(0, "2", "2");
    let new = runs().await;
    assert!(!new.contains(&"api:1".into()) && !new.contains(&"web:1".into()), "{new:?}");
    shop.run(0, &["rollback", "prod", "--yes"]);
    assert_eq!(runs().await, ["api:1", "web:1"], "by one command");
}

/// Complaint 11, <https://github.com/aws/copilot-cli/issues/4838>: the rollback replaces tasks that are well by tasks that
/// cannot start, since a secret is gone, and production is down.
#[tokio::test]
async fn the_rollback_brings_production_down_for_want_of_a_secret() {
    let mut scenario = scenario();
    scenario.account(B).parameter(REGION, "/web/key", "k");
    let seed = ServiceSeed { secrets: vec![("KEY".into(), "/web/key".into())], ..service() };
    let shop = shop_in(scenario, &seed);
    let without = register(&shop.sandbox, |d| {
        d["containerDefinitions"][0].as_object_mut().unwrap().remove("secrets");
    });
    update(&shop.sandbox, &without.await).await;
    let gone = json!({ "Name": "/web/key" });
    assert_eq!(tell(&shop.sandbox, "ssm", "AmazonSSM.DeleteParameter", gone).await.0, 200);
    shop.sandbox.clear_calls();
    let said = roll_back(&shop, 13);
    assert!(said.err.contains("there is no parameter /web/key"), "{}", said.err);
    assert_eq!(touched(&shop), Vec::<String>::new());
    let service = described(&shop).await;
    assert_eq!((&service["runningCount"], shop.revision().await), (&json!(1), "web:2".into()));
}

/// Complaint 12, <https://github.com/basecamp/kamal/issues/1658>: nobody finds out what there is to go back to, and a
/// version that is not there ends with 0.
#[tokio::test]
async fn nobody_finds_the_way_back() {
    let shop = shop(&service());
    let shipped = shop.ship(0, "2");
    let undo = shipped.out.lines().last().unwrap();
    let typed: Vec<&str> = undo.strip_prefix("Undo: snapdeploy ").unwrap().split(' ').collect();
    let said = shop.run(10, &["rollback", "prod", WEB, "--to", "v9", "--yes"]);
    for there in ["--to :1", "web:1"] {
        assert!(said.err.contains(there), "what there is: {}", said.err);
    }
    // What it says is what does it.
    shop.run(0, &[&typed[..], &["--yes"]].concat());
    assert_eq!(shop.revision().await, "web:1");
}

/// Complaint 12 too, <https://github.com/basecamp/kamal/issues/1922>: pruning stage takes away what prod needs to go back.
#[tokio::test]
async fn pruning_stage_takes_the_way_back_of_prod() {
    let mut scenario = scenario();
    let stage = ServiceSeed { name: "stage-web".into(), ..service() };
    scenario
        .account(B)
        .role("stage-web-execution", None)
        .role("stage-web-task", None)
        .service(&stage)
        .unwrap();
    let shop = shop_in(scenario, &service());
    let more = CONFIG[CONFIG.find("[environments.prod]").unwrap()..].replace("prod", "stage");
    let more = more.replace("ecs/service/*", "ecs/service/main/stage-*");
    let both = CONFIG.replace("ecs/service/*", "ecs/service/main/web") + &more;
    std::fs::write(shop.shell.directory.path().join("snapdeploy.toml"), both).unwrap();
    shop.ship(0, "2");
    shop.run(0, &["extract", "stage", "--name", "before"]);
    let definition = revision(&shop, "stage-web:1").await["taskDefinition"]["taskDefinitionArn"].clone();
    let other = json!({ "cluster": "main", "serviceName": "stage-other", "taskDefinition": definition,
        "desiredCount": 1, "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } });
    ecs(&shop.sandbox, "CreateService", other).await;
    shop.sandbox.clear_calls();
    shop.run(0, &["deploy", "stage@before", "--to", "stage", "--prune", "--yes"]);
    assert_eq!(touched(&shop), ["DeleteService"], "no revision, no image, and nothing of prod");
    roll_back(&shop, 0);
    assert_eq!(shop.revision().await, "web:1");
}

/// Complaint 13, <https://github.com/fujiwara/lambroll/pull/366>: nobody knows which versions an alias had, so the way back
/// is the number before, which it may never have had.
#[tokio::test]
async fn the_alias_goes_back_to_a_version_that_it_never_had() {
    let mut scenario = crate::world::scenario();
    for (account, instance, editions) in [(A, "dev", &["new"][..]), (B, "prod", &["old", "tried"])] {
        let mut function = scenario.account(account).function(REGION, "orders");
        for text in editions {
            function = function.files(&[("index.js", text.as_bytes())]).publish();
        }
        function.alias("live", "1");
        scenario.account(account).instance(REGION, instance).lambda("orders");
    }
    let world = lambda::start(scenario).await;
    let live = || lambda::function(&world, "orders")["aliases"]["live"]["version"].clone();
    lambda::deployed(&world).await;
    assert_eq!(live(), "3", "the number before is 2");
    lambda::rolled_back(&world).await;
    assert_eq!(live(), "1");
}

/// A canary is on its way: the shop, and its listener. It has let go of it after five minutes.
fn on_its_way(strategy: &str) -> (Shop, String) {
    let (shop, listener) = staged(strategy, 30, &json!({}));
    let said = shop.ship_with(8, "2", &["--timeout", "5m"]);
    assert!(said.out.contains("is still in progress"), "{}", said.out);
    (shop, listener)
}

/// Complaint 14, <https://github.com/argoproj/argo-rollouts/issues/2939>: the way back runs through the steps of the canary
/// once more.
#[tokio::test]
async fn the_way_back_goes_through_the_steps_again() {
    let (shop, listener) = on_its_way("CANARY");
    assert_eq!(weights(&shop, &listener)["green"], 10);
    roll_back(&shop, 0);
    assert_eq!(weights(&shop, &listener), [("blue".into(), 100), ("green".into(), 0)].into());
    assert_eq!((calls(&shop, "StopServiceDeployment"), calls(&shop, "UpdateService")), (1, 1));
    assert_eq!(newest(&shop).await["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(shop.revision().await, "web:1");
}

/// Complaint 15, <https://github.com/argoproj/argo-rollouts/issues/4461>: once all traffic is shifted, an abort does nothing.
#[tokio::test]
async fn an_abort_is_ignored_once_all_traffic_is_shifted() {
    let (shop, listener) = on_its_way("BLUE_GREEN");
    assert_eq!(weights(&shop, &listener)["green"], 100, "in its bake time");
    roll_back(&shop, 0);
    assert_eq!(weights(&shop, &listener), [("blue".into(), 100), ("green".into(), 0)].into());
    assert_eq!(shop.revision().await, "web:1");
    assert_eq!(shop.json(0, &["history", "--env", "prod"])["data"]["runs"][0]["start"]["kind"], "rollback");
}

/// Complaint 16, <https://github.com/aws/aws-cdk/issues/24372>: the revision before was deregistered, so there is nothing to
/// go back to.
#[tokio::test]
async fn the_revision_before_was_deregistered() {
    let shop = shop(&service());
    let ran = async || {
        let arn = described(&shop).await["currentServiceRevisions"][0]["arn"].clone();
        let asked = json!({ "serviceRevisionArns": [arn] });
        let one = ecs(&shop.sandbox, "DescribeServiceRevisions", asked).await["serviceRevisions"][0].clone();
        one["containerImages"][0]["imageDigest"].clone()
    };
    described(&shop).await;
    shop.sandbox.advance(std::time::Duration::from_secs(5));
    let first = ran().await;
    shop.ship(0, "2");
    ecs(&shop.sandbox, "DeregisterTaskDefinition", json!({ "taskDefinition": "web:1" })).await;
    roll_back(&shop, 0);
    assert_eq!(shop.revision().await, "web:3");
    let tags = revision(&shop, "web:3").await["tags"].clone();
    assert!(
        tags.as_array().unwrap().contains(&json!({ "key": "snapdeploy:clone-of", "value": "1" })),
        "{tags}"
    );
    assert!(first.is_string() && ran().await == first, "the bits that ran then");
}

/// Complaint 17, <https://github.com/curie-eng/curie/issues/2296> and <https://github.com/manavgup/wikimind/issues/589>: the
/// way back leads to a revision that cannot work with today's schema, and fails half-way.
#[tokio::test]
async fn the_revision_gone_back_to_does_not_know_the_schema() {
    let mut scenario = scenario();
    scenario.account(B).parameter(REGION, "/web/schema", "5");
    let shop = shop_in(scenario, &service());
    let told = format!("{CONFIG}\n[environments.prod.schema]\n\"{WEB}\" = {{ ssm = \"/web/schema\" }}\n");
    std::fs::write(shop.shell.directory.path().join("snapdeploy.toml"), told).unwrap();
    for (min, max) in [("1", "4"), ("3", "6"), ("5", "7")] {
        let tags = json!([{ "key": "snapdeploy:schema-min", "value": min },
            { "key": "snapdeploy:schema-max", "value": max }]);
        let revision = register(&shop.sandbox, |d| d["tags"] = tags).await;
        update(&shop.sandbox, &revision).await;
    }
    shop.sandbox.clear_calls();
    let said = shop.run(13, &["rollback", "prod", WEB, "--to", ":2", "--yes"]);
    for words in ["it works with 1 to 4, and the database is at 5", "--to :3"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    assert_eq!(touched(&shop), Vec::<String>::new());
    shop.run(0, &["rollback", "prod", WEB, "--to", ":3", "--yes"]);
    assert_eq!(shop.revision().await, "web:3");
}
