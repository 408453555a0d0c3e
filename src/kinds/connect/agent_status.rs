//! Agent statuses. The service has no call to delete one: what is to be gone is disabled.
//!
//! Source: botocore's `connect` model, `AgentStatus`, `CreateAgentStatus`, `UpdateAgentStatus`.

use super::family::{Empty, Family, PLAIN, Removal, Searched, Setter, listed, same};
use crate::core::fields::{Class, field};

/// Agent statuses.
pub const AGENT_STATUS: Family = Family {
    kind: "connect/agent-status",
    list: Some(listed("ListAgentStatuses", "AgentStatusSummaryList")),
    search: Some(Searched {
        call: "SearchAgentStatuses",
        items: "AgentStatuses",
        id: "AgentStatusId",
        needs: &["State", "Type"],
    }),
    describe: Some(("DescribeAgentStatus", "AgentStatus")),
    fields: &[
        field("AgentStatusARN", Class::Identity),
        field("AgentStatusId", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("Type", Class::Literal),
        field("State", Class::Literal),
        field("DisplayOrder", Class::Literal),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateAgentStatus",
        members: &[same("Name"), same("Description"), same("State"), same("DisplayOrder"), same("Tags")],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("AgentStatusId", "AgentStatusARN"),
    update: &[
        Setter {
            call: "UpdateAgentStatus",
            members: &[same("Name"), same("Description"), same("State")],
            beside: &[],
            // The model's `UpdateAgentStatusDescription` may be empty.
            empty: Empty::Blank,
        },
        Setter {
            call: "UpdateAgentStatus",
            members: &[same("DisplayOrder")],
            beside: &[],
            empty: Empty::Never,
        },
    ],
    fixed: &["Type"],
    remove: Removal::Retire("State", "DISABLED"),
    ..PLAIN
};
