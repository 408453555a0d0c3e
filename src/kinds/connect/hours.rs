//! Hours of operation, without their overrides, which are operational and read by a call of their own.
//!
//! Source: botocore's `connect` model, `HoursOfOperation`, `CreateHoursOfOperation`, `UpdateHoursOfOperation`.

use serde_json::{Map, Value};

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
    arrange: Some(arrange),
};

/// Sorts the times at which they are open: by day, then by when they begin and end. AWS does not say that their order
/// means anything, nor that it is kept.
fn arrange(portable: &mut Map<String, Value>) {
    const DAYS: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
    let key = |entry: &Value| {
        let day = DAYS.iter().position(|d| entry["Day"] == **d).unwrap_or(DAYS.len());
        let time = |name: &str| {
            let part = |part: &str| entry[name][part].as_u64().unwrap_or_default();
            (part("Hours"), part("Minutes"))
        };
        (day, time("StartTime"), time("EndTime"), entry.to_string())
    };
    if let Some(Value::Array(config)) = portable.get_mut("Config") {
        config.sort_by_cached_key(key);
    }
}
