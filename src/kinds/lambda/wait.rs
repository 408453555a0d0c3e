//! Waiting: updates of functions, versions and mappings take their time.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::calls::Calls;
use super::fetch::is_settled;
use crate::core::driver::{Reply, Sending};
use crate::core::redact::redact_foreign;
use crate::core::{Address, Error, ErrorKind, Result};

/// How long an update may take: those of functions in a VPC and with snapshots take minutes.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// The first pause between two looks, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// Somebody who waits for one function.
pub struct Patience<'a> {
    calls: &'a Calls,
    with: &'a Sending<'a>,
    pause: Duration,
    since: Timestamp,
}

impl<'a> Patience<'a> {
    /// Returns somebody who has not waited yet.
    pub fn new(calls: &'a Calls, with: &'a Sending<'a>) -> Patience<'a> {
        Patience { calls, with, pause: PAUSES.0, since: calls.account.clock.now() }
    }

    /// Waits a little. Fails where the work is to stop, where the lease is over, or after a quarter of an hour; `what`
    /// says what is waited for.
    pub async fn pause(&mut self, what: &str) -> Result<()> {
        let clock = &self.calls.account.clock;
        if let Some(why) = self.with.lease.stop() {
            return Err(Error::new(ErrorKind::Interrupted, why));
        }
        let now = clock.now();
        if now >= self.with.lease.until() {
            let message = format!("the time to wait for {what} is over");
            return Err(Error::new(ErrorKind::Unavailable, message));
        }
        if now.duration_since(self.since).unsigned_abs() >= clock.scale(LONGEST) {
            let message = format!("{what} has not ended after {} minutes", LONGEST.as_secs() / 60);
            return Err(Error::new(ErrorKind::Unavailable, message));
        }
        clock.sleep(self.pause).await;
        self.pause = (self.pause * 2).min(PAUSES.1);
        Ok(())
    }

    /// Waits until nothing of the function `name`, or of the version `qualifier` of it, is under way. Returns its
    /// configuration then, whether all went well or not.
    pub async fn settled(&mut self, name: &str, qualifier: Option<&str>) -> Result<Value> {
        loop {
            let now = self.calls.configuration(name, qualifier).await?;
            if is_settled(&now) {
                return Ok(now);
            }
            self.pause(&format!("the update of {name}")).await?;
        }
    }
}

/// Returns why the function that `configuration` is of is not as it should be: an update that failed, or a state other
/// than active. `Inactive` is idle, and wakes with the next call.
///
/// Source: "Lambda function states", AWS Lambda Developer Guide.
pub fn trouble(configuration: &Value) -> Option<String> {
    let said = |status: &str, reason: &str| {
        let word = configuration[status].as_str().unwrap_or_default();
        let code = configuration[format!("{reason}Code")].as_str().unwrap_or_default();
        // It may quote what the function was given.
        let text = redact_foreign(configuration[reason].as_str().unwrap_or("no reason is given"));
        let code = if code.is_empty() { String::new() } else { format!("{code}: ") };
        format!("{status} is {word}: {code}{text}")
    };
    if configuration["LastUpdateStatus"] == "Failed" {
        return Some(said("LastUpdateStatus", "LastUpdateStatusReason"));
    }
    (configuration["State"] == "Failed").then(|| said("State", "StateReason"))
}

/// Returns what comes of waiting that failed: the next attempt looks first.
pub fn gave_up(address: &Address, error: Error) -> Reply {
    let error = error.context(format!("cannot write {address}"));
    match error.kind {
        ErrorKind::Unavailable => Reply::Later(error),
        _ => Reply::Refused(error),
    }
}
