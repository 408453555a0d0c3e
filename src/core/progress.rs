//! Progress: how far a run has come, as its journal tells.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::address::Address;
use super::following::Since;
use super::hook::HookAt;
use super::id::SnapshotId;
use super::plan::Plan;
use super::run::{HookState, Made, Note, Row, Verdict};

/// How far a hook is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooked {
    /// What was noted last.
    pub state: HookState,
    /// Since when.
    pub begun: Timestamp,
    /// Which attempt to run it is, from 0.
    pub attempt: u32,
}

/// How far a run has come.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Moves whose effect is there.
    pub done: BTreeSet<usize>,
    /// Moves that may have had an effect: sent, and not certainly refused.
    pub begun: BTreeSet<usize>,
    /// When the first call for a move was intended, since it last fell, and what was there then.
    pub intended: BTreeMap<usize, Since>,
    /// What AWS calls what it goes on with by itself, of moves that are not done.
    pub tickets: BTreeMap<usize, String>,
    /// What came out of those that have not succeeded.
    pub fallen: BTreeMap<usize, Verdict>,
    /// Moves of which one call at least had no clear answer. It may still take effect after a later one was refused.
    pub doubtful: BTreeSet<usize>,
    /// What was made.
    pub made: Vec<Made>,
    /// Moves that were not made because somebody else had changed what they write.
    pub left: BTreeSet<usize>,
    /// Moves that were not made because somebody said to leave out what they write.
    pub omitted: BTreeSet<usize>,
    /// When each rung of a ladder was reached first, of moves that are not done.
    pub reached: BTreeMap<usize, BTreeMap<usize, Timestamp>>,
    /// How far each hook is.
    pub hooks: BTreeMap<(String, HookAt), Hooked>,
    /// When the last of it was done.
    pub written: Option<Timestamp>,
    /// The snapshot to go back to.
    pub before: Option<SnapshotId>,
    /// When the last call was sent of which nobody knows the fate.
    pub unsettled: Option<Timestamp>,
}

impl Progress {
    /// Returns the progress that `rows` tell.
    pub fn of(rows: &[Row]) -> Progress {
        let mut progress = Progress::default();
        // Intents that no answer has followed yet. A process that died has heard none.
        let mut open: BTreeMap<usize, Timestamp> = BTreeMap::new();
        for row in rows {
            match &row.what {
                Note::Before { snapshot } => progress.before = Some(snapshot.clone()),
                Note::Intent { index, newest } => {
                    let earlier = open.insert(*index, row.at);
                    let since = || Since { at: row.at, newest: newest.clone() };
                    progress.intended.entry(*index).or_insert_with(since);
                    progress.doubt(earlier.map(|at| (*index, at)));
                    progress.begun.insert(*index);
                }
                Note::Done { index, made, .. } => {
                    open.remove(index);
                    progress.is_done(*index);
                    progress.written = Some(row.at);
                    progress.made.extend(made.clone());
                }
                Note::Refused { index, .. } => {
                    open.remove(index);
                    if !progress.doubtful.contains(index) {
                        progress.refused(*index);
                    }
                }
                Note::Unknown { index, .. } => {
                    open.remove(index);
                    progress.doubt(Some((*index, row.at)));
                }
                Note::Started { index, ticket } => {
                    open.remove(index);
                    progress.tickets.insert(*index, ticket.clone());
                }
                Note::Fell { index, verdict, .. } => progress.fell(*index, *verdict),
                Note::Left { index, .. } => drop(progress.left.insert(*index)),
                Note::Skipped { index, .. } => drop(progress.omitted.insert(*index)),
                Note::Forgone { index, .. } => {
                    open.remove(index);
                    progress.is_done(*index);
                }
                Note::Rung { index, rung, .. } => progress.reached(*index, *rung, row.at),
                Note::Hook { hook, at, state } => progress.hooked(hook, *at, state.clone(), row.at),
                Note::Gate { .. } => {}
                Note::Stopped { .. } | Note::Resumed { .. } | Note::Verdict { .. } => {}
            }
        }
        for call in open {
            progress.doubt(Some(call));
        }
        progress
    }

    /// Notes that the rung `rung` of the ladder of a move is reached.
    pub fn reached(&mut self, index: usize, rung: usize, at: Timestamp) {
        self.reached.entry(index).or_default().entry(rung).or_insert(at);
    }

    /// Notes how far a hook is.
    pub fn hooked(&mut self, hook: &str, at: HookAt, state: HookState, now: Timestamp) {
        let key = (hook.to_string(), at);
        let (begun, attempt) = match (&state, self.hooks.get(&key)) {
            // The same attempt, made in another process, has begun before.
            (HookState::Begins { attempt, .. }, Some(old)) if *attempt == old.attempt => {
                (old.begun, *attempt)
            }
            (HookState::Begins { attempt, .. }, _) => (now, *attempt),
            (_, Some(old)) => (old.begun, old.attempt),
            (_, None) => (now, 0),
        };
        self.hooks.insert(key, Hooked { state, begun, attempt });
    }

    /// Returns the hooks of `plan` that change a database and that have begun: how far each is, and since when.
    pub fn migrations<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> impl Iterator<Item = (&'a str, &'a HookState, Timestamp)> {
        let migrates = |name: &str| plan.hooks.iter().any(|h| h.name == name && h.migrates);
        let all = self.hooks.iter().filter(move |((name, _), _)| migrates(name));
        let begun = all.filter(|(_, hooked)| hooked.state != HookState::Skipped);
        begun.map(|((name, _), hooked)| (name.as_str(), &hooked.state, hooked.begun))
    }

    /// Returns whether a hook of `plan` may have changed something: it changes a database, or nobody knows how it ended.
    pub fn is_hooked(&self, plan: &Plan) -> bool {
        let open = |state: &HookState| matches!(state, HookState::Begins { .. } | HookState::Started { .. });
        self.migrations(plan).next().is_some() || self.hooks.values().any(|hooked| open(&hooked.state))
    }

    /// Notes that the effect of a move is there.
    pub fn is_done(&mut self, index: usize) {
        self.done.insert(index);
        self.tickets.remove(&index);
        self.fallen.remove(&index);
    }

    /// Notes that no call for a move has had an effect.
    pub fn refused(&mut self, index: usize) {
        self.begun.remove(&index);
        self.intended.remove(&index);
    }

    /// Notes that what a move has started came to an end that is no success. What starts it again is another one: the
    /// old one is not taken for that.
    pub fn fell(&mut self, index: usize, verdict: Verdict) {
        self.tickets.remove(&index);
        self.intended.remove(&index);
        self.reached.remove(&index);
        self.fallen.insert(index, verdict);
    }

    /// Notes that the call of a move, sent at a time, has had no clear answer.
    pub fn doubt(&mut self, call: Option<(usize, Timestamp)>) {
        if let Some((index, at)) = call {
            self.doubtful.insert(index);
            self.unsettled = self.unsettled.max(Some(at));
        }
    }

    /// Returns the addresses that the run may have changed.
    pub fn touched<'a>(&self, plan: &'a Plan) -> BTreeSet<&'a Address> {
        self.begun.union(&self.done).filter_map(|i| plan.moves.get(*i)).map(|m| &m.address).collect()
    }

    /// Returns the addresses that are not brought to where the plan leads: those that were left as somebody else had made
    /// them, and those that were to be left out.
    pub fn left<'a>(&self, plan: &'a Plan) -> BTreeSet<&'a Address> {
        let both = self.left.union(&self.omitted);
        both.filter_map(|i| plan.moves.get(*i)).map(|m| &m.address).chain(&plan.left).collect()
    }

    /// Returns the addresses that were to be left out.
    pub fn skipped(&self, plan: &Plan) -> Vec<Address> {
        let all: BTreeSet<&Address> =
            self.omitted.iter().filter_map(|i| plan.moves.get(*i)).map(|m| &m.address).collect();
        all.into_iter().cloned().collect()
    }

    /// Returns the addresses that were left as somebody else had made them, and that nobody said to leave out.
    pub fn untouched(&self, plan: &Plan) -> Vec<Address> {
        let skipped = self.skipped(plan);
        self.left(plan).into_iter().filter(|a| !skipped.contains(a)).cloned().collect()
    }

    /// Returns whether AWS has put back all that the run began.
    pub fn is_taken_back(&self, plan: &Plan) -> bool {
        let back = |address: &Address| {
            let moves = plan
                .moves
                .iter()
                .enumerate()
                .filter(|(i, m)| m.address == *address && self.begun.contains(i));
            moves.clone().any(|(i, _)| self.fallen.get(&i) == Some(&Verdict::TakenBack))
        };
        !self.fallen.is_empty() && self.touched(plan).into_iter().all(back)
    }

    /// Returns the addresses at which something has come to this end.
    pub fn fallen_as<'a>(&self, plan: &'a Plan, verdict: Verdict) -> BTreeSet<&'a Address> {
        let indices = self.fallen.iter().filter(|(_, v)| **v == verdict).map(|(i, _)| *i);
        indices.filter_map(|i| plan.moves.get(i)).map(|m| &m.address).collect()
    }

    /// Returns whether anything may have been changed.
    pub fn changed(&self) -> bool {
        !self.begun.is_empty() || !self.done.is_empty()
    }
}
