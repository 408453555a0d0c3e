//! Circles, behaviour of AWS that is not settled, and names that are hard to write.

use serde_json::json;
use snapdeploy::core::Address;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure};
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::{Kind, Scenario};

use crate::world::{A, B, REGION, World, assert_same, content, scenario, sdk_of, week};

/// A has every sort of circle that there is; B has the module that a flow of A invokes, and nothing else.
fn circles() -> Scenario {
    let mut scenario = scenario();
    scenario.account(B).instance(REGION, "prod").module("Greet");
    let a = scenario.account(A).instance(REGION, "dev").module("Greet");
    a.hours("Day", json!({ "Config": week(8) }));
    let (day, whisper) = (a.id_of(Kind::Hours, "Day"), a.id_of(Kind::Flow, "Whisper"));
    a.queue(
        "Loop",
        json!({ "HoursOfOperationId": day, "OutboundCallerConfig": { "OutboundFlowId": whisper } }),
    );
    let queue = a.arn_of(Kind::Queue, "Loop");
    let to_queue = content(&[("UpdateContactTargetQueue", json!({ "QueueId": queue }))]);
    a.flow("Whisper", "OUTBOUND_WHISPER", &to_queue);
    for (from, to) in [("Ping", "Pong"), ("Pong", "Ping"), ("Again", "Again")] {
        let to = a.arn_of(Kind::Flow, to);
        a.flow(from, "CONTACT_FLOW", &content(&[("TransferToFlow", json!({ "ContactFlowId": to }))]));
    }
    let (greet, ping) = (a.id_of(Kind::Module, "Greet"), a.id_of(Kind::Flow, "Ping"));
    let main = content(&[
        ("InvokeFlowModule", json!({ "FlowModuleId": greet })),
        ("TransferToFlow", json!({ "ContactFlowId": ping })),
    ]);
    a.flow("Main", "CONTACT_FLOW", &main);
    scenario
}

async fn circles_with(switch: &str, value: &str) {
    let mut scenario = circles();
    scenario.switch(switch, value).unwrap();
    World::new(scenario).await.there_and_back().await;
}

#[tokio::test]
async fn every_circle_arrives_in_one_run_and_goes_without_a_trace() {
    World::new(circles()).await.there_and_back().await;
}

#[tokio::test]
async fn circles_where_a_saved_flow_cannot_be_referenced() {
    circles_with("saved_flow_can_be_referenced", "false").await;
}

#[tokio::test]
async fn circles_where_an_update_does_not_publish_what_was_only_saved() {
    circles_with("update_publishes_saved_flow", "false").await;
}

#[tokio::test]
async fn circles_where_content_comes_back_in_another_order() {
    circles_with("content_reserialised", "true").await;
}

#[tokio::test]
async fn circles_where_a_flow_that_is_referenced_cannot_be_deleted() {
    circles_with("delete_referenced_flow", "false").await;
}

#[tokio::test]
async fn circles_where_listings_lag_behind() {
    circles_with("list_lag_calls", "2").await;
}

/// A published flow may name a flow that is only saved, or not: AWS does not say. Where it may not, AWS refuses the one
/// that names it, and everything is taken back.
#[tokio::test]
async fn a_flow_that_needs_a_draft_is_refused_where_drafts_cannot_be_referenced_and_all_is_taken_back() {
    for (value, arrives) in [("true", true), ("false", false)] {
        let mut scenario = circles();
        let a = scenario.account(A).instance(REGION, "dev");
        a.flow_saved("Draft", "CONTACT_FLOW", &content(&[("Wait", json!({ "Seconds": "1" }))]));
        let draft = a.arn_of(Kind::Flow, "Draft");
        let uses = [("TransferToFlow", json!({ "ContactFlowId": draft }))];
        a.flow("Zealous", "CONTACT_FLOW", &content(&uses));
        let world = World::new(scenario).await;
        world.sandbox.set_switch("saved_flow_can_be_referenced", value).unwrap();
        let before = world.sandbox.connect_state(B);
        let dev = world.extract(&*world.a, "dev").await;
        match world.deploy(&dev, OnFailure::Rollback).await.unwrap() {
            Ended::Done { .. } if arrives => world.agrees(&dev).await,
            Ended::RolledBack { why, .. } if !arrives => {
                let said = "cannot write connect/flow/Zealous: CreateContactFlow: InvalidContactFlowException: \
                    Invalid Action property value. Path: Actions[0].Parameters.ContactFlowId";
                assert_eq!(why.message, said);
                assert_same(&world.sandbox.connect_state(B), &before);
            }
            ended => panic!("{value}: {ended:?}"),
        }
    }
}

/// Whether an update publishes a flow that was only saved, AWS does not say; that nothing unpublishes one, it does. So
/// what is only saved in the target is not written over by what is published in the source: it could not be undone.
#[tokio::test]
async fn a_draft_in_the_target_blocks_what_would_publish_it_whatever_an_update_does() {
    for value in ["true", "false"] {
        let mut scenario = circles();
        let old = content(&[("Wait", json!({ "Seconds": "1" }))]);
        scenario.account(B).instance(REGION, "prod").flow_saved("Ping", "CONTACT_FLOW", &old);
        scenario.switch("update_publishes_saved_flow", value).unwrap();
        let world = World::new(scenario).await;
        let dev = world.extract(&*world.a, "dev").await;
        let refused = world.deploy(&dev, OnFailure::Rollback).await.unwrap_err();
        let said = "nothing was written: connect/flow/Ping is only saved in the target and published in the source; \
            AWS can't unpublish, so this could not be undone";
        assert_eq!(refused.message, said);
        assert_eq!(world.mutations(), 0);
        let others = Selection::new(&["connect/flow/Again".into()]).unwrap();
        let source = Source::of_snapshot("dev@latest", &dev);
        let plan = plan_deploy(
            &world.means(&*world.b),
            "prod",
            &source,
            &Deployment { select: others.clone(), ..Deployment::default() },
        )
        .await
        .unwrap();
        assert_eq!(plan.blocks().count(), 0, "the others can be deployed without it: {:#?}", plan.findings);
    }
}

/// A limit, stated: a draft that is newer than what is published is not part of a snapshot. A deployment of that flow
/// writes over it, and a rollback brings back what was published, which is what calls run, without the draft.
#[tokio::test]
async fn a_draft_beside_what_is_published_is_not_kept() {
    let mut scenario = circles();
    let old = content(&[("Wait", json!({ "Seconds": "1" }))]);
    let draft = content(&[("Wait", json!({ "Seconds": "2" }))]);
    let b = scenario.account(B).instance(REGION, "prod").flow("Ping", "CONTACT_FLOW", &old);
    let ping = b.id_of(Kind::Flow, "Ping");
    let world = World::new(scenario).await;
    let client = aws_sdk_connect::Client::new(&sdk_of(&world.sandbox.endpoint(), B));
    let save = client.update_contact_flow_content().instance_id(&world.b.pin().instance);
    save.contact_flow_id(format!("{ping}:$SAVED")).content(&draft).send().await.unwrap();
    let mut before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    world.deploy(&dev, OnFailure::Stop).await.unwrap();
    world.roll_back().await.unwrap();
    let of_ping = &mut before[format!("{REGION}/prod")]["flow"][&ping];
    assert_eq!(of_ping.as_object_mut().unwrap().remove("SavedContent"), Some(json!(draft)));
    assert_same(&world.sandbox.connect_state(B), &before);
}

/// What was there before comes back byte for byte as AWS shows it, in whatever order it shows it.
#[tokio::test]
async fn content_that_comes_back_in_another_order_is_no_change_and_is_put_back_as_shown() {
    let mut scenario = crate::small::small();
    scenario.switch("content_reserialised", "true").unwrap();
    let world = World::new(scenario).await;
    let before = world.documents(&*world.b, "prod").await;
    let dev = world.extract(&*world.a, "dev").await;
    let ended = world.deploy(&dev, OnFailure::Stop).await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    world.agrees(&dev).await;
    let ended = world.roll_back().await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(world.documents(&*world.b, "prod").await, before, "the exact bytes are part of a document");
}

/// Names that AWS's model allows and that mean something to a shell, a glob, JSON, a URL, an address or our templates.
const ODD: &[&str] = &[
    "Sales/EN",
    "a*b?",
    "**",
    "@{id:connect/queue/Sales}",
    "@{@}{",
    "$.Attributes.x ${y}",
    "\"double\" 'single' `tick`",
    "100%",
    "%2F",
    "#1 #",
    "[x]{y}",
    "back\\slash",
    "<b>&amp;</b>",
    "-rf",
    "..",
    "💡 Lämp 日本 \u{202e}",
    "e\u{301}",
    "\u{e9}",
    "Case",
    "case",
    "CASE",
    "123456789012",
];

#[tokio::test]
async fn names_that_are_hard_to_write_go_there_and_back() {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    let mut uses = Vec::new();
    for (opens, name) in ODD.iter().enumerate() {
        a.hours(name, json!({ "Config": week(opens as u64 % 12) }));
        let (hours, queue) = (a.id_of(Kind::Hours, name), a.arn_of(Kind::Queue, name));
        a.queue(name, json!({ "HoursOfOperationId": hours, "Description": format!("queue {name}") }));
        a.flow(name, "CONTACT_FLOW", &content(&[("UpdateContactTargetQueue", json!({ "QueueId": queue }))]));
        uses.push(("TransferToFlow", json!({ "ContactFlowId": a.id_of(Kind::Flow, name) })));
        uses.push(("UpdateContactTargetQueue", json!({ "QueueId": queue })));
        uses.push(("MessageParticipant", json!({ "Text": format!("Say {name} to {queue}.") })));
    }
    // The model of flow names has no pattern and no upper bound.
    let flow_only = ["two\nlines\tand a tab", "\u{7f}", &"long ".repeat(60)];
    for name in flow_only {
        let again = a.arn_of(Kind::Flow, name);
        a.flow(name, "CONTACT_FLOW", &content(&[("TransferToFlow", json!({ "ContactFlowId": again }))]));
    }
    let mut main: serde_json::Value = serde_json::from_str(&content(&uses)).unwrap();
    for (n, name) in ODD.iter().enumerate() {
        let shown = json!({ "queue": { "id": a.arn_of(Kind::Queue, name), "text": name } });
        main["Metadata"]["ActionMetadata"][format!("step {}", 3 * n + 1)] = shown;
    }
    a.flow("Main", "CONTACT_FLOW", &main.to_string());

    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    for name in ODD {
        for kind in ["connect/flow", "connect/queue", "connect/hours"] {
            let address = Address::new(kind, *name);
            assert!(dev.documents.contains_key(&address), "{address}");
            assert_eq!(address.to_string().parse::<Address>().unwrap(), address);
        }
    }
    world.there_and_back().await;
}

/// A tag that the target refuses, which no plan knows of: the error says which resource, which call and why, and nothing stays behind.
#[tokio::test]
async fn what_aws_refuses_is_named_and_all_is_taken_back() {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    let long = "x".repeat(257);
    a.hours("Day", json!({ "Config": week(8) }));
    let day = a.id_of(Kind::Hours, "Day");
    a.queue("Fine", json!({ "HoursOfOperationId": day }));
    a.queue("Odd", json!({ "HoursOfOperationId": day, "Tags": { "team": long } }));
    let world = World::new(scenario).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    match world.deploy(&dev, OnFailure::Rollback).await.unwrap() {
        Ended::RolledBack { why, .. } => {
            let start = "cannot write connect/queue/Odd: CreateQueue: InvalidParameterException: ";
            assert!(why.message.starts_with(start) && why.message.contains("\"team\""), "{why}");
        }
        ended => panic!("{ended:?}"),
    }
    assert_same(&world.sandbox.connect_state(B), &before);
}
