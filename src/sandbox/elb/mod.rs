//! Elastic Load Balancing v2: load balancers, listeners, rules with weights, target groups and the health of targets
//! (botocore `elbv2/2015-12-01/service-2.json`).

mod action;
mod ask;
mod attribute;
mod balancer;
mod form;
mod group;
mod health;
mod held;
mod listener;
mod page;
mod rule;
mod seed;
mod tags;
mod target;
mod xml;

pub(crate) use ask::{attend, dispatch, hint, mutates, operation};
pub(crate) use health::Health;
pub(crate) use held::Held;
pub use seed::BalancerSeed;
