//! Each line of the card both ways: target groups, alarms, deployments in flight, schemas.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use snapdeploy::core::means::Values;
use snapdeploy::core::preflight::Outcome::{Block, Pass, Warn};
use snapdeploy::core::run::RunKind;
use snapdeploy::core::schema::{SchemaSource, Tells};
use snapdeploy::sandbox::{AlarmSeed, AlarmState, Scenario, ServiceSeed};

use super::scene::{Card, Scene, deploy, ecs, register, scenario, service, tell, update, web};
use crate::world::{B, REGION};

async fn two(mut scenario: Scenario, seed: ServiceSeed) -> Scene {
    scenario.account(B).service(&seed).unwrap();
    let scene = Scene::new(scenario).await;
    deploy(&scene.sandbox, "2").await;
    scene
}

#[tokio::test]
async fn a_target_group_has_to_be_there_and_attached() {
    let mut scenario = scenario();
    let mut balancer = scenario.account(B).load_balancer(REGION, "front");
    balancer.listener(80, &[("web", 1)]);
    let group = balancer.target_group("web");
    let scene = two(scenario, ServiceSeed { target_groups: vec![group], ..service() }).await;
    scene.back_to("1").await.says("target groups", Pass, "1 is there and attached");

    let mut scenario = super::scene::scenario();
    let lonely = scenario.account(B).load_balancer(REGION, "front").target_group("lonely");
    let scene = two(scenario, ServiceSeed { target_groups: vec![lonely], ..service() }).await;
    scene.back_to("1").await.says("target groups", Warn, "the target group lonely has no load balancer");

    let gone = format!("arn:aws:elasticloadbalancing:{REGION}:{B}:targetgroup/gone/0123456789abcdef");
    let scene = two(super::scene::scenario(), ServiceSeed { target_groups: vec![gone], ..service() }).await;
    scene.back_to("1").await.says("target groups", Block, "the target group gone is not there any more");
}

/// Complaint 28: production traffic that goes to an empty target group, and a group that no rule has.
#[tokio::test]
async fn the_rules_of_a_blue_green_service_have_both_groups_and_lead_somewhere() {
    let build = |with_green: &[(&str, u32)], healthy: bool| {
        let mut scenario = scenario();
        let mut balancer = scenario.account(B).load_balancer(REGION, "front");
        let listener = balancer.listener(80, &[("blue", 1)]);
        let rule = balancer.rule(80, 1, "/*", with_green);
        let groups = vec![balancer.target_group("blue"), balancer.target_group("green")];
        balancer.listener(8080, &[("green", 1)]);
        if healthy {
            balancer.target("blue", "10.0.0.1", true);
        }
        let seed = ServiceSeed {
            strategy: "BLUE_GREEN".into(),
            target_groups: groups,
            production_listener: Some(rule),
            ..service()
        };
        let _ = listener;
        (scenario, seed)
    };
    let card = async |(mut scenario, seed): (Scenario, ServiceSeed)| {
        scenario.account(B).service(&seed).unwrap();
        let scene = Scene::new(scenario).await;
        let second = register(&scene.sandbox, |d| d["memory"] = json!("1024")).await;
        assert_eq!(second, "web:2");
        Card(scene.card(&scene.as_of("2").await, RunKind::Deploy).await)
    };
    card(build(&[("blue", 1), ("green", 0)], true)).await.passes("target groups");
    let only_blue = card(build(&[("blue", 1)], true)).await;
    only_blue.says("target groups", Block, "the target group green is in neither");
    let to_green = card(build(&[("blue", 0), ("green", 1)], true)).await;
    to_green.says("target groups", Warn, "production traffic goes to the target group green now");
}

/// Finding 0.6: what an alarm that fires means is said in words, and it never holds the way back up.
#[tokio::test]
async fn alarms_that_cannot_do_their_work_are_said() {
    let build = |state: Option<AlarmState>| {
        let mut scenario = scenario();
        if let Some(state) = state {
            scenario.account(B).alarm(AlarmSeed { name: "errors".into(), state, ..AlarmSeed::default() });
        }
        (scenario, ServiceSeed { alarms: vec!["errors".into()], ..service() })
    };
    for (state, outcome, words) in [
        (Some(AlarmState::Ok), Pass, "errors is OK"),
        (Some(AlarmState::Firing), Warn, "automatic rollback by them is OFF"),
        (Some(AlarmState::NoData), Warn, "has no data"),
        (None, Warn, "errors is not there"),
    ] {
        let (mut scenario, seed) = build(state);
        scenario.account(B).service(&seed).unwrap();
        let scene = Scene::new(scenario).await;
        register(&scene.sandbox, |d| d["memory"] = json!("1024")).await;
        scene.back_to("2").await.says("alarms", outcome, words);
    }
}

#[tokio::test]
async fn a_deployment_that_is_under_way_is_said() {
    let mut scenario = scenario();
    scenario.account(B).service(&service()).unwrap();
    let scene = Scene::new(scenario).await;
    deploy(&scene.sandbox, "2").await;
    scene.back_to("1").await.passes("in flight");
    let third = register(&scene.sandbox, |d| d["memory"] = json!("1024")).await;
    let begin = json!({"cluster": "main", "service": "web", "taskDefinition": third});
    // It goes on for as long as somebody looks.
    scene.sandbox.set_switch("ecs_pull_ms", "60000").unwrap();
    ecs(&scene.sandbox, "UpdateService", begin).await;
    scene.sandbox.advance(Duration::from_millis(10));
    let card = scene.back_to("1").await;
    card.says("in flight", Warn, "web:3 is under way, and is superseded by this");
}

#[derive(Debug)]
struct Says(Result<&'static str, &'static str>);

#[async_trait]
impl Tells for Says {
    async fn tell(&self) -> snapdeploy::core::Result<String> {
        self.0.map(String::from).map_err(snapdeploy::core::Error::failed)
    }
}

/// Three revisions: the first works with schemas 1 to 4, the second with 3 to 6; the third says nothing.
async fn ranges(source: Option<SchemaSource>) -> Scene {
    let mut scenario = scenario();
    scenario.account(B).service(&service()).unwrap();
    let schema = source.map(|s| (web(), s)).into_iter().collect();
    let scene = Scene::with(scenario, Values { schema, ..Values::default() }).await;
    // What a scenario seeds is a secret, and what a database is at is none.
    let at = json!({"Name": "/web/schema", "Value": "5", "Type": "String"});
    assert_eq!(tell(&scene.sandbox, "ssm", "AmazonSSM.PutParameter", at).await.0, 200);
    for (min, max) in [("1", "4"), ("3", "6")] {
        let tags = json!([{"key": "snapdeploy:schema-min", "value": min}, {"key": "snapdeploy:schema-max", "value": max}]);
        let revision = register(&scene.sandbox, |d| d["tags"] = tags).await;
        update(&scene.sandbox, &revision).await;
    }
    deploy(&scene.sandbox, "2").await;
    scene
}

/// Complaint 17: a revision that cannot work with today's schema is not gone back to, and the nearest one is named.
#[tokio::test]
async fn a_revision_for_another_schema_blocks_and_the_nearest_that_fits_is_named() {
    for source in
        [SchemaSource::Parameter("/web/schema".into()), SchemaSource::Asked(Arc::new(Says(Ok("5"))))]
    {
        let scene = ranges(Some(source)).await;
        let card = scene.back_to("2").await;
        card.says("schema", Block, "it works with 1 to 4, and the database is at 5, which is newer");
        card.says("schema", Block, "revision 3");
        card.says("schema", Block, "--to :3");
        scene.back_to("3").await.passes("schema");
        scene.back_to("1").await.says("schema", Warn, "does not say which schemas");
    }
    let none = ranges(None).await.back_to("2").await;
    none.says("schema", Warn, "nothing says what the database is at");
    let mute = ranges(Some(SchemaSource::Asked(Arc::new(Says(Err("the database is away")))))).await;
    mute.back_to("2").await.says("schema", Warn, "could not be asked: the database is away");
    let word = ranges(Some(SchemaSource::Asked(Arc::new(Says(Ok("add-users")))))).await;
    word.back_to("2").await.says("schema", Warn, "cannot be compared with what was told of the database");
}
