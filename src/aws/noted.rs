//! Credentials that are noted as secrets as soon as they are there, so that nothing prints them.

use aws_credential_types::Credentials;
use aws_credential_types::provider::future::ProvideCredentials as Provided;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use crate::core::redact;

/// What is shorter is no credential of AWS.
const LEAST: usize = 16;

/// A provider whose credentials are noted.
#[derive(Debug)]
pub(super) struct Noted(SharedCredentialsProvider);

impl Noted {
    /// Returns `provider` with what it provides noted.
    pub(super) fn around(provider: impl ProvideCredentials + 'static) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(Noted(SharedCredentialsProvider::new(provider)))
    }
}

impl ProvideCredentials for Noted {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(async {
            let credentials = self.0.provide_credentials().await?;
            // AWS's own are 40 characters and more; what is shorter is a stand-in for a simulation, and may be any word.
            let all = [Some(credentials.secret_access_key()), credentials.session_token()];
            all.into_iter().flatten().filter(|text| text.len() >= LEAST).for_each(redact::register);
            Ok(credentials)
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt()
    }
}
