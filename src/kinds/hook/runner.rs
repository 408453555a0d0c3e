//! Who runs the hooks of one environment.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{command, invoke, needs, task};
use crate::aws::Account;
use crate::core::address::Address;
use crate::core::finding::Finding;
use crate::core::hook::{Begun, Hook, HookAt, HookDeed, HookEnd, Hooks, Running, Trace};
use crate::core::means::Values;
use crate::core::{Error, Pin, Result};
use crate::kinds::ecs::Services;

/// The kind of what tasks are of.
const SERVICE: &str = "ecs/service";

/// Runs hooks with the clients of one environment.
pub struct Runner {
    pub(super) services: Services,
    pub(super) account: Account,
    values: Values,
}

impl Runner {
    /// Returns who runs hooks in the account that `pin` names.
    pub fn new(pin: Pin, account: Account, values: Values) -> Runner {
        Runner { services: Services::new(pin, account.clone(), values.clone()), account, values }
    }

    /// Returns which of `addresses` is the service that is called `service` in `cluster`.
    pub(super) fn service_of(&self, cluster: &str, service: &str, addresses: &[Address]) -> Option<Address> {
        let id = format!("{}/{service}", task::name_of(cluster));
        let is_it = |a: &&Address| a.kind() == SERVICE && self.values.names.physical(a) == id;
        addresses.iter().find(is_it).cloned()
    }

    /// Returns whether one of `new` is of this kind, and called so in AWS.
    pub(super) fn is_new(&self, kind: &str, name: &str, new: &[Address]) -> bool {
        new.iter().any(|a| a.kind() == kind && self.values.names.physical(a) == name)
    }
}

#[async_trait]
impl Hooks for Runner {
    async fn begin(&self, hook: &Hook, with: &Running<'_>) -> Result<Begun> {
        match &hook.deed {
            HookDeed::Command { line } => {
                command::run(hook, line, &self.account.clock, with).await.map(Begun::Ended)
            }
            HookDeed::Invoke { function, payload } => {
                invoke::invoke(&self.account, hook, function, payload, with).await
            }
            HookDeed::Task { .. } => task::begin(self, hook, with).await.map(Begun::Started),
        }
    }

    async fn trace(&self, hook: &Hook, since: Timestamp, with: &Running<'_>) -> Result<Trace> {
        match &hook.deed {
            HookDeed::Command { .. } => {
                Ok(Trace::Lost("the process that ran the command is gone, and its end with it".into()))
            }
            HookDeed::Invoke { function, .. } => {
                Ok(Trace::Lost(format!("the process that waited for the answer of {function} is gone")))
            }
            HookDeed::Task { .. } => task::trace(self, hook, since, with).await,
        }
    }

    fn awaits(&self, hook: &Hook, at: HookAt, changing: &[Address]) -> Option<Address> {
        match &hook.deed {
            HookDeed::Task { cluster, service: Some(service), family: None, .. }
                if at == HookAt::BeforeDeploy =>
            {
                self.service_of(cluster, service, changing)
            }
            _ => None,
        }
    }

    async fn end(&self, hook: &Hook, ticket: &str, with: &Running<'_>) -> Result<HookEnd> {
        match &hook.deed {
            HookDeed::Task { .. } => task::end(self, hook, ticket, with).await,
            _ => Err(Error::bug(format!("the hook {} goes on by itself as {ticket}", hook.name))),
        }
    }

    async fn foresee(&self, hook: &Hook, new: &[Address]) -> Vec<Finding> {
        needs::foresee(self, hook, new).await
    }
}
