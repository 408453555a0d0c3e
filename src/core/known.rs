//! What is known of what was left in an environment: by the last run that wrote an address, else by the last extract
//! that saw it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::address::Address;
use super::document::Document;
use super::error::{ErrorKind, Result};
use super::home;
use super::id::{RunId, SnapshotId};
use super::ledger::Act;
use super::means::Means;
use super::plan::Print;
use super::progress::Progress;
use super::run::{Finish, RunKind, RunRecord, RunStart, RunStatus, Verdict};
use super::snapshot::{Coverage, Says, Snapshot};

/// How many entries of the audit are read at once.
const PAGE: usize = 200;

/// What is known of one address.
#[derive(Clone, Debug)]
pub struct Known {
    /// What was left there.
    pub state: State,
    /// Who left or saw it.
    pub by: By,
    /// The snapshot that it is in, where it is in one.
    pub snapshot: Option<SnapshotId>,
    /// The deployment whose release is there: the newest that wrote the address and is not undone.
    pub release: Option<RunStart>,
}

/// What was left at an address.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// This, as it would be taken today.
    Document(Box<Document>),
    /// What has this print: nothing more was kept.
    Print(Print),
    /// Nothing.
    Absent,
}

/// Who left or saw a state.
#[derive(Clone, Debug)]
pub enum By {
    /// A run left it.
    Run(Box<RunStart>),
    /// An extract saw it; no run ever wrote it.
    Extract {
        /// Its snapshot.
        snapshot: SnapshotId,
        /// When.
        at: Timestamp,
    },
}

/// Returns what is known of each of `wanted`; nothing of what no run wrote and no extract saw, nor of what a failed run
/// touched that was never undone.
///
/// What a run left goes before what a later extract saw: an extract must not turn somebody's change into what is known.
/// Reads the audit from its newest entry on until every address is found, else to its beginning.
pub async fn known(means: &Means<'_>, wanted: &BTreeSet<Address>) -> Result<BTreeMap<Address, Known>> {
    let mut walk = Walk {
        means,
        wanted,
        left: BTreeMap::new(),
        releases: BTreeMap::new(),
        undone: BTreeMap::new(),
        cache: None,
    };
    walk.runs().await?;
    walk.extracts().await?;
    let Walk { left, mut releases, .. } = walk;
    let known = left.into_iter().filter_map(|(address, left)| {
        let (state, by, snapshot) = left?;
        let release = releases.remove(&address).flatten();
        Some((address, Known { state, by, snapshot, release }))
    });
    Ok(known.collect())
}

struct Walk<'a> {
    means: &'a Means<'a>,
    wanted: &'a BTreeSet<Address>,
    /// `None` where the newest run leaves it open what is there.
    left: BTreeMap<Address, Option<(State, By, Option<SnapshotId>)>>,
    /// `None` where no release is there.
    releases: BTreeMap<Address, Option<RunStart>>,
    /// What newer runs have undone of a run.
    undone: BTreeMap<RunId, BTreeSet<Address>>,
    /// The snapshot that was read last: many addresses are in one.
    cache: Option<Snapshot>,
}

impl Walk<'_> {
    fn is_over(&self) -> bool {
        self.wanted.iter().all(|a| self.left.contains_key(a) && self.releases.contains_key(a))
    }

    async fn runs(&mut self) -> Result<()> {
        let mut before = None;
        // What was told to the audit later than it took place has its turn where it took place.
        let (mut imported, mut late) = (BTreeSet::new(), BTreeMap::new());
        while !self.is_over() {
            let page = self.means.ledger.entries(self.means.driver.pin(), before, PAGE).await?;
            for entry in &page.items {
                if let Act::Imported { runs, .. } = &entry.what {
                    imported.extend(runs.iter().cloned());
                }
                let (Act::End { finish, .. }, Some(run)) = (&entry.what, &entry.run) else { continue };
                if imported.contains(run) {
                    late.insert(run.clone(), finish.clone());
                    continue;
                }
                while let Some((newer, of)) = late.pop_last() {
                    if newer < *run {
                        late.insert(newer, of);
                        break;
                    }
                    self.counted(&newer, &of).await?;
                }
                self.counted(run, finish).await?;
            }
            before = page.items.last().map(|e| e.seq);
            if !page.more || before.is_none() {
                break;
            }
        }
        for (run, finish) in late.iter().rev() {
            self.counted(run, finish).await?;
        }
        Ok(())
    }

    async fn counted(&mut self, run: &RunId, finish: &Finish) -> Result<()> {
        match finish.changed && !self.is_over() {
            true => self.ended(run, finish).await,
            false => Ok(()),
        }
    }

    async fn ended(&mut self, run: &RunId, finish: &Finish) -> Result<()> {
        let open = |a: &&Address| !self.left.contains_key(*a) || !self.releases.contains_key(*a);
        let mine: Vec<Address> =
            finish.wrote.iter().filter(|a| self.wanted.contains(*a)).filter(open).cloned().collect();
        if finish.status == RunStatus::Turned {
            // What has been put back is as it was before. What has not, nobody can tell.
            if !self.undone.contains_key(run) {
                for address in mine {
                    self.left.entry(address.clone()).or_insert(None);
                    self.releases.entry(address).or_insert(None);
                }
            }
            return Ok(());
        }
        let record = self.means.ledger.run(run).await?;
        let lost = self.superseded(&record, finish).await?;
        let mut releases = record.start.kind == RunKind::Deploy;
        if record.start.kind == RunKind::Rollback {
            let plan = self.means.repository.plan(&record.start.plan).await?;
            if let Some(undone) = plan.undoes {
                let back = finish.wrote.iter().filter(|a| !lost.contains(a)).chain(&plan.unchanged).cloned();
                self.undone.entry(undone).or_default().extend(back);
                releases = false;
            } else {
                // What was put back by its time belongs to no release.
                for address in &mine {
                    self.releases.entry(address.clone()).or_insert(None);
                }
            }
        }
        let undone = self.undone.get(run).cloned().unwrap_or_default();
        for address in mine {
            if lost.contains(&address) {
                self.releases.entry(address.clone()).or_insert(None);
            } else if releases && !undone.contains(&address) {
                self.releases.entry(address.clone()).or_insert_with(|| Some(record.start.clone()));
            }
            if !self.left.contains_key(&address) {
                let state = self.left_by(&record, finish, &address).await?;
                let by = By::Run(Box::new(record.start.clone()));
                let kept = |s: &State| finish.after.clone().filter(|_| !matches!(s, State::Print(_)));
                self.left.insert(address, state.map(|s| (s.clone(), by, kept(&s))));
            }
        }
        Ok(())
    }

    /// Returns where somebody else's deployment took the place of the run's: no release that is known is there.
    async fn superseded(&self, record: &RunRecord, finish: &Finish) -> Result<BTreeSet<Address>> {
        if finish.status != RunStatus::Superseded {
            return Ok(BTreeSet::new());
        }
        let plan = self.means.repository.plan(&record.start.plan).await?;
        let progress = Progress::of(&self.means.ledger.rows(&record.start.run).await?);
        Ok(progress.fallen_as(&plan, Verdict::Superseded).into_iter().cloned().collect())
    }

    /// Returns what the run left at `address`: from the snapshot that it kept, else from its plan.
    async fn left_by(
        &mut self,
        record: &RunRecord,
        finish: &Finish,
        address: &Address,
    ) -> Result<Option<State>> {
        if let Some(after) = &finish.after
            && let Some(state) = self.in_snapshot(after, address).await?
        {
            return Ok(Some(state));
        }
        let plan = self.means.repository.plan(&record.start.plan).await?;
        let step = plan.steps.into_iter().find(|s| s.address == *address);
        Ok(step.map(|s| s.after.map_or(State::Absent, State::Print)))
    }

    /// Returns what the snapshot says of `address`; nothing if it is lost.
    async fn in_snapshot(&mut self, id: &SnapshotId, address: &Address) -> Result<Option<State>> {
        if self.cache.as_ref().is_none_or(|c| c.manifest.id != *id) {
            match self.means.repository.snapshot(self.means.driver.pin(), id).await {
                Ok(snapshot) => self.cache = Some(snapshot),
                Err(e) if matches!(e.kind, ErrorKind::NotFound | ErrorKind::Corrupt) => return Ok(None),
                Err(e) => return Err(e),
            }
        }
        let Some(Snapshot { manifest, documents }) = &self.cache else { return Ok(None) };
        Ok(match (manifest.says(address), documents.get(address)) {
            (Says::There, Some(document)) => {
                let today = home::document(document, &manifest.vars, &self.means.values.vars);
                Some(State::Document(Box::new(today)))
            }
            (Says::Absent, _) => Some(State::Absent),
            _ => None,
        })
    }

    /// Looks in the snapshots by extract for what no run wrote, the newest first. A whole one that lacks an address ends
    /// the search for it: what came later, nobody has seen.
    async fn extracts(&mut self) -> Result<()> {
        let missing = |walk: &Walk<'_>| -> BTreeSet<Address> {
            walk.wanted.iter().filter(|a| !walk.left.contains_key(*a)).cloned().collect()
        };
        if missing(self).is_empty() {
            return Ok(());
        }
        let pin = self.means.driver.pin();
        for id in self.means.repository.snapshots(pin).await?.iter().rev() {
            let Some(manifest) = self.means.repository.listed(pin, id).await? else { continue };
            if !matches!(manifest.coverage, Coverage::Full { .. } | Coverage::Selected { .. }) {
                continue;
            }
            for address in missing(self) {
                let left = match manifest.says(&address) {
                    Says::Nothing => continue,
                    Says::Absent => None,
                    Says::There => self.in_snapshot(id, &address).await?,
                };
                let by = By::Extract { snapshot: id.clone(), at: manifest.taken_at };
                self.left.insert(address, left.map(|s| (s, by, Some(id.clone()))));
            }
            if missing(self).is_empty() {
                break;
            }
        }
        Ok(())
    }
}
