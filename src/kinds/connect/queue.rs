//! Standard queues. Agents' own queues are made by the service with each agent and are left alone.
//!
//! Source: botocore's `connect` model, `Queue`, `CreateQueue`, `UpdateQueue*`.

use serde_json::{Map, Value, json};

use super::family::{Empty, Family, PLAIN, Removal, Searched, Setter, listed, same};
use super::link::{Batch, Link, whole};
use super::part::{Part, id};
use crate::core::fields::{Class, field};

/// Standard queues.
pub const QUEUE: Family = Family {
    kind: "connect/queue",
    list: Some(listed("ListQueues", "QueueSummaryList")),
    search: Some(Searched {
        call: "SearchQueues",
        items: "Queues",
        id: "QueueId",
        needs: &["HoursOfOperationId", "Status"],
    }),
    describe: Some(("DescribeQueue", "Queue")),
    parts: &[
        Part::List {
            member: "QuickConnectIds",
            call: "ListQueueQuickConnects",
            items: "QuickConnectSummaryList",
            item: id,
            search: None,
        },
        Part::List {
            member: "EmailAddressIds",
            call: "ListQueueEmailAddresses",
            items: "EmailAddressMetadataList",
            // The address that it sends from is no link.
            item: |it| if it["IsDefaultOutboundEmail"] == true { Value::Null } else { it["Id"].clone() },
            search: None,
        },
    ],
    form: Some(linked),
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
        field("EmailAddressIds", Class::Ref("connect/email-address")),
        field("QuickConnectIds", Class::Ref("connect/quick-connect")),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
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
    }),
    made: ("QueueId", "QueueArn"),
    born: &[("Status", "ENABLED")],
    update: &[
        Setter {
            call: "UpdateQueueName",
            members: &[same("Name"), same("Description")],
            beside: &[],
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
            empty: Empty::Blank,
        },
        Setter {
            call: "UpdateQueueOutboundEmailConfig",
            members: &[same("OutboundEmailConfig")],
            beside: &[],
            empty: Empty::Blank,
        },
        Setter {
            call: "UpdateQueueMaxContacts",
            members: &[same("MaxContacts")],
            beside: &[],
            empty: Empty::Omitted,
        },
        Setter { call: "UpdateQueueStatus", members: &[same("Status")], beside: &[], empty: Empty::Omitted },
    ],
    // Not by CreateQueue, though that takes them: a quick connect may lead to the queue itself.
    links: &[
        Link {
            member: "QuickConnectIds",
            key: whole,
            add: Batch {
                call: "AssociateQueueQuickConnects",
                most: 50,
                arguments: |ids| json!({ "QuickConnectIds": ids }),
            },
            change: None,
            remove: Batch {
                call: "DisassociateQueueQuickConnects",
                most: 50,
                arguments: |ids| json!({ "QuickConnectIds": ids }),
            },
        },
        Link {
            member: "EmailAddressIds",
            key: whole,
            add: Batch {
                call: "AssociateQueueEmailAddresses",
                most: 50,
                arguments: |ids| {
                    let each = ids.iter().map(|id| json!({ "EmailAddressId": id }));
                    json!({ "EmailAddressesConfig": each.collect::<Vec<_>>() })
                },
            },
            change: None,
            remove: Batch {
                call: "DisassociateQueueEmailAddresses",
                most: 50,
                arguments: |ids| json!({ "EmailAddressesId": ids }),
            },
        },
    ],
    remove: Removal::Delete("DeleteQueue"),
    ..PLAIN
};

/// Takes out what is no link.
fn linked(wire: &mut Map<String, Value>) {
    if let Some(Value::Array(ids)) = wire.get_mut("EmailAddressIds") {
        ids.retain(|id| !id.is_null());
        if ids.is_empty() {
            wire.remove("EmailAddressIds");
        }
    }
}
