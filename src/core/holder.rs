//! Who holds the lease of a pin, and taking it over.

use std::time::Duration;

use jiff::Timestamp;

use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::id::RunId;
use super::lease::{DOUBT_AFTER, LEASE, LOOK_EVERY, Owner, SETTLE, owner, wait_until_silent};
use super::ledger::{BeginError, Claim, Held};
use super::means::Means;
use super::run::{RunKind, RunStart};

/// How a lease came to be free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freed {
    /// It was free at once.
    AtOnce,
    /// Somebody held it, and let go of it: the environment may have changed.
    ByWaiting,
}

/// Waits until no run holds the environment, for `patience` at most. Asked early, so that nobody plans and confirms in
/// vain; taking the lease is what decides.
///
/// Fails with `Locked`, naming the holder, if that holds it for longer, or is one that will not let go by itself
/// because it stopped part-way or is dead; with `Interrupted` if somebody wishes it to stop.
pub async fn not_held(means: &Means<'_>, patience: Duration) -> Result<Freed> {
    let pin = means.driver.pin();
    let until = later(means, patience);
    let mut told: Option<RunId> = None;
    while let Some(held) = means.ledger.held(pin).await? {
        let now = means.clock.now();
        if now >= until || owner(&held, &means.process, super::process::alive) != Owner::Unknown {
            return Err(locked(means, &held));
        }
        if told.as_ref() != Some(&held.start.run) {
            let why = format!("{}; for {} at most", holding(&held), words(patience));
            means.events.emit(Event::Waiting { why });
            told = Some(held.start.run);
        }
        pause(means, LOOK_EVERY).await?;
    }
    Ok(if told.is_some() { Freed::ByWaiting } else { Freed::AtOnce })
}

/// Takes the free lease for the run that `start` makes; if somebody has been faster, once more after waiting for
/// `patience` at most: `start` is asked again then, and may refuse. The plan decides by what is there whether it still
/// holds.
pub async fn claim(
    means: &Means<'_>,
    patience: Duration,
    start: impl AsyncFn() -> Result<RunStart>,
) -> Result<(Claim, RunStart)> {
    let mut waited = patience.is_zero();
    loop {
        // A new one each time: its id and its time are those of the moment when it begins.
        let start = start().await?;
        match means.ledger.begin(&start, LEASE).await {
            Ok(claim) => return Ok((claim, start)),
            Err(BeginError::Held(held)) if waited => return Err(locked(means, &held)),
            Err(BeginError::Held(_)) => {
                not_held(means, patience).await?;
                waited = true;
            }
            Err(BeginError::Other(e)) => return Err(e),
        }
    }
}

fn later(means: &Means<'_>, patience: Duration) -> Timestamp {
    means.clock.now().checked_add(means.clock.scale(patience)).unwrap_or(Timestamp::MAX)
}

/// Waits a while, unless somebody wishes the work to stop.
async fn pause(means: &Means<'_>, time: Duration) -> Result<()> {
    const SLICE: Duration = Duration::from_millis(250);
    let mut left = time;
    while !left.is_zero() {
        if let Some(why) = means.stop.asked() {
            return Err(Error::new(
                ErrorKind::Interrupted,
                format!("{why} while waiting; nothing was changed"),
            ));
        }
        let slice = left.min(SLICE);
        means.clock.sleep(slice).await;
        left -= slice;
    }
    Ok(())
}

/// Returns a duration as people write it: `10m`, `1h 30m`.
fn words(time: Duration) -> String {
    jiff::SignedDuration::try_from(time).map_or_else(|_| "ever".into(), |time| format!("{time:#}"))
}

/// Returns who holds the lease, doing what, since when.
fn holding(held: &Held) -> String {
    let s = &held.start;
    let verb = if s.kind == RunKind::Deploy { "deploying" } else { "rolling back" };
    format!(
        "{} is held by the run {}: {} ({}), {verb} {} since {}",
        s.environment,
        s.run,
        s.actor.identity,
        s.actor.host,
        s.source,
        s.at.strftime("%Y-%m-%d %H:%M:%SZ")
    )
}

/// Returns what to type to go on with the run that holds the lease, or to turn back.
pub fn ways_out(held: &Held) -> String {
    let RunStart { run, environment, kind, .. } = &held.start;
    match kind {
        RunKind::Deploy => {
            format!("snapdeploy deploy --resume {run}, or snapdeploy rollback {environment} --run {run}")
        }
        RunKind::Rollback => format!(
            "snapdeploy deploy --resume {run} (--skip ADDRESS leaves one out), or snapdeploy rollback {environment} --to \
             SNAPSHOT --take-over puts back another state in its place"
        ),
    }
}

/// Returns the refusal that names who holds the lease, and what to type.
pub fn locked(means: &Means<'_>, held: &Held) -> Error {
    let error = |state: &str| Error::new(ErrorKind::Locked, format!("{}{state}", holding(held)));
    let ways_out = ways_out(held);
    match owner(held, &means.process, super::process::alive) {
        Owner::Parked => error("; it stopped part-way").hint(ways_out),
        Owner::Dead => error("; its process is dead").hint(ways_out),
        Owner::Unknown => error("").hint(format!("--wait-lock 10m waits for it; if it is dead: {ways_out}")),
    }
}

/// What is done about an owner that may be alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It is left alone: the lease is taken over only if it stays silent.
    Wait,
    /// It is asked to stop at its next heartbeat.
    AskToStop,
    /// It is asked to stop too, but is given up sooner: once it has been silent for as long as it may without sending
    /// anything more ([`DOUBT_AFTER`]). The next epoch fences its journal, and with that every later call; a call that
    /// it may have sent before is waited for as after any other takeover.
    GiveUpSoon,
}

impl Manner {
    /// Returns how long an owner has to be silent.
    fn silence(self, held: &Held) -> Duration {
        match self {
            Manner::Wait | Manner::AskToStop => held.lease + SETTLE,
            Manner::GiveUpSoon => DOUBT_AFTER.min(held.lease + SETTLE),
        }
    }
}

/// Takes the lease of the open run `id` over, waiting first where its owner may be alive.
pub async fn take_over(means: &Means<'_>, id: &RunId, manner: Manner) -> Result<(Claim, RunStart)> {
    let pin = means.driver.pin();
    let held = means.ledger.held(pin).await?.filter(|h| h.start.run == *id);
    let Some(mut held) = held else {
        return Err(Error::new(ErrorKind::Locked, format!("the run {id} holds no lease of {pin}")));
    };
    if owner(&held, &means.process, super::process::alive) == Owner::Unknown {
        let silence = manner.silence(&held);
        let why = match manner {
            Manner::Wait | Manner::AskToStop => {
                format!("the owner of the run {id} may be alive: {}", held.start.actor.host)
            }
            Manner::GiveUpSoon => format!(
                "{}; it is taken over if it gives no sign of life for {}",
                holding(&held),
                words(silence)
            ),
        };
        means.events.emit(Event::Waiting { why });
        if manner != Manner::Wait {
            let who = format!("{} ({})", means.actor.identity, means.actor.host);
            means.ledger.ask_to_stop(&held, &who).await?;
        }
        held = wait_until_silent(means.ledger, means.clock, &held, silence).await?;
    }
    let start = RunStart { actor: means.actor.clone(), process: means.process.clone(), ..held.start.clone() };
    let claim = means.ledger.take_over(&held, &start, LEASE).await?;
    Ok((claim, start))
}
