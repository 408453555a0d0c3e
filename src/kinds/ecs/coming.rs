//! The task definition that a service is to get, for what runs before it does.

use serde_json::Value;

use super::calls::Calls;
use super::driver::Services;
use super::fetch::task_definition;
use super::fields::DEFINITION;
use super::moves::{REGISTER, REVISION};
use super::names;
use super::send::Sender;
use crate::core::Result;
use crate::core::driver::Sending;
use crate::core::hook::Coming;

/// Returns the ARN of the revision that the calls of `coming` give their service, if they give it one: what has to be
/// registered for that is registered.
pub async fn revision(
    services: &Services,
    coming: &[Coming<'_>],
    with: &Sending<'_>,
) -> Result<Option<String>> {
    let gives = |c: &&Coming<'_>| {
        c.m.call != REGISTER && [DEFINITION, REVISION].iter().any(|name| c.args.get(*name).is_some())
    };
    let Some(Coming { m, of, args }) = coming.iter().find(gives) else { return Ok(None) };
    let physical = services.values.names.physical(&m.address);
    let found = of.clone().unwrap_or_else(|| names::service(&services.pin, &physical));
    let sender = Sender { services, with };
    let args = sender.revised(m, &found, args.clone()).await.map_err(|failure| failure.error)?;
    Ok(args[REVISION].as_str().map(String::from))
}

/// Returns the task definition that `service` has.
pub fn current(service: &Value) -> Option<&str> {
    task_definition(service)
}

impl Services {
    /// Returns what asks ECS.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }
}
