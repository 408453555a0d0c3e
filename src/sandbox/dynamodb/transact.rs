//! TransactWriteItems: all or nothing.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::world::Account;
use super::item::Write;
use super::table::{self, Table};
use super::{invalid, only};

/// A ClientRequestToken is good for ten minutes (TransactWriteItems, "Idempotency").
const TOKEN_SECONDS: f64 = 600.0;

/// TransactWriteItems. At most 100 actions, none two on one item.
pub(crate) fn write(
    account: &mut Account,
    region: &str,
    body: &Map<String, Value>,
    now: f64,
) -> Result<Value, Fail> {
    only(
        body,
        "TransactWriteItems",
        &["TransactItems", "ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"],
    )?;
    let actions = body.get("TransactItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if actions.is_empty() || actions.len() > 100 {
        return Err(invalid("Member must have length less than or equal to 100, and at least 1"));
    }
    let asked = Value::Array(actions.to_vec()).to_string();
    let token = body.get("ClientRequestToken").and_then(Value::as_str);
    if let Some(token) = token {
        let seen = account.tables.values().find_map(|table| table.tokens.get(token));
        match seen {
            Some((before, at)) if now - at < TOKEN_SECONDS => {
                if *before == asked {
                    return Ok(json!({}));
                }
                return Err(Fail::new(
                    400,
                    "IdempotentParameterMismatchException",
                    "The request uses the same client token as a previous, but non-identical request.",
                ));
            }
            _ => {}
        }
    }
    let mut writes = Vec::new();
    for action in actions {
        let single =
            action.as_object().filter(|action| action.len() == 1).and_then(|action| action.iter().next());
        let (kind, inner) = single
            .ok_or_else(|| invalid("TransactItems can only contain one of Check, Put, Update or Delete"))?;
        if !["ConditionCheck", "Put", "Update", "Delete"].contains(&kind.as_str()) {
            return Err(invalid(format!("{kind} is not an action of a transaction")));
        }
        let inner = inner.as_object().ok_or_else(|| invalid(format!("{kind} must be an object")))?;
        let place = (region.to_owned(), table::name(inner).to_owned());
        let write = Write::read(table::ready(account, region, inner)?, kind, inner)?;
        let twice =
            writes.iter().any(|(known, other): &(_, Write)| *known == place && other.key == write.key);
        if twice {
            return Err(invalid("Transaction request cannot include multiple operations on one item"));
        }
        writes.push((place, write));
    }
    let mut outcomes = Vec::new();
    let mut reasons = Vec::new();
    let mut failed = false;
    for (place, write) in &writes {
        let table: &Table = account.tables.get(place).ok_or_else(|| invalid("table"))?;
        let reason = if !write.allowed(table) {
            let mut reason =
                json!({"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"});
            if let (true, Some(old)) = (write.old_on_failure, table.items.get(&write.key)) {
                reason["Item"] = Value::Object(old.clone());
            }
            Err(reason)
        } else {
            write.outcome(table).map_err(|fail| json!({"Code": "ValidationError", "Message": fail.message}))
        };
        match reason {
            Ok(outcome) => {
                outcomes.push(outcome);
                reasons.push(json!({"Code": "None"}));
            }
            Err(reason) => {
                failed = true;
                outcomes.push(None);
                reasons.push(reason);
            }
        }
    }
    if failed {
        let codes: Vec<&str> =
            reasons.iter().filter_map(|reason| reason.get("Code").and_then(Value::as_str)).collect();
        let message = format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            codes.join(", ")
        );
        return Err(Fail::new(400, "TransactionCanceledException", message)
            .with("CancellationReasons", Value::Array(reasons.clone())));
    }
    for ((place, write), outcome) in writes.iter().zip(outcomes) {
        if let Some(table) = account.tables.get_mut(place) {
            write.store(table, outcome);
        }
    }
    if let (Some(token), Some((place, _))) = (token, writes.first())
        && let Some(table) = account.tables.get_mut(place)
    {
        table.tokens.insert(token.to_owned(), (asked, now));
    }
    Ok(json!({}))
}
