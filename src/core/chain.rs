//! The chain of the audit: what binds each entry to the one before, and each run's end to its journal.

use super::digest::Digest;
use super::error::{Error, Result};
use super::ledger::{Act, Entry, Head, Notice, genesis};
use super::pin::Pin;
use super::run::Row;
use super::sabotage::{Ingredient, lacks};

/// Returns the digest of a journal: of its rows in order, in canonical form.
pub fn journal_digest(rows: &[Row]) -> Result<Digest> {
    let value = serde_json::to_value(rows)
        .map_err(|e| Error::bug(format!("cannot write a journal as JSON: {e}")).source(e))?;
    Ok(Digest::of_json(&value))
}

/// Returns the entry of `notice` that follows `head` in the audit of its pin.
pub fn follow(head: Option<&Head>, notice: Notice) -> Entry {
    let Notice { pin, at, run, what } = notice;
    let (seq, previous) = match head {
        None => (1, genesis(&pin)),
        Some(head) if lacks(Ingredient::Chain) => (head.seq + 1, genesis(&pin)),
        Some(head) => (head.seq + 1, head.digest),
    };
    Entry { seq, pin, at, run, what, previous }
}

/// Returns the head of an audit whose newest entry is `entry`.
pub fn head_of(entry: &Entry) -> Result<Head> {
    Ok(Head { seq: entry.seq, digest: entry.digest()? })
}

/// Returns whether `entry` tells what `notice` has told.
pub fn tells(entry: &Entry, notice: &Notice) -> bool {
    (&entry.pin, entry.at, &entry.run, &entry.what) == (&notice.pin, notice.at, &notice.run, &notice.what)
}

/// Returns what is wrong between `entry` and the one before it, `None` for the first.
pub fn breach(pin: &Pin, before: Option<&Entry>, entry: &Entry) -> Result<Option<String>> {
    let (seq, previous) = match before {
        None => (0, genesis(pin)),
        Some(before) => (before.seq, before.digest()?),
    };
    Ok(match entry {
        e if e.pin != *pin => Some(format!("entry {} is of another pin, {}", e.seq, e.pin)),
        e if e.seq != seq + 1 => Some(format!("after entry {seq} comes entry {}", e.seq)),
        e if e.previous != previous => Some(match before {
            None => format!("entry {} is not the first that was written", e.seq),
            Some(_) => format!("entry {seq} is not as it was when entry {} was written", e.seq),
        }),
        _ => None,
    })
}

/// Returns whether an act is about a run's own life.
pub fn is_of_a_run(act: &Act) -> bool {
    matches!(act, Act::Start { .. } | Act::End { .. } | Act::Resume { .. })
}
