//! CodeDeploy: applications, deployment groups and blue/green deployments of ECS services (botocore
//! `codedeploy/2014-10-06/service-2.json`; awsJson1.1).

mod alarm;
mod application;
mod appspec;
mod ask;
mod config;
mod control;
mod create;
mod deployment;
mod group;
mod group_check;
mod held;
mod list;
mod rollback;
mod seed;
mod settle;
mod show;
mod stage;
mod stage_wait;
mod switch;
mod target;
mod traffic;

pub(crate) use ask::{dispatch, hint, mutates};
pub(crate) use held::Held;
pub use seed::DeploymentGroupSeed;
pub(crate) use settle::settle;
pub(super) use switch::SWITCHES;
