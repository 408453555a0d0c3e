//! What no rule knows survives; what cannot work is refused at once and as a whole.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use snapdeploy::core::event::Events;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::runs::OnFailure;
use snapdeploy::core::survey;
use snapdeploy::sandbox::Kind;

use crate::world::{A, B, REGION, World, content, scenario, week};

#[tokio::test]
async fn actions_parameters_and_members_that_nobody_knows_survive() {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    let future = json!({ "Deep": [1, 2.5, null, { "@{": "${x}" }] });
    a.hours("Day", json!({ "Config": week(8), "FutureField": future }));
    let day = a.id_of(Kind::Hours, "Day");
    a.queue("Sales", json!({ "HoursOfOperationId": day, "FutureField": future }));
    let (id, arn) = (a.id_of(Kind::Queue, "Sales"), a.arn_of(Kind::Queue, "Sales"));
    let uses = [
        (
            "QuantumLeap",
            json!({ "Target": { "QueueArn": arn, "Others": [id, "", null, 7] }, id.as_str(): "a key" }),
        ),
        ("MessageParticipant", json!({ "Text": "Hi", "Tone": { "Pitch": 1.50, "Queue": id, "List": [] } })),
    ];
    a.flow_with("Main", "CONTACT_FLOW", &content(&uses), json!({ "FutureField": future }));
    let world = World::new(scenario).await;

    let dev = world.extract(&*world.a, "dev").await;
    assert_eq!(dev.documents.len(), 3);
    for (address, document) in &dev.documents {
        assert_eq!(Value::Object(document.unknown.clone()), json!({ "FutureField": future }), "{address}");
        let said = "no rule knows this field; kept, not deployed (at FutureField)";
        let of = |f: &&_| matches!(f, snapdeploy::core::finding::Finding { weight: Weight::Note, .. });
        let notes = dev.manifest.findings.iter().filter(of).filter(|f| f.address.as_ref() == Some(address));
        assert!(notes.clone().any(|f| f.message == said), "{address}: {:?}", notes.collect::<Vec<_>>());
    }
    world.there_and_back().await;

    // In B both unknown parameters name B's own queue: ids are found wherever they stand.
    world.deploy(&dev, OnFailure::Stop).await.unwrap();
    let state = world.sandbox.connect_state(B);
    let there = &state[format!("{REGION}/prod")];
    let queue = there["queue"].as_object().unwrap().keys().next().unwrap();
    let flow = there["flow"].as_object().unwrap().values().next().unwrap();
    let now: Value = serde_json::from_str(flow["Content"].as_str().unwrap()).unwrap();
    let was: Value = serde_json::from_str(&content(&uses)).unwrap();
    let expected = was.to_string().replace(&id, queue).replace(A, B);
    let expected = expected.replace(&world.a.pin().instance, &world.b.pin().instance);
    assert_eq!(now, serde_json::from_str::<Value>(&expected).unwrap());
    assert!(flow.get("FutureField").is_none(), "what no rule knows is not deployed");
}

#[tokio::test]
async fn everything_that_is_in_the_way_is_listed_at_once_and_nothing_is_written() {
    let mut scenario = scenario();
    // B has a function, a module, a prompt and a bot; not those, and not that alias.
    let b = scenario.account(B).instance(REGION, "prod");
    b.lambda("other").module("Other").prompt("Other.wav").bot("Orders", "test");
    let a = scenario.account(A).instance(REGION, "dev");
    a.lambda("orders").module("Greet").prompt("Hi.wav").bot("Orders", "live").view("Form").user("robin");
    let uses = [
        ("InvokeLambdaFunction", json!({ "LambdaFunctionARN": a.arn_of(Kind::Lambda, "orders") })),
        ("InvokeFlowModule", json!({ "FlowModuleId": a.id_of(Kind::Module, "Greet") })),
        ("MessageParticipant", json!({ "PromptId": a.arn_of(Kind::Prompt, "Hi.wav") })),
        (
            "ConnectParticipantWithLexBot",
            json!({ "LexV2Bot": { "AliasArn": a.arn_of(Kind::Bot, "Orders#live") } }),
        ),
        ("ShowView", json!({ "ViewResource": { "Id": a.id_of(Kind::View, "Form") } })),
        ("UpdateContactTargetQueue", json!({ "AgentId": a.arn_of(Kind::User, "robin") })),
    ];
    a.flow("Main", "CONTACT_FLOW", &content(&uses));
    a.flow("Also", "CONTACT_FLOW", &content(&uses[1..2]));
    let nowhere = "5f0c4ad4-8b9e-4c0e-9d0b-0d5b9d8ff001";
    a.flow("Dangling", "CONTACT_FLOW", &content(&[("TransferToFlow", json!({ "ContactFlowId": nowhere }))]));
    let long = "x".repeat(256_000);
    a.flow("Long", "CONTACT_FLOW", &content(&[("MessageParticipant", json!({ "Text": long }))]));
    let many: Vec<_> = (0..250).map(|n| ("Wait", json!({ "Seconds": n.to_string() }))).collect();
    a.flow("Many", "CONTACT_FLOW", &content(&many));
    let name = "n".repeat(128);
    a.hours(&name, json!({ "Config": week(8) }));
    a.hours("Wordy", json!({ "Config": week(8), "Description": "d".repeat(251) }));
    a.queue("Wordy", json!({ "Description": "d".repeat(251) }));
    let tags = |n: usize| (0..n).map(|i| (format!("tag {i}"), json!("x"))).collect::<serde_json::Map<_, _>>();
    a.queue("Tagged", json!({ "Tags": tags(50) }));
    a.queue("Just", json!({ "Description": "d".repeat(250), "Tags": tags(49) }));
    a.hours(&"j".repeat(127), json!({ "Config": week(8), "Description": "d".repeat(250) }));
    a.flow("Fine", "CONTACT_FLOW", &content(&[("Wait", json!({ "Seconds": "1" }))]));
    let world = World::new(scenario).await;
    let before = world.sandbox.connect_state(B);

    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let lines = |f: &snapdeploy::core::finding::Finding| {
        format!("{} {}", f.address.as_ref().map_or("", |a| a.name()), f.message)
    };
    let said: BTreeSet<String> = plan.blocks().map(lines).collect();
    let wordy = plan.blocks().filter(|f| f.address.as_ref().is_some_and(|a| a.name() == "Wordy"));
    assert_eq!(wordy.count(), 2, "the queue and the hours");
    let absent = |flow: &str, what: &str| format!("{flow} refers to {what}, which is not in the target");
    let size = content(&[("MessageParticipant", json!({ "Text": long }))]).len();
    let expected = BTreeSet::from([
        " there is no place from which prod could take the bytes of connect/prompt/Hi.wav".to_string(),
        absent("Main", "connect/user/robin"),
        "orders is new in prod, which has to say what its own Role is".to_string(),
        format!("Dangling names {nowhere}, which nothing here has"),
        format!(
            "Dangling `{nowhere}` is not the id of any connect/flow known here (at Content.Actions.0.Parameters.ContactFlowId)"
        ),
        format!("Long its content has {size} characters, and Connect takes 256000 at most"),
        "Many it has 251 actions, and Connect takes 250 at most".into(),
        format!("{name} its name has 128 characters, and Connect takes 127 at most"),
        "Wordy its description has 251 characters, and Connect takes 250 at most".into(),
        "Tagged it has 51 tags, snapdeploy's own among them, and Connect takes 50 at most".into(),
    ]);
    let dangling = |line: &&String| line.starts_with("Dangling");
    assert_eq!(
        said.iter().filter(|l| !dangling(l)).collect::<Vec<_>>(),
        expected.iter().filter(|l| !dangling(l)).collect::<Vec<_>>()
    );
    let named: Vec<_> = said.iter().filter(dangling).collect();
    assert!(!named.is_empty() && named.iter().all(|l| l.contains(nowhere)), "{named:?}");

    let refused = world.deploy(&dev, OnFailure::Rollback).await.unwrap_err();
    for what in ["orders", "robin", nowhere, "256000", "251 actions"] {
        assert!(refused.message.contains(what), "{what}: {refused}");
    }
    assert_eq!(world.mutations(), 0);
    assert_eq!(world.sandbox.connect_state(B), before);
}

/// Fifty tags, each replaced by one with another key: together they would be too many.
#[tokio::test]
async fn old_tags_make_room_for_new_ones() {
    let mut scenario = scenario();
    for (account, name, key) in [(A, "dev", "new"), (B, "prod", "old")] {
        let instance = scenario.account(account).instance(REGION, name);
        let tags: serde_json::Map<_, _> = (0..40).map(|i| (format!("{key} {i}"), json!("x"))).collect();
        instance.hours("Day", json!({ "Config": week(8), "Tags": tags }));
    }
    World::new(scenario).await.there_and_back().await;
}

#[tokio::test]
async fn the_order_in_which_days_are_answered_is_no_change() {
    for value in ["false", "true"] {
        let mut scenario = scenario();
        scenario.switch("hours_config_reordered", value).unwrap();
        let a = scenario.account(A).instance(REGION, "dev");
        a.hours("Day", json!({ "Config": week(8) })).hours("New", json!({ "Config": week(9) }));
        scenario.account(B).instance(REGION, "prod").hours("Day", json!({ "Config": week(7) }));
        let world = World::new(scenario).await;
        // What was taken before the order turned is no change afterwards; nor is what somebody has sorted otherwise.
        let mut dev = world.extract(&*world.a, "dev").await;
        world.there_and_back().await;
        for document in dev.documents.values_mut() {
            document.portable["Config"].as_array_mut().unwrap().reverse();
        }
        let ended = world.deploy(&dev, OnFailure::Stop).await.unwrap();
        assert!(matches!(ended, snapdeploy::core::runs::Ended::Done { .. }), "{ended:?}");
        let other = if value == "true" { "false" } else { "true" };
        world.sandbox.set_switch("hours_config_reordered", other).unwrap();
        assert!(world.plan(&dev).await.is_empty());
        let ended = world.roll_back().await.unwrap();
        assert!(matches!(ended, snapdeploy::core::runs::Ended::Done { .. }), "{ended:?}");
    }
}

#[tokio::test]
async fn the_number_of_a_version_stays_where_it_is_and_an_alias_travels() {
    let mut scenario = scenario();
    scenario.account(B).instance(REGION, "prod").lambda("orders").module("Greet");
    let a = scenario.account(A).instance(REGION, "dev");
    a.lambda("orders").module("Greet");
    let function =
        |q: &str| json!({ "LambdaFunctionARN": format!("{}:{q}", a.arn_of(Kind::Lambda, "orders")) });
    let alias = content(&[("InvokeLambdaFunction", function("live"))]);
    let version = content(&[("InvokeLambdaFunction", function("7"))]);
    let module = json!({ "FlowModuleId": format!("{}:3", a.id_of(Kind::Module, "Greet")) });
    let module = content(&[("InvokeFlowModule", module)]);
    a.flow("Alias", "CONTACT_FLOW", &alias).flow("Version", "CONTACT_FLOW", &version);
    a.flow("Module", "CONTACT_FLOW", &module);
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;

    let plan = world.plan(&dev).await;
    let blocked: Vec<(&str, &str)> =
        plan.blocks().map(|f| (f.address.as_ref().unwrap().name(), f.message.as_str())).collect();
    assert!(
        matches!(&blocked[..], [("Module", of), ("Version", number)]
            if of.contains("version 3 of connect/module/Greet") && number.contains("version 7 of lambda/function/orders")),
        "{blocked:?}"
    );
    // At home it is a number like any other: no block, and no trouble.
    let source = Source::of_snapshot("dev@latest", &dev);
    let home = plan_deploy(&world.means(&*world.a), "dev", &source, &Deployment::default()).await.unwrap();
    assert_eq!(home.blocks().count(), 0);
    let (inventory, _) = survey::list(&*world.a, &Events::silent()).await.unwrap();
    let every = dev.documents.keys();
    let (lives, _) = survey::read(&*world.a, &inventory, every, &Events::silent()).await;
    let lives: Vec<_> = lives.into_values().collect();
    let checks = world.a.checks(&lives, &inventory).await.unwrap();
    assert!(checks.iter().all(|c| c.healthy), "{checks:?}");
}

/// An update replaces a structure whole: a member of it that nobody here knows goes with it, and that is said before.
#[tokio::test]
async fn an_unknown_member_of_what_is_replaced_whole_is_named_before_it_is_lost() {
    let mut scenario = scenario();
    for (account, name, caller) in [
        (A, "dev", json!({ "OutboundCallerIdName": "Acme" })),
        (B, "prod", json!({ "OutboundCallerIdName": "Acme prod", "ShakenStirLevel": "A" })),
    ] {
        let instance = scenario.account(account).instance(REGION, name);
        instance.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        let day = instance.id_of(Kind::Hours, "Day");
        let flow = instance.id_of(Kind::Flow, "Whisper");
        let body = content(&[("EndFlowExecution", json!({}))]);
        instance.flow("Whisper", "OUTBOUND_WHISPER", &body);
        let mut caller = caller;
        if name == "dev" {
            caller["OutboundFlowId"] = json!(flow);
        }
        instance.queue("Sales", json!({ "HoursOfOperationId": day, "OutboundCallerConfig": caller }));
    }
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let warned = plan.findings.iter().any(|f| {
        f.weight == snapdeploy::core::finding::Weight::Warning && f.message.contains("ShakenStirLevel")
    });
    assert!(warned, "{:?}", plan.findings);
}
