//! The calls to Connect, by name: sent at the pace that the quota allows, reads again where that may help.

use std::future::Future;

use serde_json::Value;

use jiff::Timestamp;

use crate::aws::{Account, Failure, Fate, Guard, Patience};
use crate::core::{Error, ErrorKind, Result};

/// Makes calls to one instance.
pub struct Calls {
    /// The clients.
    pub account: Account,
    /// The instance's id.
    pub instance: String,
}

/// What a mutating call is about.
pub struct Subject<'a> {
    /// The id of the resource, empty where it is being made.
    pub id: &'a str,
    /// Its ARN, likewise.
    pub arn: &'a str,
}

impl Calls {
    /// Sends a mutating call, once, and before `until`.
    pub async fn write(
        &self,
        call: &str,
        subject: &Subject<'_>,
        args: &Value,
        until: Timestamp,
    ) -> Result<Value, Failure> {
        self.account.pace.take(call).await;
        let guard = Guard::new(until, &self.account.clock);
        let client = self.account.guarded(&guard);
        let answer = self.write_now(&client, call, subject, args).await;
        if guard.has_stopped_it() {
            let error = Error::new(ErrorKind::Unavailable, format!("{call} was not sent: it is too late"));
            return Err(Failure { error, fate: Fate::Later });
        }
        if answer.as_ref().is_err_and(|failure| failure.fate == Fate::Later) {
            self.account.pace.throttled(call);
        }
        answer
    }

    /// Sends what `send` sends, a read that spends from the quota of `call`, until there is an answer or a refusal, or
    /// patience ends.
    pub async fn read<T, F>(&self, call: &str, send: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut patience = Patience::new(&self.account.clock);
        loop {
            self.account.pace.take(call).await;
            let failure = match send().await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let throttled = failure.fate == Fate::Later;
            if throttled {
                self.account.pace.throttled(call);
            }
            let passes =
                throttled || (failure.fate == Fate::Unknown && failure.error.kind == ErrorKind::Unavailable);
            if !passes || !patience.wait(throttled).await {
                return Err(failure);
            }
        }
    }

    /// Reads one resource.
    pub async fn describe(&self, call: &str, id: &str) -> Result<Value> {
        Ok(self.read(call, || self.describe_now(call, id)).await?)
    }

    /// Returns all pages of a listing or a search, the items at `member` of each. `of` is the resource that is asked
    /// about; empty for the whole instance.
    pub async fn list(&self, call: &str, member: &str, of: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = self.read(call, || self.page_now(call, of, token.clone())).await?;
            items.extend(page[member].as_array().into_iter().flatten().cloned());
            let next = page["NextToken"].as_str().filter(|t| !t.is_empty()).map(String::from);
            if next.is_none() {
                return Ok(items);
            }
            if next == token {
                return Err(Error::failed(format!("{call}: the next page is the same page again")));
            }
            token = next;
        }
    }
}

/// Returns what comes of a call that no table may name.
pub(super) fn unknown(call: &str) -> Failure {
    Failure { error: Error::bug(format!("there is no call {call}")), fate: Fate::Refused }
}
