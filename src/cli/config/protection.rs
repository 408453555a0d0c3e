//! `approvals`, `windows`, `freeze` and `time_zone`: what a deployment waits for.

use jiff::tz::TimeZone;

use crate::core::Result;
use crate::core::calendar::Calendar;

use super::table::{At, Table};

/// More people than this never sit together over a plan: it is a slip of the key.
const MOST: u8 = 9;

/// Reads how many other people have to approve a deployment's plan.
pub(super) fn approvals(table: &Table<'_>) -> Result<usize> {
    let Some(At { value, span }) = table.number("approvals")? else { return Ok(0) };
    let whole = (0..=MOST).find(|n| f64::from(*n) == value);
    whole.map(usize::from).ok_or_else(|| {
        table.place.error(&span, format!("`approvals` has to be a whole number from 0 to {MOST}"))
    })
}

/// Reads when deployments are taken.
pub(super) fn calendar(table: &Table<'_>) -> Result<Calendar> {
    let zone = match table.text("time_zone")? {
        None => TimeZone::UTC,
        Some(at) => TimeZone::get(&at.value).map_err(|e| {
            table.place.error(&at.span, format!("`time_zone` is not known: {e}")).hint(
                "a name such as \"Europe/Berlin\" (the machine needs a time zone database: install tzdata), or \"UTC\"",
            )
        })?,
    };
    Ok(Calendar { windows: each(table, "windows")?, freezes: each(table, "freeze")?, zone })
}

/// Reads the list under `key`, each text of it as a `T`.
fn each<T: std::str::FromStr<Err = String>>(table: &Table<'_>, key: &str) -> Result<Vec<T>> {
    let texts = table.list(key)?.map(|at| at.value).unwrap_or_default();
    texts.iter().map(|at| at.value.parse().map_err(|e: String| table.place.error(&at.span, e))).collect()
}
