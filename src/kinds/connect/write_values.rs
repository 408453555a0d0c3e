//! The calls that change values of data tables: many at once, each by its lock, all of them or none.
//!
//! Source: botocore's `connect` model, `BatchCreateDataTableValue` and its like: what fails is listed in an answer that is
//! none of an error, and a change needs the version that the value has.

use aws_sdk_connect::Client;
use serde_json::{Value, json};

use super::calls::Calls;
use crate::aws::{Failure, Fate};
use crate::core::Error;
use crate::wire;

const CREATE: &str = "BatchCreateDataTableValue";
const UPDATE: &str = "BatchUpdateDataTableValue";
const DELETE: &str = "BatchDeleteDataTableValue";

impl Calls {
    /// With `c` writes the values in `args` of the table `id`. Where some are refused, those that were not are put back;
    /// refused if that could be done, else unknown.
    pub(super) async fn write_values(
        &self,
        c: &Client,
        call: &str,
        id: &str,
        args: &Value,
    ) -> Result<Value, Failure> {
        let there = self.values(id).await?;
        let wanted: Vec<Value> = args["Values"].as_array().cloned().unwrap_or_default();
        let answer = self.batch(c, call, id, &wanted, &there).await?;
        let failed: Vec<&Value> = answer["Failed"].as_array().into_iter().flatten().collect();
        let Some(first) = failed.first() else { return Ok(answer) };
        let message = format!(
            "{} of {} values are refused, the first for {} of {}: {}",
            failed.len(),
            wanted.len(),
            first["AttributeName"],
            record(first),
            first["Message"].as_str().unwrap_or("no reason is given")
        );
        let done: Vec<Value> = answer["Successful"].as_array().cloned().unwrap_or_default();
        let fate = if done.is_empty() { Fate::Refused } else { self.undo(c, call, id, &done, &there).await };
        Err(Failure { error: Error::failed(message), fate })
    }

    /// Puts back what a call has `done`, where `there` was what was there before it.
    async fn undo(&self, c: &Client, call: &str, id: &str, done: &[Value], there: &[Value]) -> Fate {
        let was = |item: &Value| there.iter().find(|v| key(v) == key(item)).cloned();
        let (opposite, items): (&str, Vec<Value>) = match call {
            CREATE => (DELETE, done.to_vec()),
            UPDATE => (UPDATE, done.iter().filter_map(was).collect()),
            _ => (CREATE, done.iter().filter_map(was).collect()),
        };
        let Ok(now) = self.values(id).await else { return Fate::Unknown };
        self.account.pace.take(opposite).await;
        match self.batch(c, opposite, id, &items, &now).await {
            Ok(answer) if answer["Failed"].as_array().is_none_or(Vec::is_empty) => Fate::Refused,
            _ => Fate::Unknown,
        }
    }

    async fn values(&self, id: &str) -> Result<Vec<Value>, Failure> {
        let all = self.list("ListDataTableValues", "Values", id).await;
        all.map_err(|error| Failure { error, fate: Fate::Later })
    }

    async fn batch(
        &self,
        c: &Client,
        call: &str,
        id: &str,
        items: &[Value],
        there: &[Value],
    ) -> Result<Value, Failure> {
        let i = &self.instance;
        let item = |item: &Value| {
            let mut out = json!({ "PrimaryValues": plain(item), "AttributeName": item["AttributeName"] });
            if call != DELETE {
                out["Value"] = item["Value"].clone();
            }
            if call != CREATE {
                let found = there.iter().find(|v| key(v) == key(item));
                out["LockVersion"] = found.map_or(json!({}), |v| v["LockVersion"].clone());
            }
            out
        };
        let body = json!({ "Values": items.iter().map(item).collect::<Vec<_>>() });
        match call {
            CREATE => wire!(call, c.batch_create_data_table_value().instance_id(i).data_table_id(id), body),
            UPDATE => wire!(call, c.batch_update_data_table_value().instance_id(i).data_table_id(id), body),
            _ => wire!(call, c.batch_delete_data_table_value().instance_id(i).data_table_id(id), body),
        }
    }
}

/// Returns the record of a value, without the ids that a listing has.
fn plain(item: &Value) -> Vec<Value> {
    let parts = item["PrimaryValues"].as_array().into_iter().flatten();
    let mut record: Vec<Value> =
        parts.map(|p| json!({ "AttributeName": p["AttributeName"], "Value": p["Value"] })).collect();
    record.sort_by_cached_key(Value::to_string);
    record
}

fn key(item: &Value) -> (Vec<Value>, &Value) {
    (plain(item), &item["AttributeName"])
}

/// Returns the record of a value, for people.
fn record(item: &Value) -> String {
    let parts = plain(item);
    let words: Vec<String> = parts.iter().map(|p| format!("{} {}", p["AttributeName"], p["Value"])).collect();
    if words.is_empty() { "no record".into() } else { words.join(", ") }
}
