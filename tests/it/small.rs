//! The smallest pair of accounts whose deployment has each kind of move.

use serde_json::json;
use snapdeploy::sandbox::{Kind, Scenario};

use crate::world::{A, B, REGION, content, scenario, week};

/// A is ahead of B: changed, new and circular flows, a queue on new hours and with a whisper flow that sets the queue,
/// other tags, an archived flow, a draft.
pub fn small() -> Scenario {
    let mut scenario = scenario();
    let b = scenario.account(B).instance(REGION, "prod");
    b.hours("Day", json!({ "TimeZone": "Europe/Berlin", "Config": week(9) }));
    let day = b.id_of(Kind::Hours, "Day");
    b.queue(
        "Sales",
        json!({
            "Description": "old words", "HoursOfOperationId": day, "Status": "DISABLED", "MaxContacts": 7,
            "OutboundCallerConfig": { "OutboundCallerIdName": "Prod Sales" }, "Tags": { "team": "old", "gone": "yes" },
        }),
    );
    let sales = b.arn_of(Kind::Queue, "Sales");
    b.flow_with(
        "Main",
        "CONTACT_FLOW",
        &content(&[
            ("UpdateContactTargetQueue", json!({ "QueueId": sales })),
            ("MessageParticipant", json!({ "Text": "Old 1.50" })),
        ]),
        json!({ "Description": "the old main flow", "Tags": { "team": "old" } }),
    );
    b.queue("Only here", json!({ "HoursOfOperationId": day, "Description": "untouched" }));

    let a = scenario.account(A).instance(REGION, "dev");
    a.hours("Day", json!({ "TimeZone": "Europe/Berlin", "Config": week(8), "Description": "longer" }));
    a.hours("Night", json!({ "TimeZone": "UTC", "Config": week(1) }));
    let night = a.id_of(Kind::Hours, "Night");
    let whisper = a.id_of(Kind::Flow, "Whisper");
    a.queue(
        "Sales",
        json!({
            "HoursOfOperationId": night, "Description": "new words", "MaxContacts": 99,
            "OutboundCallerConfig": { "OutboundCallerIdName": "Dev Sales", "OutboundFlowId": whisper },
            "Tags": { "team": "new", "fresh": "yes" },
        }),
    );
    a.queue(
        "New",
        json!({ "HoursOfOperationId": night, "OutboundCallerConfig": { "OutboundFlowId": whisper } }),
    );
    let queue = a.arn_of(Kind::Queue, "New");
    let (ping, pong) = (a.arn_of(Kind::Flow, "Ping"), a.arn_of(Kind::Flow, "Pong"));
    a.flow(
        "Whisper",
        "OUTBOUND_WHISPER",
        &content(&[("UpdateContactTargetQueue", json!({ "QueueId": queue }))]),
    );
    a.flow("Ping", "CONTACT_FLOW", &content(&[("TransferToFlow", json!({ "ContactFlowId": pong }))]));
    a.flow_with(
        "Pong",
        "CONTACT_FLOW",
        &content(&[("TransferToFlow", json!({ "ContactFlowId": ping }))]),
        json!({ "Tags": { "loop": "yes" } }),
    );
    let sales = a.arn_of(Kind::Queue, "Sales");
    a.flow_with(
        "Main",
        "CONTACT_FLOW",
        &content(&[
            ("UpdateContactTargetQueue", json!({ "QueueId": sales })),
            ("TransferToFlow", json!({ "ContactFlowId": ping })),
        ]),
        json!({ "Description": "the new main flow", "Tags": { "team": "new" } }),
    );
    a.flow_with(
        "Old",
        "CONTACT_FLOW",
        &content(&[("Wait", json!({ "Seconds": "5" }))]),
        json!({ "State": "ARCHIVED" }),
    );
    a.flow_saved("Draft", "CONTACT_FLOW", &content(&[("TransferToFlow", json!({ "ContactFlowId": ping }))]));
    scenario
}
