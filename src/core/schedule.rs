//! The schedule: which moves of a plan may be made at the same time, given the order that all of them have. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::concern::concerns;
use super::driver::Driver;
use super::moves::{Does, Move, Stage};

/// How many moves are made at once.
const AT_ONCE: usize = 16;
/// How many of them by the same call: more would only wait for the same quota, with their intents written.
const OF_A_CALL: usize = 4;

/// Tells which moves may begin, as others end.
pub struct Schedule<'a> {
    moves: &'a [Move],
    /// For each move, how many of those that it waits for are not over.
    waits: Vec<usize>,
    /// Who waits for each.
    waiters: Vec<Vec<usize>>,
    /// The stretch of the order that each is in: one is over before the next begins.
    stretch: Vec<usize>,
    /// How many of each stretch are not over.
    left: Vec<usize>,
    /// Not begun yet, in order.
    open: BTreeSet<usize>,
    /// Being made.
    busy: BTreeSet<usize>,
    /// Which start what goes on by itself: they wait for that, and for no quota.
    starting: Vec<bool>,
}

impl<'a> Schedule<'a> {
    /// Returns the schedule of those of `moves` that `over` does not hold.
    ///
    /// A move waits for each earlier one of the same address, of an address that it refers to, that refers to its own,
    /// and that lets go of its name, as `renames` tells (what things are called when the plan is made). What is new, what changes what is there, the switch and what is removed are stretches of their own; what is
    /// removed goes one by one.
    pub fn new(
        moves: &'a [Move],
        driver: &dyn Driver,
        renames: &BTreeMap<Address, Address>,
        over: impl Fn(usize) -> bool,
    ) -> Schedule<'a> {
        let made: BTreeSet<&Address> =
            moves.iter().filter(|m| m.does == Does::Create).map(|m| &m.address).collect();
        let mut schedule = Schedule {
            moves,
            waits: vec![0; moves.len()],
            waiters: vec![Vec::new(); moves.len()],
            stretch: Vec::with_capacity(moves.len()),
            left: Vec::new(),
            open: BTreeSet::new(),
            busy: BTreeSet::new(),
            starting: moves.iter().map(|m| driver.starts(m)).collect(),
        };
        let mut last_of: BTreeMap<&Address, usize> = BTreeMap::new();
        let mut referrers: BTreeMap<Address, Vec<usize>> = BTreeMap::new();
        let had: BTreeMap<&Address, &Address> = renames.iter().map(|(logical, now)| (now, logical)).collect();
        let mut group = None;
        for (i, m) in moves.iter().enumerate() {
            let now = (m.stage, made.contains(&m.address));
            if group != Some(now) || m.stage == Stage::Clean {
                group = Some(now);
                schedule.left.push(0);
            }
            schedule.stretch.push(schedule.left.len() - 1);
            let refers = concerns(driver, &m.address, &m.args);
            let mut before: BTreeSet<usize> = refers.iter().filter_map(|a| last_of.get(a)).copied().collect();
            before.extend(last_of.get(&m.address));
            before.extend(had.get(&m.address).and_then(|renamed| last_of.get(renamed)));
            before.extend(referrers.get(&m.address).into_iter().flatten());
            last_of.insert(&m.address, i);
            for address in refers {
                referrers.entry(address).or_default().push(i);
            }
            if over(i) {
                continue;
            }
            schedule.open.insert(i);
            schedule.left[schedule.stretch[i]] += 1;
            for j in before.into_iter().filter(|j| *j != i && schedule.open.contains(j)) {
                schedule.waits[i] += 1;
                schedule.waiters[j].push(i);
            }
        }
        schedule
    }

    /// Returns a move that may begin now, and counts it as begun.
    pub fn begin(&mut self) -> Option<usize> {
        // What has been started goes on for long, and calls hardly ever: it stands in nobody's way.
        let busy = || self.busy.iter().filter(|i| !self.starting[**i]);
        if busy().count() >= AT_ONCE {
            return None;
        }
        let current = self.left.iter().position(|left| *left > 0)?;
        let same = |call: &str| busy().filter(|i| self.moves[**i].call == call).count();
        let paced = |i: usize| !self.starting[i] && same(&self.moves[i].call) >= OF_A_CALL;
        let free = |i: &&usize| self.waits[**i] == 0 && !paced(**i);
        let next = *self.open.iter().take_while(|i| self.stretch[**i] <= current).find(free)?;
        self.open.remove(&next);
        self.busy.insert(next);
        Some(next)
    }

    /// Counts `index` as over.
    pub fn over(&mut self, index: usize) {
        self.busy.remove(&index);
        self.left[self.stretch[index]] -= 1;
        for waiter in std::mem::take(&mut self.waiters[index]) {
            self.waits[waiter] -= 1;
        }
    }

    /// Returns whether every move is over.
    pub fn is_over(&self) -> bool {
        self.open.is_empty() && self.busy.is_empty()
    }
}
