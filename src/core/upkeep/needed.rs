//! What is needed, whatever a policy says: to roll back, to go on, to judge drift, holds and promotions, and for the audit.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::stock::Stock;
use crate::core::address::Address;
use crate::core::digest::Digest;
use crate::core::id::{RunId, SnapshotId};
use crate::core::ledger::Act;
use crate::core::pin::Pin;
use crate::core::run::{Finish, RunKind, RunStart, RunStatus};
use crate::core::snapshot::Coverage;

/// So many of the newest runs of a pin are reckoned with, however old they are.
pub(super) const RUNS: usize = 20;
/// So long runs, approvals and packages are reckoned with at least.
pub const LEAST: SignedDuration = SignedDuration::from_hours(30 * 24);
/// In so many of the newest entries `core/hold.rs` looks for what was undone.
const HELD: usize = 2000;

/// Why each thing is needed.
#[derive(Debug, Default)]
pub(super) struct Needed {
    pub(super) snapshots: BTreeMap<SnapshotId, BTreeSet<String>>,
    pub(super) packages: BTreeMap<Digest, BTreeSet<String>>,
    /// The plans whose bytes are needed. The plans themselves stay, all of them: the audit names them.
    pub(super) plans: BTreeSet<Digest>,
}

/// A run as the audit tells it.
struct Life<'a> {
    seq: u64,
    pin: &'a Pin,
    start: &'a RunStart,
    finish: Option<&'a Finish>,
}

impl Life<'_> {
    fn last(&self) -> Timestamp {
        self.finish.map_or(self.start.at, |finish| finish.at.max(self.start.at))
    }
}

/// Returns what of `stock` is needed, where runs are reckoned with for `retention` at least.
pub(super) fn needed(stock: &Stock, retention: SignedDuration) -> Needed {
    let mut needed = Needed::default();
    let lives = lives(stock);
    let kept = runs(stock, &lives, retention);
    for (run, why) in &kept {
        let Some(life) = lives.get(run) else { continue };
        needed.plan(stock, &life.start.plan, &format!("what the run {run} put there; it is {why}"));
        needed.source(&life.start.source_digest, &format!("what the run {run} put there; it is {why}"));
    }
    for (pin, audit) in &stock.audits {
        for (id, run) in &audit.snapshots {
            if let Some(why) = kept.get(run) {
                needed.snapshot(id, format!("of the run {run}, which is {why}"));
            }
        }
        let newest = audit.told.len().saturating_sub(HELD);
        for (i, entry) in audit.told.iter().enumerate() {
            match &entry.what {
                Act::Approved { plan, .. } | Act::Saved { plan, .. } => {
                    let open =
                        stock.plans.get(plan).and_then(|p| p.until).is_some_and(|until| until > stock.at);
                    if open || stock.at.duration_since(entry.at) <= retention {
                        needed.plan(stock, plan, "of a plan that was saved or approved");
                    }
                }
                Act::Released { source_digest, .. } if i >= newest => {
                    needed.source(source_digest, "let go of after it had been undone");
                }
                Act::Start { start } if i >= newest => {
                    let finish = lives.get(&start.run).and_then(|life| life.finish);
                    let taken = |f: &Finish| matches!(f.status, RunStatus::Turned | RunStatus::TakenBack);
                    if audit.undone.contains_key(&start.run) || finish.is_some_and(taken) {
                        needed.source(&start.source_digest, "held, since it was undone");
                    }
                }
                _ => {}
            }
        }
        needed.newest(stock, pin);
    }
    for ((_, id), shot) in &stock.snapshots {
        if let Coverage::Before { run, .. } | Coverage::After { run, .. } = &shot.coverage
            && let Some(why) = kept.get(run)
        {
            needed.snapshot(id, format!("of the run {run}, which is {why}"));
        }
    }
    // Whoever has written a plan is about to perform it, or was killed before.
    let known: BTreeSet<&Digest> = stock.audits.values().flat_map(|audit| audit.plans.keys()).collect();
    for digest in stock.plans.keys().filter(|digest| !known.contains(digest)) {
        needed.plan(stock, digest, "of a plan that no run has performed");
    }
    needed
}

impl Needed {
    fn snapshot(&mut self, id: &SnapshotId, why: String) {
        self.snapshots.entry(id.clone()).or_default().insert(why);
    }

    /// Needs what was put somewhere: a snapshot, or a package.
    fn source(&mut self, source: &str, why: &str) {
        if let Ok(id) = source.parse::<SnapshotId>() {
            self.snapshot(&id, why.to_string());
        } else if let Ok(digest) = source.parse::<Digest>() {
            self.packages.entry(digest).or_default().insert(why.to_string());
        }
    }

    fn plan(&mut self, stock: &Stock, plan: &Digest, why: &str) {
        self.plans.insert(*plan);
        if let Some(intent) = stock.plans.get(plan) {
            self.source(&intent.source, why);
        }
    }

    /// Needs the newest extract of `pin`, the newest whole one, and the newest in which all was well: what `@latest` and
    /// `@good` mean, and what drift is held against where no run wrote.
    fn newest(&mut self, stock: &Stock, pin: &Pin) {
        let of = || stock.snapshots.iter().filter(|((p, _), _)| p == pin).rev();
        let extract =
            of().find(|(_, s)| !matches!(s.coverage, Coverage::Before { .. } | Coverage::After { .. }));
        let whole = of().find(|(_, s)| s.is_whole);
        let good = of().find(|(_, s)| s.is_whole && s.healthy == Some(true));
        let newest = [(extract, "the newest"), (whole, "@latest"), (good, "@good")];
        for ((_, id), why) in newest.into_iter().filter_map(|(found, why)| Some((found?.0, why))) {
            self.snapshot(id, why.to_string());
        }
    }
}

/// Returns all runs that the audits tell of.
fn lives(stock: &Stock) -> BTreeMap<RunId, Life<'_>> {
    let mut lives: BTreeMap<RunId, Life<'_>> = BTreeMap::new();
    for (pin, audit) in &stock.audits {
        for entry in &audit.told {
            match (&entry.what, &entry.run) {
                (Act::Start { start }, _) => {
                    let life = Life { seq: entry.seq, pin, start, finish: None };
                    lives.insert(start.run.clone(), life);
                }
                (Act::End { finish, .. }, Some(run)) => {
                    if let Some(life) = lives.get_mut(run) {
                        life.finish = Some(finish);
                    }
                }
                _ => {}
            }
        }
    }
    lives
}

/// Returns the runs whose snapshots are needed, and why: `open`, `one of the newest 20`.
fn runs(
    stock: &Stock,
    lives: &BTreeMap<RunId, Life<'_>>,
    retention: SignedDuration,
) -> BTreeMap<RunId, String> {
    let mut kept: BTreeMap<RunId, String> = BTreeMap::new();
    for (pin, audit) in &stock.audits {
        let mut newest: Vec<&Life<'_>> = lives.values().filter(|life| life.pin == pin).collect();
        newest.sort_by_key(|life| std::cmp::Reverse(life.seq));
        let back = put_back(stock, &newest);
        let mut covered: BTreeSet<&Address> = BTreeSet::new();
        for (i, life) in newest.into_iter().enumerate() {
            let run = &life.start.run;
            let why = match life.finish {
                None => Some("open".to_string()),
                _ if i < RUNS => Some(format!("one of the newest {RUNS}")),
                _ if stock.at.duration_since(life.last()) <= retention => {
                    Some(format!("not {} days old", retention.as_hours() / 24))
                }
                Some(finish) if finish.wrote.iter().any(|a| !covered.contains(a)) => {
                    Some("the last that wrote something".to_string())
                }
                _ => None,
            };
            kept.extend(why.map(|why| (run.clone(), why)));
            // What was undone, or has undone, leads further back to what is there.
            let Some(finish) = life.finish else { continue };
            let stands = life.start.kind == RunKind::Deploy
                && finish.status == RunStatus::Succeeded
                && !audit.undone.contains_key(run);
            if stands {
                let back = back.get(run);
                covered.extend(finish.wrote.iter().filter(|a| back.is_none_or(|back| !back.contains(*a))));
            }
        }
    }
    let mut left: Vec<RunId> = kept.keys().cloned().collect();
    while let Some(run) = left.pop() {
        let Some(life) = lives.get(&run) else { continue };
        let intent = stock.plans.get(&life.start.plan);
        let undone = life.start.undoes.as_ref().or_else(|| intent?.undoes.as_ref());
        let turned = life.finish.and_then(|finish| finish.turned_into.as_ref());
        let proof = intent.and_then(|intent| intent.proven_by.as_ref());
        let more = [(undone, "undone by"), (turned, "the end of"), (proof, "the proof for")];
        for (other, how) in more.into_iter().filter_map(|(other, how)| Some((other?, how))) {
            if !kept.contains_key(other) {
                kept.insert(other.clone(), format!("{how} the run {run}"));
                left.push(other.clone());
            }
        }
    }
    kept
}

/// Returns what rollbacks have put back of each run, as their plans say.
fn put_back<'a>(stock: &'a Stock, all: &[&Life<'_>]) -> BTreeMap<&'a RunId, BTreeSet<&'a Address>> {
    let mut back: BTreeMap<&RunId, BTreeSet<&Address>> = BTreeMap::new();
    for life in all.iter().filter(|life| life.start.kind == RunKind::Rollback) {
        if let Some(intent) = stock.plans.get(&life.start.plan)
            && let Some(undone) = &intent.undoes
        {
            back.entry(undone).or_default().extend(&intent.addresses);
        }
    }
    back
}
