//! Who holds the lease of a pin, and taking it over.

use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::id::RunId;
use super::lease::{LEASE, Owner, owner, wait_until_dead};
use super::ledger::{Claim, Held};
use super::means::Means;
use super::run::{RunKind, RunStart};

/// Fails with `Locked`, naming the holder, if a run holds the environment now. Asked early, so that nobody plans and
/// confirms in vain; taking the lease is what decides.
pub async fn not_held(means: &Means<'_>) -> Result<()> {
    match means.ledger.held(means.driver.pin()).await? {
        Some(held) => Err(locked(means, &held)),
        None => Ok(()),
    }
}

/// Returns the refusal that names who holds the lease, and what to type.
pub fn locked(means: &Means<'_>, held: &Held) -> Error {
    let s = &held.start;
    let (run, who) = (&s.run, format!("{} ({})", s.actor.identity, s.actor.host));
    let verb = if s.kind == RunKind::Deploy { "deploying" } else { "rolling back" };
    let error = |state: &str| {
        let message = format!(
            "{} is held by the run {run}: {who}, {verb} {} since {}{state}",
            s.environment,
            s.source,
            s.at.strftime("%Y-%m-%d %H:%M:%SZ")
        );
        Error::new(ErrorKind::Locked, message)
    };
    let mut ways_out = format!("snapdeploy deploy --resume {run}");
    if s.kind == RunKind::Deploy {
        ways_out.push_str(&format!(", or snapdeploy rollback {} --run {run}", s.environment));
    }
    match owner(held, &means.process, super::process::alive) {
        Owner::Parked => error("; it stopped part-way").hint(ways_out),
        Owner::Dead => error("; its process is dead").hint(ways_out),
        Owner::Unknown => {
            error("").hint(format!("wait for it: snapdeploy history show {run}; if it is dead: {ways_out}"))
        }
    }
}

/// What is done about an owner that may be alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It is left alone: the lease is taken over only if it stays silent.
    Wait,
    /// It is asked to stop at its next heartbeat.
    AskToStop,
}

/// Takes the lease of the open run `id` over, waiting first where its owner may be alive.
pub async fn take_over(means: &Means<'_>, id: &RunId, manner: Manner) -> Result<(Claim, RunStart)> {
    let pin = means.driver.pin();
    let held = means.ledger.held(pin).await?.filter(|h| h.start.run == *id);
    let Some(mut held) = held else {
        return Err(Error::new(ErrorKind::Locked, format!("the run {id} holds no lease of {pin}")));
    };
    if owner(&held, &means.process, super::process::alive) == Owner::Unknown {
        let why = format!("the owner of the run {id} may be alive: {}", held.start.actor.host);
        means.events.emit(Event::Waiting { why });
        if manner == Manner::AskToStop {
            let who = format!("{} ({})", means.actor.identity, means.actor.host);
            means.ledger.ask_to_stop(&held, &who).await?;
        }
        held = wait_until_dead(means.ledger, means.clock, &held).await?;
    }
    let start = RunStart { actor: means.actor.clone(), process: means.process.clone(), ..held.start.clone() };
    let claim = means.ledger.take_over(&held, &start, LEASE).await?;
    Ok((claim, start))
}
