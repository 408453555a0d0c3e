//! History: which runs there were, found in the audit.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::deed::{Deed, deeds};
use super::digest::Digest;
use super::error::Result;
use super::id::{RunId, SnapshotId};
use super::ledger::{Act, Ledger};
use super::pin::Pin;
use super::readable::{self, Read};
use super::repository::Repository;
use super::run::{Actor, Refusal, RunRecord, RunStatus};
use super::select::Selection;

/// By how much clocks of different machines may differ before an entry is missed. Entries are in the order in which
/// they were written; their times are those of whoever wrote them.
pub(super) const SKEW: SignedDuration = SignedDuration::from_hours(1);

/// The most entries that are read at once.
const PAGE: usize = 200;

/// Which runs are looked for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Those that began then or later.
    pub since: Option<Timestamp>,
    /// Those that somebody began or went on with whose identity, host or job (its link, who began it, its number, its
    /// commit) has this text in it; capitals do not count.
    pub actor: Option<String>,
    /// Those that wrote something that this picks, or were about to.
    pub select: Selection,
}

/// A run that was found.
#[derive(Clone, Debug)]
pub struct Told {
    /// The run.
    pub record: RunRecord,
    /// What it did to what was looked for; nothing if no address was.
    pub deeds: Vec<Deed>,
}

/// A change that was asked for and refused before it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The number of the audit's entry.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
    /// What was asked, and why not.
    #[serde(flatten)]
    pub refusal: Refusal,
}

/// Snapshots and packages that were forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// The number of the audit's entry.
    pub entry: u64,
    /// Where they were taken.
    pub pin: Pin,
    /// When they were forgotten.
    pub at: Timestamp,
    /// The snapshots.
    pub snapshots: Vec<SnapshotId>,
    /// The packages.
    pub packages: Vec<Digest>,
    /// What was to be kept.
    pub policy: String,
    /// Who.
    pub actor: Actor,
    /// Why, in their words.
    pub reason: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The runs, newest first.
    pub runs: Vec<Told>,
    /// What was refused as far back as they go, newest first. Nothing where addresses were looked for: nobody knows what
    /// it would have written.
    pub refused: Vec<Refused>,
    /// What was forgotten as far back as they go, newest first; nothing where addresses were looked for.
    pub forgotten: Vec<Forgotten>,
    /// The numbers of entries that cannot be read: what they tell of is not here.
    pub spoilt: Vec<u64>,
}

/// Returns the newest runs of `pin` that are looked for, newest first; at most `limit`. Reads no more of the audit than
/// it takes.
pub async fn search(
    ledger: &dyn Ledger,
    repository: Repository<'_>,
    pin: &Pin,
    what: &Search,
    limit: usize,
) -> Result<Vec<Told>> {
    Ok(search_all(ledger, repository, pin, what, limit).await?.runs)
}

/// Returns the newest runs of `pin` that are looked for, at most `limit`, and the changes that were refused meanwhile, at
/// most as many. Reads no more of the audit than it takes.
pub async fn search_all(
    ledger: &dyn Ledger,
    repository: Repository<'_>,
    pin: &Pin,
    what: &Search,
    limit: usize,
) -> Result<Found> {
    let mut found = Found::default();
    let text = what.actor.as_deref().unwrap_or_default();
    // Who went on with runs whose beginning is yet to come: newer entries come first.
    let mut resumed: BTreeMap<RunId, Vec<Actor>> = BTreeMap::new();
    // Their times are those of when they were done, not of when they were told.
    let mut imported: BTreeSet<RunId> = BTreeSet::new();
    let mut before = None;
    // A run has two entries, seldom more.
    let page = limit.saturating_mul(2).clamp(20, PAGE);
    while found.runs.len() < limit {
        let page = readable::read(ledger, pin, before, page).await?;
        before = page.last().map(Read::seq);
        for read in page {
            let entry = match read {
                Read::Entry(entry) => *entry,
                Read::Spoilt(seq) => {
                    found.spoilt.push(seq);
                    continue;
                }
            };
            if let Act::Imported { runs, .. } = &entry.what {
                imported.extend(runs.iter().cloned());
            }
            let told_later = entry.run.as_ref().is_some_and(|run| imported.contains(run));
            if !told_later && what.since.is_some_and(|since| entry.at.duration_since(since) < -SKEW) {
                return Ok(found);
            }
            let start = match (entry.what, entry.run) {
                (Act::Start { start }, _) => start,
                (Act::Resume { actor }, Some(run)) => {
                    resumed.entry(run).or_default().push(actor);
                    continue;
                }
                (Act::Refused { refusal }, _) => {
                    let late = what.since.is_none_or(|since| entry.at >= since);
                    let asked = late && what.select.is_all() && names(&refusal.actor, text);
                    if asked && found.refused.len() < limit {
                        found.refused.push(Refused { entry: entry.seq, at: entry.at, refusal: *refusal });
                    }
                    continue;
                }
                (Act::Forgotten { snapshots, packages, policy, actor, reason }, _) => {
                    let late = what.since.is_none_or(|since| entry.at >= since);
                    let asked = late && what.select.is_all() && names(&actor, text);
                    if asked && found.forgotten.len() < limit {
                        let snapshots = snapshots.into_iter().map(|snapshot| snapshot.id).collect();
                        let (entry, at, pin) = (entry.seq, entry.at, pin.clone());
                        found.forgotten.push(Forgotten {
                            entry,
                            pin,
                            at,
                            snapshots,
                            packages,
                            policy,
                            actor,
                            reason,
                        });
                    }
                    continue;
                }
                _ => continue,
            };
            let heirs = resumed.remove(&start.run).unwrap_or_default();
            let late = what.since.is_none_or(|since| start.at >= since);
            if !late || !heirs.iter().chain([&start.actor]).any(|actor| names(actor, text)) {
                continue;
            }
            let record = ledger.run(&start.run).await?;
            let Some(deeds) = deeds_of(ledger, repository, &record, &what.select).await? else { continue };
            found.runs.push(Told { record, deeds });
            if found.runs.len() == limit {
                return Ok(found);
            }
        }
        if before.is_none_or(|seq| seq <= 1) {
            break;
        }
    }
    Ok(found)
}

/// Returns whether `text` is in what names the actor.
fn names(actor: &Actor, text: &str) -> bool {
    let text = text.to_lowercase();
    let job = &actor.job;
    let own = [Some(&actor.identity), Some(&actor.host), actor.ci.as_ref()];
    let parts = own.into_iter().chain([job.actor.as_ref(), job.run.as_ref(), job.commit.as_ref()]);
    parts.flatten().any(|part| part.to_lowercase().contains(&text))
}

/// Returns what the run did to what `select` picks; `None` if it had nothing to do with it.
async fn deeds_of(
    ledger: &dyn Ledger,
    repository: Repository<'_>,
    record: &RunRecord,
    select: &Selection,
) -> Result<Option<Vec<Deed>>> {
    if select.is_all() {
        return Ok(Some(Vec::new()));
    }
    // A run that succeeded wrote what its end says; of any other the plan tells what it was about to write.
    if let Some(finish) = &record.finish
        && finish.status == RunStatus::Succeeded
        && !finish.wrote.iter().any(|a| select.picks(a))
    {
        return Ok(None);
    }
    let plan = repository.plan(&record.start.plan).await?;
    if !plan.steps.iter().any(|step| select.picks(&step.address)) {
        return Ok(None);
    }
    Ok(Some(deeds(&plan, &ledger.rows(&record.start.run).await?, select)))
}
