//! Settings of tables: deletion protection, point-in-time recovery; and the list of tables.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::clock;
use super::super::world::Account;
use super::table::{self, Table};
use super::{invalid, only};

/// UpdateTable, of which only DeletionProtectionEnabled is here. Assumed: the answer says UPDATING, and the table is
/// ACTIVE for the next call.
pub(crate) fn update(table: &mut Table, body: &Map<String, Value>) -> Result<Value, Fail> {
    only(body, "UpdateTable", &["TableName", "DeletionProtectionEnabled"])?;
    let Some(protected) = body.get("DeletionProtectionEnabled").filter(|value| !value.is_null()) else {
        return Err(invalid("At least one of the things that UpdateTable changes is required"));
    };
    let protected = protected.as_bool().ok_or_else(|| invalid("DeletionProtectionEnabled is a boolean"))?;
    if table.creating > 0 {
        return Err(Fail::new(
            400,
            "ResourceInUseException",
            "Attempt to change a resource which is still in use: Table is being created",
        ));
    }
    table.protected = protected;
    let mut answer = table.describe();
    answer["TableStatus"] = json!("UPDATING");
    Ok(json!({"TableDescription": answer}))
}

/// The error of the two operations below for a table that is not there (botocore: TableNotFoundException).
pub(crate) fn find<'a>(
    account: &'a mut Account,
    region: &str,
    body: &Map<String, Value>,
) -> Result<&'a mut Table, Fail> {
    let name = table::name(body).to_owned();
    table::find(account, region, body)
        .map_err(|_| Fail::new(400, "TableNotFoundException", format!("Table not found: {name}")))
}

/// UpdateContinuousBackups. RecoveryPeriodInDays: 1 to 35, and 35 when absent (API reference). A table that is being
/// created has no backups yet (assumed; ContinuousBackupsUnavailableException, "Backups have not yet been enabled").
pub(crate) fn update_backups(table: &mut Table, body: &Map<String, Value>, now: f64) -> Result<Value, Fail> {
    only(body, "UpdateContinuousBackups", &["TableName", "PointInTimeRecoverySpecification"])?;
    let wanted = body.get("PointInTimeRecoverySpecification");
    let enabled = wanted.and_then(|wanted| wanted.get("PointInTimeRecoveryEnabled")).and_then(Value::as_bool);
    let enabled = enabled.ok_or_else(|| invalid("PointInTimeRecoveryEnabled is required"))?;
    if table.creating > 0 {
        return Err(Fail::new(
            400,
            "ContinuousBackupsUnavailableException",
            "Backups are being enabled for the table. Please retry later",
        ));
    }
    let days =
        match wanted.and_then(|wanted| wanted.get("RecoveryPeriodInDays")).filter(|days| !days.is_null()) {
            None => 35,
            Some(days) => {
                let days = days.as_u64().filter(|days| (1..=35).contains(days));
                days.ok_or_else(|| invalid("RecoveryPeriodInDays must be between 1 and 35"))?
            }
        };
    table.recovery = enabled.then_some((days, now));
    Ok(backups(table, now))
}

/// DescribeContinuousBackups: continuous backups are "ENABLED on all tables at table creation" (API reference).
pub(crate) fn backups(table: &Table, now: f64) -> Value {
    let recovery = match table.recovery {
        None => json!({"PointInTimeRecoveryStatus": "DISABLED"}),
        Some((days, since)) => json!({
            "PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": days,
            "EarliestRestorableDateTime": clock::epoch(since), "LatestRestorableDateTime": clock::epoch(now),
        }),
    };
    json!({"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery,
    }})
}

/// ListTables: at most 100 a page, in the order of their names (the order is assumed).
pub(crate) fn list(account: &Account, region: &str, body: &Map<String, Value>) -> Result<Value, Fail> {
    only(body, "ListTables", &["ExclusiveStartTableName", "Limit"])?;
    let limit = match body.get("Limit").filter(|limit| !limit.is_null()) {
        None => 100,
        Some(limit) => {
            let limit = limit.as_u64().filter(|limit| (1..=100).contains(limit));
            limit.ok_or_else(|| invalid("Limit must be between 1 and 100"))?
        }
    };
    let after = body.get("ExclusiveStartTableName").and_then(Value::as_str);
    let here = account.tables.keys().filter(|(place, _)| place == region).map(|(_, name)| name.as_str());
    let mut names: Vec<&str> = here.filter(|name| after.is_none_or(|after| *name > after)).collect();
    let limit = usize::try_from(limit).unwrap_or(100);
    let more = names.len() > limit;
    names.truncate(limit);
    let mut out = json!({"TableNames": names});
    if let (true, Some(last)) = (more, names.last()) {
        out["LastEvaluatedTableName"] = json!(last);
    }
    Ok(out)
}
