//! Contact flows.
//!
//! Source: botocore's `connect` model, `ContactFlow`, `CreateContactFlow`, `UpdateContactFlow*`; "Flow language
//! actions" for the content of shells.

use serde_json::{Map, Value, json};

use super::family::{Empty, Family, Member, PLAIN, Removal, Searched, Setter, listed, same};
use super::flow_walk::walk;
use crate::core::fields::{Class, field};

/// Contact flows.
pub const FLOW: Family = Family {
    kind: "connect/flow",
    list: Some(listed("ListContactFlows", "ContactFlowSummaryList")),
    search: Some(Searched {
        call: "SearchContactFlows",
        items: "ContactFlows",
        id: "Id",
        // The model has the member; whether it is filled is not known.
        needs: &["Content", "Type", "Status", "State"],
    }),
    describe: Some(("DescribeContactFlow", "ContactFlow")),
    fields: &[
        field("Arn", Class::Identity),
        field("Id", Class::Identity),
        field("Name", Class::Literal),
        field("Type", Class::Literal),
        field("State", Class::Literal),
        field("Status", Class::Literal),
        field("Description", Class::Portable),
        field("Content", Class::Embedded(walk)),
        field("SavedContent", Class::Draft),
        field("Tags", Class::Tags),
        field("FlowContentSha256", Class::Volatile),
        field("Version", Class::Volatile),
        field("VersionDescription", Class::Volatile),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateContactFlow",
        members: &[
            same("Name"),
            same("Type"),
            same("Description"),
            same("Content"),
            same("Status"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("ContactFlowId", "ContactFlowArn"),
    born: &[("State", "ACTIVE")],
    update: &[
        // It validates and publishes; with `:$SAVED` behind the id it writes the draft.
        Setter {
            call: "UpdateContactFlowContent",
            members: &[same("Content"), same("Status")],
            beside: &[],
            empty: Empty::Omitted,
        },
        Setter {
            call: "UpdateContactFlowMetadata",
            members: &[
                same("Name"),
                same("Description"),
                Member { name: "State", argument: "ContactFlowState" },
            ],
            beside: &[],
            // By the release notes of another tool the service refuses an empty description; the model allows it. What
            // holds either way is never to send one.
            empty: Empty::Never,
        },
    ],
    fixed: &["Type"],
    remove: Removal::Delete("DeleteContactFlow"),
    shell: Some(shell),
    defaults: DEFAULTS,
    longest: (0, 0),
    ..PLAIN
};

/// Returns the smallest content that a flow of its type can be published with.
///
/// Shells are published, not saved: whether a flow that was only saved can be referred to, and whether an update of
/// its content publishes it, is not known of AWS. A published shell needs neither. Nothing live refers to it before it
/// is filled: the order of moves sees to that.
fn shell(whole: &Map<String, Value>) -> Value {
    let kind = whole.get("Type").and_then(Value::as_str).unwrap_or_default();
    let (action, parameters) = match kind {
        "CUSTOMER_WHISPER" | "AGENT_WHISPER" | "OUTBOUND_WHISPER" => ("EndFlowExecution", json!({})),
        "CUSTOMER_HOLD" | "AGENT_HOLD" => {
            ("MessageParticipantIteratively", json!({ "Messages": [{ "Text": "One moment, please." }] }))
        }
        _ => ("DisconnectParticipant", json!({})),
    };
    json!({
        "Version": "2019-10-30",
        "StartAction": "shell",
        "Metadata": { "entryPointPosition": { "x": 0, "y": 0 }, "ActionMetadata": {} },
        "Actions": [{ "Identifier": "shell", "Type": action, "Parameters": parameters, "Transitions": {} }],
    })
}

/// The flows that every instance is made with.
///
/// Source: Amazon Connect Administrator Guide, "Default flows".
pub const DEFAULTS: &[&str] = &[
    "Default agent hold",
    "Default agent transfer",
    "Default agent whisper",
    "Default customer hold",
    "Default customer queue",
    "Default customer whisper",
    "Default outbound",
    "Default queue transfer",
];
