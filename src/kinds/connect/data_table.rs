//! Data tables, their attributes, and their values. Values are operational: those who run a place change them.
//!
//! Source: botocore's `connect` model, `DataTable`, `DataTableAttribute`, `DataTableValue`, `CreateDataTable`,
//! `UpdateDataTable*`, `BatchCreateDataTableValue` and its like.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::family::{Empty, Family, PLAIN, Removal, Setter, listed, same};
use super::link::{Batch, Link};
use super::part::Part;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::fields::{Class, field};
use crate::core::finding::{Finding, Weight};
use crate::core::moves::Move;

/// How many values are written with one call. The model names no limit.
const MOST: usize = 25;

const ATTRIBUTES: &str = "Attributes";
const VALUES: &str = "Values";
const REMOVE: &str = "BatchDeleteDataTableValue";

/// Data tables.
pub const DATA_TABLE: Family = Family {
    kind: "connect/data-table",
    list: Some(listed("ListDataTables", "DataTableSummaryList")),
    describe: Some(("DescribeDataTable", "DataTable")),
    parts: &[
        Part::List {
            member: ATTRIBUTES,
            call: "ListDataTableAttributes",
            items: ATTRIBUTES,
            item: attribute,
            search: None,
        },
        Part::List { member: VALUES, call: "ListDataTableValues", items: VALUES, item: value, search: None },
    ],
    fields: &[
        field("Id", Class::Identity),
        field("Arn", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("TimeZone", Class::Literal),
        field("ValueLockLevel", Class::Literal),
        field("Status", Class::Literal),
        field(ATTRIBUTES, Class::Portable),
        field(VALUES, Class::Operational),
        field("Tags", Class::Tags),
        field("LockVersion", Class::Volatile),
        field("Version", Class::Volatile),
        field("VersionDescription", Class::Volatile),
        field("CreatedTime", Class::Volatile),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateDataTable",
        members: &[
            same("Name"),
            same("Description"),
            same("TimeZone"),
            same("ValueLockLevel"),
            same("Status"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("Id", "Arn"),
    update: &[Setter {
        call: "UpdateDataTableMetadata",
        members: &[same("Name"), same("Description"), same("TimeZone"), same("ValueLockLevel")],
        beside: &[],
        // "All properties must be provided or defaults will be used".
        empty: Empty::Omitted,
    }],
    fixed: &["Status"],
    links: &[
        Link {
            member: ATTRIBUTES,
            key: |item| item["Name"].clone(),
            add: Batch { call: "CreateDataTableAttribute", most: 1, arguments: |items| bare(&items[0]) },
            change: Some(Batch {
                call: "UpdateDataTableAttribute",
                most: 1,
                arguments: |items| bare(&items[0]),
            }),
            remove: Batch {
                call: "DeleteDataTableAttribute",
                most: 1,
                arguments: |items| json!({ "Name": items[0]["Name"] }),
            },
        },
        Link {
            member: VALUES,
            key: |item| json!([item["PrimaryValues"], item["AttributeName"]]),
            add: Batch {
                call: "BatchCreateDataTableValue",
                most: MOST,
                arguments: |items| json!({ "Values": items }),
            },
            change: Some(Batch {
                call: "BatchUpdateDataTableValue",
                most: MOST,
                arguments: |items| json!({ "Values": items }),
            }),
            remove: Batch { call: REMOVE, most: MOST, arguments: |items| json!({ "Values": items }) },
        },
    ],
    remove: Removal::Delete("DeleteDataTable"),
    ..PLAIN
};

/// Gives an attribute all members that one can have, so that none is ever lost: an update sets them all.
fn attribute(item: &Value) -> Value {
    json!({
        "Name": item["Name"], "ValueType": item["ValueType"], "Primary": item["Primary"] == true,
        "Description": item["Description"].as_str().unwrap_or_default(),
        "Validation": if item["Validation"].is_object() { item["Validation"].clone() } else { json!({}) },
    })
}

/// Returns an attribute as it is sent: without what it has not.
fn bare(item: &Value) -> Value {
    let mut item = item.clone();
    if let Value::Object(members) = &mut item {
        members.retain(|_, v| *v != json!("") && *v != json!({}));
    }
    item
}

/// Keeps of a value what it is and of what: its record by names, in one order.
fn value(item: &Value) -> Value {
    let part = |p: &Value| json!({ "AttributeName": p["AttributeName"], "Value": p["Value"] });
    let mut record: Vec<Value> = item["PrimaryValues"].as_array().into_iter().flatten().map(part).collect();
    record.sort_by_cached_key(Value::to_string);
    json!({ "PrimaryValues": record, "AttributeName": item["AttributeName"], "Value": item["Value"] })
}

/// Puts first what takes values away: an attribute takes its values with it.
pub fn ordered(mut moves: Vec<Move>) -> Vec<Move> {
    moves.sort_by_key(|m| m.call != REMOVE);
    moves
}

fn list<'a>(members: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Value> {
    members.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Takes out of `to` the values that its attributes have no place for, and says so.
pub fn fitting(address: &Address, to: &mut Document) -> Option<Finding> {
    if address.kind() != DATA_TABLE.kind {
        return None;
    }
    let names: BTreeSet<&str> = list(&to.portable, ATTRIBUTES).filter_map(|a| a["Name"].as_str()).collect();
    let primary: BTreeSet<&str> = list(&to.portable, ATTRIBUTES)
        .filter(|a| a["Primary"] == true)
        .filter_map(|a| a["Name"].as_str())
        .collect();
    let fits = |value: &Value| {
        let record: BTreeSet<&str> = value["PrimaryValues"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|p| p["AttributeName"].as_str())
            .collect();
        value["AttributeName"].as_str().is_some_and(|n| names.contains(n))
            && (record.is_empty() || record == primary)
    };
    let all: Vec<Value> = list(&to.local, VALUES).cloned().collect();
    let left: Vec<Value> = all.iter().filter(|v| fits(v)).cloned().collect();
    let gone = all.len() - left.len();
    if gone == 0 {
        return None;
    }
    match left.is_empty() {
        true => to.local.remove(VALUES),
        false => to.local.insert(VALUES.into(), Value::Array(left)),
    };
    let message = format!(
        "loses {gone} of its values, for which it has no attribute any more; a rollback puts them back"
    );
    Some(Finding::new(Weight::Warning, Some(address), message))
}
