//! Attributes of the instance: switches of its own. They are always there.
//!
//! Source: botocore's `connect` model, `Attribute`, `ListInstanceAttributes`, `UpdateInstanceAttribute`.

use super::family::{Empty, Family, Listed, PLAIN, Searched, Setter, same};
use crate::core::fields::{Class, field};
use crate::core::moves::Stage;

/// Attributes of the instance, each by itself: which there are is the service's own affair.
pub const INSTANCE_ATTRIBUTE: Family = Family {
    kind: "connect/instance-attribute",
    list: Some(Listed {
        call: "ListInstanceAttributes",
        items: "Attributes",
        id: "AttributeType",
        arn: "",
        name: "AttributeType",
    }),
    search: Some(Searched {
        call: "ListInstanceAttributes",
        items: "Attributes",
        id: "AttributeType",
        needs: &["Value"],
    }),
    describe: Some(("DescribeInstanceAttribute", "Attribute")),
    name: "",
    fields: &[field("AttributeType", Class::Identity), field("Value", Class::Literal)],
    update: &[Setter {
        call: "UpdateInstanceAttribute",
        members: &[same("Value")],
        beside: &[],
        empty: Empty::Never,
    }],
    stage: Stage::Switch,
    longest: (0, 0),
    ..PLAIN
};
