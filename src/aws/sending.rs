//! Sending: every call at the pace that the quota allows, reads again where that may help, mutating calls once.

use std::future::Future;

use jiff::Timestamp;

use super::error::{Failure, Fate};
use super::guard::Guard;
use super::pace::Patience;
use super::session::Account;
use crate::core::{Error, ErrorKind};

/// Whether the credentials were had anew for a call.
#[derive(Default)]
pub(super) enum Renewed {
    /// They were not.
    #[default]
    NotYet,
    /// They were: had they expired again, more of them would not help.
    Once,
}

impl Account {
    /// Sends what `send` sends, a read that spends from the quota of `call`, until there is an answer or a refusal, or
    /// patience ends.
    pub async fn read<T, F>(&self, call: &str, send: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut patience = Patience::new(&self.clock);
        let mut renewed = Renewed::default();
        loop {
            self.pace.take(call).await;
            let failure = match send().await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if self.renews(&mut renewed, &failure).await {
                continue;
            }
            let throttled = failure.fate == Fate::Later;
            if throttled {
                self.pace.throttled(call);
            }
            let passes =
                throttled || (failure.fate == Fate::Unknown && failure.error.kind == ErrorKind::Unavailable);
            if !passes || !patience.wait(throttled).await {
                return Err(failure);
            }
        }
    }

    /// Sends what `send` sends with clients that carry the guard that it is given, a call that changes something: once,
    /// and before `until`; `Later` where it is too late.
    pub async fn write<T, F>(
        &self,
        call: &str,
        until: Timestamp,
        send: impl FnOnce(Guard) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        self.pace.take(call).await;
        let guard = Guard::new(until, &self.clock);
        let answer = send(guard.clone()).await;
        if guard.has_stopped_it() {
            let error = Error::new(ErrorKind::Unavailable, format!("{call} was not sent: it is too late"));
            return Err(Failure { error, fate: Fate::Later });
        }
        if answer.as_ref().is_err_and(|failure| failure.fate == Fate::Later) {
            self.pace.throttled(call);
        }
        match answer {
            // It was not let in, so it had no effect.
            Err(Failure { error, .. }) if self.has_renewed(&error).await => {
                let error = Error { kind: ErrorKind::Unavailable, ..error };
                Err(Failure { error, fate: Fate::Later })
            }
            answer => answer,
        }
    }

    /// Whether the credentials were those of a session that is over, and the next call has new ones: once for a call.
    pub(super) async fn renews(&self, renewed: &mut Renewed, failure: &Failure) -> bool {
        match renewed {
            Renewed::NotYet if self.has_renewed(&failure.error).await => {
                *renewed = Renewed::Once;
                true
            }
            _ => false,
        }
    }

    async fn has_renewed(&self, error: &Error) -> bool {
        match &self.renewing {
            Some(renewing) => renewing.renews(error).await,
            None => false,
        }
    }

    /// Returns a client for Connect that sends nothing that `guard` stops.
    pub fn connect_under(&self, guard: &Guard) -> aws_sdk_connect::Client {
        let config = self.connect_once.config().to_builder().interceptor(guard.clone()).build();
        aws_sdk_connect::Client::from_conf(config)
    }

    /// Returns a client for Lambda that sends nothing that `guard` stops.
    pub fn lambda_under(&self, guard: &Guard) -> aws_sdk_lambda::Client {
        let config = self.lambda.config().to_builder().interceptor(guard.clone()).build();
        aws_sdk_lambda::Client::from_conf(config)
    }

    /// Returns a client for S3 that sends nothing that `guard` stops, on no attempt.
    pub fn s3_under(&self, guard: &Guard) -> aws_sdk_s3::Client {
        let config = self.s3.config().to_builder().interceptor(guard.clone()).build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// Returns a client for Lex that sends nothing that `guard` stops.
    pub fn lex_under(&self, guard: &Guard) -> aws_sdk_lexmodelsv2::Client {
        let config = self.lex.config().to_builder().interceptor(guard.clone()).build();
        aws_sdk_lexmodelsv2::Client::from_conf(config)
    }
}
