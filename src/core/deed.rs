//! What a run did to one address.

use std::collections::BTreeMap;

use serde::Serialize;

use super::address::Address;
use super::plan::{Action, Plan, Step};
use super::run::{Note, Row, Verdict};
use super::select::Selection;

/// What a run did to one address, or was about to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// Which.
    pub address: Address,
    /// What was planned.
    pub action: Action,
    /// The members that were to be set, for people.
    pub members: Vec<String>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a planned change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It was made.
    Done,
    /// Some of its calls were made, and nothing is known to stand against the others.
    Partly,
    /// The run ended, or stands, before it.
    NotReached,
    /// AWS refused it.
    Refused {
        /// AWS's words.
        why: String,
    },
    /// A call for it had no clear answer.
    Unknown {
        /// What was seen.
        why: String,
    },
    /// AWS goes on with it, under this ticket.
    Going {
        /// What AWS calls it.
        ticket: String,
    },
    /// What AWS went on with by itself has not succeeded.
    Fell {
        /// What came out.
        verdict: Verdict,
        /// Why.
        why: String,
    },
    /// Somebody else had changed it, and it was left as it is.
    Left {
        /// What was seen.
        why: String,
    },
}

/// Returns what the run that performed `plan`, with the journal `rows`, did to what `select` picks.
pub fn deeds(plan: &Plan, rows: &[Row], select: &Selection) -> Vec<Deed> {
    // The last word on each move counts: what was refused may have been tried again.
    let mut last: BTreeMap<usize, &Note> = BTreeMap::new();
    for row in rows {
        if let Note::Intent { index, .. }
        | Note::Done { index, .. }
        | Note::Started { index, .. }
        | Note::Fell { index, .. }
        | Note::Refused { index, .. }
        | Note::Unknown { index, .. }
        | Note::Forgone { index, .. }
        | Note::Left { index, .. }
        | Note::Skipped { index, .. } = &row.what
        {
            last.insert(*index, &row.what);
        }
    }
    let steps = plan.steps.iter().filter(|step| select.picks(&step.address));
    steps
        .map(|step| Deed {
            address: step.address.clone(),
            action: step.action,
            members: step.members.clone(),
            outcome: outcome(plan, step, &last),
        })
        .collect()
}

fn outcome(plan: &Plan, step: &Step, last: &BTreeMap<usize, &Note>) -> Outcome {
    let own = plan.moves.iter().enumerate().filter(|(_, m)| m.address == step.address);
    let notes: Vec<Option<&Note>> = own.map(|(i, _)| last.get(&i).copied()).collect();
    let (mut done, mut unknown) = (0, None);
    for note in notes.iter().flatten() {
        match note {
            Note::Left { why, .. } => return Outcome::Left { why: why.clone() },
            Note::Skipped { actor, .. } => {
                return Outcome::Left { why: format!("was left out by {}", actor.identity) };
            }
            Note::Refused { error, .. } => return Outcome::Refused { why: error.clone() },
            Note::Started { ticket, .. } => return Outcome::Going { ticket: ticket.clone() },
            Note::Fell { verdict, why, .. } => {
                return Outcome::Fell { verdict: *verdict, why: why.clone() };
            }
            Note::Unknown { error, .. } => unknown = Some(error.clone()),
            Note::Intent { .. } => unknown = Some("its answer was not heard".into()),
            _ => done += 1,
        }
    }
    match unknown {
        Some(why) => Outcome::Unknown { why },
        None if done == notes.len() && done > 0 => Outcome::Done,
        None if done > 0 => Outcome::Partly,
        None => Outcome::NotReached,
    }
}
