//! An instance with one of everything, each member set; and another with the same names and other members.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use snapdeploy::core::Address;
use snapdeploy::core::means::Values;
use snapdeploy::sandbox::{InstanceSeed, Kind, Scenario};

use super::place::{members, naming};
use super::rules;
use crate::world::{A, B, REGION, content, scenario, week};

/// The numbers of A, and what they are called in B.
pub const NUMBERS: [(&str, &str); 2] = [("+15555550100", "+4930555100"), ("+15555550101", "+4930555101")];

/// Which of two instances: what is to come, or what was there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    New,
    Old,
}
use Edition::New;

impl Edition {
    pub fn of<T>(self, new: T, old: T) -> T {
        if self == New { new } else { old }
    }
}

/// A with one of everything, B with nothing but what is never made.
pub fn into_nothing() -> Scenario {
    let mut scenario = scenario();
    beside(&mut scenario, A);
    beside(&mut scenario, B);
    let a = scenario.account(A).instance(REGION, "dev");
    known_by_name(a);
    rules::settings(a, true);
    fill(a, New, 0);
    numbers(a, 0, true);
    let b = scenario.account(B).instance(REGION, "prod");
    known_by_name(b);
    rules::settings(b, false);
    numbers(b, 1, false);
    scenario
}

/// A with one of everything, and B with everything otherwise.
pub fn into_another() -> Scenario {
    let mut scenario = into_nothing();
    let b = scenario.account(B).instance(REGION, "prod");
    fill(b, Edition::Old, 1);
    numbers(b, 1, true);
    scenario
}

/// What prod's configuration says.
pub fn values() -> Values {
    let rules: Vec<(String, String)> =
        NUMBERS.iter().map(|(a, b)| (format!("connect/phone-number/{a}"), b.to_string())).collect();
    let rules: Vec<(&str, &str)> = rules.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let sales = json!({
        "OutboundCallerConfig": {
            "OutboundCallerIdName": "Prod Sales",
            "OutboundCallerIdNumberId": "@{id:connect/phone-number/+15555550100}",
        },
        "OutboundEmailConfig": { "OutboundEmailAddressId": "prod-mail" },
    });
    let overlay = BTreeMap::from([
        (Address::new("connect/queue", "Sales"), members(sales)),
        (Address::new("connect/test-case", "Call"), members(rules::overlay())),
        (
            Address::new("connect/security-profile", "Supervisors"),
            members(json!({ "AllowedAccessControlHierarchyGroupId": "prod-group" })),
        ),
    ]);
    Values { names: naming(&rules), overlay, ..Values::default() }
}

/// What an instance can use and does not have.
fn beside(scenario: &mut Scenario, account: &str) {
    let account = scenario.account(account);
    for function in ["orders", "billing"] {
        account.lambda(REGION, function);
    }
    account.bot(REGION, "Helper", &["live"]);
    account.bot(REGION, "Older", &["live"]);
}

fn known_by_name(instance: &mut InstanceSeed) {
    instance.user("ann").user("bob");
}

/// The numbers, the first of A or B; `leading` to flows or nowhere.
fn numbers(instance: &mut InstanceSeed, side: usize, leading: bool) {
    for ((a, b), flow) in NUMBERS.iter().zip(["Main", "After hours"]) {
        let number = [a, b][side];
        // In another instance they lead to each other's flows.
        let flow = if side == 0 { flow } else { ["Main", "After hours"][usize::from(flow == "Main")] };
        let leads = if leading { json!({ "ContactFlow": flow }) } else { json!({}) };
        let mut all =
            json!({ "PhoneNumberDescription": format!("line {side}"), "Tags": { "side": side.to_string() } });
        all.as_object_mut().unwrap().extend(members(leads));
        instance.phone_with(number, all);
    }
}

fn fill(to: &mut InstanceSeed, e: Edition, side: usize) {
    hours(to, e);
    flows(to, e);
    queues(to, e, side);
    profiles(to, e);
    super::members::fill(to, e);
    rules::fill(to, e);
    to.resource(Kind::Lambda, e.of("orders", "billing"), json!({}));
    to.resource(Kind::Bot, e.of("Helper#live", "Older#live"), json!({}));
    to.origin(e.of("https://desk.example.com", "https://old.example.com"));
    to.agent_status(
        "Lunch",
        json!({ "Description": e.of("eating", "out"), "State": e.of("ENABLED", "DISABLED"),
                "DisplayOrder": e.of(3, 4), "Tags": { "e": e.of("n", "o") } }),
    );
    for (name, words) in [("Hello", e.of("hello new", "hello old")), ("Bye", e.of("bye", "tschuess"))] {
        let audio = [b"RIFF".as_slice(), words.as_bytes()].concat();
        to.prompt_with(name, &audio, json!({ "Description": words, "Tags": { "e": e.of("n", "o") } }));
    }
}

/// An override of hours.
pub fn closed(name: &str, from: &str, till: &str) -> Value {
    json!({
        "Name": name, "Description": format!("{name}, closed"), "EffectiveFrom": from, "EffectiveTill": till,
        "OverrideType": "CLOSED", "Config": [],
        "RecurrenceConfig": { "RecurrencePattern": { "Frequency": "YEARLY", "Interval": 1, "ByMonth": [12] } },
    })
}

fn hours(to: &mut InstanceSeed, e: Edition) {
    for name in ["Holidays", "Region", "World"] {
        to.hours(name, json!({ "TimeZone": "UTC", "Config": week(e.of(7, 6)), "Description": name }));
    }
    let half = json!([{ "Day": "FRIDAY", "StartTime": { "Hours": 9, "Minutes": 0 }, "EndTime": { "Hours": 12, "Minutes": 0 } }]);
    let mut fair = closed("Fair", "2027-03-01", "2027-03-02");
    fair["OverrideType"] = json!("OPEN");
    fair["Config"] = half;
    let parents: &[&str] = e.of(&["Holidays", "Region"], &["Region", "World"]);
    to.hours(
        "Day",
        json!({
            "TimeZone": e.of("Europe/Berlin", "UTC"), "Config": week(e.of(8, 9)), "Description": e.of("long", "short"),
            "Overrides": [closed("Christmas", e.of("2026-12-24", "2026-12-25"), "2026-12-26"), fair],
            "ParentHoursOfOperations": parents.iter().map(|p| json!({ "Name": p })).collect::<Vec<_>>(),
            "Tags": { "e": e.of("n", "o") },
        }),
    );
}

fn flows(to: &mut InstanceSeed, e: Edition) {
    let text =
        |words: &str| ("MessageParticipant", json!({ "Text": format!("{words} {}", e.of("new", "old")) }));
    let hello = to.arn_of(Kind::Prompt, "Hello");
    let settings =
        json!({ "Version": "2019-10-30", "Parameters": { "Language": e.of("en", "de") } }).to_string();
    let greet = content(&[("MessageParticipant", json!({ "PromptId": hello })), text("greet")]);
    to.module_with(
        "Greet",
        &greet,
        json!({ "Settings": settings, "Description": e.of("greets", "greeted"), "Tags": { "e": e.of("n", "o") } }),
    );
    let inner = to.arn_of(Kind::Module, "Greet");
    let outer = content(&[("InvokeFlowModule", json!({ "FlowModuleId": inner }))]);
    to.module_with("Outer", &outer, json!({ "ExternalInvocationConfiguration": { "Enabled": true } }));
    to.module_with("Gone", &content(&[text("gone")]), json!({ "State": e.of("ARCHIVED", "ACTIVE") }));

    let queue = to.arn_of(Kind::Queue, "Sales");
    let day = to.arn_of(Kind::Hours, "Day");
    let (main, other) = (to.arn_of(Kind::Flow, "Main"), to.arn_of(Kind::Flow, "After hours"));
    let outer = to.arn_of(Kind::Module, "Outer");
    let function = to.arn_of(Kind::Lambda, e.of("orders", "billing"));
    let bot = to.arn_of(Kind::Bot, e.of("Helper#live", "Older#live"));
    let view = to.arn_of(Kind::View, "Guide");
    let template = to.id_of(Kind::TaskTemplate, "Callback");
    let everything = content(&[
        ("InvokeFlowModule", json!({ "FlowModuleId": outer })),
        ("CheckHoursOfOperation", json!({ "HoursOfOperationId": day })),
        ("InvokeLambdaFunction", json!({ "LambdaFunctionARN": function, "InvocationTimeLimitSeconds": "3" })),
        ("ConnectParticipantWithLexBot", json!({ "Text": "?", "LexV2Bot": { "AliasArn": bot } })),
        ("UpdateContactTargetQueue", json!({ "QueueId": queue })),
        ("ShowView", json!({ "ViewResource": { "Id": view, "Version": "1" } })),
        ("CreateTask", json!({ "ContactFlowId": other, "TaskTemplateId": template })),
        ("TransferToFlow", json!({ "ContactFlowId": other })),
        text("main"),
    ]);
    let more = json!({ "Description": e.of("the main flow", "was"), "Tags": { "e": e.of("n", "o") } });
    to.flow_with("Main", "CONTACT_FLOW", &everything, more);
    let after = content(&[text("closed"), ("TransferToFlow", json!({ "ContactFlowId": main }))]);
    to.flow_with("After hours", "CONTACT_FLOW", &after, json!({}));
    to.flow("Whisper", "OUTBOUND_WHISPER", &content(&[text("whisper")]));
    to.flow("To agent", "AGENT_TRANSFER", &content(&[text("agent")]));
    to.flow(
        "To queue",
        "QUEUE_TRANSFER",
        &content(&[("UpdateContactTargetQueue", json!({ "QueueId": queue }))]),
    );
    let state = json!({ "State": e.of("ARCHIVED", "ACTIVE") });
    to.flow_with("Retired", "CONTACT_FLOW", &content(&[text("retired")]), state);
    to.flow_saved("Draft", "CONTACT_FLOW", &content(&[text("draft")]));
    if e == New {
        // What is saved beside what is published is the editor's, and only the target's own would be in danger.
        let saved = json!({ "SavedContent": content(&[text("not yet")]) });
        to.flow_with("Edited", "CONTACT_FLOW", &content(&[text("edited")]), saved);
    } else {
        to.flow("Edited", "CONTACT_FLOW", &content(&[text("edited")]));
    }
}

fn queues(to: &mut InstanceSeed, e: Edition, side: usize) {
    let day = to.id_of(Kind::Hours, e.of("Day", "Region"));
    let (sales, support) = (to.id_of(Kind::Queue, "Sales"), to.id_of(Kind::Queue, "Support"));
    let flow = |to: &InstanceSeed, name: &str| to.id_of(Kind::Flow, name);
    let (agent, queue) = (flow(to, "To agent"), flow(to, "To queue"));
    let person = to.id_of(Kind::User, e.of("ann", "bob"));
    let quick = [
        (
            "Person",
            json!({ "QuickConnectType": "USER", "UserConfig": { "UserId": person, "ContactFlowId": agent } }),
        ),
        (
            "Queue",
            json!({ "QuickConnectType": "QUEUE", "QueueConfig": { "QueueId": e.of(&sales, &support), "ContactFlowId": queue } }),
        ),
        (
            "Outside",
            json!({ "QuickConnectType": "PHONE_NUMBER", "PhoneConfig": { "PhoneNumber": e.of("+15555550177", "+15555550178") } }),
        ),
        (
            "Flow",
            json!({ "QuickConnectType": "FLOW", "FlowConfig": { "ContactFlowId": flow(to, e.of("Main", "After hours")) } }),
        ),
    ];
    let mut links = Vec::new();
    for (i, (name, config)) in quick.into_iter().enumerate() {
        let all = json!({ "QuickConnectConfig": config, "Description": e.of("new", "old"), "Tags": { "e": e.of("n", "o") } });
        to.resource(Kind::QuickConnect, name, all);
        if e == New || i < 2 {
            links.push(to.id_of(Kind::QuickConnect, name));
        }
    }
    let number = to.id_of(Kind::Phone, [NUMBERS[0].0, NUMBERS[0].1][side]);
    to.queue(
        "Sales",
        json!({
            "Description": e.of("sells", "sold"), "HoursOfOperationId": day, "MaxContacts": e.of(20, 30),
            "Status": e.of("DISABLED", "ENABLED"), "Tags": { "e": e.of("n", "o") }, "QuickConnectIds": links,
            "OutboundCallerConfig": {
                "OutboundCallerIdName": e.of("Dev Sales", "Prod old"), "OutboundCallerIdNumberId": number,
                "OutboundFlowId": flow(to, "Whisper"),
            },
            "OutboundEmailConfig": { "OutboundEmailAddressId": e.of("dev-mail", "old-mail") },
        }),
    );
    to.queue("Support", json!({ "HoursOfOperationId": day }));
    for i in 0..12 {
        to.queue(&format!("Q{i:02}"), json!({ "HoursOfOperationId": day, "Description": "one of many" }));
    }
}

fn profiles(to: &mut InstanceSeed, e: Edition) {
    let of = |to: &InstanceSeed, i: usize| json!({ "QueueReference": { "QueueId": to.id_of(Kind::Queue, &format!("Q{i:02}")), "Channel": "VOICE" } });
    let configs: Vec<Value> = (0..e.of(12, 3))
        .map(|i| {
            let mut config = of(to, i);
            config["Priority"] = json!(if e == New { 1 + i } else { 9 - i });
            config["Delay"] = json!(e.of(0, 5));
            config
        })
        .collect();
    let by_hand: Vec<Value> = if e == New { vec![of(to, 0), of(to, 1)] } else { vec![of(to, 5)] };
    to.resource(
        Kind::RoutingProfile,
        "Agents",
        json!({
            "Description": e.of("all", "few"), "QueueConfigs": configs, "ManualAssignmentQueueConfigs": by_hand,
            "DefaultOutboundQueueId": to.id_of(Kind::Queue, e.of("Sales", "Support")),
            "AgentAvailabilityTimer": e.of("TIME_SINCE_LAST_INBOUND", "TIME_SINCE_LAST_ACTIVITY"),
            "MediaConcurrencies": [
                { "Channel": "CHAT", "Concurrency": e.of(4, 2), "CrossChannelBehavior": { "BehaviorType": "ROUTE_CURRENT_CHANNEL_ONLY" } },
                { "Channel": "VOICE", "Concurrency": 1, "CrossChannelBehavior": { "BehaviorType": "ROUTE_ANY_CHANNEL" } },
            ],
            "Tags": { "e": e.of("n", "o") },
        }),
    );
    let module = to.id_of(Kind::Module, e.of("Greet", "Outer"));
    to.security_profile(
        "Supervisors",
        json!({
            "Description": e.of("see all", "see some"),
            "Permissions": e.of(json!(["Users.View", "BasicAgentAccess"]), json!(["BasicAgentAccess"])),
            "Applications": [{ "Namespace": "crm", "ApplicationPermissions": [e.of("ACCESS", "NONE")] }],
            "AllowedFlowModules": [{ "Type": "MCP", "FlowModuleId": module }],
            "AllowedAccessControlTags": { "team": e.of("new", "old") },
            "TagRestrictedResources": [e.of("Queue", "User")],
            "HierarchyRestrictedResources": [e.of("User", "Queue")],
            "AllowedAccessControlHierarchyGroupId": e.of("dev-group", "old-group"),
            "GranularAccessControlConfiguration": { "DataTableAccessControlConfiguration": { "PrimaryAttributeAccessControlConfiguration": {
                "PrimaryAttributeValues": [{ "AccessType": "ALLOW", "AttributeName": e.of("site", "team"), "Values": ["x"] }] } } },
            "Tags": { "e": e.of("n", "o") },
        }),
    );
}
