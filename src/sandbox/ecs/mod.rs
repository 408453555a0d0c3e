//! ECS: clusters, task definitions, services and their deployments, tasks (botocore `ecs/2014-11-13/service-2.json`).

mod ask;
mod breaker;
mod cluster;
mod configuration;
mod deployment;
mod deployment_calls;
mod deregister;
mod family;
mod held;
mod hook;
mod launch;
mod life;
mod logging;
mod native;
mod plan;
mod register;
mod revision;
mod rolling;
mod rules;
mod schedule;
mod secret;
mod seed;
mod service;
mod service_calls;
mod service_create;
mod service_delete;
mod service_deployment;
mod service_list;
mod service_show;
mod service_update;
mod settle;
mod state;
mod switch;
mod tag_calls;
mod tags;
mod task;
mod task_calls;
mod task_definition;
mod task_run;
mod task_set;
mod traffic;

pub(crate) use ask::dispatch;
pub(crate) use held::Held;
pub(crate) use register::add as register;
pub(crate) use seed::{cluster as seed_cluster, service as seed_service};
pub(crate) use service::Controller;
pub(crate) use service_create::New;
pub(crate) use settle::settle;
pub(super) use switch::SWITCHES;
pub(crate) use task_set::{
    At, NewTaskSet, SetStatus, create_task_set, delete_task_set, set_primary, task_sets,
};

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !operation.starts_with("Describe") && !operation.starts_with("List")
}
