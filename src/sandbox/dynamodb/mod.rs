//! DynamoDB as far as a ledger uses it: items by key, conditions, queries, transactions (awsJson1.0).

mod condition;
mod expression;
mod item;
mod operand;
mod query;
mod reserved;
mod setting;
mod table;
mod token;
mod transact;
mod update;
mod value;

use serde_json::{Map, Value};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

pub(crate) use table::Table;

/// An item, or part of one: attribute names and typed values.
pub(crate) type Item = Map<String, Value>;

/// A `ValidationException`, as DynamoDB refuses what it cannot take.
pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "ValidationException", message)
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !["Get", "BatchGet", "Query", "Scan", "Describe", "List"].iter().any(|verb| operation.starts_with(verb))
}

/// Table and key.
pub(crate) fn hint(call: &Call) -> String {
    let body = call.json().unwrap_or_default();
    if let Some(actions) = body.get("TransactItems").and_then(Value::as_array) {
        let one = |action: &Value| {
            let inner = action.as_object().and_then(|action| action.values().next());
            inner.and_then(Value::as_object).map(place).unwrap_or_default()
        };
        return actions.iter().map(one).collect::<Vec<_>>().join(", ");
    }
    place(&body)
}

fn place(body: &Map<String, Value>) -> String {
    let table = body.get("TableName").and_then(Value::as_str).unwrap_or_default();
    let item = body.get("Key").or_else(|| body.get("Item")).and_then(Value::as_object);
    let part = |name: &str| item.and_then(|item| item.get(name)?.get("S")?.as_str());
    [Some(table), part("pk"), part("sk")].into_iter().flatten().collect::<Vec<_>>().join("/")
}

pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let body = call.json()?;
    let now = world.clock.now();
    // assumed: switch table_creation_calls
    let creating = world.switches.number("table_creation_calls");
    let account = world
        .accounts
        .get_mut(&call.caller.account)
        .ok_or_else(|| Fail::new(400, "AccessDeniedException", "no such account"))?;
    let region = &call.region;
    let value = match call.operation.as_str() {
        "CreateTable" => table::create(account, region, &body, now, creating)?,
        "DescribeTable" => table::find(account, region, &body)?.describe_answer(),
        "UpdateTable" => setting::update(table::find(account, region, &body)?, &body)?,
        "ListTables" => setting::list(account, region, &body)?,
        "DescribeContinuousBackups" => setting::backups(setting::find(account, region, &body)?, now),
        "UpdateContinuousBackups" => {
            setting::update_backups(setting::find(account, region, &body)?, &body, now)?
        }
        "GetItem" => item::get(table::ready(account, region, &body)?, &body)?,
        "PutItem" => item::put(table::ready(account, region, &body)?, &body)?,
        "UpdateItem" => item::update(table::ready(account, region, &body)?, &body)?,
        "DeleteItem" => item::delete(table::ready(account, region, &body)?, &body)?,
        "Query" => query::query(table::ready(account, region, &body)?, &body)?,
        "TransactWriteItems" => transact::write(account, region, &body, now)?,
        other => return Err(Fail::not_implemented(&format!("dynamodb:{other}"))),
    };
    let mut answer = Answer::json(&value);
    answer.headers = vec![("content-type".into(), "application/x-amz-json-1.0".into())];
    Ok(answer)
}

/// Refuses members of a request that would change its meaning and are not understood.
pub(crate) fn only(body: &Map<String, Value>, operation: &str, known: &[&str]) -> Result<(), Fail> {
    match body.iter().find(|(name, value)| !known.contains(&name.as_str()) && !value.is_null()) {
        Some((name, _)) => Err(Fail::not_implemented(&format!("{name} of dynamodb:{operation}"))),
        None => Ok(()),
    }
}
