//! Memory: objects and a ledger that last as long as the process.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use crate::core::ledger::{Beat, BeginError, Claim, Entry, Head, Held, Ledger, Notice};
use crate::core::objects::{Created, Key, Objects, Page, Weighed};
use crate::core::run::{Finish, Row, RunRecord, RunStart};
use crate::core::sabotage::{Ingredient, lacks};
use crate::core::{Clock, Error, Pin, Result, RunId};

use super::lease::{Lease, no_run};
use super::steps::{self, Tables};

/// How many keys a page of a listing has at most.
pub(super) const PAGE: usize = 1000;

/// Returns the error for a key that holds other bytes than those that were to be written.
pub(super) fn other_bytes(key: &Key, place: &str) -> Error {
    Error::corrupt(format!("`{key}` in {place} is there already, with other bytes"))
}

/// Returns the error for a key that holds nothing.
pub(super) fn no_object(key: &Key, place: &str) -> Error {
    Error::not_found(format!("no `{key}` in {place}"))
}

/// The longest that a link lasts: what S3 allows ("Sharing objects with presigned URLs").
const LONGEST_LINK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Fails with `Input` unless a link can last for `ttl`.
pub(super) fn check_ttl(ttl: Duration) -> Result<()> {
    // A signature says whole seconds.
    if (Duration::from_secs(1)..=LONGEST_LINK).contains(&ttl) {
        return Ok(());
    }
    Err(Error::input(format!("a link cannot last for {ttl:?}: at least a second, at most seven days")))
}

/// Objects in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryObjects {
    objects: Arc<Mutex<BTreeMap<Key, (Bytes, Timestamp)>>>,
}

impl MemoryObjects {
    /// Returns an empty store.
    pub fn new() -> MemoryObjects {
        MemoryObjects::default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, (Bytes, Timestamp)>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Objects for MemoryObjects {
    async fn create(&self, key: &Key, body: Bytes) -> Result<Created> {
        key.takes(&body)?;
        let mut objects = self.lock();
        match objects.get(key) {
            Some((there, _)) if *there == body => Ok(Created::Same),
            Some(_) if !lacks(Ingredient::Overwrite) => Err(other_bytes(key, &self.place())),
            _ => {
                objects.insert(key.clone(), (body, Clock::system().now()));
                Ok(Created::New)
            }
        }
    }

    async fn read(&self, key: &Key) -> Result<Bytes> {
        self.lock().get(key).map(|(body, _)| body.clone()).ok_or_else(|| no_object(key, &self.place()))
    }

    async fn has(&self, key: &Key) -> Result<bool> {
        Ok(self.lock().contains_key(key))
    }

    async fn link(&self, _: &Key, ttl: Duration) -> Result<Option<String>> {
        check_ttl(ttl).map(|()| None)
    }

    async fn list(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Key>> {
        let Page { items, more } = self.weigh(prefix, after).await?;
        Ok(Page { items: items.into_iter().map(|one| one.key).collect(), more })
    }

    async fn weigh(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Weighed>> {
        let from = after.map_or(Bound::Unbounded, |key| Bound::Excluded(key.clone()));
        let objects = self.lock();
        let all = objects.range((from, Bound::Unbounded));
        let named = all.filter(|(key, _)| key.as_str().starts_with(prefix)).take(PAGE + 1);
        let weighed = |(key, (body, written)): (&Key, &(Bytes, Timestamp))| Weighed {
            key: key.clone(),
            length: body.len() as u64,
            written: *written,
        };
        let mut items: Vec<Weighed> = named.map(weighed).collect();
        let more = items.len() > PAGE;
        items.truncate(PAGE);
        Ok(Page { items, more })
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        self.lock().remove(key);
        Ok(())
    }

    fn place(&self) -> String {
        "memory".to_string()
    }
}

#[derive(Debug, Default)]
struct State {
    leases: HashMap<Pin, Lease>,
    runs: HashMap<RunId, RunRecord>,
    rows: HashMap<RunId, BTreeMap<u32, Row>>,
    audit: HashMap<Pin, Vec<Entry>>,
    heads: HashMap<Pin, Head>,
}

impl Tables for State {
    fn lease(&self, pin: &Pin) -> Result<Lease> {
        Ok(self.leases.get(pin).cloned().unwrap_or_default())
    }

    fn set_lease(&mut self, pin: &Pin, lease: &Lease) -> Result<()> {
        self.leases.insert(pin.clone(), lease.clone());
        Ok(())
    }

    fn run(&self, run: &RunId) -> Result<Option<RunRecord>> {
        Ok(self.runs.get(run).cloned())
    }

    fn set_run(&mut self, record: &RunRecord) -> Result<()> {
        self.runs.insert(record.start.run.clone(), record.clone());
        Ok(())
    }

    fn row(&self, run: &RunId, seq: u32) -> Result<Option<Row>> {
        Ok(self.rows.get(run).and_then(|rows| rows.get(&seq)).cloned())
    }

    fn add_row(&mut self, run: &RunId, row: &Row) -> Result<()> {
        self.rows.entry(run.clone()).or_default().insert(row.seq, row.clone());
        Ok(())
    }

    fn rows(&self, run: &RunId) -> Result<Vec<Row>> {
        Ok(self.rows.get(run).map(|rows| rows.values().cloned().collect()).unwrap_or_default())
    }

    fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        Ok(self.heads.get(pin).cloned())
    }

    fn set_head(&mut self, pin: &Pin, head: &Head) -> Result<()> {
        self.heads.insert(pin.clone(), head.clone());
        Ok(())
    }

    fn entry(&self, pin: &Pin, seq: u64) -> Result<Option<Entry>> {
        let entries = self.audit.get(pin).map(Vec::as_slice).unwrap_or_default();
        Ok(entries.iter().rev().find(|entry| entry.seq == seq).cloned())
    }

    fn add_entry(&mut self, entry: &Entry) -> Result<()> {
        self.audit.entry(entry.pin.clone()).or_default().push(entry.clone());
        Ok(())
    }
}

/// A ledger in memory. Clones share it.
#[derive(Clone, Debug)]
pub struct MemoryLedger {
    state: Arc<Mutex<State>>,
    clock: Clock,
}

impl MemoryLedger {
    /// Returns an empty ledger that takes the time from `clock`.
    pub fn new(clock: Clock) -> MemoryLedger {
        MemoryLedger { state: Arc::default(), clock }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn begin(&self, start: &RunStart, lease: Duration) -> Result<Claim, BeginError> {
        steps::begin(&mut *self.lock(), start, lease)
    }

    async fn beat(&self, claim: &Claim) -> Result<Beat> {
        steps::beat(&mut *self.lock(), claim)
    }

    async fn record(&self, claim: &Claim, rows: &[Row]) -> Result<()> {
        steps::record(&mut *self.lock(), claim, rows)
    }

    async fn end(&self, claim: &Claim, finish: &Finish) -> Result<()> {
        steps::end(&mut *self.lock(), claim, finish)
    }

    async fn succeed(
        &self,
        claim: &Claim,
        finish: &Finish,
        start: &RunStart,
        lease: Duration,
    ) -> Result<Claim> {
        steps::succeed(&mut *self.lock(), claim, finish, start, lease)
    }

    async fn take_over(&self, held: &Held, start: &RunStart, lease: Duration) -> Result<Claim> {
        steps::take_over(&mut *self.lock(), held, start, lease, self.clock.now())
    }

    async fn park(&self, claim: &Claim) -> Result<()> {
        steps::park(&mut *self.lock(), claim)
    }

    async fn ask_to_stop(&self, held: &Held, who: &str) -> Result<()> {
        steps::ask_to_stop(&mut *self.lock(), held, who)
    }

    async fn held(&self, pin: &Pin) -> Result<Option<Held>> {
        Ok(self.lock().lease(pin)?.held())
    }

    async fn run(&self, run: &RunId) -> Result<RunRecord> {
        self.lock().run(run)?.ok_or_else(|| no_run(run))
    }

    async fn rows(&self, run: &RunId) -> Result<Vec<Row>> {
        Tables::rows(&*self.lock(), run)
    }

    async fn tell(&self, notice: &Notice) -> Result<Entry> {
        steps::tell(&mut *self.lock(), notice)
    }

    async fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        Tables::head(&*self.lock(), pin)
    }

    async fn entries(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Page<Entry>> {
        let state = self.lock();
        let all = state.audit.get(pin).map(Vec::as_slice).unwrap_or_default();
        let newest = all.iter().rev().filter(|entry| before.is_none_or(|before| entry.seq < before));
        let items: Vec<Entry> = newest.take(limit.clamp(1, PAGE)).cloned().collect();
        let more = items.last().is_some_and(|last| last.seq > 1);
        Ok(Page { items, more })
    }

    async fn check(&self) -> Result<()> {
        Ok(())
    }

    fn place(&self) -> String {
        "memory".to_string()
    }
}
