//! Routing profiles, the queues that they route from, and those that agents pick from by hand.
//!
//! Source: botocore's `connect` model, `RoutingProfile`, `CreateRoutingProfile`, `UpdateRoutingProfile*`,
//! `AssociateRoutingProfileQueues`.

use serde_json::{Map, Value, json};

use super::family::{Empty, Family, PLAIN, Removal, Searched, Setter, listed, same};
use super::link::{Batch, Link, whole};
use super::part::Part;
use crate::core::fields::{Class, field};

/// Routing profiles.
pub const ROUTING_PROFILE: Family = Family {
    kind: "connect/routing-profile",
    list: Some(listed("ListRoutingProfiles", "RoutingProfileSummaryList")),
    search: Some(Searched {
        call: "SearchRoutingProfiles",
        items: "RoutingProfiles",
        id: "RoutingProfileId",
        // The documents of SearchRoutingProfiles say that it does not fill this; DescribeRoutingProfile does.
        needs: &["AgentAvailabilityTimer"],
    }),
    describe: Some(("DescribeRoutingProfile", "RoutingProfile")),
    parts: &[
        Part::List {
            member: "QueueConfigs",
            call: "ListRoutingProfileQueues",
            items: "RoutingProfileQueueConfigSummaryList",
            item: config,
            search: None,
        },
        Part::List {
            member: "ManualAssignmentQueueConfigs",
            call: "ListRoutingProfileManualAssignmentQueues",
            items: "RoutingProfileManualAssignmentQueueConfigSummaryList",
            item: config,
            search: None,
        },
    ],
    fields: &[
        field("RoutingProfileArn", Class::Identity),
        field("RoutingProfileId", Class::Identity),
        field("InstanceId", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("MediaConcurrencies", Class::Literal),
        field("DefaultOutboundQueueId", Class::Ref("connect/queue")),
        field("AgentAvailabilityTimer", Class::Literal),
        field("QueueConfigs.QueueReference.QueueId", Class::Ref("connect/queue")),
        field("QueueConfigs.QueueReference.Channel", Class::Literal),
        field("QueueConfigs.Priority", Class::Literal),
        field("QueueConfigs.Delay", Class::Literal),
        field("ManualAssignmentQueueConfigs.QueueReference.QueueId", Class::Ref("connect/queue")),
        field("ManualAssignmentQueueConfigs.QueueReference.Channel", Class::Literal),
        field("Tags", Class::Tags),
        field("NumberOfAssociatedQueues", Class::Volatile),
        field("NumberOfAssociatedManualAssignmentQueues", Class::Volatile),
        field("NumberOfAssociatedUsers", Class::Volatile),
        field("AssociatedQueueIds", Class::Volatile),
        field("AssociatedManualAssignmentQueueIds", Class::Volatile),
        field("IsDefault", Class::Volatile),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateRoutingProfile",
        members: &[
            same("Name"),
            same("Description"),
            same("DefaultOutboundQueueId"),
            same("MediaConcurrencies"),
            same("AgentAvailabilityTimer"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("RoutingProfileId", "RoutingProfileArn"),
    update: &[
        Setter {
            call: "UpdateRoutingProfileName",
            members: &[same("Name"), same("Description")],
            beside: &[],
            // The model's `RoutingProfileDescription` has at least one character.
            empty: Empty::Never,
        },
        Setter {
            call: "UpdateRoutingProfileDefaultOutboundQueue",
            members: &[same("DefaultOutboundQueueId")],
            beside: &[],
            empty: Empty::Never,
        },
        Setter {
            call: "UpdateRoutingProfileConcurrency",
            members: &[same("MediaConcurrencies")],
            beside: &[],
            empty: Empty::Blank,
        },
        Setter {
            call: "UpdateRoutingProfileAgentAvailabilityTimer",
            members: &[same("AgentAvailabilityTimer")],
            beside: &[],
            empty: Empty::Never,
        },
    ],
    links: &[
        Link {
            member: "QueueConfigs",
            key: |item| item["QueueReference"].clone(),
            add: Batch {
                call: "AssociateRoutingProfileQueues",
                most: 10,
                arguments: |items| json!({ "QueueConfigs": items }),
            },
            change: Some(Batch {
                call: "UpdateRoutingProfileQueues",
                most: 10,
                arguments: |items| json!({ "QueueConfigs": items }),
            }),
            remove: Batch {
                call: "DisassociateRoutingProfileQueues",
                most: 10,
                arguments: |items| json!({ "QueueReferences": references(items) }),
            },
        },
        Link {
            member: "ManualAssignmentQueueConfigs",
            key: whole,
            add: Batch {
                call: "AssociateRoutingProfileQueues",
                most: 10,
                arguments: |items| json!({ "ManualAssignmentQueueConfigs": items }),
            },
            change: None,
            remove: Batch {
                call: "DisassociateRoutingProfileQueues",
                most: 10,
                arguments: |items| json!({ "ManualAssignmentQueueReferences": references(items) }),
            },
        },
    ],
    arrange: Some(arrange),
    remove: Removal::Delete("DeleteRoutingProfile"),
    ..PLAIN
};

/// Gives an item of a listing the form in which it is associated.
fn config(item: &Value) -> Value {
    let mut config = Map::new();
    let reference = json!({ "QueueId": item["QueueId"], "Channel": item["Channel"] });
    config.insert("QueueReference".into(), reference);
    for name in ["Priority", "Delay"] {
        config.extend(item.get(name).map(|v| (name.to_string(), v.clone())));
    }
    Value::Object(config)
}

fn references(items: &[Value]) -> Vec<Value> {
    items.iter().map(|item| item["QueueReference"].clone()).collect()
}

/// Sorts the channels: their order means nothing.
fn arrange(part: &mut Map<String, Value>) {
    if let Some(Value::Array(channels)) = part.get_mut("MediaConcurrencies") {
        channels.sort_by_cached_key(Value::to_string);
    }
}
