//! Hours of operation, their parents and their overrides.
//!
//! Source: botocore's `connect` model, `HoursOfOperation`, `CreateHoursOfOperation`, `UpdateHoursOfOperation`.

use serde_json::{Map, Value, json};

use super::family::{Empty, Family, PLAIN, Removal, Searched, Setter, listed, same};
use super::link::{Batch, Link, whole};
use super::part::Part;
use crate::core::fields::{Class, field};

/// Hours of operation.
pub const HOURS: Family = Family {
    kind: "connect/hours",
    list: Some(listed("ListHoursOfOperations", "HoursOfOperationSummaryList")),
    search: Some(Searched {
        call: "SearchHoursOfOperations",
        items: "HoursOfOperations",
        id: "HoursOfOperationId",
        needs: &["TimeZone", "Config"],
    }),
    describe: Some(("DescribeHoursOfOperation", "HoursOfOperation")),
    parts: &[Part::List {
        member: "Overrides",
        call: "ListHoursOfOperationOverrides",
        items: "HoursOfOperationOverrideList",
        item: overriding,
        search: Some(("SearchHoursOfOperationOverrides", "HoursOfOperationOverrides", "HoursOfOperationId")),
    }],
    form: Some(parents),
    fields: &[
        field("HoursOfOperationArn", Class::Identity),
        field("HoursOfOperationId", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("TimeZone", Class::Literal),
        field("Config", Class::Portable),
        field("ParentHoursOfOperationIds", Class::Ref("connect/hours")),
        // Operational: the holidays of this place.
        field("Overrides", Class::Operational),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateHoursOfOperation",
        members: &[same("Name"), same("Description"), same("TimeZone"), same("Config"), same("Tags")],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("HoursOfOperationId", "HoursOfOperationArn"),
    born: &[],
    update: &[Setter {
        call: "UpdateHoursOfOperation",
        members: &[same("Name"), same("Description"), same("TimeZone"), same("Config")],
        beside: &[],
        empty: Empty::Blank,
    }],
    links: &[
        Link {
            member: "ParentHoursOfOperationIds",
            key: whole,
            add: Batch {
                call: "AssociateHoursOfOperations",
                most: 3,
                arguments: |ids| {
                    let each = ids.iter().map(|id| json!({ "HoursOfOperationId": id }));
                    json!({ "ParentHoursOfOperationConfigs": each.collect::<Vec<_>>() })
                },
            },
            change: None,
            remove: Batch {
                call: "DisassociateHoursOfOperations",
                most: 3,
                arguments: |ids| json!({ "ParentHoursOfOperationIds": ids }),
            },
        },
        Link {
            member: "Overrides",
            key: |item| item["Name"].clone(),
            add: Batch {
                call: "CreateHoursOfOperationOverride",
                most: 1,
                arguments: |items| items[0].clone(),
            },
            change: Some(Batch {
                call: "UpdateHoursOfOperationOverride",
                most: 1,
                arguments: |items| items[0].clone(),
            }),
            remove: Batch {
                call: "DeleteHoursOfOperationOverride",
                most: 1,
                arguments: |items| json!({ "Name": items[0]["Name"] }),
            },
        },
    ],
    remove: Removal::Delete("DeleteHoursOfOperation"),
    arrange: Some(arrange),
    ..PLAIN
};

/// Keeps of an override what its owner says: not its id, by which no other place knows it.
fn overriding(item: &Value) -> Value {
    let mut item = item.clone();
    if let Value::Object(members) = &mut item {
        let ids = ["HoursOfOperationOverrideId", "HoursOfOperationId", "HoursOfOperationArn"];
        members
            .retain(|name, value| !ids.contains(&name.as_str()) && !value.is_null() && *value != json!(""));
    }
    item
}

/// Keeps of each parent its id.
fn parents(wire: &mut Map<String, Value>) {
    if let Some(Value::Array(parents)) = wire.remove("ParentHoursOfOperations") {
        let ids: Vec<Value> = parents.iter().map(|p| p["Id"].clone()).collect();
        if !ids.is_empty() {
            wire.insert("ParentHoursOfOperationIds".into(), Value::Array(ids));
        }
    }
}

/// Sorts the times at which they are open, and those of overrides: by day, then by when they begin and end. AWS does not say that their order
/// means anything, nor that it is kept.
fn arrange(part: &mut Map<String, Value>) {
    const DAYS: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
    let key = |entry: &Value| {
        let day = DAYS.iter().position(|d| entry["Day"] == **d).unwrap_or(DAYS.len());
        let time = |name: &str| {
            let part = |part: &str| entry[name][part].as_u64().unwrap_or_default();
            (part("Hours"), part("Minutes"))
        };
        (day, time("StartTime"), time("EndTime"), entry.to_string())
    };
    let overrides = part.get_mut("Overrides").and_then(Value::as_array_mut);
    let inner = overrides.into_iter().flatten().filter_map(|o| o.get_mut("Config"));
    let mut configs: Vec<&mut Value> = inner.collect();
    configs.iter_mut().filter_map(|c| c.as_array_mut()).for_each(|c| c.sort_by_cached_key(key));
    if let Some(Value::Array(config)) = part.get_mut("Config") {
        config.sort_by_cached_key(key);
    }
}
