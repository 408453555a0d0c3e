//! Importing: what was done while the ledger could not be reached, and was written into another, told to it later.
//!
//! Each run that has ended is begun, recorded and ended again in the ledger, with its own start, rows and finish. So it is in
//! the history, can be undone, and its journal has the digest that it had. What says that it was imported, by whom and from
//! what, is an entry of its own, written last.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::audit::Audit;
use super::error::{Error, ErrorKind, Result};
use super::holder::ways_out;
use super::id::RunId;
use super::lease::LEASE;
use super::ledger::{Act, BeginError, Ledger, Notice, ROWS_AT_ONCE};
use super::means::{Glass, Means};
use super::pin::Pin;
use super::run::{Actor, RunRecord, RunStart};

/// How many entries are read at once.
const PAGE: usize = 200;

/// What was imported of a pin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Runs that the ledger did not know.
    pub runs: Vec<RunId>,
    /// Runs that it knew from an earlier import.
    pub known: Vec<RunId>,
    /// Runs that have not ended: they are left where they are.
    pub open: Vec<RunId>,
}

/// How the reason of each run begins that was done in a ledger in the place of the one that everybody works with.
pub const REASON: &str = "break-glass: ";

/// Tells `into` of the runs of `pin` that `from` knows, once: what is there already is left as it is. Killed at any moment,
/// it is gone on with by doing the same again.
///
/// Fails with `Locked` while another run holds the pin, with `Corrupt` if `into` knows a run otherwise. That runs were
/// imported before it failed is told all the same.
pub async fn import(
    from: &dyn Ledger,
    into: &dyn Ledger,
    pin: &Pin,
    actor: &Actor,
    now: Timestamp,
) -> Result<Imported> {
    let mut imported = Imported::default();
    let done = runs(from, into, pin, &mut imported).await;
    let all: Vec<RunId> = imported.known.iter().chain(&imported.runs).cloned().collect();
    let untold = untold(into, pin, &all).await?;
    if !untold.is_empty() {
        let what = Act::Imported { runs: untold, from: from.place(), actor: actor.clone() };
        into.tell(&Notice { pin: pin.clone(), at: now, run: None, what }).await?;
    }
    done.map(|()| imported)
}

async fn runs(from: &dyn Ledger, into: &dyn Ledger, pin: &Pin, imported: &mut Imported) -> Result<()> {
    let mut audit = Audit::open(from, pin).await?;
    while audit.peek().await?.is_some() {
        let Some(entry) = audit.take() else { break };
        let Act::Start { start } = entry.what else { continue };
        let run = start.run.clone();
        let record = from.run(&run).await?;
        let otherwise = || Error::corrupt(format!("{} knows the run {run} otherwise", into.place()));
        let there = match into.run(&run).await {
            Ok(there) => Some(there),
            Err(e) if e.kind == ErrorKind::NotFound => None,
            Err(e) => return Err(e),
        };
        match there {
            Some(there) if there.start != record.start => return Err(otherwise()),
            Some(there) if there.finish.is_some() => {
                // Whether it is undone by now is that ledger's own.
                if there.finish != record.finish || into.rows(&run).await? != from.rows(&run).await? {
                    return Err(otherwise());
                }
                imported.known.push(run);
            }
            _ if record.finish.is_none() => imported.open.push(run),
            _ => {
                copy(from, into, &record).await?;
                imported.runs.push(run);
            }
        }
    }
    Ok(())
}

/// Fails with `Locked` where `start` is of a run that was done in another ledger, and that an import which was broken off has
/// left open in this one: its journal is not all here, so nobody can go on with it or undo it.
pub(super) fn is_whole(means: &Means<'_>, start: &RunStart) -> Result<()> {
    let elsewhere = start.reason.as_ref().is_some_and(|reason| reason.starts_with(REASON));
    if means.waivers.glass == Glass::Broken || !elsewhere {
        return Ok(());
    }
    let message = format!(
        "the run {} took place while the ledger could not be reached, and its import was broken off: its journal is not all \
         here",
        start.run
    );
    Err(Error::new(ErrorKind::Locked, message).hint(format!(
        "where it took place: snapdeploy history import .snapdeploy/break-glass; if that is lost: snapdeploy rollback {} --to \
         SNAPSHOT --take-over",
        start.environment
    )))
}

/// Begins, records and ends a run that has ended elsewhere.
async fn copy(from: &dyn Ledger, into: &dyn Ledger, record: &RunRecord) -> Result<()> {
    let (start, run) = (&record.start, &record.start.run);
    let Some(finish) = &record.finish else { return Ok(()) };
    let claim = into.begin(start, LEASE).await.map_err(|e| match e {
        BeginError::Held(held) => {
            let message = format!("the run {} holds {}", held.start.run, held.start.environment);
            Error::new(ErrorKind::Locked, message).hint(ways_out(&held))
        }
        BeginError::Other(e) => e,
    })?;
    for rows in from.rows(run).await?.chunks(ROWS_AT_ONCE) {
        into.record(&claim, rows).await?;
    }
    into.end(&claim, finish).await
}

/// Returns those of `runs` of which no entry says that they were imported.
async fn untold(ledger: &dyn Ledger, pin: &Pin, runs: &[RunId]) -> Result<Vec<RunId>> {
    let mut left: BTreeSet<&RunId> = runs.iter().collect();
    let mut begun: BTreeSet<RunId> = BTreeSet::new();
    let mut before = None;
    while !left.is_empty() && begun.len() < runs.len() {
        let page = ledger.entries(pin, before, PAGE).await?;
        before = page.items.last().map(|entry| entry.seq);
        for entry in page.items {
            match (&entry.what, &entry.run) {
                (Act::Imported { runs: told, .. }, _) => left.retain(|run| !told.contains(*run)),
                // What is told of a run is told after it began.
                (Act::Start { .. }, Some(run)) if runs.contains(run) => drop(begun.insert(run.clone())),
                _ => {}
            }
        }
        if !page.more || before.is_none() {
            break;
        }
    }
    Ok(runs.iter().filter(|run| left.contains(run)).cloned().collect())
}
