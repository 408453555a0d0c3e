//! The embedded store: a directory for the objects, and SQLite in it for the ledger.

use std::path::Path;
use std::sync::Arc;

use crate::core::ledger::Ledger;
use crate::core::objects::Objects;
use crate::core::{Clock, Error, Result};

use super::directory::{DirectoryObjects, LEDGER};
use super::sqlite::SqliteLedger;

/// Objects and the ledger that tells of them.
#[derive(Clone)]
pub struct Store {
    /// The objects.
    pub objects: Arc<dyn Objects>,
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
}

/// Opens the store in `directory`, to be read: its ledger is not written to, whatever else it is asked for.
pub async fn open_to_read(directory: &Path, clock: Clock) -> Result<Store> {
    let ledger = SqliteLedger::open_to_read(directory.join(LEDGER), clock).await?;
    let objects = DirectoryObjects::open(directory).await?;
    Ok(Store { objects: Arc::new(objects), ledger: Arc::new(ledger) })
}

/// Opens the store that the configuration calls `store` if it is an embedded one, `file://DIRECTORY` (relative to
/// `base`), and makes it if it is not there; `None` if it is of another sort.
pub async fn open_embedded(store: &str, base: &Path, clock: Clock) -> Result<Option<Store>> {
    let Some(directory) = store.strip_prefix("file://") else { return Ok(None) };
    if directory.is_empty() {
        return Err(Error::input("the store `file://` names no directory").hint("file://.snapdeploy"));
    }
    let directory = base.join(directory);
    let objects = DirectoryObjects::open(&directory).await?;
    let ledger = SqliteLedger::open(directory.join(LEDGER), clock).await?;
    Ok(Some(Store { objects: Arc::new(objects), ledger: Arc::new(ledger) }))
}
