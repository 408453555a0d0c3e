//! Credentials of a role that are kept until they expire, or until AWS says that they have.
//!
//! A deployment is followed for longer than a session of a role lasts, which is an hour unless somebody asks for another
//! time ("AssumeRole" of the STS API reference). The SDK renews by the clock of this machine; whoever has another one, or
//! has slept, is told by the service first.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::future::ProvideCredentials as Provided;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use tokio::sync::Mutex;

use crate::core::error::EXPIRED;
use crate::core::{Clock, Error};

/// What expires sooner than this is not used any more: a call takes a while.
const SOON: Duration = Duration::from_secs(60);

/// A provider that keeps what it was given. Clones share it.
#[derive(Clone, Debug)]
pub struct Renewing {
    from: SharedCredentialsProvider,
    clock: Clock,
    kept: Arc<Mutex<Option<Credentials>>>,
}

impl Renewing {
    /// Returns `provider` with what it provides kept.
    pub(super) fn around(provider: SharedCredentialsProvider, clock: Clock) -> Renewing {
        Renewing { from: provider, clock, kept: Arc::default() }
    }

    /// Forgets what is kept if `error` says that it has expired, so that the next call has new credentials; returns
    /// whether it does.
    pub(super) async fn renews(&self, error: &Error) -> bool {
        let over = error.code.as_deref().is_some_and(|code| EXPIRED.contains(&code));
        if over {
            *self.kept.lock().await = None;
        }
        over
    }

    async fn provide(&self) -> aws_credential_types::provider::Result {
        let mut kept = self.kept.lock().await;
        let soon = SystemTime::from(self.clock.now()) + SOON;
        let lasts = |c: &Credentials| c.expiry().is_none_or(|end| end > soon);
        if let Some(credentials) = kept.as_ref().filter(|c| lasts(c)) {
            return Ok(credentials.clone());
        }
        let credentials = self.from.provide_credentials().await?;
        *kept = Some(credentials.clone());
        Ok(credentials)
    }
}

impl ProvideCredentials for Renewing {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(self.provide())
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.from.fallback_on_interrupt()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::core::ErrorKind;

    /// Gives credentials that last so many seconds, each with a number.
    #[derive(Clone, Debug)]
    struct Numbered(Arc<AtomicU64>, u64);

    impl ProvideCredentials for Numbered {
        fn provide_credentials<'a>(&'a self) -> Provided<'a>
        where
            Self: 'a,
        {
            let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            let end = SystemTime::from(Clock::system().now()) + Duration::from_secs(self.1);
            Provided::ready(Ok(Credentials::new(number.to_string(), "x", None, Some(end), "test")))
        }
    }

    async fn key(of: &Renewing) -> String {
        of.provide_credentials().await.unwrap().access_key_id().to_string()
    }

    fn refused(code: &str) -> Error {
        Error::new(ErrorKind::Denied, "refused").code(code)
    }

    #[tokio::test]
    async fn they_are_kept_until_they_expire_or_are_said_to_have() {
        let lasting =
            Renewing::around(SharedCredentialsProvider::new(Numbered(Arc::default(), 3600)), Clock::system());
        assert_eq!((key(&lasting).await, key(&lasting).await), ("1".into(), "1".into()));
        assert!(!lasting.renews(&refused("AccessDenied")).await);
        assert_eq!(key(&lasting).await, "1");
        assert!(lasting.renews(&refused("ExpiredTokenException")).await);
        assert_eq!((key(&lasting).await, key(&lasting).await), ("2".into(), "2".into()));
        let short =
            Renewing::around(SharedCredentialsProvider::new(Numbered(Arc::default(), 30)), Clock::system());
        assert_eq!((key(&short).await, key(&short).await), ("1".into(), "2".into()), "they end too soon");
    }
}
