//! What a call has started: the service deployment, which is made a moment after the answer.

use std::time::Duration;

use serde_json::Value;

use super::calls::Calls;
use super::fetch::Seen;
use super::rolling;
use crate::core::inventory::Found;
use crate::core::{ErrorKind, Result};

/// How often, a second apart, a deployment is looked for that the answer does not name yet.
const LOOKS: u32 = 5;
/// How many deployments are looked through for it.
const SEARCHED: usize = 20;

/// Returns the ARN of the service deployment that `service`, an answer, tells of, once there is one: it is made a moment
/// after the call is answered. `None` where there is none, or where nobody may look and its id tells as much.
///
/// Somebody else's may have begun since: it is the first after the call, and of the task definition that the answer has.
pub async fn started(calls: &Calls, found: &Found, service: &Value, seen: &Seen) -> Result<Option<String>> {
    let now = Seen::of(service);
    if now.deployment.is_some() && now.deployment != seen.deployment {
        return Ok(now.deployment);
    }
    let mut all = service["deployments"].as_array().into_iter().flatten();
    let primary = all.find(|d| d["status"] == "PRIMARY");
    let Some(began) = primary.and_then(|d| d["createdAt"].as_f64()) else { return Ok(None) };
    // AWS tells milliseconds, and the two are not made at once.
    let since = began - 1.0;
    for look in 0..LOOKS {
        if look > 0 {
            calls.account.clock.sleep(Duration::from_secs(1)).await;
        }
        let mut fresh = match calls.deployments_in_short(&found.id, SEARCHED).await {
            Ok(fresh) => fresh,
            Err(e) if e.kind == ErrorKind::Denied && rolling::judges(service) => return Ok(None),
            Err(e) => return Err(e),
        };
        fresh.retain(|one| {
            one["createdAt"].as_f64().is_some_and(|at| at >= since)
                && one["serviceDeploymentArn"].as_str() != seen.deployment.as_deref()
        });
        for one in fresh.iter().rev() {
            if fresh.len() == 1 || is_of(calls, one, &service["taskDefinition"]).await? {
                return Ok(one["serviceDeploymentArn"].as_str().map(String::from));
            }
        }
    }
    Ok(None)
}

/// Returns whether a service deployment, in short, is of this task definition.
async fn is_of(calls: &Calls, deployment: &Value, definition: &Value) -> Result<bool> {
    let revision = deployment["targetServiceRevisionArn"].as_str().map(String::from);
    let revisions = calls.service_revisions(revision.as_slice()).await?;
    Ok(revisions.first().is_some_and(|revision| revision["taskDefinition"] == *definition))
}
