//! CodeDeploy: applications, deployment groups and blue/green deployments of ECS services.

use serde_json::{Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

/// What of CodeDeploy is in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {}

impl Held {
    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        json!({})
    }
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !["Get", "List", "BatchGet"].iter().any(|head| operation.starts_with(head))
}

/// Carries an operation out.
pub(crate) fn dispatch(_world: &mut World, call: &Call) -> Result<Answer, Fail> {
    Err(Fail::not_implemented(&format!("codedeploy: {}", call.operation)))
}
