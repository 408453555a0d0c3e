//! The audit of a pin from its beginning: every entry, the oldest first.

use std::collections::VecDeque;

use super::error::{Error, Result};
use super::ledger::{Entry, Ledger};
use super::pin::Pin;

/// How many entries are read at once.
const PAGE: u64 = 200;

/// A reader of the audit as it was when it was opened.
pub struct Audit<'a> {
    ledger: &'a dyn Ledger,
    pin: Pin,
    /// The number of the next entry to be read.
    next: u64,
    /// The number of the newest entry.
    last: u64,
    read: VecDeque<Entry>,
}

impl<'a> Audit<'a> {
    /// Opens the audit of `pin`, up to its newest entry.
    pub async fn open(ledger: &'a dyn Ledger, pin: &Pin) -> Result<Audit<'a>> {
        let newest = ledger.entries(pin, None, 1).await?;
        let last = newest.items.first().map_or(0, |entry| entry.seq);
        Ok(Audit { ledger, pin: pin.clone(), next: 1, last, read: VecDeque::new() })
    }

    /// Returns the next entry without taking it; `None` at the end. `Corrupt` if one is missing.
    pub async fn peek(&mut self) -> Result<Option<&Entry>> {
        if self.read.is_empty() && self.next <= self.last {
            let end = self.last.min(self.next + PAGE - 1);
            let count = usize::try_from(end - self.next + 1).unwrap_or(1);
            let page = self.ledger.entries(&self.pin, Some(end + 1), count).await?;
            self.read.extend(page.items.into_iter().rev());
            for entry in &self.read {
                if entry.seq != self.next {
                    return Err(self.lacks());
                }
                self.next += 1;
            }
            if self.next != end + 1 {
                return Err(self.lacks());
            }
        }
        Ok(self.read.front())
    }

    /// Takes the entry that [`Audit::peek`] has shown.
    pub fn take(&mut self) -> Option<Entry> {
        self.read.pop_front()
    }

    fn lacks(&self) -> Error {
        Error::corrupt(format!(
            "the audit of {} lacks the entry {}, in {}",
            self.pin,
            self.next,
            self.ledger.place()
        ))
    }
}
