//! Values of data tables: one for an attribute and a record, changed many at once and each by its lock.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::digest;
use super::super::ids;
use super::super::world::{Instance, Resource};
use super::data_table::{SORT, VALUES, attribute_id, attributes};
use super::env::Ask;
use super::input::{invalid, list_of};
use super::{kept, page};

pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "BatchCreateDataTableValue" | "BatchUpdateDataTableValue" | "BatchDeleteDataTableValue" => {
            batch(instance, ask)
        }
        _ => list(instance, ask),
    }
}

/// The version of something: it changes with its content.
pub(crate) fn lock(of: &Value) -> String {
    digest::sha256_hex(of.to_string().as_bytes())[..16].to_owned()
}

fn values(table: &Resource) -> &[Value] {
    table.body.get(VALUES).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Changes the values of a table, which have one order.
pub(crate) fn with(table: &mut Resource, change: impl FnOnce(&mut Vec<Value>)) {
    let mut all = values(table).to_vec();
    change(&mut all);
    all.sort_by_key(|v| (v["PrimaryValues"].to_string(), v["AttributeName"].to_string()));
    match all.is_empty() {
        true => table.body.remove(VALUES),
        false => table.body.insert(VALUES.into(), Value::Array(all)),
    };
}

/// Which value an item names: its record, and its attribute.
fn key(item: &Value) -> (Value, Value) {
    let mut record = item["PrimaryValues"].as_array().cloned().unwrap_or_default();
    for part in &mut record {
        *part = json!({"AttributeName": part["AttributeName"], "Value": part["Value"]});
    }
    record.sort_by_key(|part| part["AttributeName"].to_string());
    (Value::Array(record), item["AttributeName"].clone())
}

/// The locks of a value (botocore DataTableLockVersion).
fn locks(table: &Resource, value: &Value) -> Value {
    let whole = json!(values(table));
    let of = |name: &str| {
        let same: Vec<&Value> = values(table).iter().filter(|v| v[name] == value[name]).collect();
        lock(&json!(same))
    };
    json!({
        "DataTable": lock(&whole), "Attribute": of("AttributeName"), "PrimaryValues": of("PrimaryValues"),
        "Value": lock(value),
    })
}

/// "The combination of primary values and the attribute name serve as the identifier for the individual item request";
/// what fails is listed apart, and the rest is done.
fn batch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let items = list_of(ask.body, "Values", 1, usize::MAX)?.ok_or_else(|| invalid("Values is required"))?;
    let table = kept::changed(instance, ask, &SORT)?;
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    // All locks of one request are of before it.
    let before = table.clone();
    for item in items {
        let (record, name) = key(item);
        let mut out = json!({"PrimaryValues": record, "AttributeName": name});
        match one(&before, table, ask, item) {
            Ok(()) => {
                if ask.call.operation.starts_with("BatchCreate") {
                    out["RecordId"] = json!(record_id(table, &record));
                }
                let value = values(table).iter().find(|v| key(v) == key(item)).cloned().unwrap_or_default();
                out["LockVersion"] = locks(table, &value);
                done.push(out);
            }
            Err(why) => {
                out["Message"] = json!(why);
                failed.push(out);
            }
        }
    }
    Ok(Answer::json(&json!({"Successful": done, "Failed": failed})))
}

fn record_id(table: &Resource, record: &Value) -> String {
    ids::derived(&[&table.id, "record", &record.to_string()])
}

fn one(before: &Resource, table: &mut Resource, ask: &Ask<'_>, item: &Value) -> Result<(), String> {
    let (record, name) = key(item);
    let attribute = attributes(table).iter().find(|it| it["Name"] == name).cloned();
    let attribute = attribute.ok_or_else(|| format!("there is no attribute {name}"))?;
    let primary: Vec<&Value> =
        attributes(table).iter().filter(|it| it["Primary"] == true).map(|it| &it["Name"]).collect();
    let given: Vec<&Value> = record.as_array().into_iter().flatten().map(|it| &it["AttributeName"]).collect();
    // A default belongs to no record.
    if !given.is_empty() && (given.len() != primary.len() || !primary.iter().all(|it| given.contains(it))) {
        return Err("the primary values are not those of the table".into());
    }
    let old = values(table).iter().find(|v| key(v) == key(item)).cloned();
    let creating = ask.call.operation.starts_with("BatchCreate");
    match (&old, creating) {
        (Some(_), true) => return Err("the value is there already".into()),
        (None, false) => return Err("there is no such value".into()),
        (Some(old), false) => {
            let level = match table.body.get("ValueLockLevel").and_then(Value::as_str) {
                Some("DATA_TABLE") => "DataTable",
                Some("PRIMARY_VALUE") => "PrimaryValues",
                Some("ATTRIBUTE") => "Attribute",
                Some("VALUE") => "Value",
                _ => "",
            };
            if !level.is_empty() && locks(before, old)[level] != item["LockVersion"][level] {
                return Err("the value has been changed since".into());
            }
        }
        (None, true) => {}
    }
    if ask.call.operation.starts_with("BatchDelete") {
        with(table, |all| all.retain(|v| key(v) != key(item)));
        return Ok(());
    }
    let text = item["Value"].as_str().ok_or("a value is a string")?;
    // "The value must pass ... the default validation for the value type".
    let fits = match attribute["ValueType"].as_str() {
        Some("NUMBER") => text.parse::<f64>().is_ok(),
        Some("BOOLEAN") => matches!(text, "true" | "false"),
        _ => attribute["Validation"]["MaxLength"]
            .as_u64()
            .is_none_or(|most| text.chars().count() as u64 <= most),
    };
    if !fits {
        return Err(format!("{text:?} is not a value of {name}"));
    }
    with(table, |all| {
        all.retain(|v| key(v) != key(item));
        all.push(json!({"PrimaryValues": record, "AttributeName": name, "Value": text}));
    });
    Ok(())
}

/// ListDataTableValues and ListDataTablePrimaryValues, in the order of their records. Filters are not known here.
fn list(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let table = kept::named(instance, ask, &SORT)?;
    let ids = |record: &Value| -> Value {
        let parts = record.as_array().into_iter().flatten().map(|part| {
            let name = part["AttributeName"].as_str().unwrap_or_default();
            json!({"AttributeName": name, "AttributeId": attribute_id(table, name), "Value": part["Value"]})
        });
        parts.collect()
    };
    let stamp = |mut out: Map<String, Value>, record: &Value| {
        out.insert("RecordId".into(), json!(record_id(table, record)));
        out.insert("PrimaryValues".into(), ids(record));
        out.insert("LastModifiedTime".into(), clock::epoch(table.modified));
        out.insert("LastModifiedRegion".into(), json!(instance.region));
        Value::Object(out)
    };
    if ask.call.operation == "ListDataTablePrimaryValues" {
        let mut records: Vec<&Value> = values(table).iter().map(|v| &v["PrimaryValues"]).collect();
        records.dedup();
        let items = records.into_iter().map(|record| stamp(Map::new(), record)).collect();
        return page::from_query(ask, "PrimaryValuesList", items, 100, 1000);
    }
    let items = values(table).iter().map(|value| {
        let name = value["AttributeName"].as_str().unwrap_or_default();
        let attribute = attributes(table).iter().find(|it| it["Name"] == name);
        let mut out = Map::new();
        out.insert("AttributeId".into(), json!(attribute_id(table, name)));
        out.insert("AttributeName".into(), json!(name));
        out.insert("ValueType".into(), attribute.map_or(json!("TEXT"), |it| it["ValueType"].clone()));
        out.insert("Value".into(), value["Value"].clone());
        out.insert("LockVersion".into(), locks(table, value));
        stamp(out, &value["PrimaryValues"])
    });
    page::from_query(ask, "Values", items.collect(), 100, 1000)
}
