//! A process that dies at a given call: everything that it talks to stops answering, before or after the call.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;

use snapdeploy::core::address::Address;
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use snapdeploy::core::finding::Finding;
use snapdeploy::core::following::Followed;
use snapdeploy::core::gate::Inspector;
use snapdeploy::core::id::RunId;
use snapdeploy::core::inventory::{Found, Inventory};
use snapdeploy::core::ledger::{Beat, BeginError, Claim, Entry, Head, Held, Ledger, Notice};
use snapdeploy::core::moves::Move;
use snapdeploy::core::objects::{Created, Key, Objects, Page, Weighed};
use snapdeploy::core::preflight::Line;
use snapdeploy::core::run::{Finish, Row, RunKind, RunRecord, RunStart};
use snapdeploy::core::{Digest, Pin, Result};

/// On which side of the call the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The call is never made.
    Before,
    /// The call has had its effect, and nobody has heard the answer.
    After,
    /// The answer has been heard, and what was to be noted of it has not been written.
    Unnoted,
}

/// Which calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// All, to whatever it talks to.
    All,
    /// Those that write to the environment.
    Moves,
}

/// When the process dies. Cheap to clone: all its parts share one count.
#[derive(Clone)]
pub struct Death {
    at: usize,
    side: Side,
    of: Of,
    calls: Arc<AtomicUsize>,
    /// Calls that only look: to die after one is to die before the next.
    looks: Arc<Mutex<BTreeSet<usize>>>,
    /// It dies before it writes to the ledger again.
    doomed: Arc<AtomicBool>,
    dead: Arc<Notify>,
}

impl Death {
    pub fn at(at: usize, side: Side) -> Death {
        let (calls, looks, doomed, dead) = Default::default();
        Death { at, side, of: Of::All, calls, looks, doomed, dead }
    }

    /// Dies at a call that writes to the environment.
    pub fn at_move(at: usize, side: Side) -> Death {
        Death { of: Of::Moves, ..Death::at(at, side) }
    }

    /// A life without death, to count its calls.
    pub fn never() -> Death {
        Death::at(usize::MAX, Side::Before)
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Does `work` until it is done or the process dies; then all that it holds is gone.
    pub async fn live<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.dead.notified() => None,
            out = work => Some(out),
        }
    }

    /// Returns the sides of the call `n` on which dying makes a difference, once a whole life has been counted.
    pub fn sides(&self, n: usize) -> &'static [Side] {
        let only_looks = self.looks.lock().unwrap().contains(&n) && n + 1 < self.calls();
        if only_looks { &[Side::Before] } else { &[Side::Before, Side::After] }
    }

    async fn look<T>(&self, call: impl Future<Output = T>) -> T {
        if self.of == Of::All {
            self.looks.lock().unwrap().insert(self.calls());
        }
        self.call(call).await
    }

    async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        if self.of == Of::All { self.count(call).await } else { call.await }
    }

    async fn count<T>(&self, call: impl Future<Output = T>) -> T {
        let n = self.calls.fetch_add(1, Ordering::SeqCst);
        if n == self.at && self.side == Side::Before || n > self.at {
            self.die().await;
        }
        let out = call.await;
        if n == self.at && self.side == Side::Unnoted {
            self.doomed.store(true, Ordering::SeqCst);
        } else if n == self.at {
            self.die().await;
        }
        out
    }

    /// Writes to the ledger.
    async fn write<T>(&self, call: impl Future<Output = T>) -> T {
        if self.doomed.load(Ordering::SeqCst) {
            self.die().await;
        }
        self.call(call).await
    }

    async fn die(&self) {
        self.dead.notify_one();
        std::future::pending::<()>().await;
    }
}

/// One of the things that a process talks to.
pub struct Mortal<'a, T: ?Sized> {
    pub inner: &'a T,
    pub death: Death,
}

#[async_trait]
impl Driver for Mortal<'_, dyn Driver> {
    fn pin(&self) -> &Pin {
        self.inner.pin()
    }
    fn kinds(&self) -> Vec<&'static str> {
        self.inner.kinds()
    }
    fn has_shells(&self, kind: &str) -> bool {
        self.inner.has_shells(kind)
    }
    async fn list(&self) -> Result<Listing> {
        self.death.look(self.inner.list()).await
    }
    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        self.death.look(self.inner.find(address)).await
    }
    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        self.death.look(self.inner.fetch(of, how)).await
    }
    async fn bytes(&self, of: &Found, digest: &Digest) -> Result<Bytes> {
        self.death.look(self.inner.bytes(of, digest)).await
    }

    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        self.inner.encode(of, raw, inventory)
    }
    fn creates(&self, kind: &str) -> bool {
        self.inner.creates(kind)
    }
    fn is_tagged(&self, kind: &str) -> bool {
        self.inner.is_tagged(kind)
    }
    fn has_alias_ids(&self, kind: &str) -> bool {
        self.inner.has_alias_ids(kind)
    }
    fn alias_made<'m>(&self, m: &'m Move) -> Option<&'m str> {
        self.inner.alias_made(m)
    }
    fn implied(&self, of: &Address, address: &Address, qualifier: Option<&str>) -> Vec<Address> {
        self.inner.implied(of, address, qualifier)
    }
    fn arrange(&self, address: &Address, document: &mut Document) {
        self.inner.arrange(address, document);
    }
    fn attainable(
        &self,
        address: &Address,
        from: Option<&Document>,
        to: Option<&Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        self.inner.attainable(address, from, to)
    }
    fn refusals(&self, m: &Move, args: &Value) -> Vec<String> {
        self.inner.refusals(m, args)
    }
    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        self.inner.moves(change)
    }
    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        self.inner.split(create)
    }
    fn empty(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        self.inner.empty(change)
    }
    async fn send(&self, m: &Move, id: Option<&Found>, args: Value, with: &Sending<'_>) -> Reply {
        self.death.count(self.inner.send(m, id, args, with)).await
    }
    fn starts(&self, m: &Move) -> bool {
        self.inner.starts(m)
    }
    fn tidies(&self, m: &Move) -> bool {
        self.inner.tidies(m)
    }
    fn needs_company(&self, m: &Move) -> bool {
        self.inner.needs_company(m)
    }
    fn inspector(&self) -> &dyn Inspector {
        self.inner.inspector()
    }
    async fn ticket(&self, m: &Move, of: Option<&Found>, since: Timestamp) -> Result<Option<String>> {
        self.death.look(self.inner.ticket(m, of, since)).await
    }
    async fn follow(&self, m: &Move, of: Option<&Found>, ticket: &str, with: &Sending<'_>) -> Followed {
        self.death.call(self.inner.follow(m, of, ticket, with)).await
    }
    async fn bring(&self, change: &Change<'_>, from: &Pin) -> Result<(Vec<Move>, Vec<Finding>)> {
        self.death.look(self.inner.bring(change, from)).await
    }
    async fn preflight(&self, change: &Change<'_>, kind: RunKind) -> Result<Vec<Line>> {
        self.death.look(self.inner.preflight(change, kind)).await
    }
    async fn checks(&self, live: &[Live], inventory: &Inventory) -> Result<Vec<Check>> {
        self.death.look(self.inner.checks(live, inventory)).await
    }
}

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
    async fn check(&self) -> Result<()> {
        self.inner.check().await
    }
    fn place(&self) -> String {
        self.inner.place()
    }
}
