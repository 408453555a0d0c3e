//! Drafts beside published content, versions and aliases of modules, archived flows: there and back.

use serde_json::{Value, json};
use snapdeploy::aws::Sessions;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::environment::Access;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::means::{Drafts, Values};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Operational, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::{Address, ErrorKind};
use snapdeploy::sandbox::{Kind, Scenario};

use crate::world::{A, B, REGION, World, assert_same, content, environment, scenario, sdk, sdk_of};

pub(super) fn wait(seconds: &str) -> String {
    content(&[("Wait", json!({ "Seconds": seconds }))])
}

/// Binds both environments so that they keep drafts.
pub(super) async fn keeping(scenario: Scenario) -> World {
    let mut world = World::new(scenario).await;
    let sessions = Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint()));
    let values = Values { drafts: Drafts::Kept, ..Values::default() };
    let bind = async |name: &str| {
        let environment =
            snapdeploy::core::environment::Environment { values: values.clone(), ..environment(name) };
        let account = sessions.account(&environment, Access::Write).await.unwrap();
        snapdeploy::kinds::bind(account, &environment).await.unwrap()
    };
    (world.a, world.b) = (bind("dev").await, bind("prod").await);
    world.values = values;
    world
}

/// The flow Main and the module Greet in both, each with a draft of its own: one of content, one of settings.
pub(super) fn drafts() -> Scenario {
    let mut scenario = scenario();
    for (account, alias, live, draft) in [(A, "dev", "9", "8"), (B, "prod", "1", "2")] {
        let instance = scenario.account(account).instance(REGION, alias);
        instance.flow_with("Main", "CONTACT_FLOW", &wait(live), json!({ "SavedContent": wait(draft) }));
        instance.module_with(
            "Greet",
            &wait(live),
            json!({ "SavedContent": wait(draft), "Settings": { "n": live } }),
        );
    }
    scenario
}

pub(super) fn of<'s>(state: &'s Value, account: &str, kind: &str, name: &str) -> &'s Value {
    let alias = if account == A { "dev" } else { "prod" };
    let all = state[format!("{REGION}/{alias}")][kind].as_object().unwrap();
    all.values().find(|r| r["Name"] == name).unwrap()
}

pub(super) fn there(world: &World, kind: &str, name: &str) -> Value {
    of(&world.sandbox.connect_state(B), B, kind, name).clone()
}

pub(super) async fn done(world: &World) -> Plan {
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Stop).await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    plan
}

pub(super) async fn back(world: &World) -> Plan {
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let plan = plan_back(&means, &past, &Selection::all()).await.unwrap();
    let ended = begin(&means, &plan, None, OnFailure::Stop).await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    plan
}

pub(super) fn said(plan: &Plan, weight: Weight) -> Vec<String> {
    plan.findings.iter().filter(|f| f.weight == weight).map(|f| f.message.clone()).collect()
}

pub(super) fn calls(world: &World, operation: &str) -> usize {
    world.sandbox.calls().iter().filter(|c| c.operation == operation).count()
}

#[tokio::test]
async fn a_draft_stays_where_it_is_through_a_deployment_and_its_rollback() {
    let world = keeping(drafts()).await;
    let before = world.sandbox.connect_state(B);
    let plan = done(&world).await;
    assert_eq!(plan.steps.len(), 2);
    assert!(plan.steps.iter().all(|s| !s.members.iter().any(|m| m.starts_with("Saved"))), "{:?}", plan.steps);
    for (kind, name) in [("flow", "Main"), ("module", "Greet")] {
        let now = there(&world, kind, name);
        assert_eq!(now["Content"], wait("9"), "{name}");
        assert_eq!(now["SavedContent"], wait("2"), "{name}: the target's own draft");
    }
    let dev = world.extract(&*world.a, "dev").await;
    let again = world.plan(&dev).await;
    assert!(again.is_empty(), "{:?}", again.steps);
    back(&world).await;
    assert_same(&world.sandbox.connect_state(B), &before);
}

#[tokio::test]
async fn drafts_are_not_read_unless_the_environment_keeps_them() {
    let world = World::new(drafts()).await;
    world.extract(&*world.a, "dev").await;
    assert_eq!(calls(&world, "DescribeContactFlow"), 1, "what is published, and nothing else");
    let plan = done(&world).await;
    assert!(said(&plan, Weight::Warning).is_empty(), "{:?}", plan.findings);
    assert_eq!(
        there(&world, "flow", "Main")["SavedContent"],
        Value::Null,
        "publishing takes the draft's place"
    );
}

#[tokio::test]
async fn a_draft_is_never_promoted_and_never_asked_for() {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    a.flow_with("New", "CONTACT_FLOW", &wait("9"), json!({ "SavedContent": wait("8") }));
    let world = keeping(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let document = &dev.documents[&Address::new("connect/flow", "New")];
    assert_eq!(document.local["SavedContent"], wait("8"));
    let source = Source::of_snapshot("dev@latest", &dev);
    let deployment = Deployment { operational: Operational::Promoted, ..Deployment::default() };
    let means = world.means(&*world.b);
    let plan = plan_deploy(&means, "prod", &source, &deployment).await.unwrap();
    assert_eq!(plan.blocks().count(), 0, "{:?}", plan.findings);
    begin(&means, &plan, None, OnFailure::Stop).await.unwrap();
    let now = there(&world, "flow", "New");
    assert_eq!((&now["Content"], &now["SavedContent"]), (&json!(wait("9")), &Value::Null));
}

#[tokio::test]
async fn a_draft_saved_since_the_plan_was_made_stops_the_run() {
    let world = keeping(drafts()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    save(&world, "Main", &wait("77")).await;
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
    let stale = match &ended {
        Err(e) | Ok(Ended::RolledBack { why: e, .. }) => e.kind == ErrorKind::Stale,
        _ => false,
    };
    assert!(stale, "{ended:?}");
    assert_eq!(there(&world, "flow", "Main")["SavedContent"], wait("77"), "it is theirs");
}

/// Somebody saves a draft of a flow of B in the console.
pub(super) async fn save(world: &World, name: &str, text: &str) {
    let client = aws_sdk_connect::Client::new(&sdk_of(&world.sandbox.endpoint(), B));
    let found = world.b.find(&Address::new("connect/flow", name)).await.unwrap().unwrap();
    let update = client.update_contact_flow_content().instance_id(&world.b.pin().instance);
    update.contact_flow_id(format!("{}:$SAVED", found.id)).content(text).send().await.unwrap();
}

#[tokio::test]
async fn a_snapshot_puts_a_lost_draft_back_and_keeps_one_that_is_newer() {
    let world = keeping(drafts()).await;
    let before = world.sandbox.connect_state(B);
    let kept = world.extract(&*world.b, "prod").await;
    let source = Source::of_snapshot("prod@latest", &kept);
    // Published in the console: the draft is gone.
    let client = aws_sdk_connect::Client::new(&sdk_of(&world.sandbox.endpoint(), B));
    let found = world.b.find(&Address::new("connect/flow", "Main")).await.unwrap().unwrap();
    let update = client.update_contact_flow_content().instance_id(&world.b.pin().instance);
    update.contact_flow_id(&found.id).content(wait("2")).send().await.unwrap();
    let means = world.means(&*world.b);
    let over = Deployment { drift: snapdeploy::core::drift::OnDrift::Overwrite, ..Deployment::default() };
    let plan = plan_deploy(&means, "prod", &source, &over).await.unwrap();
    assert_eq!(plan.steps[0].members, ["Content", "SavedContent"], "shown as what it is");
    begin(&means, &plan, None, OnFailure::Stop).await.unwrap();
    assert_same(&world.sandbox.connect_state(B), &before);
    // A snapshot that knew of no draft takes none away.
    let mut bare = kept.clone();
    for document in bare.documents.values_mut() {
        document.local.retain(|name, _| !name.starts_with("Saved"));
    }
    let source = Source::of_snapshot("prod@latest", &bare);
    let plan = plan_deploy(&means, "prod", &source, &over).await.unwrap();
    assert!(plan.is_empty(), "{:?}", plan.steps);
}

#[tokio::test]
async fn where_saving_a_draft_publishes_it_the_run_notices_and_turns_round() {
    let mut scenario = drafts();
    scenario.switch("draft_leaves_published", "false").unwrap();
    let world = keeping(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let ended = world.deploy(&dev, OnFailure::Rollback).await;
    let Ok(Ended::RolledBack { why, .. }) = &ended else { panic!("{ended:?}") };
    assert!(why.message.contains("has published it"), "{}", why.message);
    for (kind, name) in [("flow", "Main"), ("module", "Greet")] {
        assert_eq!(there(&world, kind, name)["Content"], wait("1"), "{name}: as it was published before");
    }
}

#[tokio::test]
async fn an_archived_flow_travels_with_its_state_both_ways() {
    for (dev, prod) in [("ACTIVE", "ARCHIVED"), ("ARCHIVED", "ACTIVE")] {
        let mut scenario = scenario();
        for (account, alias, state, text) in [(A, "dev", dev, "9"), (B, "prod", prod, "1")] {
            let instance = scenario.account(account).instance(REGION, alias);
            instance.flow_with("Main", "CONTACT_FLOW", &wait(text), json!({ "State": state }));
            instance.module_with("Greet", &wait(text), json!({ "State": state }));
        }
        let a = scenario.account(A).instance(REGION, "dev");
        a.flow_with("New", "CONTACT_FLOW", &wait("9"), json!({ "State": dev }));
        a.module_with("Fresh", &wait("9"), json!({ "State": dev }));
        World::new(scenario).await.there_and_back().await;
    }
}

#[tokio::test]
async fn health_says_what_refers_to_something_archived() {
    let mut scenario = scenario();
    let b = scenario.account(B).instance(REGION, "prod");
    b.flow_with("Old", "CONTACT_FLOW", &wait("1"), json!({ "State": "ARCHIVED" }));
    let old = b.id_of(Kind::Flow, "Old");
    b.flow("Main", "CONTACT_FLOW", &content(&[("TransferToFlow", json!({ "ContactFlowId": old }))]));
    b.flow("Alone", "CONTACT_FLOW", &wait("1"));
    let world = World::new(scenario).await;
    let means = world.means(&*world.b);
    let checks = snapdeploy::core::health::health(&means, "me", &Selection::all()).await.unwrap();
    let check = checks.iter().find(|c| c.name == "archived flows and modules").unwrap();
    assert!(check.healthy, "it is a warning");
    assert_eq!(check.problems, ["connect/flow/Main refers to connect/flow/Old, which is archived"]);
}

/// A flow of the same name is archived in B, and another is not, which AWS may or may not allow.
#[tokio::test]
async fn a_name_that_an_archived_flow_has_is_never_taken_for_the_wrong_one() {
    for (holds, active) in [("true", false), ("false", true)] {
        let mut scenario = scenario();
        scenario.account(A).instance(REGION, "dev").flow("Main", "CONTACT_FLOW", &wait("9"));
        let b = scenario.account(B).instance(REGION, "prod");
        b.flow_with("Main", "CONTACT_FLOW", &wait("1"), json!({ "State": "ARCHIVED" }));
        scenario.switch("archived_holds_name", holds).unwrap();
        let world = World::new(scenario).await;
        let client = aws_sdk_connect::Client::new(&sdk_of(&world.sandbox.endpoint(), B));
        let create = client.create_contact_flow().instance_id(&world.b.pin().instance).name("Main");
        let made = create.r#type("CONTACT_FLOW".into()).content(wait("5")).send().await;
        assert_eq!(made.is_ok(), active, "{made:?}");
        let dev = world.extract(&*world.a, "dev").await;
        let source = Source::of_snapshot("dev@latest", &dev);
        let means = world.means(&*world.b);
        let plan = plan_deploy(&means, "prod", &source, &Deployment::default()).await;
        if active {
            let refused = plan.unwrap_err();
            assert!(refused.message.contains("2 resources have this name"), "{}", refused.message);
        } else {
            begin(&means, &plan.unwrap(), None, OnFailure::Stop).await.unwrap();
            let now = there(&world, "flow", "Main");
            assert_eq!((&now["State"], &now["Content"]), (&json!("ACTIVE"), &json!(wait("9"))));
        }
    }
}

#[tokio::test]
async fn the_agents_that_a_security_profile_allows_go_there_and_back() {
    let mut scenario = scenario();
    let agent = |account: &str| json!([{ "Type": "THIRD_PARTY", "Arn": format!("arn:aws:bedrock-agentcore:{REGION}:{account}:runtime/helper") }]);
    let a = scenario.account(A).instance(REGION, "dev");
    a.security_profile(
        "Helpers",
        json!({ "Permissions": ["BasicAgentAccess"], "AllowedAIAgents": agent(A) }),
    );
    a.security_profile("Fewer", json!({ "Permissions": ["BasicAgentAccess"] }));
    let b = scenario.account(B).instance(REGION, "prod");
    b.security_profile("Fewer", json!({ "Permissions": ["BasicAgentAccess"], "AllowedAIAgents": agent(B) }));
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let document = &dev.documents[&Address::new("connect/security-profile", "Helpers")];
    let arn = document.portable["AllowedAIAgents"][0]["Arn"].as_str().unwrap();
    assert_eq!(arn, "arn:@{partition}:bedrock-agentcore:@{region}:@{account}:runtime/helper");
    world.there_and_back().await;
}
