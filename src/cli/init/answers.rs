//! What a configuration is written from.

use crate::core::environment::Environment;
use crate::core::means::Values;
use crate::core::runs::OnFailure;

/// All that the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answers {
    /// The project's name.
    pub(super) project: String,
    /// Where things are kept.
    pub(super) store: String,
    /// The region of a shared store.
    pub(super) store_region: Option<String>,
    /// The environments, in the order in which they are written.
    pub(super) places: Vec<Place>,
}

/// What the file says of one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) account: String,
    pub(super) region: String,
    pub(super) role_arn: Option<String>,
    pub(super) read_role_arn: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) instance: String,
    pub(super) protection: Protection,
}

/// Whether a change asks for the phrase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Protection {
    #[default]
    Open,
    Protected,
}

impl Place {
    /// Returns it as an environment at `endpoint`, to look around there.
    pub(super) fn environment(&self, endpoint: Option<String>) -> Environment {
        Environment {
            name: self.name.clone(),
            account: self.account.clone(),
            region: self.region.clone(),
            role_arn: self.role_arn.clone(),
            read_role_arn: self.read_role_arn.clone(),
            external_id: self.external_id.clone(),
            instance: Some(self.instance.clone()),
            endpoint,
            protected: self.protection == Protection::Protected,
            on_failure: OnFailure::Rollback,
            secrets: Default::default(),
            values: Values::default(),
        }
    }
}
