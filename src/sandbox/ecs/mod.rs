//! ECS: clusters, task definitions, services and their deployments, tasks.

use serde_json::{Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

/// What of ECS is in an account.
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
    !operation.starts_with("Describe") && !operation.starts_with("List")
}

/// Carries an operation out.
pub(crate) fn dispatch(_world: &mut World, call: &Call) -> Result<Answer, Fail> {
    Err(Fail::not_implemented(&format!("ecs: {}", call.operation)))
}
