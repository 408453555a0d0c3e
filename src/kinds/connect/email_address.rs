//! Email addresses, their aliases, and the flows that they lead to.
//!
//! Source: botocore's `connect` model, `CreateEmailAddress`, `DescribeEmailAddress`, `UpdateEmailAddressMetadata`,
//! `AssociateEmailAddressAlias`, `AssociateFlow`. No operation lists addresses: they are searched for.

use serde_json::json;

use super::family::{Empty, Family, Listed, PLAIN, Removal, Setter, same};
use super::link::{Batch, Link, whole};
use super::part::Part;
use crate::core::fields::{Class, field};
use crate::core::moves::Stage;

/// Email addresses.
pub const EMAIL_ADDRESS: Family = Family {
    kind: "connect/email-address",
    list: Some(Listed {
        call: "SearchEmailAddresses",
        items: "EmailAddresses",
        id: "EmailAddressId",
        arn: "EmailAddressArn",
        name: "EmailAddress",
    }),
    describe: Some(("DescribeEmailAddress", "")),
    parts: &[
        Part::Found {
            member: "InboundContactFlowId",
            call: "ListFlowAssociations:INBOUND_EMAIL",
            items: "FlowAssociationSummaryList",
            of: "ResourceId",
            value: "FlowId",
        },
        Part::Found {
            member: "OutboundContactFlowId",
            call: "ListFlowAssociations:OUTBOUND_EMAIL",
            items: "FlowAssociationSummaryList",
            of: "ResourceId",
            value: "FlowId",
        },
    ],
    name: "EmailAddress",
    fields: &[
        field("EmailAddressId", Class::Identity),
        field("EmailAddressArn", Class::Identity),
        field("EmailAddress", Class::Literal),
        field("DisplayName", Class::Portable),
        field("Description", Class::Portable),
        field("AliasConfigurations.EmailAddressId", Class::Ref("connect/email-address")),
        field("InboundContactFlowId", Class::Ref("connect/flow")),
        field("OutboundContactFlowId", Class::Ref("connect/flow")),
        field("Tags", Class::Tags),
        field("CreateTimestamp", Class::Volatile),
        field("ModifiedTimestamp", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateEmailAddress",
        members: &[same("EmailAddress"), same("DisplayName"), same("Description"), same("Tags")],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("EmailAddressId", "EmailAddressArn"),
    born: &[],
    update: &[
        Setter {
            call: "UpdateEmailAddressMetadata",
            members: &[same("DisplayName"), same("Description")],
            beside: &[],
            // Both may be empty in the model.
            empty: Empty::Blank,
        },
        Setter {
            call: "AssociateFlow:INBOUND_EMAIL",
            members: &[same("InboundContactFlowId")],
            beside: &[],
            empty: Empty::Call("DisassociateFlow:INBOUND_EMAIL"),
        },
        Setter {
            call: "AssociateFlow:OUTBOUND_EMAIL",
            members: &[same("OutboundContactFlowId")],
            beside: &[],
            empty: Empty::Call("DisassociateFlow:OUTBOUND_EMAIL"),
        },
    ],
    late: &["InboundContactFlowId", "OutboundContactFlowId"],
    links: &[Link {
        member: "AliasConfigurations",
        key: whole,
        add: Batch {
            call: "AssociateEmailAddressAlias",
            most: 1,
            arguments: |items| json!({ "AliasConfiguration": items[0] }),
        },
        change: None,
        remove: Batch {
            call: "DisassociateEmailAddressAlias",
            most: 1,
            arguments: |items| json!({ "AliasConfiguration": items[0] }),
        },
    }],
    fixed: &["EmailAddress"],
    remove: Removal::Delete("DeleteEmailAddress"),
    stage: Stage::Switch,
    longest: (255, 4096),
    ..PLAIN
};
