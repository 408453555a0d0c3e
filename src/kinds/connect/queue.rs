//! Standard queues. Agents' own queues are made by the service with each agent and are left alone.
//!
//! Source: botocore's `connect` model, `Queue`, `CreateQueue`, `UpdateQueue*`.

use super::family::{Empty, Family, Setter, same};
use crate::core::fields::{Class, field};

/// Standard queues.
pub const QUEUE: Family = Family {
    kind: "connect/queue",
    list: ("ListQueues", "QueueSummaryList"),
    describe: ("DescribeQueue", "Queue"),
    arn: "QueueArn",
    fields: &[
        field("QueueArn", Class::Identity),
        field("QueueId", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("HoursOfOperationId", Class::Ref("connect/hours")),
        field("OutboundCallerConfig.OutboundFlowId", Class::Ref("connect/flow")),
        field("OutboundCallerConfig.OutboundCallerIdName", Class::Local),
        field("OutboundCallerConfig.OutboundCallerIdNumberId", Class::Local),
        field("OutboundEmailConfig", Class::Local),
        // Opening, closing and limiting queues is the target's own business.
        field("MaxContacts", Class::Operational),
        field("Status", Class::Operational),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Setter {
        call: "CreateQueue",
        members: &[
            same("Name"),
            same("Description"),
            same("OutboundCallerConfig"),
            same("OutboundEmailConfig"),
            same("HoursOfOperationId"),
            same("MaxContacts"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    },
    made: ("QueueId", "QueueArn"),
    born: &[("Status", "ENABLED")],
    update: &[
        Setter {
            call: "UpdateQueueName",
            members: &[same("Description")],
            beside: &[same("Name")],
            // The model's `QueueDescription` has at least one character.
            empty: Empty::Never,
        },
        Setter {
            call: "UpdateQueueHoursOfOperation",
            members: &[same("HoursOfOperationId")],
            beside: &[],
            empty: Empty::Omitted,
        },
        Setter {
            call: "UpdateQueueOutboundCallerConfig",
            members: &[same("OutboundCallerConfig")],
            beside: &[],
            empty: Empty::Structure,
        },
        Setter {
            call: "UpdateQueueOutboundEmailConfig",
            members: &[same("OutboundEmailConfig")],
            beside: &[],
            empty: Empty::Structure,
        },
        Setter {
            call: "UpdateQueueMaxContacts",
            members: &[same("MaxContacts")],
            beside: &[],
            empty: Empty::Omitted,
        },
        Setter { call: "UpdateQueueStatus", members: &[same("Status")], beside: &[], empty: Empty::Omitted },
    ],
    fixed: &["Name"],
    delete: "DeleteQueue",
    shell: None,
    arrange: None,
};
