//! The audit as far as it can be read: for whoever has to go on though an entry of it is spoilt.

use super::error::{ErrorKind, Result};
use super::ledger::{Entry, Kept, Ledger};
use super::pin::Pin;

/// What lies in the place of an entry.
#[derive(Clone, Debug)]
pub enum Read {
    /// The entry.
    Entry(Box<Entry>),
    /// Something under this number that is none.
    Spoilt(u64),
}

impl Read {
    fn of(kept: Kept) -> Read {
        let entry = kept.body.ok().and_then(|body| serde_json::from_value(body).ok());
        entry.map_or(Read::Spoilt(kept.seq), |entry| Read::Entry(Box::new(entry)))
    }

    /// Returns its number.
    pub fn seq(&self) -> u64 {
        match self {
            Read::Entry(entry) => entry.seq,
            Read::Spoilt(seq) => *seq,
        }
    }
}

/// Returns the audit of `pin` as [`Ledger::entries`] does, with what is spoilt in its place; empty at the end.
pub async fn read(ledger: &dyn Ledger, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Vec<Read>> {
    match ledger.entries(pin, before, limit).await {
        Ok(page) => Ok(page.items.into_iter().map(|entry| Read::Entry(Box::new(entry))).collect()),
        Err(e) if e.kind == ErrorKind::Corrupt => {
            Ok(ledger.kept(pin, before, limit).await?.into_iter().map(Read::of).collect())
        }
        Err(e) => Err(e),
    }
}
