//! Phone numbers: which flow each leads to. They are never claimed and never released.
//!
//! Source: botocore's `connect` model, `ClaimedPhoneNumberSummary`, `ListFlowAssociations`,
//! `AssociatePhoneNumberContactFlow`, `DisassociatePhoneNumberContactFlow`.

use super::family::{Empty, Family, Listed, PLAIN, Setter, same};
use super::part::Part;
use crate::core::fields::{Class, field};
use crate::core::moves::Stage;

/// Phone numbers.
pub const PHONE_NUMBER: Family = Family {
    kind: "connect/phone-number",
    list: Some(Listed {
        call: "ListPhoneNumbersV2",
        items: "ListPhoneNumbersSummaryList",
        id: "PhoneNumberId",
        arn: "PhoneNumberArn",
        name: "PhoneNumber",
    }),
    describe: Some(("DescribePhoneNumber", "ClaimedPhoneNumberSummary")),
    parts: &[Part::Found {
        member: "ContactFlowId",
        call: "ListFlowAssociations",
        items: "FlowAssociationSummaryList",
        of: "ResourceId",
        value: "FlowId",
    }],
    name: "PhoneNumber",
    fields: &[
        field("PhoneNumberArn", Class::Identity),
        field("PhoneNumberId", Class::Identity),
        field("InstanceId", Class::Identity),
        field("TargetArn", Class::Identity),
        field("SourcePhoneNumberArn", Class::Identity),
        field("PhoneNumber", Class::Literal),
        field("ContactFlowId", Class::Ref("connect/flow")),
        // Whose number it is: nothing of it is ever written.
        field("PhoneNumberCountryCode", Class::Local),
        field("PhoneNumberType", Class::Local),
        field("PhoneNumberDescription", Class::Local),
        field("Tags", Class::Local),
        field("PhoneNumberStatus", Class::Volatile),
    ],
    update: &[Setter {
        call: "AssociatePhoneNumberContactFlow",
        members: &[same("ContactFlowId")],
        beside: &[],
        empty: Empty::Call("DisassociatePhoneNumberContactFlow"),
    }],
    stage: Stage::Switch,
    ..PLAIN
};
