//! ECS: clusters, task definitions, services and their deployments, tasks (botocore `ecs/2014-11-13/service-2.json`).

mod cluster;
mod deployment;
mod held;
mod hook;
mod revision;
mod service;
mod service_deployment;
mod tags;
mod task;
mod task_definition;
mod task_set;

use serde_json::{Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

pub(crate) use held::Held;
pub(crate) use task_set::{
    At, NewTaskSet, SetState, SetStatus, create_task_set, delete_task_set, scale_task_set, set_primary,
    task_sets,
};

impl Held {
    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        json!({})
    }
}

/// Lets happen in a region what is due by now.
pub(crate) fn settle(_world: &mut World, _account: &str, _region: &str) {}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !operation.starts_with("Describe") && !operation.starts_with("List")
}

/// Carries an operation out.
pub(crate) fn dispatch(_world: &mut World, call: &Call) -> Result<Answer, Fail> {
    Err(Fail::not_implemented(&format!("ecs: {}", call.operation)))
}
