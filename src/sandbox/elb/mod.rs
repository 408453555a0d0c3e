//! Elastic Load Balancing v2: load balancers, listeners, rules with weights, target groups and the health of targets.

use serde_json::{Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

/// What of load balancing is in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {}

/// How a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// Its first checks are under way.
    Initial,
    /// It answers.
    Healthy,
    /// It does not.
    Unhealthy,
    /// It is leaving.
    Draining,
}

impl Held {
    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        json!({})
    }

    /// Registers the target `id` (an address or an instance) with a target group; `answers` says whether its health checks
    /// will succeed. It is healthy after some time on the clock.
    pub(crate) fn register(&mut self, _group_arn: &str, _id: &str, _port: u64, _answers: bool, _now: f64) {}

    /// Takes a target out; it drains for a while.
    pub(crate) fn deregister(&mut self, _group_arn: &str, _id: &str, _now: f64) {}

    /// How a target is; `None` where it is not registered.
    pub(crate) fn health(&self, _group_arn: &str, _id: &str, _now: f64) -> Option<Health> {
        None
    }

    /// The target groups that a listener (its default action) or a rule forwards to, with their weights; `None` where there
    /// is none with this ARN.
    pub(crate) fn weights(&self, _listener_or_rule_arn: &str) -> Option<Vec<(String, u32)>> {
        None
    }

    /// Sets them.
    pub(crate) fn shift(&mut self, _listener_or_rule_arn: &str, _weights: &[(String, u32)]) -> bool {
        false
    }
}

/// The operation that a call means: `Action` of its body.
pub(crate) fn operation(_call: &Call) -> String {
    String::new()
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !operation.starts_with("Describe")
}

/// Carries an operation out.
pub(crate) fn dispatch(_world: &mut World, call: &Call) -> Result<Answer, Fail> {
    Err(Fail::not_implemented(&format!("elasticloadbalancing: {}", call.operation)))
}
