//! SQLite: a ledger in a file, for the processes of one machine.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params, Transaction, TransactionBehavior, params};
use serde::{Serialize, de::DeserializeOwned};

use crate::core::ledger::{Beat, BeginError, Claim, Entry, Head, Held, Kept, Ledger, Notice};
use crate::core::objects::Page;
use crate::core::run::{Finish, Row, RunRecord, RunStart};
use crate::core::{Clock, Error, Pin, Result, RunId};

use super::blocking::blocking;
use super::lease::{Lease, Owner, no_run};
use super::memory::PAGE;
use super::sqlite_file::{connect, connect_to_read, failed};
use super::sqlite_lock::named;
use super::steps::{self, Tables};

/// A ledger in an SQLite file. Clones share one connection.
#[derive(Clone)]
pub struct SqliteLedger {
    connection: Arc<Mutex<Connection>>,
    path: PathBuf,
    clock: Clock,
}

impl SqliteLedger {
    /// Opens the file, and makes it if it is not there.
    pub async fn open(path: impl Into<PathBuf>, clock: Clock) -> Result<SqliteLedger> {
        let path = path.into();
        blocking(move || {
            let connection = connect(&path)
                .map_err(|e| named(e, &path).context(format!("cannot open the ledger {}", path.display())))?;
            Ok(SqliteLedger { connection: Arc::new(Mutex::new(connection)), path, clock })
        })
        .await
    }

    /// Opens the file to read it: nothing is written to it.
    pub(super) async fn open_to_read(path: impl Into<PathBuf>, clock: Clock) -> Result<SqliteLedger> {
        let path = path.into();
        blocking(move || {
            let connection = connect_to_read(&path)
                .map_err(|e| e.context(format!("cannot open the ledger {}", path.display())))?;
            Ok(SqliteLedger { connection: Arc::new(Mutex::new(connection)), path, clock })
        })
        .await
    }

    /// Runs `step` in a transaction, which is kept only if the step succeeds.
    async fn write<T, E>(
        &self,
        step: impl FnOnce(&mut dyn Tables) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (connection, path) = (Arc::clone(&self.connection), self.path.clone());
        blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(|e| named(failed(e), &path))?;
            let done = step(&mut Sql(&transaction))?;
            transaction.commit().map_err(failed)?;
            Ok(done)
        })
        .await
    }

    /// Runs `look` on one state of the file.
    async fn look<T>(&self, look: impl FnOnce(&Sql<'_>) -> Result<T> + Send + 'static) -> Result<T>
    where
        T: Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            look(&Sql(&connection.transaction().map_err(failed)?))
        })
        .await
    }
}

fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::bug(format!("cannot write as JSON: {e}")).source(e))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|e| Error::corrupt(format!("the ledger has a line that cannot be read: {e}")).source(e))
}

/// Returns a number that is never negative, as SQLite takes it.
fn signed(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|e| Error::bug(format!("{value} is too great for the ledger")).source(e))
}

fn whole(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// The tables, in a transaction.
struct Sql<'a>(&'a Transaction<'a>);

impl Sql<'_> {
    fn put(&self, sql: &str, params: impl Params) -> Result<()> {
        self.0.prepare_cached(sql).and_then(|mut s| s.execute(params)).map_err(failed)?;
        Ok(())
    }

    /// Returns the first column of the rows that `sql` finds.
    fn texts<T: DeserializeOwned>(&self, sql: &str, params: impl Params) -> Result<Vec<T>> {
        let mut statement = self.0.prepare_cached(sql).map_err(failed)?;
        let rows = statement.query_map(params, |row| row.get::<_, String>(0)).map_err(failed)?;
        rows.map(|text| from_json(&text.map_err(failed)?)).collect()
    }
}

impl Tables for Sql<'_> {
    fn lease(&self, pin: &Pin) -> Result<Lease> {
        let sql = "SELECT epoch, start, beat, lease_ms, parked, stop_asked_by FROM leases WHERE pin = ?1";
        let found = self.0.prepare_cached(sql).and_then(|mut statement| {
            let one = |r: &rusqlite::Row<'_>| {
                let start: Option<String> = r.get(1)?;
                let rest = match start {
                    None => None,
                    Some(start) => Some((start, r.get(2)?, whole(r, 3)?, r.get(4)?, r.get(5)?)),
                };
                Ok((whole(r, 0)?, rest))
            };
            statement.query_row([pin.to_string()], one).optional()
        });
        let Some((epoch, rest)) = found.map_err(failed)? else { return Ok(Lease::default()) };
        let Some((start, beat, lease, parked, stop_asked_by)) = rest else {
            return Ok(Lease { epoch, owner: None });
        };
        let (start, lease) = (from_json(&start)?, Duration::from_millis(lease));
        Ok(Lease { epoch, owner: Some(Owner { start, beat, lease, parked, stop_asked_by }) })
    }

    fn set_lease(&mut self, pin: &Pin, lease: &Lease) -> Result<()> {
        let owner = lease.owner.as_ref();
        let start = owner.map(|o| to_json(&o.start)).transpose()?;
        let length = owner.map(|o| i64::try_from(o.lease.as_millis()).unwrap_or(i64::MAX));
        self.put(
            "INSERT OR REPLACE INTO leases VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                pin.to_string(),
                signed(lease.epoch)?,
                start,
                owner.map(|o| &o.beat),
                length,
                owner.map(|o| o.parked),
                owner.and_then(|o| o.stop_asked_by.as_ref())
            ],
        )
    }

    fn run(&self, run: &RunId) -> Result<Option<RunRecord>> {
        Ok(self.texts("SELECT record FROM runs WHERE run = ?1", [run.as_str()])?.pop())
    }

    fn set_run(&mut self, record: &RunRecord) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO runs VALUES (?1, ?2)";
        self.put(sql, params![record.start.run.as_str(), to_json(record)?])
    }

    fn row(&self, run: &RunId, seq: u32) -> Result<Option<Row>> {
        let sql = "SELECT body FROM journal WHERE run = ?1 AND seq = ?2";
        Ok(self.texts(sql, params![run.as_str(), seq])?.pop())
    }

    fn add_row(&mut self, run: &RunId, row: &Row) -> Result<()> {
        self.put("INSERT INTO journal VALUES (?1, ?2, ?3)", params![run.as_str(), row.seq, to_json(row)?])
    }

    fn rows(&self, run: &RunId) -> Result<Vec<Row>> {
        self.texts("SELECT body FROM journal WHERE run = ?1 ORDER BY seq", [run.as_str()])
    }

    fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        let sql = "SELECT seq, digest FROM heads WHERE pin = ?1";
        let found = self.0.prepare_cached(sql).and_then(|mut statement| {
            let one = |r: &rusqlite::Row<'_>| Ok((whole(r, 0)?, r.get::<_, String>(1)?));
            statement.query_row([pin.to_string()], one).optional()
        });
        let Some((seq, digest)) = found.map_err(failed)? else { return Ok(None) };
        let digest =
            digest.parse().map_err(|e: Error| Error::corrupt(format!("the head of {pin}: {}", e.message)))?;
        Ok(Some(Head { seq, digest }))
    }

    fn set_head(&mut self, pin: &Pin, head: &Head) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO heads VALUES (?1, ?2, ?3)";
        self.put(sql, params![pin.to_string(), signed(head.seq)?, head.digest.to_string()])
    }

    fn entry(&self, pin: &Pin, seq: u64) -> Result<Option<Entry>> {
        let sql = "SELECT body FROM audit WHERE pin = ?1 AND seq = ?2";
        Ok(self.texts(sql, params![pin.to_string(), signed(seq)?])?.pop())
    }

    fn add_entry(&mut self, entry: &Entry) -> Result<()> {
        let sql = "INSERT INTO audit VALUES (?1, ?2, ?3)";
        self.put(sql, params![entry.pin.to_string(), signed(entry.seq)?, to_json(entry)?])
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn begin(&self, start: &RunStart, lease: Duration) -> Result<Claim, BeginError> {
        let start = start.clone();
        self.write(move |tables| steps::begin(tables, &start, lease)).await
    }

    async fn beat(&self, claim: &Claim) -> Result<Beat> {
        let claim = claim.clone();
        self.write(move |tables| steps::beat(tables, &claim)).await
    }

    async fn record(&self, claim: &Claim, rows: &[Row]) -> Result<()> {
        let (claim, rows) = (claim.clone(), rows.to_vec());
        self.write(move |tables| steps::record(tables, &claim, &rows)).await
    }

    async fn end(&self, claim: &Claim, finish: &Finish) -> Result<()> {
        let (claim, finish) = (claim.clone(), finish.clone());
        self.write(move |tables| steps::end(tables, &claim, &finish)).await
    }

    async fn succeed(
        &self,
        claim: &Claim,
        finish: &Finish,
        start: &RunStart,
        lease: Duration,
    ) -> Result<Claim> {
        let (claim, finish, start) = (claim.clone(), finish.clone(), start.clone());
        self.write(move |tables| steps::succeed(tables, &claim, &finish, &start, lease)).await
    }

    async fn take_over(&self, held: &Held, start: &RunStart, lease: Duration) -> Result<Claim> {
        let (held, start, now) = (held.clone(), start.clone(), self.clock.now());
        self.write(move |tables| steps::take_over(tables, &held, &start, lease, now)).await
    }

    async fn park(&self, claim: &Claim) -> Result<()> {
        let claim = claim.clone();
        self.write(move |tables| steps::park(tables, &claim)).await
    }

    async fn ask_to_stop(&self, held: &Held, who: &str) -> Result<()> {
        let (held, who) = (held.clone(), who.to_string());
        self.write(move |tables| steps::ask_to_stop(tables, &held, &who)).await
    }

    async fn held(&self, pin: &Pin) -> Result<Option<Held>> {
        let pin = pin.clone();
        self.look(move |sql| Ok(sql.lease(&pin)?.held())).await
    }

    async fn run(&self, run: &RunId) -> Result<RunRecord> {
        let run = run.clone();
        self.look(move |sql| sql.run(&run)?.ok_or_else(|| no_run(&run))).await
    }

    async fn rows(&self, run: &RunId) -> Result<Vec<Row>> {
        let run = run.clone();
        self.look(move |sql| sql.rows(&run)).await
    }

    async fn tell(&self, notice: &Notice) -> Result<Entry> {
        let notice = notice.clone();
        self.write(move |tables| steps::tell(tables, &notice)).await
    }

    async fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        let pin = pin.clone();
        self.look(move |sql| sql.head(&pin)).await
    }

    async fn entries(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Page<Entry>> {
        let (pin, limit) = (pin.to_string(), limit.clamp(1, PAGE) as i64);
        let before = before.and_then(|seq| i64::try_from(seq).ok()).unwrap_or(i64::MAX);
        let sql = "SELECT body FROM audit WHERE pin = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
        let items: Vec<Entry> = self.look(move |s| s.texts(sql, params![pin, before, limit])).await?;
        let more = items.last().is_some_and(|last| last.seq > 1);
        Ok(Page { items, more })
    }

    async fn kept(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Vec<Kept>> {
        let (pin, limit) = (pin.to_string(), limit.clamp(1, PAGE) as i64);
        let before = before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
        // Below 0 there is nothing that a page could begin at.
        if before == 0 {
            return Ok(Vec::new());
        }
        let sql = "SELECT seq, body FROM audit WHERE pin = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";
        self.look(move |s| {
            let mut statement = s.0.prepare_cached(sql).map_err(failed)?;
            let one = |r: &rusqlite::Row<'_>| {
                let seq: i64 = r.get(0)?;
                // As it lies there: what is no text is what one looks for.
                let body = match r.get_ref(1)? {
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                        serde_json::from_slice(bytes).map_err(|e| e.to_string())
                    }
                    other => Err(format!("it is no text, but {}", other.data_type())),
                };
                Ok(match u64::try_from(seq) {
                    Ok(seq) => Kept { seq, body },
                    Err(_) => Kept { seq: 0, body: Err(format!("its number is {seq}")) },
                })
            };
            let rows = statement.query_map(params![pin, before, limit], one).map_err(failed)?;
            rows.map(|row| row.map_err(failed)).collect()
        })
        .await
    }

    async fn check(&self) -> Result<()> {
        self.look(|sql| {
            // Source: "PRAGMA quick_check", SQLite: pages that are missing or used twice, records out of order.
            let found = sql.0.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
            match found.map_err(failed)?.as_str() {
                "ok" => {}
                wrong => return Err(Error::corrupt(format!("SQLite finds its file damaged: {wrong}"))),
            }
            ["leases", "runs", "journal", "audit", "heads"].iter().try_for_each(|table| {
                let sql = sql.0.prepare(&format!("SELECT 1 FROM {table} LIMIT 1"));
                sql.map(drop).map_err(failed)
            })
        })
        .await
    }

    fn place(&self) -> String {
        format!("sqlite {}", self.path.display())
    }
}
