//! A ledger whose audit has witnesses: whenever a run ends, or the audit is told something, a checkpoint is kept.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::checkpoint;
use super::error::Result;
use super::id::RunId;
use super::ledger::{Beat, BeginError, Claim, Entry, Head, Held, Kept, Ledger, Notice};
use super::objects::{Objects, Page};
use super::pin::Pin;
use super::run::{Finish, Row, RunRecord, RunStart};

/// What could not be done, and changes nothing of how a run ended. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Shortfalls(Arc<Mutex<Vec<String>>>);

impl Shortfalls {
    /// Adds one, a lowercase fragment; one that is there already is not added again.
    pub fn add(&self, what: String) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains(&what) {
            all.push(what);
        }
    }

    /// Takes all of them.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Another ledger, and where its checkpoints are kept. A checkpoint that cannot be kept changes nothing of what the
/// ledger did; the next one speaks for the entries before it too.
pub struct Witnessed {
    ledger: Arc<dyn Ledger>,
    objects: Arc<dyn Objects>,
    shortfalls: Shortfalls,
}

impl Witnessed {
    /// Returns `ledger` with its checkpoints in `objects`; what could not be kept is added to `shortfalls`.
    pub fn new(ledger: Arc<dyn Ledger>, objects: Arc<dyn Objects>, shortfalls: Shortfalls) -> Witnessed {
        Witnessed { ledger, objects, shortfalls }
    }

    async fn keep(&self, pin: &Pin) {
        if let Err(e) = checkpoint::keep(&*self.ledger, &*self.objects, pin).await {
            self.shortfalls.add(match e.hint {
                Some(hint) => format!("no checkpoint of the audit could be kept: {} ({hint})", e.message),
                None => format!("no checkpoint of the audit could be kept: {}", e.message),
            });
        }
    }
}

#[async_trait]
impl Ledger for Witnessed {
    async fn begin(&self, start: &RunStart, lease: Duration) -> Result<Claim, BeginError> {
        self.ledger.begin(start, lease).await
    }

    async fn beat(&self, claim: &Claim) -> Result<Beat> {
        self.ledger.beat(claim).await
    }

    async fn record(&self, claim: &Claim, rows: &[Row]) -> Result<()> {
        self.ledger.record(claim, rows).await
    }

    async fn end(&self, claim: &Claim, finish: &Finish) -> Result<()> {
        self.ledger.end(claim, finish).await?;
        self.keep(&claim.pin).await;
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
        self.keep(&claim.pin).await;
        Ok(next)
    }

    async fn take_over(&self, held: &Held, start: &RunStart, lease: Duration) -> Result<Claim> {
        self.ledger.take_over(held, start, lease).await
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
        self.keep(&notice.pin).await;
        Ok(entry)
    }

    async fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        self.ledger.head(pin).await
    }

    async fn entries(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Page<Entry>> {
        self.ledger.entries(pin, before, limit).await
    }

    async fn kept(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Vec<Kept>> {
        self.ledger.kept(pin, before, limit).await
    }

    async fn check(&self) -> Result<()> {
        self.ledger.check().await
    }

    fn place(&self) -> String {
        self.ledger.place()
    }
}
