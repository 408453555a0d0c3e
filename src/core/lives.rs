//! The lives of runs as the audit tells them, held against what the ledger keeps of each.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use serde::Serialize;

use super::chain::journal_digest;
use super::digest::Digest;
use super::error::{Error, ErrorKind, Result};
use super::id::RunId;
use super::ledger::{Act, Entry, Ledger};
use super::pin::Pin;
use super::run::{RunRecord, RunStatus};
use super::verify::{Breach, Part};

/// How many runs are looked at at the same time.
const AT_ONCE: usize = 8;

/// What the audit tells of runs.
#[derive(Default)]
pub(super) struct Lives(BTreeMap<RunId, Life>);

#[derive(Default)]
struct Life {
    start: Option<Begun>,
    end: Option<Over>,
}

struct Begun {
    entry: u64,
    start: Digest,
    undoes: Option<RunId>,
}

struct Over {
    entry: u64,
    finish: Digest,
    status: RunStatus,
    journal: Digest,
}

impl Lives {
    /// Takes in what `entry`, which lies at `seq`, tells; returns what does not fit the others.
    pub(super) fn tell(&mut self, seq: u64, entry: Entry) -> Vec<Breach> {
        let Some(run) = entry.run else { return Vec::new() };
        let twice = |what: &str| vec![Breach::new(Part::Entry, Some(seq), Some(&run), what)];
        match entry.what {
            Act::Start { start } => {
                if start.run != run {
                    return twice("it is the beginning of another run");
                }
                let Ok(digest) = digest(&start) else {
                    return twice("its beginning cannot be written as JSON");
                };
                let undoes = start.undoes;
                let life = self.0.entry(run.clone()).or_default();
                match life.start.replace(Begun { entry: seq, start: digest, undoes }) {
                    None => Vec::new(),
                    Some(_) => twice("it began twice"),
                }
            }
            Act::End { finish, journal } => {
                let Ok(digest) = digest(&finish) else { return twice("its end cannot be written as JSON") };
                let over = Over { entry: seq, finish: digest, status: finish.status, journal };
                let life = self.0.entry(run.clone()).or_default();
                match life.end.replace(over) {
                    None => Vec::new(),
                    Some(_) => twice("it ended twice"),
                }
            }
            Act::Resume { .. }
            | Act::Refused { .. }
            | Act::Saved { .. }
            | Act::Approved { .. }
            | Act::Imported { .. }
            | Act::Released { .. }
            | Act::Forgotten { .. } => Vec::new(),
        }
    }

    /// Returns how many runs there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns what in the ledger does not fit what the audit of `pin` tells.
    pub(super) async fn check(&self, ledger: &dyn Ledger, pin: &Pin) -> Result<Vec<Breach>> {
        let mut breaches = Vec::new();
        let holder = match ledger.held(pin).await {
            Ok(held) => held.map(|held| held.start.run),
            Err(e) if e.kind == ErrorKind::Corrupt => {
                let what = format!("who holds the lease cannot be read: {}", e.message);
                breaches.push(Breach::new(Part::Lease, None, None, what));
                None
            }
            Err(e) => return Err(e),
        };
        if let Some(run) = &holder
            && !self.0.get(run).is_some_and(|life| life.start.is_some() && life.end.is_none())
        {
            let what = "it holds the lease, and the audit does not tell of it as a run that is open";
            breaches.push(Breach::new(Part::Lease, None, Some(run), what));
        }
        let undone = self.undone();
        let one = |(run, life)| look(ledger, run, life, undone.get(run).copied(), holder.as_ref());
        let found: Vec<Vec<Breach>> =
            futures::stream::iter(self.0.iter().map(one)).buffered(AT_ONCE).try_collect().await?;
        breaches.extend(found.into_iter().flatten());
        Ok(breaches)
    }

    /// Returns which run has undone which: the last of several.
    fn undone(&self) -> BTreeMap<&RunId, &RunId> {
        let mut ends: Vec<(u64, &RunId, &RunId)> = Vec::new();
        for (run, life) in &self.0 {
            if let (Some(start), Some(end)) = (&life.start, &life.end)
                && end.status == RunStatus::Succeeded
                && let Some(undone) = &start.undoes
            {
                ends.push((end.entry, undone, run));
            }
        }
        ends.sort_unstable();
        ends.into_iter().map(|(_, undone, by)| (undone, by)).collect()
    }
}

/// Returns what the ledger keeps of `run` that the audit does not tell.
async fn look(
    ledger: &dyn Ledger,
    run: &RunId,
    life: &Life,
    undone_by: Option<&RunId>,
    holder: Option<&RunId>,
) -> Result<Vec<Breach>> {
    let mut breaches = Vec::new();
    let mut breach = |part, entry, what: &str| breaches.push(Breach::new(part, entry, Some(run), what));
    let (begun, ended) = (life.start.as_ref(), life.end.as_ref());
    let entry = begun.map(|b| b.entry).or(ended.map(|e| e.entry));
    match (begun, ended) {
        (None, Some(end)) => breach(Part::Entry, Some(end.entry), "it ended, and never began"),
        (Some(begun), None) if holder != Some(run) => {
            breach(Part::Entry, Some(begun.entry), "it began, and neither has ended nor holds the lease");
        }
        _ => {}
    }
    match ledger.run(run).await {
        Ok(record) => {
            let Kept { start, finish } = Kept::of(&record)?;
            if begun.is_some_and(|begun| begun.start != start) {
                breach(Part::Run, entry, "what the ledger keeps of its beginning is not what the audit told");
            }
            match (finish, ended) {
                (Some(finish), Some(end)) if finish != end.finish => {
                    breach(Part::Run, entry, "what the ledger keeps of its end is not what the audit told");
                }
                (Some(_), None) => {
                    breach(Part::Run, entry, "the ledger keeps an end that the audit does not tell")
                }
                (None, Some(_)) => {
                    breach(Part::Run, entry, "the audit tells an end that the ledger does not keep")
                }
                _ => {}
            }
            if record.undone_by.as_ref() != undone_by {
                let who = |run: Option<&RunId>| run.map_or("nobody", RunId::as_str).to_string();
                let (kept, told) = (who(record.undone_by.as_ref()), who(undone_by));
                breach(Part::Run, entry, &format!("undone by {kept}, the ledger says; by {told}, the audit"));
            }
        }
        Err(e) if matches!(e.kind, ErrorKind::NotFound | ErrorKind::Corrupt) => {
            breach(Part::Run, entry, &format!("what the ledger keeps of it cannot be read: {}", e.message));
        }
        Err(e) => return Err(e),
    }
    // The journal of a run that is open has no digest yet.
    let Some(end) = ended else { return Ok(breaches) };
    match ledger.rows(run).await {
        Ok(rows) if journal_digest(&rows)? != end.journal => {
            breach(Part::Journal, Some(end.entry), "its journal is not as it was when it ended");
        }
        Ok(_) => {}
        Err(e) if e.kind == ErrorKind::Corrupt => {
            breach(Part::Journal, Some(end.entry), &format!("its journal cannot be read: {}", e.message));
        }
        Err(e) => return Err(e),
    }
    Ok(breaches)
}

/// The digests of what the ledger keeps of a run.
struct Kept {
    start: Digest,
    finish: Option<Digest>,
}

impl Kept {
    fn of(record: &RunRecord) -> Result<Kept> {
        let finish = record.finish.as_ref().map(digest).transpose()?;
        Ok(Kept { start: digest(&record.start)?, finish })
    }
}

fn digest(value: &impl Serialize) -> Result<Digest> {
    let value = serde_json::to_value(value)
        .map_err(|e| Error::bug(format!("cannot write what is known of a run as JSON: {e}")).source(e))?;
    Ok(Digest::of_json(&value))
}
