//! The newest run that can be undone.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::back::{Past, past};
use super::error::{Error, Result};
use super::event::Event;
use super::id::RunId;
use super::ledger::{Act, Entry};
use super::means::Means;
use super::plan::Plan;
use super::readable::{self, Read};
use super::run::{RunKind, RunRecord, RunStart, RunStatus};
use super::select::Selection;

/// How many audit entries are read at once.
const PAGE: usize = 200;

/// Returns the newest run of the environment that changed something that `select` picks and is not undone yet: a
/// deployment, or what put back a time. An open run, interrupted or stopped, counts; what undid a run does not.
///
/// An entry that cannot be read stops nothing where it can be told which run it is of, which is said. Else it is `Corrupt`:
/// a newer run than the one that was found may be behind it.
pub async fn newest(means: &Means<'_>, select: &Selection) -> Result<Past> {
    let pin = means.driver.pin();
    let mut search = Search::new(means, select);
    let mut before = None;
    loop {
        let page = readable::read(means.ledger, pin, before, PAGE).await?;
        before = page.last().map(Read::seq);
        for read in page {
            let found = match read {
                Read::Entry(entry) => search.entry(&entry).await?,
                Read::Spoilt(seq) => {
                    search.spoilt.push(seq);
                    None
                }
            };
            if let Some(found) = found {
                return search.settle(found);
            }
        }
        if before.is_none_or(|seq| seq <= 1) {
            break;
        }
    }
    if let Some(found) = search.without_start(None).await? {
        return search.settle(found);
    }
    if let Some(found) = search.late.take() {
        return search.settle(found);
    }
    let what =
        if select.is_all() { "to undo".to_string() } else { format!("of {}", select.patterns().join(", ")) };
    let place = format!("account {}, {}", pin.account, pin.region);
    let spoilt = search.said();
    Err(Error::not_found(format!("there is no deployment {what} in {place}{spoilt}"))
        .hint("`snapdeploy history` lists the runs; `snapdeploy rollback ENV --run RUN` undoes a given one"))
}

/// Returns the run that `start` undoes, and its plan. A run that put back what was there at a time undoes none: it is a
/// change like a deployment, and can itself be undone.
async fn undoing(means: &Means<'_>, start: &RunStart) -> Result<Option<(RunId, Plan)>> {
    if start.kind == RunKind::Deploy {
        return Ok(None);
    }
    let plan = means.repository.plan(&start.plan).await?;
    Ok(plan.undoes.clone().map(|undone| (undone, plan)))
}

/// A look through the audit, from the newest entry on.
struct Search<'a> {
    means: &'a Means<'a>,
    select: &'a Selection,
    /// (run, addresses) that later rollbacks of a part of a run have put back.
    partly: BTreeMap<RunId, Vec<Address>>,
    /// Runs that were told to the audit later than they took place, and the newest of them that would do.
    imported: BTreeSet<RunId>,
    late: Option<Past>,
    /// Runs whose END was seen, and whose START is to come: since runs follow one another, it is the next one.
    ended: Vec<RunId>,
    /// Entries that cannot be read, and of how many of them it is known which run they are of.
    spoilt: Vec<u64>,
    explained: usize,
}

impl<'a> Search<'a> {
    fn new(means: &'a Means<'a>, select: &'a Selection) -> Search<'a> {
        let (partly, imported, ended, spoilt) = Default::default();
        Search { means, select, partly, imported, late: None, ended, spoilt, explained: 0 }
    }

    /// Returns the run that was looked for, if `entry` tells that it is that.
    async fn entry(&mut self, entry: &Entry) -> Result<Option<Past>> {
        match (&entry.what, &entry.run) {
            (Act::Imported { runs, .. }, _) => self.imported.extend(runs.iter().cloned()),
            (Act::End { .. }, Some(run)) => {
                let found = self.without_start(None).await?;
                self.ended.push(run.clone());
                return Ok(found);
            }
            (Act::Start { start }, _) => {
                if let Some(found) = self.without_start(Some(&start.run)).await? {
                    return Ok(Some(found));
                }
                let record = self.means.ledger.run(&start.run).await?;
                let ended = self.ended.pop().is_some();
                if record.finish.is_some() && !ended {
                    self.explained += 1;
                }
                return self.run(record).await;
            }
            _ => {}
        }
        Ok(None)
    }

    /// Asks about the run whose END was seen, unless `next` is its START: else that is spoilt.
    async fn without_start(&mut self, next: Option<&RunId>) -> Result<Option<Past>> {
        if self.spoilt.is_empty() || self.ended.last().is_none_or(|run| Some(run) == next) {
            return Ok(None);
        }
        let Some(run) = self.ended.pop() else { return Ok(None) };
        self.explained += 1;
        let record = self.means.ledger.run(&run).await?;
        self.run(record).await
    }

    /// Returns the run that was looked for, if it is that of `record`.
    async fn run(&mut self, record: RunRecord) -> Result<Option<Past>> {
        let (means, start) = (self.means, &record.start);
        let is_late = self.imported.contains(&start.run);
        if let Some(found) = self.late.take_if(|late| !is_late && start.run < late.record.start.run) {
            return Ok(Some(found));
        }
        if let Some((undone, plan)) = undoing(means, start).await? {
            if record.finish.is_none() {
                return Err(Error::failed(format!("the rollback {} has not ended", start.run))
                    .hint(format!("snapdeploy deploy --resume {}", start.run)));
            }
            if record.status() == RunStatus::Succeeded {
                let steps = plan.steps.into_iter().map(|s| s.address);
                self.partly.entry(undone).or_default().extend(steps.chain(plan.unchanged));
            }
            return Ok(None);
        }
        // A run that turned round counts until what undoes it has succeeded. A run that succeeded may be undone in
        // part: what is left of it decides, below.
        let counts = match record.finish.as_ref().map(|f| (f.changed, f.status)) {
            None | Some((true, RunStatus::Succeeded | RunStatus::Superseded)) => true,
            Some((true, RunStatus::Turned)) => record.undone_by.is_none(),
            _ => false,
        };
        if !counts {
            return Ok(None);
        }
        let ended = record.finish.is_some();
        let past = past(means, &start.run).await?;
        let undone = self.partly.get(&start.run).cloned().unwrap_or_default();
        // What only began again is as it was before; an open run is to be ended all the same.
        let again = |a: &Address| past.plan.steps.iter().any(|s| s.address == *a && s.is_again());
        let picks = |a: &Address| self.select.picks(a);
        let touched = past.progress.touched(&past.plan);
        let left = touched.into_iter().any(|a| picks(a) && !undone.contains(a) && !(ended && again(a)));
        // An open run holds the environment, whatever it has done: nothing goes on there before it has come to an end.
        let holds = !ended && self.select.is_all();
        if !left && !holds {
            return Ok(None);
        }
        if !is_late {
            return Ok(Some(past));
        }
        if self.late.as_ref().is_none_or(|late| late.record.start.run < past.record.start.run) {
            self.late = Some(past);
        }
        Ok(None)
    }

    /// Returns `found`, which is what was looked for if what could not be read is of no newer run.
    fn settle(self, found: Past) -> Result<Past> {
        let start = &found.record.start;
        if self.spoilt.is_empty() {
            return Ok(found);
        }
        if self.spoilt.len() > self.explained {
            return Err(Error::corrupt(format!(
                "a newer run than {} may be the one to undo{}",
                start.run,
                self.said()
            ))
            .hint(format!(
                "if that is the one: snapdeploy rollback {} --run {}; `snapdeploy history verify` says what was changed",
                start.environment, start.run
            )));
        }
        let what = format!("{} is the newest run{}", start.run, self.said());
        self.means.events.emit(Event::Warned { what });
        Ok(found)
    }

    /// Returns what could not be read, to be added to a message.
    fn said(&self) -> String {
        let numbers: Vec<String> = self.spoilt.iter().map(u64::to_string).collect();
        match (numbers.len(), self.spoilt.len() > self.explained) {
            (0, _) => String::new(),
            (1, false) => format!(", though entry {} of the audit cannot be read", numbers[0]),
            (1, true) => format!(": entry {} of the audit cannot be read", numbers[0]),
            (_, false) => format!(", though entries {} of the audit cannot be read", numbers.join(", ")),
            (_, true) => format!(": entries {} of the audit cannot be read", numbers.join(", ")),
        }
    }
}
