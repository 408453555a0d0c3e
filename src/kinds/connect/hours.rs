//! Hours of operation, without their overrides, which are operational and read by a call of their own.
//!
//! Source: botocore's `connect` model, `HoursOfOperation`, `CreateHoursOfOperation`, `UpdateHoursOfOperation`.

use super::family::{Empty, Family, Setter, same};
use crate::core::fields::{Class, field};

/// Hours of operation.
pub const HOURS: Family = Family {
    kind: "connect/hours",
    list: ("ListHoursOfOperations", "HoursOfOperationSummaryList"),
    describe: ("DescribeHoursOfOperation", "HoursOfOperation"),
    arn: "HoursOfOperationArn",
    fields: &[
        field("HoursOfOperationArn", Class::Identity),
        field("HoursOfOperationId", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("TimeZone", Class::Literal),
        field("Config", Class::Portable),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Setter {
        call: "CreateHoursOfOperation",
        members: &[same("Name"), same("Description"), same("TimeZone"), same("Config"), same("Tags")],
        beside: &[],
        empty: Empty::Omitted,
    },
    made: ("HoursOfOperationId", "HoursOfOperationArn"),
    born: &[],
    update: &[Setter {
        call: "UpdateHoursOfOperation",
        members: &[same("Description"), same("TimeZone"), same("Config")],
        beside: &[same("Name")],
        empty: Empty::Text,
    }],
    fixed: &["Name"],
    delete: "DeleteHoursOfOperation",
    shell: None,
};
