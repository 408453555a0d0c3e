//! Watching: the pauses between two looks at what goes on by itself, what is told of it, and when to let go of it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::driver::Services;
use crate::core::driver::Sending;
use crate::core::event::Event;
use crate::core::following::{Followed, PATIENCE};
use crate::core::inventory::Found;
use crate::core::moves::Move;
use crate::core::{Clock, Error, ErrorKind};

/// The pauses between the first looks.
const FIRST: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(3)];
/// The pause between two looks from then on.
pub const LATER: Duration = Duration::from_secs(5);

/// Somebody who watches one deployment.
pub struct Watch<'a> {
    /// Who asks.
    pub services: &'a Services,
    /// What has started it.
    pub m: &'a Move,
    /// The service.
    pub of: &'a Found,
    /// How it is watched.
    pub with: &'a Sending<'a>,
    patience: Duration,
    since: Timestamp,
    looks: usize,
    line: String,
}

impl<'a> Watch<'a> {
    /// Returns somebody who has not looked yet.
    pub fn new(services: &'a Services, m: &'a Move, of: &'a Found, with: &'a Sending<'a>) -> Watch<'a> {
        let since = services.calls.account.clock.now();
        let patience = with.patience;
        Watch { services, m, of, with, patience, since, looks: 0, line: String::new() }
    }

    /// Lets the patience be longer by what is configured to last so long, unless somebody has made it shorter.
    pub fn allow(&mut self, configured: Duration) {
        if self.with.patience >= PATIENCE {
            self.patience = self.with.patience + configured;
        }
    }

    /// Does not count so much of the time that has passed: it was held on purpose.
    pub fn forgive(&mut self, held: Duration) {
        let held = SignedDuration::try_from(held).unwrap_or_default();
        self.since = self.since.checked_add(held).unwrap_or(self.since);
    }

    /// Returns the clock.
    pub fn clock(&self) -> &Clock {
        &self.services.calls.account.clock
    }

    /// Tells how far it is, unless that was the last thing told.
    pub fn tell(&mut self, line: String) {
        if line != self.line {
            self.with.events.emit(Event::Going { address: self.m.address.clone(), what: line.clone() });
            self.line = line;
        }
    }

    /// Begins the patience anew: going back has a time of its own, whatever the way there has used up.
    pub fn anew(&mut self) {
        (self.since, self.looks) = (self.clock().now(), 0);
    }

    /// Waits for the next look; `what` names what is watched. Fails, with what to say of that, when it is time to let go.
    pub async fn pause(&mut self, what: &str) -> Result<(), Followed> {
        if let Some(why) = self.with.lease.stop() {
            return Err(self.goes_on(what, &format!("{why}; the deployment itself goes on")));
        }
        let spent = Duration::try_from(self.clock().now().duration_since(self.since)).unwrap_or_default();
        let patience = self.clock().scale(self.patience);
        if spent >= patience {
            let minutes = self.patience.as_secs_f64() / 60.0;
            let why = match self.patience.is_zero() {
                true => "nobody waits for it".to_string(),
                false => format!("it was watched for {minutes:.0} minutes"),
            };
            return Err(self.goes_on(what, &why));
        }
        let pause = FIRST.get(self.looks).copied().unwrap_or(LATER);
        self.looks += 1;
        tokio::time::sleep(self.clock().scale(pause).min(patience - spent)).await;
        Ok(())
    }

    /// Returns the verdict that it goes on, and `why` it is not watched any more.
    pub fn goes_on(&self, what: &str, why: &str) -> Followed {
        let state = if self.line.is_empty() { "started" } else { &self.line };
        let message = format!("{what} of {} goes on ({state}): {why}", self.m.address);
        Followed::GoesOn(Error::new(ErrorKind::InProgress, message).hint(
            "`snapdeploy history watch RUN` shows how it goes on, `snapdeploy deploy --resume RUN` judges it",
        ))
    }

    /// Returns the verdict where it cannot be seen how it goes on.
    pub fn unseen(&self, what: &str, error: Error) -> Followed {
        match self.goes_on(what, "it cannot be looked at") {
            Followed::GoesOn(e) => Followed::GoesOn(e.because(error)),
            other => other,
        }
    }
}
