//! ECS: clusters, task definitions, services and their deployments, tasks (botocore `ecs/2014-11-13/service-2.json`).

mod breaker;
mod cluster;
mod deployment;
mod held;
mod hook;
mod launch;
mod life;
mod logging;
mod native;
mod plan;
mod revision;
mod rolling;
mod rules;
mod schedule;
mod secret;
mod service;
mod service_deployment;
mod settle;
mod tags;
mod task;
mod task_definition;
mod task_set;
mod traffic;

use serde_json::{Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

pub(crate) use held::Held;
pub(crate) use settle::settle;
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

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !operation.starts_with("Describe") && !operation.starts_with("List")
}

/// Carries an operation out.
pub(crate) fn dispatch(_world: &mut World, call: &Call) -> Result<Answer, Fail> {
    Err(Fail::not_implemented(&format!("ecs: {}", call.operation)))
}
