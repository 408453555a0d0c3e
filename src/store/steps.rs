//! The steps of a ledger over plain tables. Whoever calls them holds a lock or a transaction around each. A step
//! checks everything before it writes anything.

use std::time::Duration;

use jiff::Timestamp;

use crate::core::chain::{follow, head_of, tells};
use crate::core::ledger::{Beat, BeginError, Claim, Entry, Head, Held, Notice};
use crate::core::run::{Finish, Row, RunRecord, RunStart};
use crate::core::{Pin, Result, RunId};

use super::lease::{
    Lease, begun_before, check_heir, check_rows, ended, finished, gone, no_run, other_row, resumed, started,
    undone,
};
use super::patience::unique;

/// What a ledger keeps.
pub(super) trait Tables {
    fn lease(&self, pin: &Pin) -> Result<Lease>;
    fn set_lease(&mut self, pin: &Pin, lease: &Lease) -> Result<()>;
    fn run(&self, run: &RunId) -> Result<Option<RunRecord>>;
    fn set_run(&mut self, record: &RunRecord) -> Result<()>;
    fn row(&self, run: &RunId, seq: u32) -> Result<Option<Row>>;
    fn add_row(&mut self, run: &RunId, row: &Row) -> Result<()>;
    /// Returns the whole journal of a run, in order.
    fn rows(&self, run: &RunId) -> Result<Vec<Row>>;
    fn head(&self, pin: &Pin) -> Result<Option<Head>>;
    fn set_head(&mut self, pin: &Pin, head: &Head) -> Result<()>;
    fn entry(&self, pin: &Pin, seq: u64) -> Result<Option<Entry>>;
    fn add_entry(&mut self, entry: &Entry) -> Result<()>;
}

/// Adds `notice` to the audit.
fn add(tables: &mut dyn Tables, notice: Notice) -> Result<Entry> {
    let entry = follow(tables.head(&notice.pin)?.as_ref(), notice);
    tables.add_entry(&entry)?;
    tables.set_head(&entry.pin, &head_of(&entry)?)?;
    Ok(entry)
}

pub(super) fn tell(tables: &mut dyn Tables, notice: &Notice) -> Result<Entry> {
    let head = tables.head(&notice.pin)?.map_or(0, |head| head.seq);
    match tables.entry(&notice.pin, head)?.filter(|newest| tells(newest, notice)) {
        Some(told) => Ok(told),
        None => add(tables, notice.clone()),
    }
}

pub(super) fn begin(
    tables: &mut dyn Tables,
    start: &RunStart,
    length: Duration,
) -> Result<Claim, BeginError> {
    let lease = tables.lease(&start.pin)?;
    if let Some(claim) = lease.begun(start)? {
        return Ok(claim);
    }
    new_run(tables, start)?;
    Ok(add_run(tables, &lease, start, length)?)
}

pub(super) fn beat(tables: &mut dyn Tables, claim: &Claim) -> Result<Beat> {
    let mut lease = tables.lease(&claim.pin)?;
    let owner = lease.of(claim)?;
    owner.beat = unique();
    owner.parked = false;
    let asked = owner.stop_asked_by.clone();
    tables.set_lease(&claim.pin, &lease)?;
    Ok(asked.map_or(Beat::Go, Beat::StopAsked))
}

pub(super) fn record(tables: &mut dyn Tables, claim: &Claim, rows: &[Row]) -> Result<()> {
    check_rows(rows)?;
    tables.lease(&claim.pin)?.of(claim)?;
    let mut new = Vec::new();
    for row in rows {
        match tables.row(&claim.run, row.seq)? {
            None => new.push(row),
            Some(there) if there == *row => {}
            Some(_) => return Err(other_row(claim, row.seq)),
        }
    }
    new.into_iter().try_for_each(|row| tables.add_row(&claim.run, row))
}

pub(super) fn end(tables: &mut dyn Tables, claim: &Claim, finish: &Finish) -> Result<()> {
    if ended(tables.run(&claim.run)?.as_ref(), &claim.run, finish)? {
        return Ok(());
    }
    let mut lease = tables.lease(&claim.pin)?;
    lease.of(claim)?;
    close(tables, claim, finish)?;
    tables.set_lease(&claim.pin, &lease.freed())
}

pub(super) fn succeed(
    tables: &mut dyn Tables,
    claim: &Claim,
    finish: &Finish,
    start: &RunStart,
    length: Duration,
) -> Result<Claim> {
    check_heir(claim, start)?;
    let mut lease = tables.lease(&claim.pin)?;
    if ended(tables.run(&claim.run)?.as_ref(), &claim.run, finish)?
        && let Some(claim) = lease.claim_of(start)
    {
        return Ok(claim);
    }
    lease.of(claim)?;
    new_run(tables, start)?;
    close(tables, claim, finish)?;
    add_run(tables, &lease, start, length)
}

pub(super) fn take_over(
    tables: &mut dyn Tables,
    held: &Held,
    start: &RunStart,
    length: Duration,
    now: Timestamp,
) -> Result<Claim> {
    let lease = tables.lease(&held.pin)?;
    if let Some(claim) = lease.taken_over(held, start)? {
        return Ok(claim);
    }
    let claim = take(tables, &lease, start, length)?;
    add(tables, resumed(now, start))?;
    Ok(claim)
}

pub(super) fn park(tables: &mut dyn Tables, claim: &Claim) -> Result<()> {
    let mut lease = tables.lease(&claim.pin)?;
    lease.of(claim)?.parked = true;
    tables.set_lease(&claim.pin, &lease)
}

pub(super) fn ask_to_stop(tables: &mut dyn Tables, held: &Held, who: &str) -> Result<()> {
    let mut lease = tables.lease(&held.pin)?;
    let claim = Claim { pin: held.pin.clone(), run: held.start.run.clone(), epoch: held.epoch };
    lease.of(&claim).map_err(|_| gone(held))?.stop_asked_by = Some(who.to_string());
    tables.set_lease(&held.pin, &lease)
}

fn take(tables: &mut dyn Tables, lease: &Lease, start: &RunStart, length: Duration) -> Result<Claim> {
    let (lease, claim) = lease.taken(start, length);
    tables.set_lease(&start.pin, &lease)?;
    Ok(claim)
}

fn new_run(tables: &mut dyn Tables, start: &RunStart) -> Result<()> {
    match tables.run(&start.run)? {
        None => Ok(()),
        Some(_) => Err(begun_before(&start.run)),
    }
}

fn add_run(tables: &mut dyn Tables, lease: &Lease, start: &RunStart, length: Duration) -> Result<Claim> {
    let claim = take(tables, lease, start, length)?;
    tables.set_run(&RunRecord { start: start.clone(), finish: None, undone_by: None })?;
    add(tables, started(start))?;
    Ok(claim)
}

fn close(tables: &mut dyn Tables, claim: &Claim, finish: &Finish) -> Result<()> {
    let mut record = tables.run(&claim.run)?.ok_or_else(|| no_run(&claim.run))?;
    if let Some(undone) = undone(&record, finish)
        && let Some(mut undone) = tables.run(undone)?
    {
        undone.undone_by = Some(claim.run.clone());
        tables.set_run(&undone)?;
    }
    record.finish = Some(finish.clone());
    tables.set_run(&record)?;
    let rows = tables.rows(&claim.run)?;
    add(tables, finished(&claim.pin, &claim.run, finish, &rows)?).map(drop)
}
