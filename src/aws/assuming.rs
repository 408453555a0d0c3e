//! Assuming a role: in a session that says who is at work, and that stays in one account.

use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Provided;
use aws_credential_types::provider::{ProvideCredentials, Result};
use aws_sdk_sts::types::Tag;

use crate::core::environment::{Access, Environment};

/// How long the name of a session is at most. Source: AssumeRole, STS API reference: 2 to 64 of `[\w+=,.@-]`; a source
/// identity likewise, a tag's value 256 of more.
const LONGEST: usize = 64;

/// A provider of the credentials of a role. Clones share what it has learnt.
#[derive(Clone, Debug)]
pub(super) struct Assuming {
    client: aws_sdk_sts::Client,
    role: String,
    external_id: Option<String>,
    session: String,
    source: Option<String>,
    tags: Vec<(&'static str, String)>,
    /// The account that STS named first.
    account: Arc<OnceLock<String>>,
}

impl Assuming {
    /// Returns what assumes `role` of `environment`, to be used for `access`, with the credentials of `base`. `identity` is
    /// the ARN of whoever they are of, where that is known.
    pub(super) fn new(
        base: &SdkConfig,
        role: &str,
        environment: &Environment,
        access: Access,
        identity: Option<&str>,
    ) -> Assuming {
        let who = identity.map(name);
        let verb = match access {
            Access::Read => "read",
            Access::Write => "write",
        };
        let session = match &who {
            Some(who) => format!("snapdeploy-{verb}-{who}"),
            None => format!("snapdeploy-{verb}"),
        };
        let mut tags = Vec::new();
        let says = &environment.values.session;
        if let Some(project) = &says.tags {
            tags = vec![
                ("Project", project.clone()),
                ("Environment", environment.name.clone()),
                ("Access", verb.to_string()),
            ];
        }
        Assuming {
            client: aws_sdk_sts::Client::new(base),
            role: role.to_string(),
            external_id: environment.external_id.clone(),
            session: fitting(&session),
            source: who.filter(|_| says.source_identity).map(|who| fitting(&who)),
            tags,
            account: Arc::default(),
        }
    }

    async fn assume(&self) -> Result {
        let failed = |e: aws_sdk_sts::error::BoxError| CredentialsError::provider_error(e);
        let mut asked = self.client.assume_role().role_arn(&self.role).role_session_name(&self.session);
        for (key, value) in &self.tags {
            asked = asked.tags(Tag::builder().key(*key).value(value).build().map_err(|e| failed(e.into()))?);
        }
        let answer = asked
            .set_external_id(self.external_id.clone())
            .set_source_identity(self.source.clone())
            .send()
            .await
            .map_err(|e| failed(e.into()))?;
        let arn = answer.assumed_role_user.map(|user| user.arn).unwrap_or_default();
        let Some(given) = answer.credentials else {
            return Err(CredentialsError::invalid_configuration("STS gave no credentials"));
        };
        let account = arn.split(':').nth(4).unwrap_or_default().to_string();
        let first = self.account.get_or_init(|| account.clone());
        if *first != account {
            let message = format!("{} was in the account {first}, and now STS names {account}", self.role);
            return Err(CredentialsError::invalid_configuration(message));
        }
        let end = SystemTime::try_from(given.expiration).map_err(|e| failed(e.into()))?;
        let (key, secret, token) = (given.access_key_id, given.secret_access_key, given.session_token);
        Ok(Credentials::new(key, secret, Some(token), Some(end), "AssumeRole"))
    }
}

impl ProvideCredentials for Assuming {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(self.assume())
    }
}

/// Returns what names somebody in the ARN of an STS caller: the name of a user or of a session.
fn name(identity: &str) -> String {
    identity.rsplit(['/', ':']).next().unwrap_or_default().to_string()
}

/// Returns `text` as STS takes it for a name.
fn fitting(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) { c } else { '-' };
    text.chars().map(plain).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_session_is_one_that_sts_takes() {
        assert_eq!(name("arn:aws:sts::1:assumed-role/AWSReservedSSO_X/ada@acme.example"), "ada@acme.example");
        assert_eq!(name("arn:aws:iam::1:user/team/grace"), "grace");
        assert_eq!(name("arn:aws:iam::1:root"), "root");
        assert_eq!(fitting("snapdeploy-write-Zoë Q"), "snapdeploy-write-Zo--Q");
        assert_eq!(fitting(&"x".repeat(99)).len(), 64);
    }
}
