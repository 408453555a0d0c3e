//! `store`: where things are kept.

use crate::core::{Error, Result};

use super::model::Store;
use super::table::Table;

/// Where things are kept if the configuration does not say.
pub(in crate::cli) const DEFAULT_STORE: &str = "file://.snapdeploy";

/// Returns the store that `text` names, with the tables that it has unless the configuration names others; or a
/// lowercase fragment and perhaps a hint.
pub(in crate::cli) fn store_of(text: &str) -> Result<Store> {
    if let Some(directory) = text.strip_prefix("file://") {
        if directory.is_empty() {
            let error = Error::input("`store` names no directory");
            return Err(error.hint(format!("store = \"{DEFAULT_STORE}\"")));
        }
        return Ok(Store::Embedded(text.into()));
    }
    let Some(rest) = text.strip_prefix("s3://") else {
        let message = format!("`store` has to be s3://BUCKET/PREFIX or file://DIRECTORY, not \"{text}\"");
        return Err(Error::input(message));
    };
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(Error::input("`store` names no bucket"));
    }
    Ok(Store::Shared {
        bucket: bucket.into(),
        prefix: prefix.trim_matches('/').into(),
        audit: format!("{bucket}-audit"),
        leases: format!("{bucket}-leases"),
    })
}

/// Reads `store` and `[ledger]`.
pub(super) fn store(top: &Table<'_>) -> Result<Store> {
    let ledger = top.inner("ledger", "[ledger]")?;
    if let Some(ledger) = &ledger {
        ledger.only(&["audit", "leases"], &[])?;
    }
    let Some(at) = top.text("store")? else { return Ok(Store::Embedded(DEFAULT_STORE.into())) };
    let store = store_of(&at.value).map_err(|e| super::addresses::located(top.place, &at, e))?;
    let (Store::Shared { bucket, prefix, audit, leases }, Some(ledger)) = (&store, ledger) else {
        return Ok(store);
    };
    let table = |key: &str, usual: &String| -> Result<String> {
        Ok(ledger.text(key)?.map_or_else(|| usual.clone(), |at| at.value))
    };
    Ok(Store::Shared {
        bucket: bucket.clone(),
        prefix: prefix.clone(),
        audit: table("audit", audit)?,
        leases: table("leases", leases)?,
    })
}
