//! How a run stands, as somebody sees it who only looks on: by its record, its lease and its journal.

use super::error::Result;
use super::id::RunId;
use super::lease::{Owner, SETTLE, owner};
use super::ledger::{Held, Ledger};
use super::process;
use super::progress::Progress;
use super::run::{Finish, Note, Process, Row, RunRecord};

/// A run, looked at.
#[derive(Clone, Debug)]
pub struct Look {
    /// The run.
    pub record: RunRecord,
    /// Its journal so far.
    pub rows: Vec<Row>,
    /// How it stands.
    pub stand: Stand,
}

/// How a run stands.
#[derive(Clone, Debug)]
pub enum Stand {
    /// It has ended.
    Ended(Box<Finish>),
    /// Somebody goes on with it, as far as can be told: this is the lease.
    GoesOn(Option<Box<Held>>),
    /// Nobody goes on with it.
    LetGo,
}

/// Looks at the run `id`; `me` is the process that looks.
pub async fn look_at(ledger: &dyn Ledger, id: &RunId, me: &Process) -> Result<Look> {
    // In this order: the journal of what has ended, or was let go of, is whole.
    let record = ledger.run(id).await?;
    let stand = match &record.finish {
        Some(finish) => Stand::Ended(Box::new(finish.clone())),
        None => match ledger.held(&record.start.pin).await?.filter(|held| held.start.run == *id) {
            Some(held) if owner(&held, me, process::alive) != Owner::Unknown => Stand::LetGo,
            held => Stand::GoesOn(held.map(Box::new)),
        },
    };
    let rows = ledger.rows(id).await?;
    Ok(Look { record, rows, stand })
}

/// Returns for how long the owner of `held` has to be silent before nobody can take it for alive.
pub fn silence(held: &Held) -> std::time::Duration {
    held.lease + SETTLE
}

impl Look {
    /// Returns the moves that AWS goes on with by itself, each with its ticket.
    pub fn tickets(&self) -> Vec<(usize, String)> {
        Progress::of(&self.rows).tickets.into_iter().collect()
    }

    /// Returns whether it met a failure since somebody last went on with it: else it was stopped on purpose, or died.
    pub fn failed(&self) -> bool {
        let since = self.rows.iter().rposition(|row| matches!(row.what, Note::Resumed { .. })).unwrap_or(0);
        self.rows.iter().skip(since).any(|row| {
            matches!(row.what, Note::Refused { .. } | Note::Fell { .. } | Note::Verdict { good: false, .. })
        })
    }
}
