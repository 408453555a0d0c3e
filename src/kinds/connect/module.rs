//! Flow modules.
//!
//! Source: botocore's `connect` model, `ContactFlowModule`, `CreateContactFlowModule`, `UpdateContactFlowModule*`. A
//! module has no status to be created with: what is created is validated and published.

use serde_json::{Map, Value, json};

use super::alias;
use super::family::{Empty, Family, PLAIN, Removal, Searched, Setter, listed, same};
use super::flow_walk::walk;
use crate::core::fields::{Class, field};

/// Flow modules.
pub const MODULE: Family = Family {
    kind: "connect/module",
    list: Some(listed("ListContactFlowModules", "ContactFlowModulesSummaryList")),
    search: Some(Searched {
        call: "SearchContactFlowModules",
        items: "ContactFlowModules",
        id: "Id",
        needs: &["Content", "Status", "State"],
    }),
    describe: Some(("DescribeContactFlowModule", "ContactFlowModule")),
    fields: &[
        field("Arn", Class::Identity),
        field("Id", Class::Identity),
        field("Name", Class::Literal),
        field("State", Class::Literal),
        field("Description", Class::Portable),
        field("Content", Class::Embedded(walk)),
        field("Settings", Class::Embedded(|settings, encoder| encoder.value(settings))),
        field("ExternalInvocationConfiguration", Class::Literal),
        field("SavedContent", Class::Draft),
        field("SavedSettings", Class::Draft),
        field("Aliases", Class::Literal),
        field("Tags", Class::Tags),
        field("Status", Class::Volatile),
        field("FlowModuleContentSha256", Class::Volatile),
        field("Version", Class::Volatile),
        field("VersionDescription", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateContactFlowModule",
        members: &[
            same("Name"),
            same("Description"),
            same("Content"),
            same("Settings"),
            same("ExternalInvocationConfiguration"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("Id", "Arn"),
    born: &[("State", "ACTIVE")],
    update: &[
        Setter {
            call: "UpdateContactFlowModuleContent",
            members: &[same("Content"), same("Settings")],
            beside: &[],
            // Either may be left out, and then stays: nothing says how settings are taken away.
            empty: Empty::Never,
        },
        Setter {
            call: "UpdateContactFlowModuleMetadata",
            members: &[same("Name"), same("Description"), same("State")],
            beside: &[],
            // The model's `ContactFlowModuleDescription` may be empty; whether that takes it away is not known.
            empty: Empty::Never,
        },
    ],
    fixed: &["ExternalInvocationConfiguration"],
    remove: Removal::Delete("DeleteContactFlowModule"),
    shell: Some(shell),
    arrange: Some(alias::arrange),
    longest: (127, 500),
    ..PLAIN
};

/// Returns the smallest content that a module can be created with.
///
/// Source: "Flow language", `EndFlowModuleExecution`.
fn shell(_: &Map<String, Value>) -> Value {
    json!({
        "Version": "2019-10-30",
        "StartAction": "shell",
        "Metadata": { "entryPointPosition": { "x": 0, "y": 0 }, "ActionMetadata": {} },
        "Actions": [{
            "Identifier": "shell",
            "Type": "EndFlowModuleExecution",
            "Parameters": {},
            "Transitions": {},
        }],
    })
}
