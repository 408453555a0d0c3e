//! Whether anybody has changed the audit: every entry against the next, the newest against the head, all of them against
//! the checkpoints, and what the ledger keeps of each run against what the audit told of it.
//!
//! Whatever was changed, taken out, put in or moved before the newest checkpoint is found, unless the checkpoints were taken
//! away too. After it, unless the entries from there on, the head and the records of the runs were all changed alike.
//! What somebody adds at the end just as it would have been written cannot be told from it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::checkpoint;
use super::digest::Digest;
use super::error::{ErrorKind, Result};
use super::id::RunId;
use super::ledger::{Entry, Head, Kept, Ledger, genesis};
use super::lives::Lives;
use super::objects::Objects;
use super::pin::Pin;

/// How many entries are read at once.
const PAGE: usize = 200;

/// How often all is read again, where others write meanwhile.
const TRIES: usize = 5;

/// Where something does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// In the entries.
    Entry,
    /// In what the ledger says of the newest entry.
    Head,
    /// In the checkpoints.
    Checkpoint,
    /// In what the ledger keeps of a run.
    Run,
    /// In a run's journal.
    Journal,
    /// In who holds the lease.
    Lease,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Breach {
    /// Where.
    pub part: Part,
    /// The number of the entry that it is about.
    pub entry: Option<u64>,
    /// The run that it is about.
    pub run: Option<RunId>,
    /// What it means, a lowercase fragment.
    pub what: String,
}

impl Breach {
    /// Returns that something does not fit in `part`.
    pub(super) fn new(
        part: Part,
        entry: Option<u64>,
        run: Option<&RunId>,
        what: impl Into<String>,
    ) -> Breach {
        Breach { part, entry, run: run.cloned(), what: what.into() }
    }
}

/// What was read, and what of it does not fit.
#[derive(Clone, Debug, Serialize)]
pub struct Verified {
    /// The pin whose audit it is.
    pub pin: Pin,
    /// How many entries there are.
    pub entries: usize,
    /// How many runs they tell of.
    pub runs: usize,
    /// How many checkpoints there are.
    pub checkpoints: usize,
    /// The newest entry.
    pub newest: Option<Head>,
    /// Up to which entry a checkpoint speaks for them.
    pub covered: Option<u64>,
    /// What does not fit.
    pub breaches: Vec<Breach>,
}

/// Reads the whole audit of `pin`, and all that it speaks of, and returns what does not fit. What cannot be read is a
/// breach; fails only where ledger or store cannot be reached.
pub async fn verify(ledger: &dyn Ledger, objects: &dyn Objects, pin: &Pin) -> Result<Verified> {
    let mut left = TRIES;
    loop {
        let before = head_of(ledger, pin).await?;
        let verified = look(ledger, objects, pin, &before).await?;
        left -= 1;
        // Whoever writes meanwhile makes what was read earlier look wrong beside what is read later.
        if verified.breaches.is_empty() || left == 0 || head_of(ledger, pin).await? == before {
            return Ok(verified);
        }
    }
}

/// Returns what the ledger says of the newest entry, or why that cannot be read.
async fn head_of(ledger: &dyn Ledger, pin: &Pin) -> Result<Result<Option<Head>, String>> {
    match ledger.head(pin).await {
        Ok(head) => Ok(Ok(head)),
        Err(e) if e.kind == ErrorKind::Corrupt => Ok(Err(e.message)),
        Err(e) => Err(e),
    }
}

async fn look(
    ledger: &dyn Ledger,
    objects: &dyn Objects,
    pin: &Pin,
    head: &Result<Option<Head>, String>,
) -> Result<Verified> {
    let mut chain = Chain::new(pin);
    // First, so that each tells of an entry that was there before the entries are read.
    let found = checkpoint::all(objects, pin).await?;
    let checkpoints = found.len();
    for one in found {
        match one.said {
            Ok(said) => drop(chain.checkpoints.insert(said.seq, said.digest)),
            Err(why) => chain.breach(Part::Checkpoint, None, format!("`{}` cannot be read: {why}", one.key)),
        }
    }
    let covered = chain.checkpoints.last_key_value().map(|(seq, _)| *seq);
    let mut before = None;
    loop {
        let page = ledger.kept(pin, before, PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        page.into_iter().for_each(|kept| chain.take(kept));
    }
    chain.end(head);
    let Chain { newest, entries, lives, mut breaches, .. } = chain;
    breaches.extend(lives.check(ledger, pin).await?);
    breaches.sort_by(|a, b| (a.entry, a.part, &a.run).cmp(&(b.entry, b.part, &b.run)));
    let newest = newest.and_then(|link| Some(Head { seq: link.seq, digest: link.digest? }));
    Ok(Verified { pin: pin.clone(), entries, runs: lives.count(), checkpoints, newest, covered, breaches })
}

/// What of an entry the next one is held against.
#[derive(Clone, Copy)]
struct Link {
    seq: u64,
    previous: Option<Digest>,
    /// `None` of what is no JSON.
    digest: Option<Digest>,
}

/// The entries, read from the newest on.
struct Chain<'a> {
    pin: &'a Pin,
    newest: Option<Link>,
    /// The one that was read before, which is the next in the audit.
    above: Option<Link>,
    entries: usize,
    /// What checkpoints say of entries that are still to come.
    checkpoints: BTreeMap<u64, Digest>,
    lives: Lives,
    breaches: Vec<Breach>,
}

impl Chain<'_> {
    fn new(pin: &Pin) -> Chain<'_> {
        let (checkpoints, lives, breaches) = Default::default();
        Chain { pin, newest: None, above: None, entries: 0, checkpoints, lives, breaches }
    }

    fn breach(&mut self, part: Part, entry: Option<u64>, what: String) {
        self.breaches.push(Breach::new(part, entry, None, what));
    }

    fn take(&mut self, kept: Kept) {
        self.entries += 1;
        let seq = kept.seq;
        let mut link = Link { seq, previous: None, digest: None };
        match kept.body {
            Ok(body) => {
                link.digest = Some(Digest::of_json(&body));
                link.previous = body["previous"].as_str().and_then(|text| text.parse().ok());
                self.read(seq, body);
            }
            Err(why) => self.breach(Part::Entry, Some(seq), format!("entry {seq} cannot be read: {why}")),
        }
        if let Some(above) = self.above {
            self.join(&link, &above);
        }
        if let (Some(said), Some(digest)) = (self.checkpoints.remove(&seq), link.digest)
            && said != digest
        {
            let what = format!("entry {seq} is not the one that its checkpoint tells of");
            self.breach(Part::Checkpoint, Some(seq), what);
        }
        self.newest.get_or_insert(link);
        self.above = Some(link);
    }

    fn read(&mut self, seq: u64, body: Value) {
        let entry: Entry = match serde_json::from_value(body) {
            Ok(entry) => entry,
            Err(e) => {
                return self.breach(Part::Entry, Some(seq), format!("entry {seq} cannot be read: {e}"));
            }
        };
        if entry.seq != seq {
            self.breach(
                Part::Entry,
                Some(seq),
                format!("in the place of entry {seq} lies entry {}", entry.seq),
            );
        }
        if entry.pin != *self.pin {
            self.breach(Part::Entry, Some(seq), format!("entry {seq} is of another pin, {}", entry.pin));
        }
        self.breaches.extend(self.lives.tell(seq, entry));
    }

    /// Holds an entry against the one that follows it.
    fn join(&mut self, link: &Link, above: &Link) {
        if link.seq + 1 != above.seq {
            let what = match above.seq.saturating_sub(link.seq) {
                0 => format!("entry {} is there twice", link.seq),
                2 => format!("entry {} is missing", link.seq + 1),
                _ => format!("entries {} to {} are missing", link.seq + 1, above.seq - 1),
            };
            return self.breach(Part::Entry, Some(above.seq), what);
        }
        if let (Some(previous), Some(digest)) = (above.previous, link.digest)
            && previous != digest
        {
            let what = format!("entry {} is not as it was when entry {} was written", link.seq, above.seq);
            self.breach(Part::Entry, Some(link.seq), what);
        }
    }

    /// Holds the oldest entry against the beginning, the newest against the head and the checkpoints.
    fn end(&mut self, head: &Result<Option<Head>, String>) {
        match self.above {
            Some(Link { seq: 1, previous: Some(previous), .. }) if previous != genesis(self.pin) => {
                self.breach(Part::Entry, Some(1), "entry 1 is not the first that was written".into());
            }
            Some(Link { seq: 0, .. }) => {
                self.breach(Part::Entry, Some(0), "entry 0 was never written".into());
            }
            Some(Link { seq, .. }) if seq > 1 => {
                self.breach(Part::Entry, Some(seq), format!("what was before entry {seq} is missing"));
            }
            _ => {}
        }
        let newest = self.newest;
        if let Some(what) = at_head(newest.as_ref(), head) {
            self.breach(Part::Head, newest.map(|link| link.seq), what);
        }
        let last = newest.map_or(0, |link| link.seq);
        for seq in std::mem::take(&mut self.checkpoints).into_keys() {
            let what = match seq > last {
                true => format!("entry {seq}, of which there is a checkpoint, is gone: the audit was cut"),
                false => format!("entry {seq}, of which there is a checkpoint, cannot be read or is gone"),
            };
            self.breach(Part::Checkpoint, Some(seq), what);
        }
    }
}

/// Returns how the newest entry does not fit what the ledger says of it.
fn at_head(newest: Option<&Link>, head: &Result<Option<Head>, String>) -> Option<String> {
    match (newest, head) {
        (_, Err(why)) => Some(format!("what the ledger says of the newest entry cannot be read: {why}")),
        (None, Ok(None)) => None,
        (None, Ok(Some(head))) => Some(format!("all {} entries are gone", head.seq)),
        (Some(_), Ok(None)) => Some("the ledger does not say which entry is the newest".into()),
        (Some(newest), Ok(Some(head))) => match newest.seq {
            seq if seq < head.seq => {
                Some(format!("the audit ends at entry {seq}, and {} were written", head.seq))
            }
            seq if seq > head.seq => {
                Some(format!("what follows entry {} was not written by snapdeploy", head.seq))
            }
            seq if newest.digest != Some(head.digest) => {
                Some(format!("entry {seq} is not the newest that was written"))
            }
            _ => None,
        },
    }
}
