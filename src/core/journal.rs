//! The journal of a run: what is about to happen is durable before it happens.

use super::clock::Clock;
use super::error::Result;
use super::ledger::{Claim, Ledger, ROWS_AT_ONCE};
use super::redact::redact;
use super::run::{HookState, Note, Row};
use super::sabotage::{Ingredient, lacks};

/// The writing end of a run's journal.
pub struct Journal<'a> {
    ledger: &'a dyn Ledger,
    clock: &'a Clock,
    claim: Claim,
    next: u32,
    pending: Vec<Row>,
}

impl<'a> Journal<'a> {
    /// Returns the journal of the run of `claim`, which has `rows` rows already.
    pub fn new(ledger: &'a dyn Ledger, clock: &'a Clock, claim: Claim, rows: usize) -> Journal<'a> {
        let next = u32::try_from(rows).unwrap_or(u32::MAX);
        Journal { ledger, clock, claim, next, pending: Vec::new() }
    }

    /// Notes, without any known secret, something that may be lost with the process: whoever comes next finds it out by looking.
    pub fn note(&mut self, mut what: Note) {
        match &mut what {
            Note::Refused { error: text, .. }
            | Note::Unknown { error: text, .. }
            | Note::Left { why: text, .. }
            | Note::Forgone { why: text, .. }
            | Note::Stopped { why: text } => *text = redact(text).into_owned(),
            Note::Fell { why, explained, .. } => {
                explained.iter_mut().chain([why]).for_each(|text| *text = redact(text).into_owned());
            }
            Note::Skipped { reason: Some(text), .. } => *text = redact(text).into_owned(),
            Note::Gate { said, .. } => *said = redact(said).into_owned(),
            Note::Hook { state: HookState::Ended { said, output, .. }, .. } => {
                output.iter_mut().chain([said]).for_each(|text| *text = redact(text).into_owned());
            }
            Note::Verdict { problems, .. } => {
                problems.iter_mut().for_each(|text| *text = redact(text).into_owned());
            }
            _ => {}
        }
        self.pending.push(Row { seq: self.next, at: self.clock.now(), what });
        self.next = self.next.saturating_add(1);
    }

    /// Writes all notes. When it returns they are durable.
    pub async fn flush(&mut self) -> Result<()> {
        while !self.pending.is_empty() {
            let some = self.pending.len().min(ROWS_AT_ONCE);
            self.ledger.record(&self.claim, &self.pending[..some]).await?;
            self.pending.drain(..some);
        }
        Ok(())
    }

    /// Notes `what` and writes all notes; `what` is in the last step.
    pub async fn record(&mut self, what: Note) -> Result<()> {
        if matches!(what, Note::Intent { .. }) && lacks(Ingredient::Intent) {
            return Ok(());
        }
        self.note(what);
        self.flush().await
    }
}
