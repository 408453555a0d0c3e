//! The audit of a pin and its runs: that nothing in them was changed, taken out or put in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::wrong::{Wrong, noted};
use crate::core::chain::journal_digest;
use crate::core::digest::Digest;
use crate::core::error::Result;
use crate::core::id::{RunId, SnapshotId};
use crate::core::ledger::{Act, Entry, Head, Kept, Ledger, genesis};
use crate::core::pin::Pin;
use crate::core::run::{Finish, Note, RunStart, RunStatus};

/// How many entries are read at once.
const PAGE: usize = 500;

/// What the audit of a pin names, and what is wrong with it.
#[derive(Debug, Default, Serialize)]
pub struct Audited {
    /// How many entries it has.
    pub entries: usize,
    /// How many runs.
    pub runs: usize,
    /// The plans of its runs, and those that were approved, each with what names it.
    #[serde(skip)]
    pub plans: BTreeMap<Digest, String>,
    /// The snapshots from before and after its runs, each with the run.
    #[serde(skip)]
    pub snapshots: BTreeMap<SnapshotId, RunId>,
    /// All of its runs.
    #[serde(skip)]
    pub known: BTreeSet<RunId>,
    /// The runs that are not over.
    #[serde(skip)]
    pub open: BTreeSet<RunId>,
    /// What it tells, the oldest first.
    #[serde(skip)]
    pub told: Vec<Entry>,
    /// The runs that were undone, each with the run that has undone it.
    #[serde(skip)]
    pub undone: BTreeMap<RunId, RunId>,
    /// What is wrong.
    pub wrong: Vec<Wrong>,
}

impl Audited {
    /// Returns the snapshots that it tells were forgotten.
    pub fn forgotten(&self) -> BTreeSet<&SnapshotId> {
        let forgone = self.told.iter().filter_map(|entry| match &entry.what {
            Act::Forgotten { snapshots, .. } => Some(snapshots),
            _ => None,
        });
        forgone.flatten().map(|snapshot| &snapshot.id).collect()
    }
}

/// How often an audit is read again that grew while it was read.
const TRIES: usize = 5;

/// Reads the whole audit of `pin`, and the record and the journal of each of its runs. Fails where the ledger cannot be
/// read; what is in it and does not fit is told.
pub async fn audited(ledger: &dyn Ledger, pin: &Pin) -> Result<Audited> {
    let mut tries = 0;
    loop {
        let before = ledger.head(pin).await.ok();
        let found = once(ledger, pin).await?;
        tries += 1;
        // What a run writes meanwhile is seen in one place and not yet, or already, in the other.
        if found.wrong.is_empty() || tries == TRIES || before == ledger.head(pin).await.ok() {
            return Ok(found);
        }
    }
}

async fn once(ledger: &dyn Ledger, pin: &Pin) -> Result<Audited> {
    let mut found = Audited::default();
    let Some((entries, newest)) = entries(ledger, pin, &mut found.wrong).await? else { return Ok(found) };
    found.entries = entries.len();
    let head = noted(&mut found.wrong, format!("head of {pin}"), ledger.head(pin).await)?;
    if let Some(head) = head
        && head != newest
    {
        found.wrong.push(Wrong::new(format!("head of {pin}"), "it is not that of the newest entry"));
    }
    let mut starts: BTreeMap<RunId, &RunStart> = BTreeMap::new();
    let mut ends: BTreeMap<RunId, (&Finish, &Digest)> = BTreeMap::new();
    for entry in &entries {
        match (&entry.what, &entry.run) {
            (Act::Start { start }, Some(run)) if start.run == *run => drop(starts.insert(run.clone(), start)),
            (Act::End { finish, journal }, Some(run)) => drop(ends.insert(run.clone(), (finish, journal))),
            (Act::Saved { plan, .. } | Act::Approved { plan, .. }, _) => {
                found.plans.insert(*plan, format!("entry {} of the audit of {pin}", entry.seq));
            }
            (Act::Start { .. } | Act::End { .. }, _) => {
                let what = format!("entry {} of the audit of {pin}", entry.seq);
                found.wrong.push(Wrong::new(what, "it is about another run than it says"));
            }
            _ => {}
        }
    }
    for run in ends.keys().filter(|run| !starts.contains_key(run)) {
        found.wrong.push(Wrong::new(run, "it has ended, and never begun"));
    }
    found.runs = starts.len();
    found.known = starts.keys().cloned().collect();
    for (run, start) in &starts {
        found.plans.entry(start.plan).or_insert_with(|| format!("the run {run}"));
        let undone_by = look(ledger, run, start, ends.get(run), &mut found).await?;
        found.undone.extend(undone_by.clone().map(|by| (run.clone(), by)));
        let undoes = |by: &RunStart| by.undoes.as_ref() == Some(run);
        let is_undone = |by: &RunStart| {
            undoes(by) && ends.get(&by.run).is_some_and(|(finish, _)| finish.status == RunStatus::Succeeded)
        };
        if let Some(by) = &undone_by
            && !starts.get(by).is_some_and(|by| undoes(by))
        {
            found
                .wrong
                .push(Wrong::new(run, format!("it was not undone by {by}, which it says that it was")));
        }
        if undone_by.is_none()
            && let Some(by) = starts.values().find(|by| is_undone(by))
        {
            found.wrong.push(Wrong::new(run, format!("it does not say that {} has undone it", by.run)));
        }
    }
    drop((starts, ends));
    found.told = entries;
    Ok(found)
}

/// Returns all entries, the oldest first, and the newest one's number and digest; what does not follow on the one before
/// is noted. Digests are those of what lies in the ledger, as `history verify` takes them: what this version cannot read
/// in an entry counts as well.
async fn entries(
    ledger: &dyn Ledger,
    pin: &Pin,
    wrong: &mut Vec<Wrong>,
) -> Result<Option<(Vec<Entry>, Option<Head>)>> {
    let (mut kept, mut before): (Vec<Kept>, _) = (Vec::new(), None);
    loop {
        let page = noted(wrong, format!("audit of {pin}"), ledger.kept(pin, before, PAGE).await)?;
        let Some(page) = page else { return Ok(None) };
        let Some(last) = page.last().map(|one| one.seq) else { break };
        // Numbers that do not fall would be read for ever.
        let falls = before.is_none_or(|before| last < before);
        before = Some(last);
        kept.extend(page);
        if !falls {
            break;
        }
    }
    kept.reverse();
    let (mut entries, mut link) = (Vec::new(), Head { seq: 0, digest: genesis(pin) });
    for Kept { seq, body } in kept {
        let body = match body {
            Ok(body) => body,
            Err(why) => {
                wrong.push(Wrong::new(
                    format!("audit of {pin}"),
                    format!("entry {seq} cannot be read: {why}"),
                ));
                return Ok(None);
            }
        };
        let digest = Digest::of_json(&body);
        let previous = body["previous"].as_str().and_then(|text| text.parse::<Digest>().ok());
        let entry: Entry = match serde_json::from_value(body) {
            Ok(entry) => entry,
            Err(e) => {
                wrong.push(Wrong::new(format!("audit of {pin}"), format!("entry {seq} cannot be read: {e}")));
                return Ok(None);
            }
        };
        let why = match &entry {
            e if e.seq != seq => Some(format!("in the place of entry {seq} lies entry {}", e.seq)),
            e if e.pin != *pin => Some(format!("entry {seq} is of another pin, {}", e.pin)),
            _ if seq != link.seq + 1 => Some(format!("after entry {} comes entry {seq}", link.seq)),
            _ if previous != Some(link.digest) => Some(match link.seq {
                0 => format!("entry {seq} is not the first that was written"),
                last => format!("entry {last} is not as it was when entry {seq} was written"),
            }),
            _ => None,
        };
        wrong.extend(why.map(|why| Wrong::new(format!("audit of {pin}"), why)));
        link = Head { seq, digest };
        entries.push(entry);
    }
    Ok(Some((entries, (link.seq > 0).then_some(link))))
}

/// Looks at a run's record and journal, which the audit binds. Returns the run that has undone it, as its record says.
async fn look(
    ledger: &dyn Ledger,
    run: &RunId,
    start: &RunStart,
    end: Option<&(&Finish, &Digest)>,
    found: &mut Audited,
) -> Result<Option<RunId>> {
    let wrong = &mut found.wrong;
    let mut undone_by = None;
    if end.is_none() {
        found.open.insert(run.clone());
    }
    if let Some(record) = noted(wrong, run, ledger.run(run).await)? {
        undone_by = record.undone_by;
        if record.start != *start {
            wrong.push(Wrong::new(run, "its record does not say what the audit says of how it began"));
        }
        if record.finish.as_ref() != end.map(|(finish, _)| *finish) {
            wrong.push(Wrong::new(run, "its record does not say what the audit says of how it ended"));
        }
    }
    if let Some(after) = end.and_then(|(finish, _)| finish.after.clone()) {
        found.snapshots.insert(after, run.clone());
    }
    let Some(rows) = noted(wrong, format!("journal of {run}"), ledger.rows(run).await)? else {
        return Ok(undone_by);
    };
    if let Some((i, _)) = rows.iter().enumerate().find(|(i, row)| usize::try_from(row.seq) != Ok(*i)) {
        wrong.push(Wrong::new(format!("journal of {run}"), format!("it lacks the row {i}")));
    }
    if let Some((_, digest)) = end
        && journal_digest(&rows)? != **digest
    {
        wrong.push(Wrong::new(format!("journal of {run}"), "it is not as it was when the run ended"));
    }
    for row in rows {
        if let Note::Before { snapshot } = row.what {
            found.snapshots.insert(snapshot, run.clone());
        }
    }
    Ok(undone_by)
}
