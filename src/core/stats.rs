//! Statistics: how often, how well and how fast, counted from the audit.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use super::error::Result;
use super::history::SKEW;
use super::id::RunId;
use super::ledger::{Act, Ledger};
use super::pin::Pin;
use super::run::{Finish, RunKind, RunStart, RunStatus};

/// How many entries are read at once.
const PAGE: usize = 200;

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Deployments that began. Each is one of the next five.
    pub deployments: usize,
    /// Those that wrote and verified everything, and are not undone.
    pub succeeded: usize,
    /// Those that were undone, by themselves or by hand.
    pub rolled_back: usize,
    /// Those that changed nothing.
    pub failed: usize,
    /// Those whose place somebody else's deployment took.
    pub superseded: usize,
    /// Those that have not come to an end, or whose rollback has not.
    pub open: usize,
    /// Rollbacks that began, of themselves or by hand.
    pub rollbacks: usize,
    /// Deployments and rollbacks that were asked for and refused before they began; none of the above.
    pub refused: usize,
    /// Resources that deployments wrote, each as often as it was written by one.
    pub changes: usize,
    /// The middle one of how long deployments took that wrote and verified everything.
    pub median_seconds: Option<u64>,
    /// Nine of ten of them took no longer.
    pub p90_seconds: Option<u64>,
}

/// Runs, being counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counts: Counts,
    seconds: Vec<u64>,
}

/// What is kept of a run's end.
struct End {
    status: RunStatus,
    at: Timestamp,
    wrote: usize,
    turned_into: Option<RunId>,
}

impl From<Finish> for End {
    fn from(f: Finish) -> End {
        End { status: f.status, at: f.at, wrote: f.wrote.len(), turned_into: f.turned_into }
    }
}

impl Tally {
    /// Counts the runs of `pin` that began at `since` or later, by the name that the environment had.
    pub async fn of(ledger: &dyn Ledger, pin: &Pin, since: Timestamp) -> Result<BTreeMap<String, Tally>> {
        let (mut starts, mut ends, mut refused) = (Vec::new(), BTreeMap::new(), Vec::new());
        // Their times are those of when they were done, not of when they were told.
        let mut imported: BTreeSet<RunId> = BTreeSet::new();
        let mut before = None;
        'all: loop {
            let page = ledger.entries(pin, before, PAGE).await?;
            before = page.items.last().map(|e| e.seq);
            for entry in page.items {
                if let Act::Imported { runs, .. } = &entry.what {
                    imported.extend(runs.iter().cloned());
                }
                let told_later = entry.run.as_ref().is_some_and(|run| imported.contains(run));
                if !told_later && entry.at.duration_since(since) < -SKEW {
                    break 'all;
                }
                match (entry.what, entry.run) {
                    (Act::Start { start }, _) if start.at >= since => starts.push(*start),
                    (Act::End { finish, .. }, Some(run)) => drop(ends.insert(run, End::from(*finish))),
                    (Act::Refused { refusal }, _) if entry.at >= since => refused.push(refusal.environment),
                    _ => {}
                }
            }
            if !page.more || before.is_none() {
                break;
            }
        }
        let mut tallies = tallies(&starts, &ends);
        for environment in refused {
            tallies.entry(environment).or_default().counts.refused += 1;
        }
        Ok(tallies)
    }

    /// Adds what `other` counted.
    pub fn join(&mut self, other: Tally) {
        let (a, b) = (&mut self.counts, other.counts);
        a.deployments += b.deployments;
        a.succeeded += b.succeeded;
        a.rolled_back += b.rolled_back;
        a.failed += b.failed;
        a.superseded += b.superseded;
        a.open += b.open;
        a.rollbacks += b.rollbacks;
        a.refused += b.refused;
        a.changes += b.changes;
        self.seconds.extend(other.seconds);
    }

    /// Returns what was counted.
    pub fn counts(&self) -> Counts {
        let mut seconds = self.seconds.clone();
        seconds.sort_unstable();
        // The nearest rank: a duration that there was.
        let rank =
            |of_ten: usize| seconds.get((seconds.len() * of_ten).div_ceil(10).saturating_sub(1)).copied();
        Counts { median_seconds: rank(5), p90_seconds: rank(9), ..self.counts.clone() }
    }

    fn count(&mut self, start: &RunStart, end: Option<&End>, undone: bool) {
        let counts = &mut self.counts;
        if start.kind == RunKind::Rollback {
            counts.rollbacks += 1;
            return;
        }
        counts.deployments += 1;
        counts.changes += end.map_or(0, |end| end.wrote);
        match end.map(|end| end.status) {
            _ if undone => counts.rolled_back += 1,
            Some(RunStatus::TakenBack) => counts.rolled_back += 1,
            Some(RunStatus::Superseded) => counts.superseded += 1,
            Some(RunStatus::Succeeded) => counts.succeeded += 1,
            Some(RunStatus::Failed) => counts.failed += 1,
            Some(RunStatus::Turned | RunStatus::Open) | None => counts.open += 1,
        }
        if let Some(end) = end.filter(|end| end.status == RunStatus::Succeeded) {
            let took = end.at.duration_since(start.at).as_secs();
            self.seconds.push(u64::try_from(took).unwrap_or(0));
        }
    }
}

fn tallies(starts: &[RunStart], ends: &BTreeMap<RunId, End>) -> BTreeMap<String, Tally> {
    let succeeded = |run: &RunId| ends.get(run).is_some_and(|end| end.status == RunStatus::Succeeded);
    let undone: BTreeSet<&RunId> =
        starts.iter().filter(|s| succeeded(&s.run)).filter_map(|s| s.undoes.as_ref()).collect();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for start in starts {
        let end = ends.get(&start.run);
        let turned = end.and_then(|end| end.turned_into.as_ref()).is_some_and(&succeeded);
        let undone = turned || undone.contains(&start.run);
        tallies.entry(start.environment.clone()).or_default().count(start, end, undone);
    }
    tallies
}
