//! The audit in DynamoDB: entries that follow each other, and the head that says which is the newest.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::core::chain::{follow, head_of, tells};
use crate::core::ledger::{Entry, Head, Kept, Notice};
use crate::core::objects::Page;
use crate::core::{Error, Pin, Result};

use super::super::memory::PAGE;
use super::items::{
    Item, LEASE, audit_sk, document, documents, get_text, head_item, is_first, number, pin_pk, text,
};
use super::ledger::DynamoLedger;
use super::query::Query;
use super::transact::{Persistence, Sent, When, Writes};

impl DynamoLedger {
    /// Adds to `writes` that `pin`'s audit is told `notices` after its head, and returns the entries.
    pub(super) fn add_entries<const N: usize>(
        &self,
        writes: &mut Writes,
        pin: &Pin,
        head: Option<&Head>,
        notices: [Notice; N],
    ) -> Result<Vec<Entry>> {
        let at_head = match head {
            None => When::absent(),
            Some(head) => When::any().is("seq", number(head.seq)).is("digest", text(head.digest.to_string())),
        };
        let (mut newest, mut entries) = (head.cloned(), Vec::with_capacity(N));
        for notice in notices {
            let entry = follow(newest.as_ref(), notice);
            newest = Some(head_of(&entry)?);
            writes.add(&self.audit, document(&pin_pk(pin), &audit_sk(entry.seq), &entry)?)?;
            entries.push(entry);
        }
        if let Some(newest) = newest {
            writes.put(&self.leases, head_item(pin, &newest), at_head)?;
        }
        Ok(entries)
    }

    /// Asks for a transaction over both tables that is refused, since the lease that it is based on is nobody's. Fails where
    /// not even that is answered.
    pub(super) async fn refuses_a_write(&self) -> Result<()> {
        let (place, doing) = ("CHECK", "see whether the ledger takes writes");
        let mut persistence = Persistence::new(&self.clock);
        loop {
            let mut writes = Writes::default();
            let nobody = When::any().is("epoch", number(0)).is("holder", text("nobody"));
            writes.check(&self.leases, place, LEASE, nobody)?;
            writes.add(&self.audit, document(place, place, &doing)?)?;
            match writes.send(&self.client, doing).await? {
                Sent::Refused => return Ok(()),
                Sent::Taken(()) => return Err(Error::bug("the ledger took what nobody may write")),
                sent => persistence.wait(sent, doing).await?,
            }
        }
    }

    /// Adds `notice` to the audit, once.
    pub(super) async fn add_notice(&self, notice: &Notice) -> Result<Entry> {
        let (pin, doing) = (&notice.pin, format!("write to the audit of {}", notice.pin));
        let mut persistence = Persistence::new(&self.clock);
        let mut known = None;
        loop {
            let state = self.state(pin).await?;
            let head = state.head.as_ref().map_or(0, |head| head.seq);
            // An attempt whose answer was lost may have been taken, and others may have written since.
            let since = known.get_or_insert(head.saturating_sub(1));
            let newer = usize::try_from(head - *since).unwrap_or(PAGE);
            let page = self.newest_entries(pin, Some(head + 1), newer.max(1)).await?;
            if let Some(told) = page.items.into_iter().find(|entry| tells(entry, notice)) {
                return Ok(told);
            }
            let mut writes = Writes::default();
            let mut entries = self.add_entries(&mut writes, pin, state.head.as_ref(), [notice.clone()])?;
            match writes.send(&self.client, &doing).await? {
                Sent::Taken(()) => return entries.pop().ok_or_else(|| Error::bug("no entry was written")),
                sent => persistence.wait(sent, &doing).await?,
            }
        }
    }

    /// Returns the audit of `pin` below `before`, the newest first.
    pub(super) async fn newest_entries(
        &self,
        pin: &Pin,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Page<Entry>> {
        let limit = limit.clamp(1, PAGE);
        let last = match before {
            Some(0 | 1) => return Ok(Page { items: Vec::new(), more: false }),
            Some(before) => before - 1,
            None => u64::MAX,
        };
        let found = self.audit_items(pin, last, limit).await?;
        let items: Vec<Entry> = documents(&found)?.into_values().rev().take(limit).collect();
        let more = items.last().is_some_and(|last| last.seq > 1);
        Ok(Page { items, more })
    }

    /// Returns what lies in the audit of `pin` below `before`, the newest first.
    pub(super) async fn newest_kept(
        &self,
        pin: &Pin,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Kept>> {
        let limit = limit.clamp(1, PAGE);
        let last = match before {
            Some(0) => return Ok(Vec::new()),
            Some(before) => before - 1,
            None => u64::MAX,
        };
        let found = self.audit_items(pin, last, limit).await?;
        let mut kept: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
        for item in &found {
            let sk = get_text(item, "sk")?;
            kept.entry(sk.split_once("#P").map_or(sk, |(first, _)| first)).or_default().push(item);
        }
        // Of what the page has cut off the first item comes with the next.
        kept.retain(|_, parts| parts.iter().any(|item| is_first(item)));
        let one = |(sk, parts): (&str, Vec<&Item>)| {
            let digits: String = sk.chars().skip_while(|c| !c.is_ascii_digit()).take(20).collect();
            let seq = digits.parse().unwrap_or(0);
            let body = match audit_sk(seq) == sk {
                false => Err(format!("its key is `{sk}`")),
                true => whole(&parts).map_err(|e| e.message),
            };
            Kept { seq, body }
        };
        Ok(kept.into_iter().rev().take(limit).map(one).collect())
    }

    async fn audit_items(&self, pin: &Pin, last: u64, limit: usize) -> Result<Vec<Item>> {
        let query = Query {
            between: Some((audit_sk(0), format!("{}~", audit_sk(last)))),
            newest_first: true,
            enough: limit,
            ..Query::all(&self.audit, pin_pk(pin))
        };
        query.send(&self.client, &format!("read the audit of {pin}")).await
    }
}

/// Returns the one document that `parts` are.
fn whole(parts: &[&Item]) -> Result<Value> {
    let items: Vec<Item> = parts.iter().map(|item| (*item).clone()).collect();
    documents(&items)?.into_values().next().ok_or_else(|| Error::corrupt("it has no beginning"))
}
