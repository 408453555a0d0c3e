//! What lies ahead: how much is still to be read and written, from which a driver tells how long that takes at least.

use std::collections::BTreeMap;

use super::driver::Freshness;
use super::moves::Does;
use super::plan::{Action, Plan};

/// Reads and calls that are still to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// How many resources of a kind are read, and from where.
    pub reads: BTreeMap<(String, Freshness), usize>,
    /// How often each operation is called that changes something.
    pub writes: BTreeMap<String, usize>,
}

impl Ahead {
    /// Adds so many reads of a kind.
    pub fn read(&mut self, kind: &str, how: Freshness, count: usize) {
        *self.reads.entry((kind.to_string(), how)).or_default() += count;
    }

    /// Returns what a run of `plan` takes: what is there is read once more, to go back to; then come its moves.
    pub fn of_run(plan: &Plan) -> Ahead {
        let mut ahead = Ahead::of_moves(plan, |_| false);
        for step in plan.steps.iter().filter(|s| s.action != Action::Create) {
            ahead.read(step.address.kind(), Freshness::Fresh, 1);
        }
        ahead
    }

    /// Returns what the moves of `plan` take that `made` does not hold: a look before each that writes what is there
    /// already, the call, and a look at everything at the end.
    pub fn of_moves(plan: &Plan, made: impl Fn(usize) -> bool) -> Ahead {
        let mut ahead = Ahead::default();
        for step in &plan.steps {
            ahead.read(step.address.kind(), Freshness::Fresh, 1);
        }
        for (_, m) in plan.moves.iter().enumerate().filter(|(i, _)| !made(*i)) {
            *ahead.writes.entry(m.call.clone()).or_default() += 1;
            if m.does != Does::Create {
                ahead.read(m.address.kind(), Freshness::Fresh, 1);
            }
        }
        ahead
    }
}
