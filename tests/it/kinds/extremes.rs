//! The limits of calls: more than one call takes, swaps, removal of everything, and names of every sort.

use serde_json::{Value, json};
use snapdeploy::core::means::Values;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::{InstanceSeed, Kind, Scenario};

use super::place::{back, perform, planned, there, to_and_fro, world};
use crate::world::{A, B, REGION, World, assert_same, content, scenario, week};

/// Both accounts, each filled by `fill`, which is told whether it is dev.
fn both(fill: impl Fn(&mut InstanceSeed, bool)) -> Scenario {
    let mut scenario = scenario();
    for (account, alias) in [(A, "dev"), (B, "prod")] {
        let instance = scenario.account(account).instance(REGION, alias);
        instance.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        fill(instance, account == A);
    }
    scenario
}

fn queue(to: &mut InstanceSeed, name: &str, more: Value) {
    let mut all = json!({ "HoursOfOperationId": to.id_of(Kind::Hours, "Day") });
    all.as_object_mut().unwrap().extend(super::place::members(more));
    to.queue(name, all);
}

/// Returns how often B was asked for `operation` since the calls were last cleared.
fn asked(world: &World, operation: &str) -> usize {
    world.sandbox.calls().iter().filter(|c| c.operation == operation && c.status == 200).count()
}

async fn there_and_back(scenario: Scenario) -> World {
    let world = world(scenario, Values::default()).await;
    let dev = world.extract(&*world.a, "dev").await;
    to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
    world
}

fn many_quick_connects(to: &mut InstanceSeed, linked: std::ops::Range<usize>) {
    for i in 0..130 {
        to.quick_connect(&format!("qc {i:03}"));
    }
    let ids: Vec<String> = linked.map(|i| to.id_of(Kind::QuickConnect, &format!("qc {i:03}"))).collect();
    queue(to, "Sales", if ids.is_empty() { json!({}) } else { json!({ "QuickConnectIds": ids }) });
}

#[tokio::test]
async fn more_quick_connects_than_one_call_takes() {
    let scenario = both(|to, dev| many_quick_connects(to, if dev { 0..120 } else { 110..130 }));
    let world = world(scenario, Values::default()).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.clear_calls();
    perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    assert_eq!(asked(&world, "DisassociateQueueQuickConnects"), 1, "10 go");
    assert_eq!(asked(&world, "AssociateQueueQuickConnects"), 3, "110 come");
    there_and_back(both(|to, dev| many_quick_connects(to, if dev { 0..120 } else { 110..130 }))).await;
}

#[tokio::test]
async fn all_links_gone_and_all_back() {
    for forth in [true, false] {
        let scenario = both(|to, dev| {
            many_quick_connects(to, if dev == forth { 0..0 } else { 0..101 });
            profile(to, if dev == forth { 0..0 } else { 0..25 }, |i| i + 1, dev);
        });
        there_and_back(scenario).await;
    }
}

/// A profile with these queues, of priorities as `priority` says.
fn profile(
    to: &mut InstanceSeed,
    queues: std::ops::Range<usize>,
    priority: impl Fn(usize) -> usize,
    dev: bool,
) {
    for i in 0..25 {
        queue(to, &format!("q{i:02}"), json!({}));
    }
    let reference = |to: &InstanceSeed, i: usize| json!({ "QueueId": to.id_of(Kind::Queue, &format!("q{i:02}")), "Channel": "VOICE" });
    let configs: Vec<Value> = queues
        .clone()
        .map(|i| json!({ "QueueReference": reference(to, i), "Priority": priority(i), "Delay": 0 }))
        .collect();
    let by_hand: Vec<Value> =
        queues.skip(usize::from(dev)).map(|i| json!({ "QueueReference": reference(to, i) })).collect();
    let mut all = json!({
        "DefaultOutboundQueueId": to.id_of(Kind::Queue, "q00"), "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
    });
    for (member, configs) in [("QueueConfigs", configs), ("ManualAssignmentQueueConfigs", by_hand)] {
        if !configs.is_empty() {
            all[member] = json!(configs);
        }
    }
    to.resource(Kind::RoutingProfile, "Agents", all);
}

#[tokio::test]
async fn more_queues_of_a_profile_than_one_call_takes_and_two_that_swap_their_priorities() {
    there_and_back(both(|to, dev| profile(to, if dev { 0..24 } else { 13..25 }, |i| i + 1, dev))).await;

    let swapped = |dev: bool| move |i: usize| if dev { i + 1 } else { 2 - i };
    let scenario = both(|to, dev| profile(to, 0..2, swapped(dev), true));
    let world = world(scenario, Values::default()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let calls: Vec<&str> = plan.moves.iter().map(|m| m.call.as_str()).collect();
    assert_eq!(calls, ["UpdateRoutingProfileQueues"], "a swap is a change, and one call");
    to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
}

#[tokio::test]
async fn three_parents_that_become_three_others() {
    let scenario = both(|to, dev| {
        for i in 0..6 {
            to.hours(&format!("p{i}"), json!({ "TimeZone": "UTC", "Config": week(7) }));
        }
        let parents: Vec<Value> =
            if dev { 0..3 } else { 2..5 }.map(|i| json!({ "Name": format!("p{i}") })).collect();
        let all = json!({ "TimeZone": "UTC", "Config": week(9), "ParentHoursOfOperations": parents });
        to.hours("Child", all);
    });
    there_and_back(scenario).await;
}

/// Names of every sort that Connect takes: a slash, a per cent sign, globs, braces, what looks like a placeholder.
const NAMES: [&str; 9] = [
    "a/b/c",
    "100 %",
    "50%25",
    "Größe – 東京 📞",
    "[x] {y} *?",
    "@{id:connect/queue/x}",
    "${name} {{x}}",
    "#1",
    " \"quoted\" ",
];

fn named(to: &mut InstanceSeed, name: &str, words: &str) {
    let described = json!({ "Description": words, "Tags": { "n": name.replace(['*', '?', '[', ']', '{', '}', '"'], "_") } });
    let with = |more: Value| {
        let mut all = described.clone();
        all.as_object_mut().unwrap().extend(super::place::members(more));
        all
    };
    to.prompt_with(name, format!("RIFF {name} {words}").as_bytes(), described.clone());
    let prompt = to.arn_of(Kind::Prompt, name);
    let says = content(&[("MessageParticipant", json!({ "PromptId": prompt }))]);
    to.module_with(name, &says, described.clone());
    let module = to.arn_of(Kind::Module, name);
    to.flow_with(
        name,
        "CONTACT_FLOW",
        &content(&[("InvokeFlowModule", json!({ "FlowModuleId": module }))]),
        described.clone(),
    );
    let flow = to.id_of(Kind::Flow, name);
    let leads = json!({ "QuickConnectConfig": { "QuickConnectType": "FLOW", "FlowConfig": { "ContactFlowId": flow } } });
    to.resource(Kind::QuickConnect, name, with(leads));
    let parent = format!("parent of {name}");
    to.hours(&parent, json!({ "TimeZone": "UTC", "Config": week(9) }));
    to.hours(
        name,
        with(json!({
            "ParentHoursOfOperations": [{ "Name": parent }], "Config": week(9),
            "Overrides": [super::whole::closed(name, "2026-12-24", "2026-12-26")],
        })),
    );
    let (hours, quick) = (to.id_of(Kind::Hours, name), to.id_of(Kind::QuickConnect, name));
    to.queue(name, with(json!({ "HoursOfOperationId": hours, "QuickConnectIds": [quick] })));
    let queue = to.id_of(Kind::Queue, name);
    let routes = json!({
        "DefaultOutboundQueueId": queue,
        "QueueConfigs": [{ "QueueReference": { "QueueId": queue, "Channel": "VOICE" }, "Priority": 1, "Delay": 0 }],
        "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
    });
    to.resource(Kind::RoutingProfile, name, with(routes));
}

#[tokio::test]
async fn names_of_every_sort() {
    for known in [false, true] {
        let scenario = both(|to, dev| {
            for name in NAMES.iter().filter(|_| dev || known) {
                named(to, name, if dev { "new" } else { "old" });
            }
        });
        let world = there_and_back(scenario).await;
        assert_eq!(there(&world, "queue", NAMES[0]).is_null(), !known);
    }
}

#[tokio::test]
async fn what_one_side_has_no_value_of() {
    // Every member that can be taken away: set here and not there, both ways.
    for forth in [true, false] {
        let scenario = both(|to, dev| {
            let set = dev == forth;
            let some = |all: Value| if set { all } else { json!({}) };
            to.hours("More", json!({ "TimeZone": "UTC", "Config": if set { week(9) } else { json!([]) } }));
            queue(
                to,
                "Sales",
                some(json!({ "MaxContacts": 5, "OutboundCallerConfig": { "OutboundCallerIdName": "x" } })),
            );
            let quick = some(json!({ "Description": "words", "Tags": { "a": "b" } }));
            to.resource(Kind::QuickConnect, "Outside", quick);
            to.agent_status("Lunch", some(json!({ "Description": "words", "Tags": { "a": "b" } })));
            let all = json!({
                "Description": "words", "Permissions": ["Users.View"], "TagRestrictedResources": ["Queue"],
                "Applications": [{ "Namespace": "crm", "ApplicationPermissions": ["ACCESS"] }],
                "AllowedAccessControlTags": { "a": "b" }, "HierarchyRestrictedResources": ["User"],
                "Tags": { "a": "b" },
            });
            to.security_profile("Some", some(all));
        });
        let world = world(scenario, Values::default()).await;
        let dev = world.extract(&*world.a, "dev").await;
        // An empty list or text says what a missing one says.
        let blank = |state: &mut Value| {
            let all = state[format!("{REGION}/prod")]["security-profile"].as_object_mut().unwrap();
            for profile in all.values_mut() {
                profile.as_object_mut().unwrap().retain(|_, v| *v != json!([]) && *v != json!(""));
            }
        };
        to_and_fro(&world, &dev, &Deployment::default(), blank).await;
    }
}

/// Settings of a module, its description and the order of an agent status: once there, they can only be changed.
#[tokio::test]
async fn what_cannot_be_taken_away_is_said_and_stays() {
    for forth in [true, false] {
        let scenario = both(|to, dev| {
            let some = |all: Value| if dev == forth { all } else { json!({}) };
            let settings = json!({ "Version": "2019-10-30", "Parameters": {} }).to_string();
            let words = if dev { "new" } else { "old" };
            let says = content(&[("MessageParticipant", json!({ "Text": words }))]);
            to.module_with("Greet", &says, some(json!({ "Settings": settings, "Description": "words" })));
            to.agent_status("Lunch", some(json!({ "DisplayOrder": 3 })));
        });
        let world = world(scenario, Values::default()).await;
        let dev = world.extract(&*world.a, "dev").await;
        let said = |plan: &Plan| {
            let what = if forth { "cannot take away again" } else { "no call that takes it away" };
            plan.findings.iter().filter(|f| f.message.contains(what)).count()
        };
        let before = world.sandbox.connect_state(B);
        let plan = planned(&world, &dev, &Deployment::default()).await;
        assert_eq!(said(&plan), 3, "{:#?}", plan.findings);
        perform(&world, &plan).await;
        let back = back(&world).await;
        perform(&world, &back).await;
        let mut after = world.sandbox.connect_state(B);
        if forth {
            let prod = &mut after[format!("{REGION}/prod")];
            for (kind, members) in
                [("module", &["Settings", "Description"][..]), ("agent-status", &["DisplayOrder"])]
            {
                for resource in prod[kind].as_object_mut().unwrap().values_mut() {
                    for member in members {
                        assert!(
                            resource.as_object_mut().unwrap().remove(*member).is_some(),
                            "{member} is left"
                        );
                    }
                }
            }
        }
        assert_same(&after, &before);
    }
}
