//! A ledger whose audit has witnesses: whenever a run ends, or the audit is told something, a checkpoint is kept; and
//! whoever listens hears every entry that this process writes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::checkpoint;
use super::error::{Error, ErrorKind, Result};
use super::id::RunId;
use super::ledger::{Act, Beat, BeginError, Claim, Entry, Head, Held, Kept, Ledger, Notice};
use super::objects::{Objects, Page};
use super::pin::Pin;
use super::readable::{self, Read};
use super::run::{Finish, Row, RunRecord, RunStart};

/// How many of the newest entries are looked through for those that were just written: others may have written since.
const NEAR: usize = 20;

/// Hears what this process writes into the audit.
#[async_trait]
pub trait Listener: Send + Sync {
    /// Hears `entry`; `start` is how the run began that it is about, where this process knows.
    async fn hear(&self, entry: &Entry, start: Option<&RunStart>) -> Result<()>;

    /// Returns who it is, for messages: `the log group /acme`.
    fn place(&self) -> String;
}

/// What a process has seen of its ledger. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Seen(Arc<Look>);

#[derive(Debug, Default)]
struct Look {
    shortfalls: Mutex<Vec<String>>,
    begun: AtomicBool,
}

impl Seen {
    /// Adds something that could not be done and that changes nothing of how a run ends, a lowercase fragment; one that
    /// is there already is not added again.
    pub fn fell_short(&self, what: String) {
        let mut all = lock(&self.0.shortfalls);
        if !all.contains(&what) {
            all.push(what);
        }
    }

    /// Takes all that could not be done.
    pub fn take_shortfalls(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.0.shortfalls))
    }

    /// Returns whether this process has begun a run, or gone on with one.
    pub fn has_begun(&self) -> bool {
        self.0.begun.load(Ordering::SeqCst)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Another ledger, where its checkpoints are kept, and who listens. What cannot be kept or heard changes nothing of what
/// the ledger did; the next checkpoint speaks for the entries before it too.
pub struct Witnessed {
    ledger: Arc<dyn Ledger>,
    objects: Arc<dyn Objects>,
    seen: Seen,
    /// Nobody once it has failed: one warning is enough, and a run is not to wait for each.
    listener: Mutex<Option<Arc<dyn Listener>>>,
    starts: Mutex<BTreeMap<RunId, RunStart>>,
}

impl Witnessed {
    /// Returns `ledger` with its checkpoints in `objects`; what falls short is added to `seen`.
    pub fn new(ledger: Arc<dyn Ledger>, objects: Arc<dyn Objects>, seen: Seen) -> Witnessed {
        Witnessed { ledger, objects, seen, listener: Mutex::default(), starts: Mutex::default() }
    }

    /// Returns the same ledger, to which `listener` listens.
    pub fn heard_by(self, listener: Option<Arc<dyn Listener>>) -> Witnessed {
        Witnessed { listener: Mutex::new(listener), ..self }
    }

    /// Takes note that `start` goes on in this process.
    fn begins(&self, start: &RunStart) {
        self.seen.0.begun.store(true, Ordering::SeqCst);
        lock(&self.starts).insert(start.run.clone(), start.clone());
    }

    /// Has those of the newest entries of `pin` heard that `is_ours` picks.
    async fn tell_listener(&self, pin: &Pin, is_ours: impl Fn(&Entry) -> bool) {
        if lock(&self.listener).is_none() {
            return;
        }
        match self.ledger.entries(pin, None, NEAR).await {
            Ok(page) => self.all_heard(page.items.iter().rev().filter(|entry| is_ours(entry))).await,
            Err(e) => {
                self.seen.fell_short(format!("what was written to the audit cannot be told: {}", e.message))
            }
        }
    }

    /// Returns `e`, which says that an entry cannot be read, with which one that is and what shows more.
    async fn placed(&self, e: Error, pin: &Pin, before: Option<u64>, limit: usize) -> Error {
        let all = readable::read(&*self.ledger, pin, before, limit).await.unwrap_or_default();
        let spoilt = all.iter().find(|read| matches!(read, Read::Spoilt(_)));
        let e = match spoilt {
            Some(read) => e.context(format!("entry {} of the audit of {pin} cannot be read", read.seq())),
            None => e.context(format!("the audit of {pin} cannot be read")),
        };
        e.hint("snapdeploy history verify says what does not fit; snapdeploy rollback goes without what it can do without")
    }

    async fn all_heard(&self, entries: impl Iterator<Item = &Entry>) {
        for entry in entries {
            let Some(listener) = lock(&self.listener).clone() else { return };
            let start = entry.run.as_ref().and_then(|run| lock(&self.starts).get(run).cloned());
            if let Err(e) = listener.hear(entry, start.as_ref()).await {
                self.seen.fell_short(format!("{} was not told: {}", listener.place(), e.message));
                // What was busy for a moment may hear the next one, which may be the end.
                if matches!(e.kind, ErrorKind::Denied | ErrorKind::NotFound) {
                    *lock(&self.listener) = None;
                }
            }
        }
    }

    /// Keeps a checkpoint of the newest entry of `pin`, and has those heard that `is_ours` picks.
    async fn keep(&self, pin: &Pin, is_ours: impl Fn(&Entry) -> bool) {
        let (head, newest) = match self.newest(pin).await {
            Ok(found) => found,
            Err(e) => return self.not_kept(e),
        };
        // The digest is the one that the ledger took when it was written: nothing that this version does not know is lost.
        if let (Some(head), Some(entry)) = (head, newest.first()) {
            let kept = match head.seq == entry.seq {
                true => checkpoint::keep(&*self.objects, pin, &head, entry.at).await.map(drop),
                false => Err(Error::corrupt(format!("the head of {pin} is not that of the newest entry"))),
            };
            kept.unwrap_or_else(|e| self.not_kept(e));
        }
        self.all_heard(newest.iter().rev().filter(|entry| is_ours(entry))).await;
    }

    /// Returns what the ledger says of the newest entry of `pin`, and that entry with those before it, the newest first.
    async fn newest(&self, pin: &Pin) -> Result<(Option<Head>, Vec<Entry>)> {
        let head = self.ledger.head(pin).await?;
        // Others may write meanwhile: what comes after the head is not looked at.
        let before = head.as_ref().map(|head| head.seq + 1);
        let page = self.ledger.entries(pin, before, NEAR).await?;
        Ok((head, page.items))
    }

    fn not_kept(&self, e: Error) {
        let hint = e.hint.map_or(String::new(), |hint| format!(" ({hint})"));
        self.seen.fell_short(format!("no checkpoint of the audit could be kept: {}{hint}", e.message));
    }
}

fn is_start(entry: &Entry, run: &RunId) -> bool {
    matches!(&entry.what, Act::Start { start } if start.run == *run)
}

fn is_end(entry: &Entry, run: &RunId) -> bool {
    matches!(entry.what, Act::End { .. }) && entry.run.as_ref() == Some(run)
}

// What it forgot to hand on would be as if the ledger could not do it.
#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Ledger for Witnessed {
    async fn begin(&self, start: &RunStart, lease: Duration) -> Result<Claim, BeginError> {
        let claim = self.ledger.begin(start, lease).await?;
        self.begins(start);
        self.tell_listener(&start.pin, |entry| is_start(entry, &start.run)).await;
        Ok(claim)
    }

    async fn beat(&self, claim: &Claim) -> Result<Beat> {
        self.ledger.beat(claim).await
    }

    async fn record(&self, claim: &Claim, rows: &[Row]) -> Result<()> {
        self.ledger.record(claim, rows).await
    }

    async fn end(&self, claim: &Claim, finish: &Finish) -> Result<()> {
        self.ledger.end(claim, finish).await?;
        self.keep(&claim.pin, |entry| is_end(entry, &claim.run)).await;
        Ok(())
    }

    async fn succeed(
        &self,
        claim: &Claim,
        finish: &Finish,
        start: &RunStart,
        lease: Duration,
    ) -> Result<Claim> {
        let next = self.ledger.succeed(claim, finish, start, lease).await?;
        self.begins(start);
        self.keep(&claim.pin, |entry| is_end(entry, &claim.run) || is_start(entry, &start.run)).await;
        Ok(next)
    }

    async fn take_over(&self, held: &Held, start: &RunStart, lease: Duration) -> Result<Claim> {
        let claim = self.ledger.take_over(held, start, lease).await?;
        self.begins(start);
        let newest = self.ledger.head(&held.pin).await.ok().flatten().map(|head| head.seq);
        let is_ours = |entry: &Entry| {
            matches!(entry.what, Act::Resume { .. })
                && entry.run.as_ref() == Some(&start.run)
                && Some(entry.seq) == newest
        };
        self.tell_listener(&held.pin, is_ours).await;
        Ok(claim)
    }

    async fn park(&self, claim: &Claim) -> Result<()> {
        self.ledger.park(claim).await
    }

    async fn ask_to_stop(&self, held: &Held, who: &str) -> Result<()> {
        self.ledger.ask_to_stop(held, who).await
    }

    async fn held(&self, pin: &Pin) -> Result<Option<Held>> {
        self.ledger.held(pin).await
    }

    async fn run(&self, run: &RunId) -> Result<RunRecord> {
        self.ledger.run(run).await
    }

    async fn rows(&self, run: &RunId) -> Result<Vec<Row>> {
        self.ledger.rows(run).await
    }

    async fn tell(&self, notice: &Notice) -> Result<Entry> {
        let entry = self.ledger.tell(notice).await?;
        self.keep(&notice.pin, |one| one.seq == entry.seq).await;
        Ok(entry)
    }

    async fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        self.ledger.head(pin).await
    }

    async fn entries(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Page<Entry>> {
        match self.ledger.entries(pin, before, limit).await {
            Err(e) if e.kind == ErrorKind::Corrupt => Err(self.placed(e, pin, before, limit).await),
            page => page,
        }
    }

    async fn kept(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Vec<Kept>> {
        self.ledger.kept(pin, before, limit).await
    }

    async fn check(&self) -> Result<()> {
        self.ledger.check().await
    }

    async fn takes_writes(&self) -> Result<()> {
        self.ledger.takes_writes().await
    }

    fn place(&self) -> String {
        self.ledger.place()
    }
}
