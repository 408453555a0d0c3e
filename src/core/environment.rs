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
    /// The external id that the role asks for.
    pub external_id: Option<String>,
    /// The Connect instance: its id, its ARN or its alias.
    pub instance: String,
    /// Where AWS is, instead of AWS's own endpoints.
    pub endpoint: Option<String>,
    /// Whether a change asks for the phrase `project/NAME`.
    pub protected: bool,
    /// What a failed deploy does.
    pub on_failure: OnFailure,
    /// Values for placeholders.
    pub values: Values,
}
