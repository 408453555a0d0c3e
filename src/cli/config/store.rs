//! `store`: where things are kept.

use crate::core::Result;

use super::model::Store;
use super::table::Table;

/// Where things are kept if the configuration does not say.
const DEFAULT_STORE: &str = "file://.snapdeploy";

/// Reads `store` and `[ledger]`.
pub(super) fn store(top: &Table<'_>) -> Result<Store> {
    let ledger = top.inner("ledger", "[ledger]")?;
    if let Some(ledger) = &ledger {
        ledger.only(&["audit", "leases"], &[])?;
    }
    let Some(at) = top.text("store")? else { return Ok(Store::Embedded(DEFAULT_STORE.into())) };
    if let Some(directory) = at.value.strip_prefix("file://") {
        if directory.is_empty() {
            let error = top.place.error(&at.span, "`store` names no directory");
            return Err(error.hint(format!("store = \"{DEFAULT_STORE}\"")));
        }
        return Ok(Store::Embedded(at.value));
    }
    let Some((bucket, prefix)) = at.value.strip_prefix("s3://").map(|r| r.split_once('/').unwrap_or((r, "")))
    else {
        let message =
            format!("`store` has to be s3://BUCKET/PREFIX or file://DIRECTORY, not \"{}\"", at.value);
        return Err(top.place.error(&at.span, message));
    };
    if bucket.is_empty() {
        return Err(top.place.error(&at.span, "`store` names no bucket"));
    }
    let table = |key: &str| -> Result<String> {
        let written = ledger.map(|l| l.text(key)).transpose()?.flatten();
        Ok(written.map_or_else(|| format!("{bucket}-{key}"), |at| at.value))
    };
    Ok(Store::Shared {
        bucket: bucket.into(),
        prefix: prefix.trim_matches('/').into(),
        audit: table("audit")?,
        leases: table("leases")?,
    })
}
