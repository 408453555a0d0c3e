//! A lease being held: heartbeats while the work goes on, and no call once it is in doubt.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::clock::Clock;
use super::driver::Leash;
use super::error::{Error, ErrorKind, Result};
use super::ledger::{Beat, Claim, Held, Ledger};
use super::run::Process;
use super::sabotage::{Ingredient, lacks};

/// How long an owner may be silent before it counts as dead.
pub const LEASE: Duration = Duration::from_secs(60);
/// How often an owner says that it is alive.
const BEAT_EVERY: Duration = Duration::from_secs(15);
/// An owner that has not been heard for this long sends nothing more, well before others may take over.
pub const DOUBT_AFTER: Duration = Duration::from_secs(40);
/// No machine can be held to less than this between two steps; it matters only where a clock is scaled.
const MOMENT: Duration = Duration::from_secs(2);
/// How often somebody who waits for an owner looks.
pub const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How many heartbeats of an owner that was asked to stop are waited for: the call in flight has to end first.
const PATIENT_BEATS: u32 = 6;
/// The longest that one call can take, from being sent to having its last effect: the time limit of an attempt.
pub const SETTLE: Duration = Duration::from_secs(30);

/// Somebody's wish that the work stop between two moves. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Mutex<Option<String>>>);

impl Stop {
    /// Returns a wish that nobody has yet.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// Wishes it; the first reason stays.
    pub fn ask(&self, why: impl Into<String>) {
        let mut guard = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        guard.get_or_insert(why.into());
    }

    /// Returns why, if somebody wishes it.
    pub fn asked(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// A lease that this process holds.
pub struct Lease<'a> {
    ledger: &'a dyn Ledger,
    clock: &'a Clock,
    /// The claim.
    pub claim: Claim,
    stop: Stop,
    heard: Arc<Mutex<Timestamp>>,
    lost: Arc<AtomicBool>,
    /// Whether a heartbeat is on its way.
    beating: Cell<bool>,
}

impl<'a> Lease<'a> {
    /// Returns the lease that `claim` has just been given for.
    pub fn new(ledger: &'a dyn Ledger, clock: &'a Clock, claim: Claim, stop: Stop) -> Lease<'a> {
        Lease {
            ledger,
            clock,
            claim,
            stop,
            heard: Arc::new(Mutex::new(clock.now())),
            lost: Arc::default(),
            beating: Cell::new(false),
        }
    }

    /// Does `work` with heartbeats beside it.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            out = work => out,
            never = self.beat_on() => match never {},
        }
    }

    /// Parks the run. No heartbeat follows, nor is one on its way: it would say that the owner goes on.
    pub async fn park(&self) -> Result<()> {
        const MOMENT: Duration = Duration::from_millis(5);
        self.lost.store(true, Ordering::SeqCst);
        // One that was dropped on its way never comes back, so this is not waited for for long.
        for _ in 0..200 {
            if !self.beating.get() {
                break;
            }
            tokio::time::sleep(MOMENT).await;
        }
        self.ledger.park(&self.claim).await
    }

    async fn beat_on(&self) -> std::convert::Infallible {
        loop {
            self.clock.sleep(BEAT_EVERY).await;
            if self.is_lost() {
                std::future::pending::<()>().await;
            }
            // A failed heartbeat is not the end: `sure` decides by when the last one was heard.
            self.beating.set(true);
            let _ = self.beat().await;
            self.beating.set(false);
        }
    }

    async fn beat(&self) -> Result<()> {
        let sent = self.clock.now();
        match self.ledger.beat(&self.claim).await {
            Ok(Beat::Go) => {}
            Ok(Beat::StopAsked(who)) => self.stop.ask(format!("{who} asked it to stop")),
            Err(e) => {
                if e.kind == ErrorKind::Fenced {
                    self.lost.store(true, Ordering::SeqCst);
                }
                return Err(e);
            }
        }
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        *heard = sent.max(*heard);
        Ok(())
    }

    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    fn heard(&self) -> Timestamp {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how long calls may be sent under it.
    pub fn leash(&self) -> impl Leash + use<> {
        View {
            heard: self.heard.clone(),
            clock: self.clock.clone(),
            stop: self.stop.clone(),
            lost: self.lost.clone(),
        }
    }

    /// Fails with `Fenced` unless the lease is certainly still held. Asked right before every mutating call.
    pub async fn sure(&self) -> Result<()> {
        let fenced =
            || Error::new(ErrorKind::Fenced, "another run has taken the lease over; nothing more is sent");
        if lacks(Ingredient::Lease) {
            return Ok(());
        }
        if self.is_lost() {
            return Err(fenced());
        }
        let silent = self.clock.now().duration_since(self.heard());
        // Half of it is for what is to be sent.
        let doubt = self.clock.scale(DOUBT_AFTER) / 2;
        if silent >= jiff::SignedDuration::try_from(doubt).unwrap_or(jiff::SignedDuration::MAX) {
            self.beat().await?;
        }
        if self.is_lost() { Err(fenced()) } else { Ok(()) }
    }
}

/// A lease as those see it who make calls under it.
struct View {
    heard: Arc<Mutex<Timestamp>>,
    clock: Clock,
    stop: Stop,
    lost: Arc<AtomicBool>,
}

impl Leash for View {
    fn until(&self) -> Timestamp {
        let doubt = jiff::SignedDuration::try_from(self.clock.scale(DOUBT_AFTER).max(MOMENT));
        let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        doubt.ok().and_then(|doubt| heard.checked_add(doubt).ok()).unwrap_or(heard)
    }

    fn stop(&self) -> Option<String> {
        let lost = || self.lost.load(Ordering::SeqCst).then(|| "another run has taken the lease over".into());
        self.stop.asked().or_else(lost)
    }
}

/// Whether the owner of a lease is alive, as far as can be told from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// It stopped on purpose.
    Parked,
    /// It ran on this machine, and its process is gone.
    Dead,
    /// It may be alive.
    Unknown,
}

/// Returns what can be told at once about the owner of `held`; `me` is this process and `alive` says whether a process
/// of this boot and this pid namespace is still the one that it was. Of any other, nothing can be told.
pub fn owner(held: &Held, me: &Process, alive: impl Fn(&Process) -> bool) -> Owner {
    let it = &held.start.process;
    let same = |its: &str, mine: &str| !mine.is_empty() && its == mine;
    if held.parked {
        Owner::Parked
    } else if same(&it.boot, &me.boot) && same(&it.space, &me.space) && !alive(it) {
        Owner::Dead
    } else {
        Owner::Unknown
    }
}

/// Waits until the owner of `held` has been silent for `silence`, or has stopped on purpose; returns the lease as it is
/// then. Fails with `Locked` if it goes on all the same.
pub async fn wait_until_silent(
    ledger: &dyn Ledger,
    clock: &Clock,
    held: &Held,
    silence: Duration,
) -> Result<Held> {
    if lacks(Ingredient::Takeover) {
        return Ok(held.clone());
    }
    let mut silent = Duration::ZERO;
    // On a scaled clock it may still send for a moment.
    let moment = MOMENT.checked_sub(clock.scale(silence)).filter(|moment| !moment.is_zero());
    let mut rest = moment;
    // An owner that was asked to stop beats once more before it does.
    let (mut last, mut beats) = (held.clone(), 0);
    loop {
        clock.sleep(LOOK_EVERY).await;
        silent += LOOK_EVERY;
        match ledger.held(&held.pin).await? {
            Some(now) if now.start.run != held.start.run || now.epoch != held.epoch => {
                return Err(Error::new(ErrorKind::Locked, format!("the run {} has it now", now.start.run)));
            }
            Some(now) if now.parked => return Ok(now),
            Some(now) if now.beat == last.beat && silent >= silence => {
                if let Some(rest) = rest.take() {
                    tokio::time::sleep(rest).await;
                    continue;
                }
                return Ok(now);
            }
            Some(now) if now.beat == last.beat => {}
            Some(now) if beats < PATIENT_BEATS && now.stop_asked_by.is_some() => {
                (last, beats, silent, rest) = (now, beats + 1, Duration::ZERO, moment);
            }
            Some(now) => {
                return Err(Error::new(ErrorKind::Locked, format!("the run {} is alive", now.start.run)));
            }
            None => {
                let message = format!("the run {} has just ended", held.start.run);
                return Err(Error::new(ErrorKind::Locked, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(process: &str) -> Held {
        let start = format!(
            r#"{{"run": "{}", "kind": "deploy", "environment": "prod", "pin": "111111111111.us-east-1.i",
                "actor": {{"identity": "local", "host": "ada@h", "ci": null}}, "process": {process},
                "at": "2026-01-01T00:00:00Z", "reason": null, "plan": "{}", "source": "dev@latest",
                "source_digest": "x", "undoes": null, "tool": "0.1.0"}}"#,
            crate::core::RunId::new(Timestamp::UNIX_EPOCH),
            crate::core::digest::Digest::of(b"plan"),
        );
        let start: crate::core::run::RunStart = serde_json::from_str(&start).expect("a start");
        let pin = start.pin.clone();
        Held { pin, start, epoch: 1, beat: "x".into(), lease: LEASE, parked: false, stop_asked_by: None }
    }

    #[test]
    fn only_a_process_of_this_boot_and_these_pids_can_be_told_dead() {
        let me = Process { boot: "b".into(), pid: 7, started: 1, space: "h pid:[1]".into() };
        let nowhere = Process { space: String::new(), ..me.clone() };
        let gone = |_: &Process| false;
        for (process, as_seen) in [
            (r#"{"boot": "b", "pid": 7, "started": 9, "space": "h pid:[1]"}"#, Owner::Dead),
            (r#"{"boot": "c", "pid": 7, "started": 9, "space": "h pid:[1]"}"#, Owner::Unknown),
            (r#"{"boot": "b", "pid": 7, "started": 9, "space": "h pid:[2]"}"#, Owner::Unknown),
            (r#"{"boot": "b", "pid": 7, "started": 9, "space": "i pid:[1]"}"#, Owner::Unknown),
            // As it was written before there were spaces.
            (r#"{"boot": "b", "pid": 7, "started": 9}"#, Owner::Unknown),
        ] {
            let held = held(process);
            assert_eq!(owner(&held, &me, gone), as_seen, "{process}");
            assert_eq!(owner(&held, &nowhere, gone), Owner::Unknown, "{process}");
            assert_eq!(owner(&held, &me, |_| true), Owner::Unknown, "{process}");
        }
    }

    #[test]
    fn what_this_process_runs_ends_once_the_lease_may_be_anothers() {
        let clock = Clock::system();
        let at = |seconds: i64| Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(seconds);
        let (heard, stop, lost) = (Arc::new(Mutex::new(at(0))), Stop::new(), Arc::default());
        let view = View { heard: heard.clone(), clock, stop, lost };
        assert_eq!(view.ends(at(39)), None);
        let why = view.ends(at(40)).unwrap_or_default();
        assert!(why.contains("could not be renewed"), "{why}");
        *heard.lock().unwrap() = at(30);
        assert_eq!(view.ends(at(40)), None);
        view.stop.ask("interrupted");
        assert_eq!(view.ends(at(0)).as_deref(), Some("interrupted"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_knows_where_it_is() {
        let me = crate::core::process::this();
        assert!(me.space.contains(" pid:[") && crate::core::process::alive(&me), "{me:?}");
    }
}
