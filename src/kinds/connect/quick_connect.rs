//! Quick connects: to a user, a queue, a number or a flow.
//!
//! Source: botocore's `connect` model, `QuickConnect`, `CreateQuickConnect`, `UpdateQuickConnect*`.

use super::family::{Empty, Family, PLAIN, Removal, Searched, Setter, listed, same};
use crate::core::fields::{Class, field};

/// Quick connects.
pub const QUICK_CONNECT: Family = Family {
    kind: "connect/quick-connect",
    list: Some(listed("ListQuickConnects", "QuickConnectSummaryList")),
    search: Some(Searched {
        call: "SearchQuickConnects",
        items: "QuickConnects",
        id: "QuickConnectId",
        needs: &["QuickConnectConfig"],
    }),
    describe: Some(("DescribeQuickConnect", "QuickConnect")),
    fields: &[
        field("QuickConnectARN", Class::Identity),
        field("QuickConnectId", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("QuickConnectConfig.QuickConnectType", Class::Literal),
        field("QuickConnectConfig.UserConfig.UserId", Class::Ref("connect/user")),
        field("QuickConnectConfig.UserConfig.ContactFlowId", Class::Ref("connect/flow")),
        field("QuickConnectConfig.QueueConfig.QueueId", Class::Ref("connect/queue")),
        field("QuickConnectConfig.QueueConfig.ContactFlowId", Class::Ref("connect/flow")),
        field("QuickConnectConfig.PhoneConfig", Class::Portable),
        field("QuickConnectConfig.FlowConfig.ContactFlowId", Class::Ref("connect/flow")),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateQuickConnect",
        members: &[same("Name"), same("Description"), same("QuickConnectConfig"), same("Tags")],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("QuickConnectId", "QuickConnectARN"),
    update: &[
        Setter {
            call: "UpdateQuickConnectName",
            members: &[same("Name"), same("Description")],
            beside: &[],
            // The model's `UpdateQuickConnectDescription` may be empty.
            empty: Empty::Blank,
        },
        Setter {
            call: "UpdateQuickConnectConfig",
            members: &[same("QuickConnectConfig")],
            beside: &[],
            empty: Empty::Omitted,
        },
    ],
    remove: Removal::Delete("DeleteQuickConnect"),
    ..PLAIN
};
