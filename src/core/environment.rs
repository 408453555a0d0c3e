//! An environment: a named place, as the configuration describes it.

use super::means::Values;
use super::runs::OnFailure;

/// What `[environments.NAME]` says.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// The twelve digits of the account that it has to be in.
    pub account: String,
    /// The region.
    pub region: String,
    /// The role to assume; `None` to use the base credentials as they are.
    pub role_arn: Option<String>,
    /// The role to assume where nothing is to be changed; `None` to use `role_arn` for that too.
    pub read_role_arn: Option<String>,
    /// The external id that the roles ask for.
    pub external_id: Option<String>,
    /// The Connect instance: its id, its ARN or its alias; `None` where there is none, and only services are looked after.
    pub instance: Option<String>,
    /// Where AWS is, instead of AWS's own endpoints.
    pub endpoint: Option<String>,
    /// Whether a change asks for the phrase `project/NAME`.
    pub protected: bool,
    /// What a failed deploy does.
    pub on_failure: OnFailure,
    /// What becomes of secrets that are taken there.
    pub secrets: Secrets,
    /// What the environment calls its own.
    pub values: Values,
}

/// What becomes of secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// Only their fingerprints are kept: they can be told apart, and not put back.
    #[default]
    Referenced,
    /// They are kept in envelopes that the KMS key of this ARN, id or alias opens.
    Encrypted {
        /// The key.
        kms_key: String,
    },
}

/// What is to be done in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To look at it.
    Read,
    /// To change it, perhaps.
    Write,
}

impl Environment {
    /// Returns the role to assume for `access`; `None` to use the base credentials as they are.
    pub fn role(&self, access: Access) -> Option<&str> {
        let reading = self.read_role_arn.as_deref().filter(|_| access == Access::Read);
        reading.or(self.role_arn.as_deref())
    }
}
