//! Query, on the table or an index.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::condition::Condition;
use super::expression::Scope;
use super::item::{keep, project};
use super::operand::Operand;
use super::table::{Keys, Table};
use super::{Item, invalid, only, value};

const KNOWN: [&str; 13] = [
    "TableName",
    "IndexName",
    "KeyConditionExpression",
    "FilterExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ScanIndexForward",
    "Limit",
    "ExclusiveStartKey",
    "ConsistentRead",
    "ReturnConsumedCapacity",
    "Select",
    "ProjectionExpression",
];

/// A page ends at 1 MB ("Paginating table query results").
const PAGE_BYTES: usize = 1024 * 1024;

/// Query.
pub(crate) fn query(table: &Table, body: &Map<String, Value>) -> Result<Value, Fail> {
    only(body, "Query", &KNOWN)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let scope = Scope::of(body)?;
    let keys = match text("IndexName") {
        None => &table.keys,
        Some(name) => {
            if body.get("ConsistentRead").and_then(Value::as_bool) == Some(true) {
                return Err(invalid("Consistent reads are not supported on global secondary indexes"));
            }
            table
                .indexes
                .get(name)
                .ok_or_else(|| invalid(format!("The table does not have the specified index: {name}")))?
        }
    };
    let condition = text("KeyConditionExpression").ok_or_else(|| {
        invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        )
    })?;
    let condition = Condition::parse(condition, &scope)?;
    check_key_condition(&condition, keys)?;
    let filter = text("FilterExpression").map(|text| Condition::parse(text, &scope)).transpose()?;
    let wanted = project(body, &scope)?;
    scope.all_used()?;
    if let Some(filter) = &filter {
        let mut names = Vec::new();
        filter.attributes(&mut names);
        if names.iter().any(|name| *name == keys.pk || Some(name) == keys.sk.as_ref()) {
            return Err(invalid("Filter Expression can only contain non-primary key attributes"));
        }
    }
    let limit = match body.get("Limit").filter(|limit| !limit.is_null()) {
        None => usize::MAX,
        Some(limit) => limit
            .as_u64()
            .and_then(|limit| usize::try_from(limit).ok())
            .filter(|limit| *limit > 0)
            .ok_or_else(|| invalid("Limit must be 1 or more"))?,
    };
    let mut items: Vec<&Item> = table.items.values().filter(|item| condition.holds(item)).collect();
    items.sort_by(|a, b| order(table, keys, a, b));
    if body.get("ScanIndexForward").and_then(Value::as_bool) == Some(false) {
        items.reverse();
    }
    let start = body.get("ExclusiveStartKey").filter(|key| !key.is_null());
    if let Some(start) = start {
        let start = start.as_object().ok_or_else(|| invalid("The provided starting key is invalid"))?;
        if !table.key_names().iter().all(|name| start.contains_key(*name)) {
            return Err(invalid("The provided starting key is invalid"));
        }
        let forward = body.get("ScanIndexForward").and_then(Value::as_bool) != Some(false);
        let past = if forward { Ordering::Greater } else { Ordering::Less };
        items.retain(|item| order(table, keys, item, start) == past);
    }
    let (mut out, mut scanned, mut bytes, mut last) = (Vec::new(), 0_usize, 0_usize, None);
    for item in &items {
        if scanned == limit || bytes > PAGE_BYTES {
            last = items.get(scanned - 1);
            break;
        }
        scanned += 1;
        bytes += Value::Object((*item).clone()).to_string().len();
        if filter.as_ref().is_none_or(|filter| filter.holds(item)) {
            out.push(*item);
        }
    }
    // AWS gives a key also when the limit was met exactly at the end ("LastEvaluatedKey" of Query).
    if last.is_none() && scanned == limit {
        last = items.get(scanned - 1);
    }
    let mut answer = json!({"Count": out.len(), "ScannedCount": scanned});
    if text("Select") != Some("COUNT") {
        let shown = |item: &Item| wanted.as_ref().map_or_else(|| item.clone(), |wanted| keep(item, wanted));
        answer["Items"] = out.into_iter().map(shown).map(Value::Object).collect();
    }
    if let Some(last) = last {
        let mut names = table.key_names();
        names.push(&keys.pk);
        names.extend(keys.sk.as_deref());
        let key: Item = last
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        answer["LastEvaluatedKey"] = Value::Object(key);
    }
    Ok(answer)
}

/// By the sort key, then (in an index) by the table's own key.
fn order(table: &Table, keys: &Keys, a: &Item, b: &Item) -> Ordering {
    let names = keys.sk.iter().chain([&table.keys.pk]).chain(table.keys.sk.iter());
    for name in names {
        if let (Some(a), Some(b)) = (a.get(name), b.get(name)) {
            match value::compare(a, b) {
                None | Some(Ordering::Equal) => {}
                Some(order) => return order,
            }
        }
    }
    Ordering::Equal
}

/// "Key condition expressions": equality on the partition key, and at most one comparison of the sort key.
fn check_key_condition(condition: &Condition, keys: &Keys) -> Result<(), Fail> {
    let parts = match condition {
        Condition::And(a, b) => vec![a.as_ref(), b.as_ref()],
        one => vec![one],
    };
    let (mut partition, mut sort) = (0, 0);
    for part in parts {
        let name = match part {
            Condition::Compare(Operand::Path(path), sign, Operand::Value(_)) if *sign != "<>" => {
                if path.first == keys.pk && *sign != "=" {
                    return Err(invalid("Query key condition not supported"));
                }
                &path.first
            }
            Condition::Between(Operand::Path(path), Operand::Value(_), Operand::Value(_))
            | Condition::BeginsWith(Operand::Path(path), Operand::Value(_))
                if path.first != keys.pk =>
            {
                &path.first
            }
            _ => return Err(invalid("Invalid operator used in KeyConditionExpression")),
        };
        if *name == keys.pk {
            partition += 1;
        } else if Some(name) == keys.sk.as_ref() {
            sort += 1;
        } else {
            return Err(invalid(format!("Query condition missed key schema element: {}", keys.pk)));
        }
    }
    if partition == 1 && sort <= 1 {
        return Ok(());
    }
    Err(invalid(format!("Query condition missed key schema element: {}", keys.pk)))
}
