//! Data tables and their attributes: what a table can hold.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::{self, Kind};
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{duplicate, invalid, not_found, one_of, required, text};
use super::kept::{self, Sort, given, must};
use super::list::visible;
use super::{page, table_value};

pub(crate) const SORT: Sort = Sort {
    kind: Kind::DataTable,
    whole: "DataTable",
    id: "Id",
    arn: "Arn",
    name: "Name",
    modified: "LastModifiedTime",
};

/// Members that have operations of their own.
pub(crate) const ATTRIBUTES: &str = "Attributes";
pub(crate) const VALUES: &str = "Values";

const LEVELS: [&str; 5] = ["NONE", "DATA_TABLE", "PRIMARY_VALUE", "ATTRIBUTE", "VALUE"];
const TYPES: [&str; 5] = ["TEXT", "NUMBER", "BOOLEAN", "TEXT_LIST", "NUMBER_LIST"];

pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "CreateDataTable" => create(instance, ask),
        "DescribeDataTable" => {
            let found = kept::named(instance, ask, &SORT)?;
            let mut out = kept::shape(&SORT, found, &[ATTRIBUTES, VALUES]);
            out.insert("LastModifiedRegion".into(), json!(instance.region));
            out.insert("LockVersion".into(), json!({"DataTable": table_value::lock(&json!(found.body))}));
            Ok(kept::described(&SORT, out))
        }
        "UpdateDataTableMetadata" => update(instance, ask),
        "DeleteDataTable" => kept::delete(instance, ask, &SORT),
        "CreateDataTableAttribute" => add(instance, ask),
        "UpdateDataTableAttribute" => change(instance, ask),
        "DeleteDataTableAttribute" => remove(instance, ask),
        "ListDataTableAttributes" => {
            let found = kept::named(instance, ask, &SORT)?;
            let items = attributes(found).iter().map(|it| shape(instance, found, it)).collect();
            page::from_query(ask, "Attributes", items, 100, 1000)
        }
        "ListDataTables" => {
            let shape = |it: &Resource| {
                json!({
                    "Id": it.id, "Arn": it.arn, "Name": it.name, "LastModifiedTime": clock::epoch(it.modified),
                    "LastModifiedRegion": instance.region,
                })
            };
            let items = visible(instance, Kind::DataTable, &ask.env).map(shape).collect();
            page::from_query(ask, "DataTableSummaryList", items, 100, 1000)
        }
        _ => table_value::dispatch(instance, ask),
    }
}

/// The attributes of a table.
pub(crate) fn attributes(table: &Resource) -> &[Value] {
    table.body.get(ATTRIBUTES).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The members of a table that create and update share.
fn members(body: &Map<String, Value>) -> Result<Map<String, Value>, Fail> {
    required(body, "TimeZone", 1, usize::MAX)?;
    must(body, "ValueLockLevel")?;
    one_of(body, "ValueLockLevel", &LEVELS)?;
    text(body, "Description", 1, 250)?;
    Ok(given(body, &["TimeZone", "ValueLockLevel", "Description"]))
}

/// A name "unique for the instance using case-insensitive comparison".
fn name<'a>(instance: &Instance, body: &'a Map<String, Value>, own: &str) -> Result<&'a str, Fail> {
    let name = required(body, "Name", 1, 127)?;
    let reserved = ["connect:", "aws:"].iter().any(|head| name.to_lowercase().starts_with(head));
    if reserved || name.trim() != name {
        return Err(invalid(format!("{name:?} is not a name for a data table")));
    }
    let taken = |it: &Resource| {
        it.kind == Kind::DataTable && it.id != own && it.name.to_lowercase() == name.to_lowercase()
    };
    if instance.resources.values().any(taken) { Err(duplicate()) } else { Ok(name) }
}

fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let mut body = members(ask.body)?;
    must(ask.body, "Status")?;
    one_of(ask.body, "Status", &["PUBLISHED"])?;
    body.insert("Status".into(), json!("PUBLISHED"));
    let name = name(instance, ask.body, "")?;
    let lock = table_value::lock(&json!(body));
    let made = kept::insert(instance, ask, &SORT, name, body)?;
    let answer = json!({"Id": made["id"], "Arn": made["arn"], "LockVersion": {"DataTable": lock}});
    Ok(Answer::json(&answer))
}

/// UpdateDataTableMetadata: "all properties must be provided or defaults will be used".
fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let new = members(ask.body)?;
    let name = name(instance, ask.body, &kept::named(instance, ask, &SORT)?.id)?.to_owned();
    let table = kept::changed(instance, ask, &SORT)?;
    table.name = name;
    table.body.remove("Description");
    table.body.extend(new);
    Ok(Answer::json(&json!({"LockVersion": {"DataTable": table_value::lock(&json!(table.body))}})))
}

/// Changes the attributes of the table.
fn with(table: &mut Resource, change: impl FnOnce(&mut Vec<Value>)) {
    let mut all = attributes(table).to_vec();
    change(&mut all);
    all.sort_by_key(|it| it["Name"].to_string());
    match all.is_empty() {
        true => table.body.remove(ATTRIBUTES),
        false => table.body.insert(ATTRIBUTES.into(), Value::Array(all)),
    };
}

/// An attribute in a request, whose name no other of the table has ("case-insensitive comparison").
fn attribute(table: &Resource, body: &Map<String, Value>, own: &str) -> Result<Value, Fail> {
    let name = required(body, "Name", 1, 127)?;
    must(body, "ValueType")?;
    one_of(body, "ValueType", &TYPES)?;
    text(body, "Description", 1, 250)?;
    let same = |it: &&Value| it["Name"].as_str().is_some_and(|n| n.to_lowercase() == name.to_lowercase());
    if attributes(table).iter().filter(same).any(|it| it["Name"] != own) {
        return Err(duplicate());
    }
    let mut out = given(body, &["Name", "ValueType", "Description", "Primary", "Validation"]);
    // "Optional boolean that defaults to false".
    out.entry("Primary").or_insert(json!(false));
    Ok(Value::Object(out))
}

/// The answer about an attribute, in the shape of a listing.
fn shape(instance: &Instance, table: &Resource, attribute: &Value) -> Value {
    let mut out = attribute.clone();
    let name = attribute["Name"].as_str().unwrap_or_default();
    out["AttributeId"] = json!(attribute_id(table, name));
    out["DataTableId"] = json!(table.id);
    out["DataTableArn"] = json!(table.arn);
    out["LockVersion"] = json!({"DataTable": table_value::lock(&json!(table.body)), "Attribute": table_value::lock(attribute)});
    out["LastModifiedTime"] = clock::epoch(table.modified);
    out["LastModifiedRegion"] = json!(instance.region);
    out
}

/// The id of an attribute follows from its name: an attribute that is made again is the same one.
pub(crate) fn attribute_id(table: &Resource, name: &str) -> String {
    ids::derived(&[&table.id, "attribute", name])
}

fn locks(table: &Resource, attribute: &Value) -> Value {
    json!({"DataTable": table_value::lock(&json!(table.body)), "Attribute": table_value::lock(attribute)})
}

fn said(table: &Resource, name: &str) -> Answer {
    let empty = Value::Null;
    let attribute = attributes(table).iter().find(|it| it["Name"] == name).unwrap_or(&empty);
    Answer::json(&json!({"Name": name, "LockVersion": locks(table, attribute)}))
}

/// CreateDataTableAttribute: "a new primary attribute uses the empty value ... for all existing records".
fn add(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let table = kept::changed(instance, ask, &SORT)?;
    let new = attribute(table, ask.body, "")?;
    let name = new["Name"].as_str().unwrap_or_default().to_owned();
    if new["Primary"] == true {
        table_value::with(table, |values| {
            for value in values.iter_mut().filter_map(|v| v["PrimaryValues"].as_array_mut()) {
                value.push(json!({"AttributeName": name, "Value": ""}));
                value.sort_by_key(|v| v["AttributeName"].to_string());
            }
        });
    }
    let lock = locks(table, &new);
    with(table, |all| all.push(new));
    let id = attribute_id(table, &name);
    Ok(Answer::json(&json!({"Name": name, "AttributeId": id, "LockVersion": lock})))
}

/// UpdateDataTableAttribute: "It does not act as a patch operation". Its values stay.
fn change(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let table = kept::changed(instance, ask, &SORT)?;
    let old = ask.call.label(2);
    if !attributes(table).iter().any(|it| it["Name"] == old) {
        return Err(not_found(&format!("attribute {old}")));
    }
    let new = attribute(table, ask.body, old)?;
    let name = new["Name"].as_str().unwrap_or_default().to_owned();
    with(table, |all| {
        all.retain(|it| it["Name"] != old);
        all.push(new);
    });
    Ok(said(table, &name))
}

/// DeleteDataTableAttribute; assumed: its values go with it, and those whose record it was a part of.
fn remove(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let table = kept::changed(instance, ask, &SORT)?;
    let name = ask.call.label(2);
    if !attributes(table).iter().any(|it| it["Name"] == name) {
        return Err(not_found(&format!("attribute {name}")));
    }
    with(table, |all| all.retain(|it| it["Name"] != name));
    table_value::with(table, |values| {
        let part = |v: &Value| {
            v["PrimaryValues"].as_array().into_iter().flatten().any(|p| p["AttributeName"] == name)
        };
        values.retain(|v| v["AttributeName"] != name && !part(v));
    });
    Ok(Answer::json(&json!({"LockVersion": locks(table, &Value::Null)})))
}
