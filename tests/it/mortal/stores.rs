//! The store and the ledger, as a process that dies sees them.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use snapdeploy::core::id::RunId;
use snapdeploy::core::ledger::{Beat, BeginError, Claim, Entry, Head, Held, Kept, Ledger, Notice};
use snapdeploy::core::objects::{Created, Key, Objects, Page, Weighed};
use snapdeploy::core::run::{Finish, Row, RunRecord, RunStart};
use snapdeploy::core::{Pin, Result};

use super::death::Mortal;

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Objects for Mortal<'_, dyn Objects> {
    async fn create(&self, key: &Key, body: Bytes) -> Result<Created> {
        self.death.call(self.inner.create(key, body)).await
    }
    async fn read(&self, key: &Key) -> Result<Bytes> {
        self.death.look(self.inner.read(key)).await
    }
    async fn has(&self, key: &Key) -> Result<bool> {
        self.death.look(self.inner.has(key)).await
    }
    async fn lacking(&self, keys: &BTreeSet<Key>) -> Result<BTreeSet<Key>> {
        self.death.look(self.inner.lacking(keys)).await
    }
    async fn link(&self, key: &Key, ttl: Duration) -> Result<Option<String>> {
        self.death.look(self.inner.link(key, ttl)).await
    }
    async fn list(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Key>> {
        self.death.look(self.inner.list(prefix, after)).await
    }
    async fn weigh(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Weighed>> {
        self.death.look(self.inner.weigh(prefix, after)).await
    }
    async fn delete(&self, key: &Key) -> Result<()> {
        self.death.call(self.inner.delete(key)).await
    }
    fn place(&self) -> String {
        self.inner.place()
    }
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Ledger for Mortal<'_, dyn Ledger> {
    async fn begin(&self, start: &RunStart, lease: Duration) -> Result<Claim, BeginError> {
        self.death.write(self.inner.begin(start, lease)).await
    }
    async fn beat(&self, claim: &Claim) -> Result<Beat> {
        // Heartbeats come when they come: counting them would make the count of calls depend on time.
        self.inner.beat(claim).await
    }
    async fn record(&self, claim: &Claim, rows: &[Row]) -> Result<()> {
        self.death.write(self.inner.record(claim, rows)).await
    }
    async fn end(&self, claim: &Claim, finish: &Finish) -> Result<()> {
        self.death.write(self.inner.end(claim, finish)).await
    }
    async fn succeed(
        &self,
        claim: &Claim,
        finish: &Finish,
        start: &RunStart,
        lease: Duration,
    ) -> Result<Claim> {
        self.death.write(self.inner.succeed(claim, finish, start, lease)).await
    }
    async fn take_over(&self, held: &Held, start: &RunStart, lease: Duration) -> Result<Claim> {
        self.death.write(self.inner.take_over(held, start, lease)).await
    }
    async fn park(&self, claim: &Claim) -> Result<()> {
        self.death.write(self.inner.park(claim)).await
    }
    async fn ask_to_stop(&self, held: &Held, who: &str) -> Result<()> {
        self.inner.ask_to_stop(held, who).await
    }
    async fn held(&self, pin: &Pin) -> Result<Option<Held>> {
        self.inner.held(pin).await
    }
    async fn run(&self, run: &RunId) -> Result<RunRecord> {
        self.inner.run(run).await
    }
    async fn rows(&self, run: &RunId) -> Result<Vec<Row>> {
        self.inner.rows(run).await
    }
    async fn tell(&self, notice: &Notice) -> Result<Entry> {
        self.death.write(self.inner.tell(notice)).await
    }
    async fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        self.inner.head(pin).await
    }
    async fn entries(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Page<Entry>> {
        self.inner.entries(pin, before, limit).await
    }
    async fn kept(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Vec<Kept>> {
        self.inner.kept(pin, before, limit).await
    }
    async fn check(&self) -> Result<()> {
        self.inner.check().await
    }
    async fn takes_writes(&self) -> Result<()> {
        self.inner.takes_writes().await
    }
    fn place(&self) -> String {
        self.inner.place()
    }
}
