//! How a service did as each of its editions: what AWS says of that, and what our own history does.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::address::Address;
use super::edition::Edition;
use super::error::{ErrorKind, Result};
use super::history::{Search, search};
use super::id::{RunId, SnapshotId};
use super::inventory::Found;
use super::means::Means;
use super::progress::Progress;
use super::run::{RunKind, RunRecord, RunStatus};
use super::select::Selection;

/// How many runs of ours are looked at.
const RUNS: usize = 50;

/// Whether a service did well as an edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was verified.
    Good,
    /// It failed, or was taken back.
    Bad,
    /// Nobody has looked.
    Unknown,
}

/// An edition, and how the service did.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    /// Which.
    #[serde(flatten)]
    pub edition: Edition,
    /// How it did.
    pub verdict: Verdict,
    /// A lowercase fragment that says who says so.
    pub why: String,
    /// The newest run of ours that left the service so.
    pub run: Option<RunId>,
}

/// What our own history knows of an edition.
#[derive(Clone, Debug)]
struct Ours {
    run: RunId,
    at: Timestamp,
    by: String,
    /// The run that undid it, or this part of it.
    undone: Option<RunId>,
}

/// Returns how `found` did as each of its last editions, the newest first; nothing where it has none. Reads the audit and
/// snapshots; writes nothing.
pub async fn tried(means: &Means<'_>, found: &Found) -> Result<Vec<Tried>> {
    let editions = means.driver.editions(found).await?;
    if editions.is_empty() {
        return Ok(Vec::new());
    }
    let mut ours = ours(means, &found.address).await?;
    Ok(editions.into_iter().map(|e| judged(ours.remove(&e.revision), e)).collect())
}

/// Returns the newest that did well and is not what runs now.
pub fn best<'t>(tried: &'t [Tried], but: Option<&str>) -> Option<&'t Tried> {
    let fits = |t: &&Tried| {
        t.verdict == Verdict::Good && !t.edition.current && but != Some(t.edition.revision.as_str())
    };
    tried.iter().find(fits)
}

fn judged(ours: Option<Ours>, mut edition: Edition) -> Tried {
    // Whoever deployed it again after it was undone has had another word from AWS since: then it runs now. Times are not
    // compared, since AWS's clock is another one.
    let again = edition.current && edition.good == Some(true);
    let undone = ours.as_ref().and_then(|o| o.undone.as_ref()).filter(|_| !again);
    let (verdict, why) = match (undone, edition.good, &ours) {
        (Some(by), ..) => (Verdict::Bad, format!("the run {by} took it back")),
        (None, Some(false), _) => (Verdict::Bad, "its last deployment did not succeed".into()),
        (None, Some(true), _) => (Verdict::Good, "its last deployment succeeded".into()),
        (None, None, Some(o)) if o.undone.is_none() => {
            (Verdict::Good, format!("the run {} ended well", o.run))
        }
        (None, None, _) => (Verdict::Unknown, "nobody has verified it".into()),
    };
    if let Some(ours) = &ours {
        edition.by = Some(ours.by.clone());
        edition.at = edition.at.or(Some(ours.at));
    }
    Tried { edition, verdict, why, run: ours.map(|o| o.run) }
}

/// Returns what the newest runs of ours left at `address`, by revision.
async fn ours(means: &Means<'_>, address: &Address) -> Result<BTreeMap<String, Ours>> {
    let what = Search { select: Selection::new(&[address.to_string()])?, ..Search::default() };
    let pin = means.driver.pin();
    let mut ours: BTreeMap<String, Ours> = BTreeMap::new();
    // A rollback of a part undoes that part alone, and its run does not count as undone. The newest come first, so what
    // undoes a run comes before it.
    let mut undone: BTreeMap<RunId, RunId> = BTreeMap::new();
    for told in search(means.ledger, means.repository, pin, &what, RUNS).await? {
        let RunRecord { start, finish: Some(finish), undone_by } = told.record else { continue };
        if start.kind == RunKind::Rollback && finish.status == RunStatus::Succeeded {
            // The audit names what is undone whole; the plan also that of which this undoes a part.
            let plan = means.repository.plan(&start.plan).await?;
            if let Some(run) = plan.undoes {
                undone.entry(run).or_insert_with(|| start.run.clone());
                // What it undid may have ended before it left a snapshot: what was there when it began is that.
                let begun = Progress::of(&means.ledger.rows(&start.run).await?).before;
                if let Some(revision) = left(means, address, begun.as_ref()).await? {
                    let (run, by) = (start.run.clone(), start.actor.identity.clone());
                    let undone = Some(start.run.clone());
                    ours.entry(revision).or_insert(Ours { run, at: finish.at, by, undone });
                }
            }
        }
        let after = finish.after.filter(|_| finish.status == RunStatus::Succeeded);
        let Some(revision) = left(means, address, after.as_ref()).await? else { continue };
        let undone = undone_by.or_else(|| undone.get(&start.run).cloned());
        let (run, by) = (start.run, start.actor.identity);
        ours.entry(revision).or_insert(Ours { run, at: finish.at, by, undone });
    }
    Ok(ours)
}

/// Returns the revision that `address` is in a snapshot. What is lost says nothing.
async fn left(means: &Means<'_>, address: &Address, id: Option<&SnapshotId>) -> Result<Option<String>> {
    let Some(id) = id else { return Ok(None) };
    let snapshot = match means.repository.snapshot(means.driver.pin(), id).await {
        Ok(snapshot) => snapshot,
        Err(e) if matches!(e.kind, ErrorKind::NotFound | ErrorKind::Corrupt) => return Ok(None),
        Err(e) => return Err(e),
    };
    let document = snapshot.documents.get(address);
    Ok(document.and_then(|document| means.driver.edition(address, document)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(revision: &str, good: Option<bool>, current: bool) -> Edition {
        let name = format!("api:{revision}");
        Edition { revision: revision.into(), name, images: Vec::new(), at: None, by: None, good, current }
    }

    fn ours(undone: Option<&str>) -> Option<Ours> {
        let at: Timestamp = "2026-11-01T10:00:00Z".parse().unwrap();
        let undone = undone.map(|at| RunId::new(at.parse().unwrap()));
        Some(Ours { run: RunId::new(at), at, by: "kim".into(), undone })
    }

    #[test]
    fn what_was_taken_back_is_bad_until_it_is_deployed_again() {
        let of = |good, o| judged(o, edition("1", good, false)).verdict;
        let undone = || ours(Some("2026-11-01T11:00:00Z"));
        assert_eq!(of(Some(true), None), Verdict::Good);
        assert_eq!(of(Some(true), ours(None)), Verdict::Good);
        assert_eq!(of(None, ours(None)), Verdict::Good);
        assert_eq!(of(None, None), Verdict::Unknown);
        assert_eq!(of(Some(false), ours(None)), Verdict::Bad, "AWS's word is the newer one");
        assert_eq!(of(Some(true), undone()), Verdict::Bad);
        assert_eq!(of(None, undone()), Verdict::Bad);
        let now = judged(undone(), edition("1", Some(true), true)).verdict;
        assert_eq!(now, Verdict::Good, "somebody has deployed it again, and it runs");
    }

    #[test]
    fn the_best_is_the_newest_good_one_that_does_not_run_now() {
        let all = [(5, Some(true), true), (4, Some(false), false), (3, None, false), (2, Some(true), false)];
        let mut tried: Vec<Tried> = Vec::new();
        for (n, good, current) in all {
            tried.push(judged(None, edition(&n.to_string(), good, current)));
        }
        assert_eq!(best(&tried, None).map(|t| t.edition.revision.as_str()), Some("2"));
        assert!(best(&tried, Some("2")).is_none() && best(&tried[..3], None).is_none());
    }
}
