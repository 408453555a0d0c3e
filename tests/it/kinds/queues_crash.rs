//! Invariant 5 for what queues, routing profiles and quick connects have for themselves, for a group that is renamed and an
//! agent status that is new: killed before or after any of their calls, then resumed or rolled back.

use std::collections::BTreeMap;

use serde_json::json;
use snapdeploy::core::Address;
use snapdeploy::core::means::{Users, Values};
use snapdeploy::core::release::{Deployment, Operational};
use snapdeploy::core::renames::Said;
use snapdeploy::sandbox::{Kind, Scenario};

use super::crash::{Course, Small, matrix};
use super::place::members;
use crate::crash::Phase;
use crate::world::{A, B, REGION, content, scenario, week};

/// A status that is new is made on the way forth, and disabled on the way back; the rest is called both ways.
const CALLS: [&str; 11] = [
    "CreateAgentStatus",
    "UpdateContactFlowModuleMetadata",
    "UpdateQueueMaxContacts",
    "UpdateQueueOutboundEmailConfig",
    "UpdateQueueStatus",
    "UpdateQuickConnectName",
    "UpdateRoutingProfileAgentAvailabilityTimer",
    "UpdateRoutingProfileDefaultOutboundQueue",
    "UpdateRoutingProfileName",
    "UpdateUserHierarchyGroupName",
    "UpdateAgentStatus",
];
const FORTH: &[&str] = {
    let [forth @ .., _] = &CALLS;
    forth
};
const BACK: &[&str] = {
    let [_, back @ ..] = &CALLS;
    back
};

const QUEUES: Small = Small {
    name: "connect-queues",
    scenario: small,
    values,
    course: Course::Deployment(renaming),
    forth: FORTH,
    back: BACK,
    stays: Some("connect/agent-status"),
};

fn group(name: &str) -> Address {
    Address::new("connect/user-hierarchy-group", name)
}

/// What is operational goes along, and the group of one name is that of the other.
fn renaming() -> Deployment {
    let said = Said { renames: vec![(group("West"), group("North"))], ..Said::default() };
    Deployment { operational: Operational::Promoted, said, ..Deployment::default() }
}

fn values() -> Values {
    let mail = json!({ "OutboundEmailConfig": { "OutboundEmailAddressId": "prod-mail" } });
    let overlay = BTreeMap::from([(Address::new("connect/queue", "Sales"), members(mail))]);
    Values { overlay, users: Users::Kept, ..Values::default() }
}

fn small() -> Scenario {
    let mut scenario = scenario();
    for (account, alias) in [(A, "dev"), (B, "prod")] {
        let new = account == A;
        let pick = |a: &'static str, b: &'static str| if new { a } else { b };
        let to = scenario.account(account).instance(REGION, alias);
        to.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        let day = to.id_of(Kind::Hours, "Day");
        to.queue(
            "Sales",
            json!({
                "HoursOfOperationId": day, "MaxContacts": if new { 20 } else { 30 },
                "Status": pick("DISABLED", "ENABLED"),
                "OutboundEmailConfig": { "OutboundEmailAddressId": pick("dev-mail", "old-mail") },
            }),
        );
        to.queue("Support", json!({ "HoursOfOperationId": day }));
        to.resource(
            Kind::RoutingProfile,
            "Agents",
            json!({
                "Description": pick("all", "few"),
                "DefaultOutboundQueueId": to.id_of(Kind::Queue, pick("Sales", "Support")),
                "AgentAvailabilityTimer": pick("TIME_SINCE_LAST_INBOUND", "TIME_SINCE_LAST_ACTIVITY"),
                "MediaConcurrencies": [{
                    "Channel": "CHAT", "Concurrency": 2,
                    "CrossChannelBehavior": { "BehaviorType": "ROUTE_CURRENT_CHANNEL_ONLY" },
                }],
            }),
        );
        let outside =
            json!({ "QuickConnectType": "PHONE_NUMBER", "PhoneConfig": { "PhoneNumber": "+15555550177" } });
        to.resource(
            Kind::QuickConnect,
            "Outside",
            json!({ "QuickConnectConfig": outside, "Description": pick("new", "old") }),
        );
        let wait = content(&[("Wait", json!({ "Seconds": "5" }))]);
        to.module_with("Greet", &wait, json!({ "Description": pick("greets", "greeted") }));
        to.hierarchy(&["Region"]).hierarchy_group(pick("North", "West"), json!({}));
        if new {
            to.agent_status("Lunch", json!({ "State": "ENABLED", "DisplayOrder": 2 }));
        }
    }
    scenario
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_deployment_of_queues_and_their_profiles() {
    matrix(&QUEUES, Phase::Deploy).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_rollback_of_queues_and_their_profiles() {
    matrix(&QUEUES, Phase::Rollback).await;
}
