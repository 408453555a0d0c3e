//! Leaving out: what a run that needs a person goes on without, since somebody has named it.

use std::collections::BTreeSet;

use super::address::Address;
use super::error::{Error, Result};
use super::holes::needs;
use super::journal::Journal;
use super::ledger::Claim;
use super::means::Means;
use super::moves::Does;
use super::plan::Plan;
use super::progress::Progress;
use super::run::Note;

/// What is to be left out of a run, and why.
#[derive(Clone, Debug, Default)]
pub struct Omitted {
    /// The addresses.
    pub addresses: BTreeSet<Address>,
    /// Why, in the words of who says so.
    pub reason: Option<String>,
}

impl Omitted {
    /// Fails with `Input` unless all of it is part of `plan`, has something left to be done, and nothing else that is to be
    /// done needs it.
    pub fn can_be(&self, plan: &Plan, progress: &Progress) -> Result<()> {
        let open = |i: &usize| !progress.done.contains(i);
        let moves = || plan.moves.iter().enumerate().filter(|(i, _)| open(i)).map(|(_, m)| m);
        for address in &self.addresses {
            if !plan.steps.iter().any(|s| s.address == *address) {
                let all: BTreeSet<String> = moves().map(|m| m.address.to_string()).collect();
                let all: Vec<String> = all.into_iter().collect();
                return Err(Error::input(format!(
                    "{address} is no part of this run, and cannot be left out"
                ))
                .hint(format!("what is not done yet: {}", all.join(", "))));
            }
            if !moves().any(|m| m.address == *address) {
                return Err(Error::input(format!("{address} cannot be left out: it is written already"))
                    .hint("to put it back, undo the run"));
            }
            // What is not made cannot be named by what is written after it.
            if moves().any(|m| m.address == *address && m.does == Does::Create) {
                let users: BTreeSet<&Address> = moves()
                    .filter(|m| !self.addresses.contains(&m.address) && needs(&m.args).contains(address))
                    .map(|m| &m.address)
                    .collect();
                if let Some(first) = users.first() {
                    return Err(Error::input(format!(
                        "{address} cannot be left out alone: {first} needs it"
                    ))
                    .hint(skip(users.iter().copied().chain([address]))));
                }
            }
        }
        Ok(())
    }

    /// Notes in the journal of the run of `claim` that it is left out.
    pub(super) async fn note(&self, means: &Means<'_>, claim: &Claim, plan: &Plan) -> Result<()> {
        if self.addresses.is_empty() {
            return Ok(());
        }
        let rows = means.ledger.rows(&claim.run).await?;
        let progress = Progress::of(&rows);
        let mut journal = Journal::new(means.ledger, means.clock, claim.clone(), rows.len());
        for (index, m) in plan.moves.iter().enumerate() {
            let known = progress.done.contains(&index) || progress.omitted.contains(&index);
            if self.addresses.contains(&m.address) && !known {
                let (actor, reason) = (means.actor.clone(), self.reason.clone());
                journal.note(Note::Skipped { index, actor, reason });
            }
        }
        journal.flush().await
    }
}

/// Returns the flags that leave `addresses` out.
fn skip<'a>(addresses: impl Iterator<Item = &'a Address>) -> String {
    let all: Vec<String> =
        addresses.map(|a| format!("--skip '{}'", a.to_string().replace('\'', r"'\''"))).collect();
    all.join(" ")
}
