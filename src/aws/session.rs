//! Sessions: one HTTP client, base credentials, and a role assumed for each environment.

use crate::core::environment::Environment;
use crate::core::{Clock, Error, Result};

/// Opens sessions. One per process.
pub struct Sessions {
    #[allow(dead_code)]
    clock: Clock,
}

/// An environment's clients, with the identity checked.
pub struct Account {}

impl Sessions {
    /// Loads the base credentials and settings, as every AWS tool finds them. `region` and `endpoint` are used for the
    /// store and for STS where nothing else says them.
    pub async fn load(clock: &Clock, region: Option<String>, endpoint: Option<String>) -> Sessions {
        let _ = (region, endpoint);
        Sessions { clock: clock.clone() }
    }

    /// Returns the ARN of the base identity, or why there is none.
    pub async fn identity(&self) -> Result<String> {
        Err(Error::bug("not there yet"))
    }

    /// Returns the clients for `environment`. `Denied` unless STS answers with the configured account.
    pub async fn account(&self, environment: &Environment) -> Result<Account> {
        let _ = environment;
        Err(Error::bug("not there yet"))
    }

    /// Returns clients for the store, with the base credentials.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        todo!()
    }

    /// Returns clients for the ledger, with the base credentials.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        todo!()
    }
}
