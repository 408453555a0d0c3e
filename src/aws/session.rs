//! Sessions: base credentials, and a role assumed for each environment. Refuses to go on in another account.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SystemTimeSource;
use tokio::sync::OnceCell;

use super::assuming::Assuming;
use super::endpoints;
use super::error::classify;
use super::identity_guard::{BucketOwner, IdentityGuard};
use super::noted::Noted;
use super::pace::{Pace, Share};
use super::renewing::Renewing;
use super::rpc::Rpc;
use crate::core::environment::{Access, Environment};
use crate::core::lease::SETTLE;
use crate::core::{Clock, Error, ErrorKind, Result, redact};

/// How often the SDK tries a call to STS or to the store.
const READ_ATTEMPTS: u32 = 8;

/// Opens sessions. One per process.
pub struct Sessions {
    base: SdkConfig,
    clock: Clock,
    /// Whether calls to this machine are paced too, as calls to AWS are.
    paced_here: bool,
    share: Share,
    /// By account and region: environments that share a quota share the pace.
    paces: Mutex<BTreeMap<(String, String), Pace>>,
    /// Who the base credentials are of, once STS has said it.
    identity: OnceCell<String>,
}

/// An environment's clients. STS has answered with the configured account.
#[derive(Clone)]
pub struct Account {
    /// The twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// Connect: one attempt a call, since no call that changes something has a token. Who reads repeats.
    pub connect_once: aws_sdk_connect::Client,
    /// Lex, for names of bots and aliases: one attempt a call too.
    pub lex: aws_sdk_lexmodelsv2::Client,
    /// Lambda, for names of functions: likewise.
    pub lambda: aws_sdk_lambda::Client,
    /// S3, for files that a service takes from there.
    pub s3: aws_sdk_s3::Client,
    /// Services without a client of their own.
    pub rpc: Rpc,
    /// What each call takes a token of before it is sent.
    pub pace: Pace,
    /// The clock by which reads are repeated.
    pub clock: Clock,
    /// What sees to it that calls go to the account, and to nothing else.
    pub(super) identity: IdentityGuard,
    /// The credentials of the role, which can be had anew; nothing where there is no role.
    pub(super) renewing: Option<Renewing>,
}

impl Sessions {
    /// Loads the base credentials and settings, as every AWS tool finds them. `region` and `endpoint` are used where
    /// nothing else says them.
    pub async fn load(clock: &Clock, region: Option<String>, endpoint: Option<String>) -> Sessions {
        Sessions::load_profile(clock, None, region, endpoint).await
    }

    /// Loads as [`Sessions::load`] does, from the profile of this name if one is given.
    pub async fn load_profile(
        clock: &Clock,
        profile: Option<&str>,
        region: Option<String>,
        endpoint: Option<String>,
    ) -> Sessions {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(reads(clock))
            .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(SETTLE).build());
        if let Some(profile) = profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = region {
            loader = loader.region(Region::new(region));
        }
        if let Some(endpoint) = endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let sessions = Sessions::around(loader.load().await, clock);
        match std::env::var("SNAPDEPLOY_PACE") {
            Ok(value) if value == "on" => sessions.paced(),
            _ => sessions,
        }
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
        Sessions::around(base, clock)
    }

    fn around(base: SdkConfig, clock: &Clock) -> Sessions {
        let noted = base.credentials_provider().map(Noted::around);
        Sessions {
            base: match noted {
                Some(noted) => base.to_builder().credentials_provider(noted).build(),
                None => base,
            },
            clock: clock.clone(),
            paced_here: false,
            share: Share::default(),
            paces: Mutex::default(),
            identity: OnceCell::new(),
        }
    }

    /// Returns sessions that pace calls to this machine too; a simulation has no quotas unless it is told to.
    pub fn paced(self) -> Sessions {
        Sessions { paced_here: true, ..self }
    }

    /// Returns sessions that use this share of the quotas.
    pub fn sharing(self, share: Share) -> Sessions {
        Sessions { share, ..self }
    }

    /// Returns the pace for calls to `account` in `region` at `endpoint`, which is AWS's own if it is `None`.
    fn pace(&self, account: &str, region: &str, endpoint: Option<&str>) -> Pace {
        if endpoint.is_some_and(is_here) && !self.paced_here {
            return Pace::off();
        }
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.entry((account.into(), region.into())).or_insert_with(|| Pace::new(self.share)).clone()
    }

    /// Returns the ARN of the base identity. `Denied` where there are no credentials, or none that STS takes.
    pub async fn identity(&self) -> Result<String> {
        self.identity.get_or_try_init(async || Ok(caller(&self.base).await?.1)).await.cloned()
    }

    /// Returns the account and the ARN of the base identity. `Denied` as for [`Sessions::identity`].
    pub async fn caller(&self) -> Result<(String, String)> {
        caller(&self.base).await
    }

    /// Returns the services that the settings of AWS's own tools send elsewhere one by one, each with where.
    pub fn sent_elsewhere(&self) -> Vec<(&'static str, String)> {
        endpoints::all(&self.base)
    }

    /// Returns the region of the base settings, if anything says it.
    pub fn region(&self) -> Option<String> {
        self.base.region().map(ToString::to_string)
    }

    /// Returns the clients for `environment`, in its role for `access`. `Denied` unless STS answers with the configured
    /// account.
    pub async fn account(&self, environment: &Environment, access: Access) -> Result<Account> {
        let name = &environment.name;
        let mut builder = self.base.to_builder().region(Region::new(environment.region.clone()));
        if let Some(endpoint) = &environment.endpoint {
            builder = builder.endpoint_url(endpoint);
        }
        let base = builder.build();
        let role = environment.role(access);
        let (config, renewing) = match role {
            None => (base, None),
            Some(role) => {
                if let Some(id) = &environment.external_id {
                    // AWS keeps it as no secret (IAM guide, "Access to AWS accounts owned by third parties"), but who
                    // reads why a role was refused needs not read it.
                    redact::confide(id);
                }
                let identity = match self.identity().await {
                    Ok(identity) => Some(identity),
                    // A session that does not say who is at work is not what was asked for.
                    Err(e) if environment.values.session.source_identity => {
                        return Err(e.context(format!(
                            "{name} is worked in with a source identity, and who we are cannot be told"
                        )));
                    }
                    // Who is not known to STS is not told to it either.
                    Err(_) => None,
                };
                let provider = Assuming::new(&base, role, environment, access, identity.as_deref());
                let renewing = Renewing::around(Noted::around(provider), self.clock.clone());
                let config = base
                    .to_builder()
                    .credentials_provider(SharedCredentialsProvider::new(renewing.clone()))
                    // They are kept there, and for all clients: the role is assumed once.
                    .identity_cache(IdentityCache::no_cache());
                (config.build(), Some(renewing))
            }
        };
        let (account, arn) = caller(&config).await.map_err(|e| {
            let e = e.context(format!("cannot work in {name}"));
            match role {
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
            .hint(format!("correct the account or the role of [environments.{name}] in snapdeploy.toml")));
        }
        let once = config.to_builder().retry_config(RetryConfig::disabled()).build();
        let elsewhere = endpoints::all(&once).into_iter().map(|(_, url)| url);
        let elsewhere = once.endpoint_url().map(String::from).into_iter().chain(elsewhere);
        let identity = IdentityGuard::new(&account, &environment.region, elsewhere);
        let connect = aws_sdk_connect::config::Builder::from(&once).interceptor(identity.clone());
        let mut lex = aws_sdk_lexmodelsv2::config::Builder::from(&once).interceptor(identity.clone());
        // The SDK looks for `lex-models-v2` in a profile; AWS's guide, and its other tools, call it `lex_models_v2`.
        if let Some(url) = endpoints::of_service(&once, "LEX_MODELS_V2") {
            lex.set_endpoint_url(Some(url));
        }
        let lambda = aws_sdk_lambda::config::Builder::from(&once).interceptor(identity.clone());
        let s3 = s3_config(&config).interceptor(identity.clone()).interceptor(BucketOwner(account.clone()));
        Ok(Account {
            pace: self.pace(&account, &environment.region, once.endpoint_url()),
            account,
            region: environment.region.clone(),
            connect_once: aws_sdk_connect::Client::from_conf(connect.build()),
            lex: aws_sdk_lexmodelsv2::Client::from_conf(lex.build()),
            lambda: aws_sdk_lambda::Client::from_conf(lambda.build()),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            rpc: Rpc::new(&once, Some(identity.clone())),
            clock: self.clock.clone(),
            identity,
            renewing,
        })
    }

    /// Returns a client for the objects of the store, with the base credentials.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = self.base.to_builder().retry_config(reads(&self.clock)).build();
        aws_sdk_s3::Client::from_conf(s3_config(&config).build())
    }

    /// Returns what calls services without a client of their own with the base credentials, in `region` or in that of the
    /// base settings.
    pub fn rpc(&self, region: Option<&str>) -> Rpc {
        let builder = self.base.to_builder().retry_config(RetryConfig::disabled());
        let config = match region {
            Some(region) => builder.region(Region::new(region.to_string())).build(),
            None => builder.build(),
        };
        Rpc::new(&config, None)
    }

    /// Returns a client for the ledger, with the base credentials.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.base)
    }
}

impl Account {
    /// Says which Connect instance the environment's is: from now on no call goes to another one.
    pub fn settle(&self, instance: &str) {
        self.identity.settle(instance);
    }
}

/// Returns the settings of a client for S3; a simulation has no host for each bucket.
fn s3_config(config: &SdkConfig) -> aws_sdk_s3::config::Builder {
    let path_style = config.endpoint_url().is_some();
    aws_sdk_s3::config::Builder::from(config).force_path_style(path_style)
}

/// Returns whether `endpoint` is on this machine.
fn is_here(endpoint: &str) -> bool {
    let rest = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[').and_then(|a| a.split_once(']')) {
        Some((host, _)) => host,
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
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
