//! What `rollback --to` undoes. It names no run: what runs had put there after the time that it leads to is gone.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::address::Address;
use super::id::{RunId, SnapshotId};
use super::means::Means;
use super::plan::{Action, Plan, Step};
use super::run::{Finish, RunStart, RunStatus};

/// A run that put back what was there at a time, in a snapshot, or as an edition of a service, and that succeeded.
pub(super) struct Restore {
    /// How it began.
    pub(super) start: RunStart,
    /// The snapshot that it leads to.
    snapshot: Option<SnapshotId>,
    /// The time that it leads to; `None` where an edition has none.
    target: Option<Timestamp>,
    /// What it has put back, and nobody has undone since.
    steps: Vec<Step>,
    /// Addresses before whose older deployments it does not lead.
    reached: BTreeSet<Address>,
}

impl Restore {
    /// Returns what `start` did, which performed `plan` and ended as `finish` says; `undone` was undone since. `None` unless
    /// it put something back without undoing a run.
    pub(super) async fn of(
        means: &Means<'_>,
        start: RunStart,
        plan: Plan,
        finish: &Finish,
        undone: &BTreeSet<Address>,
    ) -> Option<Restore> {
        if !plan.restores() || finish.status != RunStatus::Succeeded {
            return None;
        }
        let snapshot = plan.source_digest.parse::<SnapshotId>().ok();
        let target = match &snapshot {
            Some(id) => means.repository.manifest(&start.pin, id).await.ok().map(|m| m.taken_at),
            None => plan.source_digest.parse::<Timestamp>().ok(),
        };
        let counts = |s: &Step| !undone.contains(&s.address) && !finish.left.contains(&s.address);
        let steps = plan.steps.into_iter().filter(counts).collect();
        Some(Restore { start, snapshot, target, steps, reached: BTreeSet::new() })
    }

    /// Returns what of what the deployment `run` wrote, which ended as `finish` says and performed `plan`, it has undone.
    /// Deployments have to be asked about from the newest to the oldest.
    pub(super) fn undid(&mut self, run: &RunId, finish: &Finish, plan: &Plan) -> BTreeSet<Address> {
        let was_there = match finish.status {
            RunStatus::Succeeded | RunStatus::Superseded => finish.changed,
            // What it took the place of.
            RunStatus::Turned => finish.turned_into.as_ref() == Some(&self.start.run),
            _ => false,
        };
        let later = self.target.is_none_or(|target| finish.at > target);
        let is_it = self.snapshot.is_some() && self.snapshot == finish.after;
        if !was_there || !later || is_it || *run >= self.start.run {
            return BTreeSet::new();
        }
        let mut undone = BTreeSet::new();
        for step in &self.steps {
            let address = &step.address;
            let Some(then) = plan.steps.iter().find(|s| s.address == *address) else { continue };
            if !finish.wrote.contains(address) || then.is_again() || self.reached.contains(address) {
                continue;
            }
            let stays = sets_the_same(step, then);
            if !stays {
                undone.insert(address.clone());
            }
            // An edition has no time: it is where one of the deployments began or led to.
            let begins = match (&then.before, &step.after) {
                (Some(before), Some(after)) => before.portable == after.portable,
                (before, after) => before.is_none() && after.is_none(),
            };
            if self.target.is_none() && (stays || begins) {
                self.reached.insert(address.clone());
            }
        }
        undone
    }
}

/// Returns whether two steps of one address end in the same.
pub(super) fn sets_the_same(a: &Step, b: &Step) -> bool {
    match (&a.after, &b.after) {
        (Some(a), Some(b)) => {
            a.portable == b.portable && (a.local == b.local || a.local.is_none() || b.local.is_none())
        }
        (None, None) => a.action == Action::Delete && b.action == Action::Delete,
        _ => false,
    }
}
