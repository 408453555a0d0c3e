//! Task templates.
//!
//! Source: botocore's `connect` model, `GetTaskTemplate`, `CreateTaskTemplate`, `UpdateTaskTemplate` ("does not support
//! partial updates. Instead it does a full update").

use super::family::{Empty, Family, Member, PLAIN, Removal, Setter, listed, same};
use crate::core::fields::{Class, field};

/// What both operations set.
const MEMBERS: &[Member] = &[
    same("Name"),
    same("Description"),
    same("ContactFlowId"),
    same("SelfAssignFlowId"),
    same("Constraints"),
    same("Defaults"),
    same("Status"),
    same("Fields"),
];

/// Task templates.
pub const TASK_TEMPLATE: Family = Family {
    kind: "connect/task-template",
    list: Some(listed("ListTaskTemplates", "TaskTemplates")),
    // Its answer is the template itself; the call puts that under a name.
    describe: Some(("GetTaskTemplate", "TaskTemplate")),
    fields: &[
        field("Arn", Class::Identity),
        field("Id", Class::Identity),
        field("InstanceId", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("ContactFlowId", Class::Ref("connect/flow")),
        field("SelfAssignFlowId", Class::Ref("connect/flow")),
        field("Constraints", Class::Literal),
        // The default of a field for a quick connect is its id, found like one in free text.
        field("Defaults", Class::Portable),
        field("Fields", Class::Portable),
        field("Status", Class::Literal),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("CreatedTime", Class::Volatile),
    ],
    create: Some(Setter { call: "CreateTaskTemplate", members: MEMBERS, beside: &[], empty: Empty::Omitted }),
    made: ("Id", "Arn"),
    update: &[Setter { call: "UpdateTaskTemplate", members: MEMBERS, beside: &[], empty: Empty::Omitted }],
    remove: Removal::Delete("DeleteTaskTemplate"),
    longest: (100, 255),
    ..PLAIN
};
