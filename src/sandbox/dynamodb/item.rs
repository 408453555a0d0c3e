//! Single items: GetItem, PutItem, UpdateItem, DeleteItem.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::condition::Condition;
use super::expression::Scope;
use super::table::{Key, Table};
use super::update::Update;
use super::{Item, invalid, only};

/// Members that a write may have besides its own.
const WRITE: [&str; 7] = [
    "TableName",
    "ConditionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnValues",
    "ReturnConsumedCapacity",
    "ReturnValuesOnConditionCheckFailure",
];

/// A write that has been read and checked, and not carried out.
pub(crate) struct Write {
    pub(crate) key: Key,
    pub(crate) condition: Option<Condition>,
    pub(crate) effect: Effect,
    /// `ReturnValuesOnConditionCheckFailure` is `ALL_OLD`.
    pub(crate) old_on_failure: bool,
}

/// What a write does.
pub(crate) enum Effect {
    Put(Item),
    Update(Update, Item),
    Delete,
    Check,
}

impl Write {
    /// Reads a put, update, delete or check: the members are those of the single operations and of a transaction.
    pub(crate) fn read(table: &Table, kind: &str, body: &Map<String, Value>) -> Result<Write, Fail> {
        let scope = Scope::of(body)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let condition = text("ConditionExpression").map(|text| Condition::parse(text, &scope)).transpose()?;
        let given_key = body.get("Key");
        let (key, effect) = match kind {
            "Put" => {
                let item =
                    body.get("Item").and_then(Value::as_object).ok_or_else(|| invalid("Item is required"))?;
                (table.key_of_item(item)?, Effect::Put(item.clone()))
            }
            "Update" => {
                let key = table.key(given_key)?;
                let update = match text("UpdateExpression") {
                    Some(text) => Update::parse(text, &scope)?,
                    None => return Err(Fail::not_implemented("UpdateItem without UpdateExpression")),
                };
                for path in update.paths() {
                    if table.key_names().contains(&path.first.as_str()) {
                        return Err(invalid(format!(
                            "One or more parameter values were invalid: Cannot update attribute {}. This attribute is part of the key",
                            path.first
                        )));
                    }
                }
                let fresh = given_key.and_then(Value::as_object).cloned().unwrap_or_default();
                (key, Effect::Update(update, fresh))
            }
            "Delete" => (table.key(given_key)?, Effect::Delete),
            _ => {
                if condition.is_none() {
                    return Err(invalid("ConditionExpression is required"));
                }
                (table.key(given_key)?, Effect::Check)
            }
        };
        scope.all_used()?;
        let old_on_failure = text("ReturnValuesOnConditionCheckFailure") == Some("ALL_OLD");
        Ok(Write { key, condition, effect, old_on_failure })
    }

    /// Whether the condition holds.
    pub(crate) fn allowed(&self, table: &Table) -> bool {
        let empty = Item::new();
        let item = table.items.get(&self.key).unwrap_or(&empty);
        self.condition.as_ref().is_none_or(|condition| condition.holds(item))
    }

    /// The item afterwards; nothing when it is gone. Nothing is stored yet.
    pub(crate) fn outcome(&self, table: &Table) -> Result<Option<Item>, Fail> {
        let old = table.items.get(&self.key);
        Ok(match &self.effect {
            Effect::Put(item) => Some(item.clone()),
            Effect::Update(update, fresh) => {
                let item = update.apply(old.unwrap_or(fresh))?;
                table.key_of_item(&item)?;
                Some(item)
            }
            Effect::Delete => None,
            Effect::Check => old.cloned(),
        })
    }

    /// Stores an outcome.
    pub(crate) fn store(&self, table: &mut Table, outcome: Option<Item>) {
        match outcome {
            Some(item) => table.items.insert(self.key.clone(), item),
            None => table.items.remove(&self.key),
        };
    }
}

/// GetItem.
pub(crate) fn get(table: &Table, body: &Map<String, Value>) -> Result<Value, Fail> {
    only(
        body,
        "GetItem",
        &[
            "TableName",
            "Key",
            "ConsistentRead",
            "ReturnConsumedCapacity",
            "ProjectionExpression",
            "ExpressionAttributeNames",
        ],
    )?;
    let key = table.key(body.get("Key"))?;
    let scope = Scope::of(body)?;
    let wanted = project(body, &scope)?;
    scope.all_used()?;
    let item = match (table.items.get(&key), wanted) {
        (None, _) => return Ok(json!({})),
        (Some(item), None) => item.clone(),
        (Some(item), Some(wanted)) => keep(item, &wanted),
    };
    Ok(json!({"Item": item}))
}

/// The top-level attributes of a ProjectionExpression.
pub(crate) fn project(body: &Map<String, Value>, scope: &Scope) -> Result<Option<Vec<String>>, Fail> {
    let Some(text) = body.get("ProjectionExpression").and_then(Value::as_str) else { return Ok(None) };
    let mut cursor = super::expression::Cursor::new(text, scope)?;
    let mut out = Vec::new();
    loop {
        let path = cursor.path()?;
        if !path.rest.is_empty() {
            return Err(Fail::not_implemented("nested paths in ProjectionExpression"));
        }
        out.push(path.first);
        if !cursor.sign(",") {
            break;
        }
    }
    if cursor.at_end() { Ok(Some(out)) } else { Err(cursor.wrong()) }
}

/// The attributes of an item that are wanted.
pub(crate) fn keep(item: &Item, wanted: &[String]) -> Item {
    item.iter()
        .filter(|(name, _)| wanted.contains(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// PutItem.
pub(crate) fn put(table: &mut Table, body: &Map<String, Value>) -> Result<Value, Fail> {
    let mut known = WRITE.to_vec();
    known.push("Item");
    write(table, "Put", body, &known)
}

/// UpdateItem.
pub(crate) fn update(table: &mut Table, body: &Map<String, Value>) -> Result<Value, Fail> {
    let mut known = WRITE.to_vec();
    known.extend(["Key", "UpdateExpression"]);
    write(table, "Update", body, &known)
}

/// DeleteItem.
pub(crate) fn delete(table: &mut Table, body: &Map<String, Value>) -> Result<Value, Fail> {
    let mut known = WRITE.to_vec();
    known.push("Key");
    write(table, "Delete", body, &known)
}

/// botocore: ConditionalCheckFailedException has `message` and, for ALL_OLD, `Item`.
fn write(table: &mut Table, kind: &str, body: &Map<String, Value>, known: &[&str]) -> Result<Value, Fail> {
    only(body, &format!("{kind}Item"), known)?;
    let write = Write::read(table, kind, body)?;
    let old = table.items.get(&write.key).cloned();
    if !write.allowed(table) {
        let mut fail = Fail::new(400, "ConditionalCheckFailedException", "The conditional request failed");
        if let (true, Some(old)) = (write.old_on_failure, &old) {
            fail = fail.with("Item", Value::Object(old.clone()));
        }
        return Err(fail);
    }
    let new = write.outcome(table)?;
    let wanted = body.get("ReturnValues").and_then(Value::as_str).unwrap_or("NONE");
    let returned = match wanted {
        "NONE" => None,
        "ALL_OLD" => old,
        "ALL_NEW" if kind == "Update" => new.clone(),
        "UPDATED_NEW" | "UPDATED_OLD" if kind == "Update" => {
            let Effect::Update(update, _) = &write.effect else { return Err(invalid("ReturnValues")) };
            let names: Vec<String> = update.paths().iter().map(|path| path.first.clone()).collect();
            let side = if wanted == "UPDATED_NEW" { new.as_ref() } else { old.as_ref() };
            side.map(|item| keep(item, &names))
        }
        _ => return Err(invalid("Return values set to invalid value")),
    };
    write.store(table, new);
    Ok(returned.map_or_else(|| json!({}), |attributes| json!({"Attributes": attributes})))
}
