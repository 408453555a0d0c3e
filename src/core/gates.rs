//! Asking the gates of a run: on the rungs of its ladders, and once everything is written.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::address::Address;
use super::error::{Error, ErrorKind, Result};
use super::gate::{Answer, Asked, Decision, Gate, GateAt, Probe, Undecided};
use super::means::{Ladders, Means};
use super::moves::Move;
use super::perform::Performance;
use super::rollout::Share;
use super::run::{Note, RunKind};

/// How long a metric may take to arrive. AWS says of no service how long that is; Lambda sends them by the minute ("Using
/// CloudWatch metrics with Lambda", AWS Lambda Developer Guide).
pub(super) const LATE: Duration = Duration::from_secs(120);
/// Why a gate is not asked on a rung that nobody holds.
pub(super) const AT_ONCE: &str = "all traffic is shifted at once";

/// What the gates say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All of them have passed, as far as they were asked.
    Passed,
    /// One has failed: its name, and why.
    Failed(String),
    /// Of one nobody can tell: its name, and why.
    Undecided(String, String),
}

/// Whether there is a later time to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// There is: those that are due are asked.
    Meanwhile,
    /// There is none: all are asked, also those that do more than to look.
    Last,
}

/// Gates being asked about one thing, again and again.
pub(super) struct Asking<'a> {
    means: &'a Means<'a>,
    gates: Vec<&'a Gate>,
    of: Asked,
    /// When each was asked last, as its age then was; how many bad answers in a row it has given; the last one.
    state: BTreeMap<&'a str, (Duration, u32, Answer)>,
}

impl<'a> Asking<'a> {
    /// Returns those of `gates` that are asked `at` and are about `of`, not asked yet.
    pub(super) fn new(means: &'a Means<'a>, gates: &'a [Gate], at: GateAt, of: Asked) -> Asking<'a> {
        let about = |g: &&Gate| g.at == GateAt::Both || g.at == at;
        let about_it = |g: &&Gate| of.address.iter().next().is_none() || g.is_about(of.address.iter());
        let of_images = |g: &&Gate| !g.asks_of_images() || of.images.is_some();
        let gates = gates.iter().filter(about).filter(about_it).filter(of_images).collect();
        Asking { means, gates, of, state: BTreeMap::new() }
    }

    /// Returns the names of those that are asked.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.gates.iter().map(|g| g.name.clone())
    }

    /// Returns how long until the next of them is asked, at most.
    pub(super) fn pause(&self) -> Duration {
        self.gates.iter().map(|g| g.every).min().unwrap_or(Duration::MAX)
    }

    /// Asks them when it has been so for `age`. Returns what they say together, and the answers that are new.
    pub(super) async fn ask(&mut self, age: Duration, turn: Turn) -> (Outcome, Vec<(String, Answer)>) {
        let at_the_end = turn == Turn::Last;
        let mut told = Vec::new();
        for gate in self.gates.clone() {
            let every = self.means.clock.scale(gate.every);
            let before = self.state.get(gate.name.as_str()).cloned();
            let is_due = match &before {
                // What is done once is done at the end, as is what has just been reached.
                None => age >= every,
                Some((last, ..)) => age.saturating_sub(*last) >= every,
            };
            if !(at_the_end || is_due && gate.only_looks()) {
                continue;
            }
            let mut bad = before.as_ref().map_or(0, |(_, bad, _)| *bad);
            loop {
                let answer = self.one(gate, age).await;
                bad = if answer.decision == Decision::Failed { bad + 1 } else { 0 };
                let is_new = before.as_ref().is_none_or(|(.., last)| last.decision != answer.decision);
                if is_new || (at_the_end && answer.decision != Decision::Skipped) {
                    told.push((gate.name.clone(), answer.clone()));
                }
                self.state.insert(gate.name.as_str(), (age, bad, answer));
                // At the end there is no later time to ask again.
                if bad == 0 || bad >= gate.tries || !at_the_end || self.means.stop.asked().is_some() {
                    break;
                }
                self.means.clock.sleep(gate.every).await;
            }
        }
        (self.outcome(turn), told)
    }

    async fn one(&self, gate: &Gate, age: Duration) -> Answer {
        if self.means.waivers.gates.contains(&gate.name) {
            return Answer::new(Decision::Skipped, "somebody said so");
        }
        let of = Asked { since: Some(age), ..self.of.clone() };
        self.means.driver.inspector().ask(gate, &of).await
    }

    fn outcome(&self, turn: Turn) -> Outcome {
        let mut undecided = None;
        for gate in &self.gates {
            let Some((_, bad, answer)) = self.state.get(gate.name.as_str()) else { continue };
            match (answer.decision, gate.undecided) {
                (Decision::Failed, _) if *bad < gate.tries && turn == Turn::Meanwhile => {}
                // It was not asked as often as it may fail, and there is no later time: that is no pass.
                (Decision::Failed, _) if *bad < gate.tries => {
                    let why = format!("it failed {bad} of {} times, and was not asked again", gate.tries);
                    undecided.get_or_insert((gate.name.clone(), why));
                }
                (Decision::Failed, _) => {
                    return Outcome::Failed(format!("{} failed: {}", gate.name, answer.said));
                }
                (Decision::Inconclusive, Undecided::Fail) => {
                    let why = format!("{} is inconclusive, and so has failed: {}", gate.name, answer.said);
                    return Outcome::Failed(why);
                }
                (Decision::Inconclusive, Undecided::Pause) => {
                    undecided.get_or_insert((gate.name.clone(), answer.said.clone()));
                }
                _ => {}
            }
        }
        match undecided {
            Some((gate, why)) => Outcome::Undecided(gate, why),
            None => Outcome::Passed,
        }
    }
}

/// Returns the failure of a gate on a rung.
pub(super) fn failed(address: &Address, share: Share, why: &str) -> Error {
    Error::failed(format!("at {share} of the traffic of {address} the gate {why}"))
}

/// Returns that it stays where it is, since of one gate nobody can tell.
pub(super) fn paused(at: Option<(&Address, Share)>, (gate, why): (&str, &str), run: &str) -> Error {
    let place = match at {
        Some((address, share)) => format!("paused at {share} of the traffic of {address}"),
        None => "paused after everything is written".to_string(),
    };
    let message = format!("{place}: the gate {gate} is inconclusive: {why}");
    Error::new(ErrorKind::Interrupted, message).hint(format!(
        "ask it again: snapdeploy deploy --resume {run}; go on without it: snapdeploy deploy --resume {run} --skip-gate \
         {gate}"
    ))
}

impl Performance<'_> {
    /// Asks the gates that are asked once everything is written.
    ///
    /// Fails where one has failed; with `Interrupted`, where of one nobody can tell.
    pub(super) async fn gates(&mut self) -> Result<()> {
        if self.plan.kind != RunKind::Deploy || self.plan.gates.is_empty() {
            return Ok(());
        }
        let run = self.lease.claim.run.to_string();
        self.passed_by();
        self.journal.flush().await?;
        let gates: Vec<&Gate> = self.plan.gates.iter().filter(|g| g.at != GateAt::Rungs).collect();
        if gates.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = gates.iter().map(|g| g.name.as_str()).collect();
        let why = format!("the gates: {}", names.join(", "));
        self.means.events.emit(super::event::Event::Waiting { why });
        let (mut failure, mut undecided) = (None, None);
        if let Some(why) = self.means.stop.asked() {
            return Err(Error::new(ErrorKind::Interrupted, why));
        }
        for gate in gates {
            let asked = Asked { run: Some(run.clone()), images: self.images(gate), ..Asked::default() };
            let (outcome, answers, is_over) = self.ask_after(gate, &asked).await;
            // Who is stopped before a gate can have passed does not know: whoever resumes the run asks it again.
            if let (false, Some(why)) = (is_over, self.means.stop.asked()) {
                // That one has failed is known, and takes everything back.
                if failure.is_some() {
                    break;
                }
                self.journal.flush().await?;
                return Err(Error::new(ErrorKind::Interrupted, why));
            }
            for (gate, Answer { decision, said }) in answers {
                self.journal.note(Note::Gate { gate, index: None, rung: None, decision, said });
            }
            match outcome {
                Outcome::Passed => {}
                Outcome::Failed(why) => failure = failure.or(Some(why)),
                Outcome::Undecided(gate, why) => undecided = undecided.or(Some((gate, why))),
            }
        }
        self.journal.flush().await?;
        match (failure, undecided) {
            (Some(why), _) => Err(Error::failed(format!("everything is written, and the gate {why}"))),
            (None, Some((gate, why))) => Err(paused(None, (&gate, &why), &run)),
            (None, None) => Ok(()),
        }
    }

    /// Asks one gate. What has just been written has no metrics yet: one is asked until it can tell, and passes once it has
    /// passed for as long as it looks back; the first minute with a call in it would be too little. Returns also whether it
    /// was asked for that long, or was stopped before.
    async fn ask_after(&self, gate: &Gate, asked: &Asked) -> (Outcome, Vec<(String, Answer)>, bool) {
        let (over, long) = match &gate.probe {
            Probe::Metric { over, .. } => (*over, *over + LATE),
            _ => (Duration::ZERO, Duration::ZERO),
        };
        let mut asking = Asking::new(self.means, std::slice::from_ref(gate), GateAt::After, asked.clone());
        loop {
            let age = self.age(gate);
            let (outcome, answers) = asking.ask(age, Turn::Last).await;
            let says = |decision| answers.iter().any(|(_, answer)| answer.decision == decision);
            let until = match (says(Decision::Inconclusive), &outcome) {
                (true, _) => long,
                (false, Outcome::Passed) if says(Decision::Passed) => over,
                _ => Duration::ZERO,
            };
            let is_over = age >= self.means.clock.scale(until);
            if is_over || self.means.stop.asked().is_some() {
                return (outcome, answers, is_over);
            }
            self.means.clock.sleep(gate.every.min(long)).await;
        }
    }

    /// Returns for how long what `gate` is about has been as the plan has it: since the last of its traffic was shifted, or
    /// since the last of it was written.
    fn age(&self, gate: &Gate) -> Duration {
        let since = |(index, m): (usize, &Move)| {
            let rungs = self.progress.reached.get(&index).filter(|_| m.rollout.is_some());
            rungs.and_then(|rungs| rungs.values().max().copied()).or(self.progress.written)
        };
        let about = |(_, m): &(usize, &Move)| gate.is_about(std::iter::once(&m.address));
        let last = self.plan.moves.iter().enumerate().filter(about).filter_map(since).max();
        last.map_or(Duration::ZERO, |since| self.means.clock.now().duration_since(since).unsigned_abs())
    }

    /// Notes that gates which only rungs are asked are not, where somebody said that all traffic is shifted at once.
    fn passed_by(&mut self) {
        let climbs = self.plan.moves.iter().any(|m| m.rollout.is_some());
        if self.means.waivers.ladders != Ladders::AtOnce || climbs {
            return;
        }
        for gate in self.plan.gates.iter().filter(|g| g.at == GateAt::Rungs) {
            let (decision, said) = (Decision::Skipped, AT_ONCE.to_string());
            let gate = gate.name.clone();
            self.journal.note(Note::Gate { gate, index: None, rung: None, decision, said });
        }
    }

    /// Returns the images that the plan writes and that `gate` is about; `None`, where there are none.
    fn images(&self, gate: &Gate) -> Option<Vec<String>> {
        let inspector = self.means.driver.inspector();
        let lives = self.seen.iter().flat_map(|seen| seen.lives.values());
        let about = lives.filter(|l| gate.is_about(std::iter::once(&l.found.address)));
        let all: BTreeSet<String> =
            about.flat_map(|l| inspector.images(&l.found.address, &l.document)).collect();
        (!all.is_empty()).then(|| all.into_iter().collect())
    }
}
