//! Attending a driver while it follows: the rungs that it reaches are noted, held and decided upon.

use std::pin::pin;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::driver::Leash;
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::following::Followed;
use super::gate::{Asked, Decision, GateAt};
use super::gates::{AT_ONCE, Asking, Outcome, Turn, failed, paused};
use super::make::Making;
use super::means::Ladders;
use super::moves::Move;
use super::rollout::Rung;
use super::run::Note;
use super::rung::{Held, Rungs, Stand};

/// How often a rung without a gate looks whether somebody wishes the work to stop.
const GLANCE: Duration = Duration::from_secs(5);

/// The driver's end: it works on another thread's terms, and what attends it does not.
struct Line(mpsc::UnboundedSender<(Stand, Timestamp, oneshot::Sender<Held>)>);

#[async_trait]
impl Rungs for Line {
    async fn hold(&self, stand: Stand) -> Held {
        self.hold_until(stand, Timestamp::MAX).await
    }

    async fn hold_until(&self, stand: Stand, by: Timestamp) -> Held {
        let (answer, answered) = oneshot::channel();
        let gone = || Held::Paused(Error::bug("nobody attends the ladder"));
        match self.0.send((stand, by, answer)) {
            Ok(()) => answered.await.unwrap_or_else(|_| gone()),
            Err(_) => gone(),
        }
    }
}

impl Making<'_, '_> {
    /// Has the driver follow what a call for `m` has started, and holds it on the rungs that it reaches.
    pub(super) async fn attend(&self, index: usize, m: &Move, ticket: &str, leash: &dyn Leash) -> Followed {
        let of = self.found(&m.address);
        let (reaches, mut reached) = mpsc::unbounded_channel();
        let line = Line(reaches);
        let with = self.sending(leash, &line);
        let mut work = pin!(self.means.driver.follow(m, of.as_ref(), ticket, &with));
        let mut holding = FuturesUnordered::new();
        loop {
            tokio::select! {
                biased;
                followed = &mut work => return followed,
                Some((stand, by, answer)) = reached.recv() => {
                    holding.push(async move {
                        // Who does not wait for the answer any more has found an end of its own.
                        let _ = answer.send(self.held(index, m, stand, by).await);
                    });
                }
                Some(()) = holding.next(), if !holding.is_empty() => {}
            }
        }
    }

    async fn held(&self, index: usize, m: &Move, stand: Stand, by: Timestamp) -> Held {
        match self.hold(index, m, stand, by).await {
            Ok(held) => held,
            // What cannot be recorded is not gone on with.
            Err(e) => Held::Paused(e),
        }
    }

    /// Notes the rung, waits there and asks the gates.
    async fn hold(&self, index: usize, m: &Move, stand: Stand, by: Timestamp) -> Result<Held> {
        let Some(rung) = m.rollout.as_ref().and_then(|r| r.rungs().get(stand.rung)).copied() else {
            return Err(Error::bug(format!("{} has no rung {}", m.address, stand.rung)));
        };
        let known = self.progress.borrow().reached.get(&index).and_then(|r| r.get(&stand.rung)).copied();
        let since = match known {
            Some(since) => since,
            None => {
                let now = self.means.clock.now();
                self.progress.borrow_mut().reached(index, stand.rung, now);
                let note = Note::Rung { index, rung: stand.rung, share: rung.share.to_string() };
                self.journal.lock().await.record(note).await?;
                now
            }
        };
        let asked = Asked {
            address: Some(m.address.clone()),
            alias: stand.alias,
            version: stand.version,
            share: Some(rung.share),
            since: None,
            run: Some(self.lease.claim.run.to_string()),
            images: stand.images,
        };
        let mut asking = Asking::new(self.means, &self.plan.gates, GateAt::Rungs, asked);
        if self.means.waivers.ladders == Ladders::AtOnce {
            for gate in asking.names() {
                let (decision, said) = (Decision::Skipped, AT_ONCE.to_string());
                let rung = Some(stand.rung);
                self.journal.lock().await.note(Note::Gate { gate, index: Some(index), rung, decision, said });
            }
            return Ok(Held::GoOn);
        }
        let mut told = String::new();
        loop {
            let past = self.means.clock.now().duration_since(since).unsigned_abs();
            let until_by = Duration::try_from(by.duration_since(self.means.clock.now())).unwrap_or_default();
            let left = self.means.clock.scale(rung.hold).saturating_sub(past).min(until_by);
            let what = held_for(rung, left.as_secs_f64() / self.means.clock.scale(rung.hold).as_secs_f64());
            if what != told {
                told.clone_from(&what);
                self.means.events.emit(Event::Going { address: m.address.clone(), what });
            }
            let turn = if left.is_zero() { Turn::Last } else { Turn::Meanwhile };
            let (outcome, answers) = asking.ask(past, turn).await;
            for (gate, answer) in answers {
                let what = format!("gate {gate} {}: {}", answer.decision, answer.said);
                self.means.events.emit(Event::Going { address: m.address.clone(), what });
                let (decision, said) = (answer.decision, answer.said);
                let rung = Some(stand.rung);
                self.journal.lock().await.note(Note::Gate { gate, index: Some(index), rung, decision, said });
            }
            self.journal.lock().await.flush().await?;
            if let Outcome::Failed(why) = &outcome {
                return Ok(Held::Failed(failed(&m.address, rung.share, why)));
            }
            // Nobody climbs on who is asked to stop, also where nothing is held.
            if let Some(why) = self.means.stop.asked() {
                return Ok(Held::Paused(Error::new(ErrorKind::Interrupted, why)));
            }
            if self.failed.get() {
                let why = "something else in this run has failed";
                return Ok(Held::Paused(Error::new(ErrorKind::Interrupted, why)));
            }
            match outcome {
                Outcome::Passed if left.is_zero() => return Ok(Held::GoOn),
                Outcome::Undecided(gate, why) if left.is_zero() => {
                    let run = self.lease.claim.run.to_string();
                    return Ok(Held::Paused(paused(Some((&m.address, rung.share)), (&gate, &why), &run)));
                }
                _ => {}
            }
            let pause = self.means.clock.scale(asking.pause().min(GLANCE));
            tokio::time::sleep(pause.min(left.max(Duration::from_millis(1)))).await;
        }
    }
}

/// Returns `10% of the traffic, 4 min left`, of a rung of whose time this fraction is left.
fn held_for(rung: Rung, left: f64) -> String {
    let minutes = rung.hold.as_secs_f64() * left / 60.0;
    match minutes {
        m if m > 1.0 => format!("{} of the traffic, {} min left", rung.share, m.ceil()),
        m if m > 0.0 => format!("{} of the traffic, less than a minute left", rung.share),
        // Also where it is not held at all.
        _ => format!("{} of the traffic", rung.share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_rung_is_told_in_minutes() {
        let rung: super::super::rollout::Rollout = "10% 5m, 100%".parse().unwrap();
        let told = |left: f64| held_for(rung.rungs()[0], left);
        assert_eq!(told(1.0), "10% of the traffic, 5 min left");
        assert_eq!(told(0.5), "10% of the traffic, 3 min left");
        assert_eq!(told(0.1), "10% of the traffic, less than a minute left");
        assert_eq!(told(0.0), "10% of the traffic");
        assert_eq!(held_for(rung.rungs()[1], f64::NAN), "100% of the traffic");
    }
}
