//! Sessions: base credentials, and a role assumed for each environment. Refuses to go on in another account.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SystemTimeSource;

use super::error::classify;
use crate::core::environment::Environment;
use crate::core::lease::SETTLE;
use crate::core::{Clock, Error, ErrorKind, Result};

/// How often a read is tried. Reads may be repeated; calls that change something never are.
const READ_ATTEMPTS: u32 = 8;

/// Opens sessions. One per process.
pub struct Sessions {
    base: SdkConfig,
    clock: Clock,
}

/// An environment's clients. STS has answered with the configured account.
#[derive(Clone)]
pub struct Account {
    /// The twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// Connect, for reads: repeated when throttled or failing.
    pub connect: aws_sdk_connect::Client,
    /// Connect, for changes: one attempt, since no call of it has a token.
    pub connect_once: aws_sdk_connect::Client,
    /// Lex, for names of bots and aliases.
    pub lex: aws_sdk_lexmodelsv2::Client,
}

impl Sessions {
    /// Loads the base credentials and settings, as every AWS tool finds them. `region` and `endpoint` are used where
    /// nothing else says them.
    pub async fn load(clock: &Clock, region: Option<String>, endpoint: Option<String>) -> Sessions {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(reads(clock))
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(SETTLE).build());
        if let Some(region) = region {
            loader = loader.region(Region::new(region));
        }
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        Sessions { base: loader.load().await, clock: clock.clone() }
    }

    /// Returns sessions with credentials and settings that the caller has.
    pub fn with(clock: &Clock, base: &SdkConfig) -> Sessions {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(SETTLE).build();
        let base = base
            .to_builder()
            .time_source(SystemTimeSource::new())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(reads(clock))
            .timeout_config(timeouts)
            .build();
        Sessions { base, clock: clock.clone() }
    }

    /// Returns the ARN of the base identity. `Denied` where there are no credentials, or none that STS takes.
    pub async fn identity(&self) -> Result<String> {
        Ok(caller(&self.base).await?.1)
    }

    /// Returns the clients for `environment`. `Denied` unless STS answers with the configured account.
    pub async fn account(&self, environment: &Environment) -> Result<Account> {
        let name = &environment.name;
        let mut builder = self.base.to_builder().region(Region::new(environment.region.clone()));
        if let Some(endpoint) = &environment.endpoint {
            builder = builder.endpoint_url(endpoint);
        }
        let base = builder.build();
        let config = match &environment.role_arn {
            None => base,
            Some(role) => {
                let mut role = AssumeRoleProvider::builder(role).configure(&base).session_name("snapdeploy");
                if let Some(id) = &environment.external_id {
                    role = role.external_id(id);
                }
                let provider = match base.credentials_provider() {
                    Some(credentials) => role.build_from_provider(credentials).await,
                    None => role.build().await,
                };
                base.to_builder()
                    .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
                        provider,
                    ))
                    .build()
            }
        };
        let (account, arn) = caller(&config).await.map_err(|e| {
            let e = e.context(format!("cannot work in {name}"));
            match &environment.role_arn {
                Some(role) => e.hint(format!(
                    "see that {role} exists, trusts you, and gets the external_id it asks for"
                )),
                None => e,
            }
        })?;
        if account != environment.account {
            return Err(Error::new(
                ErrorKind::Denied,
                format!("{name} is configured as account {}, but {arn} is in {account}", environment.account),
            )
            .hint(format!("correct account or role_arn of [environments.{name}] in snapdeploy.toml")));
        }
        let once = config.to_builder().retry_config(RetryConfig::disabled()).build();
        Ok(Account {
            account,
            region: environment.region.clone(),
            connect: aws_sdk_connect::Client::new(&config),
            connect_once: aws_sdk_connect::Client::new(&once),
            lex: aws_sdk_lexmodelsv2::Client::new(&config),
        })
    }

    /// Returns a client for the objects of the store, with the base credentials.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.base)
            .force_path_style(self.base.endpoint_url().is_some())
            .retry_config(reads(&self.clock))
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// Returns a client for the ledger, with the base credentials.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.base)
    }
}

fn reads(clock: &Clock) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(READ_ATTEMPTS)
        .with_initial_backoff(clock.scale(Duration::from_secs(1)))
        .with_max_backoff(clock.scale(Duration::from_secs(20)))
}

/// Returns the account and the ARN of whoever `config` makes calls as.
async fn caller(config: &SdkConfig) -> Result<(String, String)> {
    let answer = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let answer = answer.map_err(|e| {
        let error = classify("GetCallerIdentity", e).error;
        match error.kind {
            ErrorKind::Denied => error.hint("log in: aws sso login, or set AWS_PROFILE"),
            _ => error,
        }
    })?;
    match (answer.account, answer.arn) {
        (Some(account), Some(arn)) => Ok((account, arn)),
        _ => Err(Error::new(ErrorKind::Denied, "STS does not say who we are")),
    }
}
