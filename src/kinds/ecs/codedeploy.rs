//! Deployments that CodeDeploy makes: how one is started.

use serde_json::Value;

use super::driver::Services;
use crate::core::Error;
use crate::core::driver::{Reply, Sending};
use crate::core::inventory::Found;
use crate::core::moves::Move;

/// The call that begins a deployment.
pub const START: &str = "CreateDeployment";

/// Starts the deployment that makes the service `of` what `args` say: `taskDefinition` is the ARN of a revision, and what
/// differs besides of `loadBalancers`, `networkConfiguration`, `platformVersion` and `capacityProviderStrategy` is as
/// UpdateService would have it.
pub async fn start(_: &Services, m: &Move, of: &Found, _: Value, _: &Sending<'_>) -> Reply {
    Reply::Refused(Error::bug(format!("{}: {} cannot be deployed by CodeDeploy yet", m.address, of.id)))
}
