//! What the lease of a pin says, and the rules that every ledger keeps by it.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::core::chain::journal_digest;
use crate::core::ledger::{Act, BeginError, Claim, Held, Notice, ROWS_AT_ONCE};
use crate::core::run::{Finish, Row, RunRecord, RunStart, RunStatus};
use crate::core::sabotage::{Ingredient, lacks};
use crate::core::{Error, ErrorKind, Pin, Result, RunId};

use super::patience::unique;

/// A lease: its newest epoch, and who holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lease {
    pub(super) epoch: u64,
    pub(super) owner: Option<Owner>,
}

/// Who holds a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) start: RunStart,
    pub(super) beat: String,
    pub(super) lease: Duration,
    pub(super) parked: bool,
    pub(super) stop_asked_by: Option<String>,
}

impl Lease {
    /// Returns the lease as others see it.
    pub(super) fn held(&self) -> Option<Held> {
        let owner = self.owner.as_ref()?;
        Some(Held {
            pin: owner.start.pin.clone(),
            start: owner.start.clone(),
            epoch: self.epoch,
            beat: owner.beat.clone(),
            lease: owner.lease,
            parked: owner.parked,
            stop_asked_by: owner.stop_asked_by.clone(),
        })
    }

    /// Returns the owner if it is `claim`'s, else `Fenced`.
    pub(super) fn of(&mut self, claim: &Claim) -> Result<&mut Owner> {
        match &mut self.owner {
            Some(owner)
                if lacks(Ingredient::Epoch)
                    || (self.epoch == claim.epoch && owner.start.run == claim.run) =>
            {
                Ok(owner)
            }
            _ => Err(fenced(claim)),
        }
    }

    /// Returns whether `start` can begin: `None` if it can, its claim if it has, `Held` if somebody else has.
    pub(super) fn begun(&self, start: &RunStart) -> Result<Option<Claim>, BeginError> {
        match (self.claim_of(start), self.held()) {
            (Some(claim), _) => Ok(Some(claim)),
            (None, Some(held)) => Err(BeginError::Held(Box::new(held))),
            (None, None) => Ok(None),
        }
    }

    /// Returns the claim of `start` if that very start holds the lease.
    pub(super) fn claim_of(&self, start: &RunStart) -> Option<Claim> {
        self.owner.as_ref().filter(|owner| owner.start == *start).map(|_| Claim {
            pin: start.pin.clone(),
            run: start.run.clone(),
            epoch: self.epoch,
        })
    }

    /// Returns whether `start` can take over from `held`: `None` if it can, its claim if it has, `Locked` if the lease
    /// is not as `held` says any more.
    pub(super) fn taken_over(&self, held: &Held, start: &RunStart) -> Result<Option<Claim>> {
        if start.run != held.start.run || start.pin != held.pin {
            return Err(Error::bug(format!("run {} cannot take over for run {}", start.run, held.start.run)));
        }
        if self.epoch == held.epoch + 1
            && let Some(claim) = self.claim_of(start)
        {
            return Ok(Some(claim));
        }
        match &self.owner {
            Some(owner) if self.epoch == held.epoch && owner.beat == held.beat => Ok(None),
            now => {
                let now = match now {
                    Some(owner) => format!("run {} of {} holds it", owner.start.run, owner.start.actor.host),
                    None => "it is free".to_string(),
                };
                Err(Error::new(
                    ErrorKind::Locked,
                    format!("the lease of {} is not as it was any more: {now}", held.pin),
                ))
            }
        }
    }

    /// Returns the lease as `start` holds it, with the next epoch, and the claim on it.
    pub(super) fn taken(&self, start: &RunStart, lease: Duration) -> (Lease, Claim) {
        let epoch = self.epoch + 1;
        let owner = Owner { start: start.clone(), beat: unique(), lease, parked: false, stop_asked_by: None };
        let claim = Claim { pin: start.pin.clone(), run: start.run.clone(), epoch };
        (Lease { epoch, owner: Some(owner) }, claim)
    }

    /// Returns the lease with nobody holding it.
    pub(super) fn freed(&self) -> Lease {
        Lease { epoch: self.epoch, owner: None }
    }
}

/// Returns the error for a claim that is not the newest.
pub(super) fn fenced(claim: &Claim) -> Error {
    Error::new(
        ErrorKind::Fenced,
        format!("run {} does not hold {} any more: its claim {} is over", claim.run, claim.pin, claim.epoch),
    )
}

/// Returns the error for a row that is there already and says something else.
pub(super) fn other_row(claim: &Claim, seq: u32) -> Error {
    Error::new(
        ErrorKind::Fenced,
        format!("row {seq} of run {} is there already and says something else", claim.run),
    )
}

/// Returns the error for a stop that was asked of an owner that has gone.
pub(super) fn gone(held: &Held) -> Error {
    Error::new(ErrorKind::Stale, format!("run {} does not hold {} any more", held.start.run, held.pin))
}

/// Returns the error for a run that nobody has begun.
pub(super) fn no_run(run: &RunId) -> Error {
    Error::not_found(format!("no run {run}"))
}

/// Returns the error for a run whose id is taken.
pub(super) fn begun_before(run: &RunId) -> Error {
    Error::failed(format!("run {run} has begun before"))
}

/// Fails unless `rows` can be recorded in one step.
pub(super) fn check_rows(rows: &[Row]) -> Result<()> {
    if rows.len() > ROWS_AT_ONCE {
        return Err(Error::bug(format!("{} rows at once; {ROWS_AT_ONCE} are the most", rows.len())));
    }
    let mut seen = BTreeSet::new();
    match rows.iter().find(|row| !seen.insert(row.seq)) {
        Some(row) => Err(Error::bug(format!("row {} twice in one step", row.seq))),
        None => Ok(()),
    }
}

/// Fails unless `finish` can end the run, which the ledger knows as `record`; `true` if it has ended it already.
pub(super) fn ended(record: Option<&RunRecord>, run: &RunId, finish: &Finish) -> Result<bool> {
    if finish.status == RunStatus::Open {
        return Err(Error::bug(format!("run {run} cannot end as open")));
    }
    Ok(record.is_some_and(|record| record.finish.as_ref() == Some(finish)))
}

/// Fails unless `start` can follow on the lease of `claim`.
pub(super) fn check_heir(claim: &Claim, start: &RunStart) -> Result<()> {
    if start.pin == claim.pin && start.run != claim.run {
        return Ok(());
    }
    Err(Error::bug(format!("run {} on {} cannot follow run {}", start.run, start.pin, claim.run)))
}

/// Returns the run that `record` undid, now that it has ended with `finish`.
pub(super) fn undone<'a>(record: &'a RunRecord, finish: &Finish) -> Option<&'a RunId> {
    record.start.undoes.as_ref().filter(|_| finish.status == RunStatus::Succeeded)
}

/// Returns what the audit is told of a start.
pub(super) fn started(start: &RunStart) -> Notice {
    let what = Act::Start { start: Box::new(start.clone()) };
    Notice { pin: start.pin.clone(), at: start.at, run: Some(start.run.clone()), what }
}

/// Returns what the audit is told of the end of a run that has this journal.
pub(super) fn finished(pin: &Pin, run: &RunId, finish: &Finish, rows: &[Row]) -> Result<Notice> {
    let what = Act::End { finish: Box::new(finish.clone()), journal: journal_digest(rows)? };
    Ok(Notice { pin: pin.clone(), at: finish.at, run: Some(run.clone()), what })
}

/// Returns what the audit is told of a run that goes on in another process.
pub(super) fn resumed(at: jiff::Timestamp, start: &RunStart) -> Notice {
    let what = Act::Resume { actor: start.actor.clone() };
    Notice { pin: start.pin.clone(), at, run: Some(start.run.clone()), what }
}
