//! The calls to Connect, by name: sent at the pace that the quota allows, reads again where that may help.

use std::future::Future;

use serde_json::Value;

use jiff::Timestamp;

use crate::aws::{Account, Failure, Fate, Guard};
use crate::core::{Error, Result};

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
        let send = async |guard: Guard| {
            let client = self.account.connect_under(&guard);
            self.write_now(&client, call, subject, args).await
        };
        self.account.write(operation(call), until, send).await
    }

    /// Sends a read as [`Account::read`] does.
    pub async fn read<T, F>(&self, call: &str, send: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        self.account.read(operation(call), send).await
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

/// Returns the operation of a call: what stands behind a colon says what it is about.
fn operation(call: &str) -> &str {
    call.split(':').next().unwrap_or(call)
}

/// Returns what comes of a call that no table may name.
pub(super) fn unknown(call: &str) -> Failure {
    Failure { error: Error::bug(format!("there is no call {call}")), fate: Fate::Refused }
}
