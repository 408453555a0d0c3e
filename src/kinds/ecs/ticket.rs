//! Tickets: what a call whose answer was lost has started, if it has.

use jiff::Timestamp;
use serde_json::Value;

use super::calls::family_of;
use super::deployment_group::group_of;
use super::driver::Services;
use super::fields::{DEFINITION, DEPLOYING};
use super::in_flight::{Flight, Heading, flight, original};
use super::moves::{REVISION, UPDATE};
use super::stop::ticket_back;
use super::{appspec, codedeploy};
use crate::core::inventory::Found;
use crate::core::moves::Move;
use crate::core::{ErrorKind, Result};

/// How far the clock of this machine and AWS's may be apart.
const APART: f64 = 5.0;

/// Returns the ticket of what a call for `m`, sent at `since` or later, has started on `of`, if one has.
pub async fn ticket(
    services: &Services,
    m: &Move,
    of: Option<&Found>,
    since: Timestamp,
) -> Result<Option<String>> {
    if m.call == UPDATE && !starts(&m.args) {
        return Ok(None);
    }
    let physical = services.values.names.physical(&m.address);
    let id = of.map_or(physical.as_str(), |of| &of.id);
    let since = since.as_millisecond() as f64 / 1000.0 - APART;
    if m.call == codedeploy::START {
        return of_codedeploy(services, m, id, since).await;
    }
    let at = |v: &Value| v["createdAt"].as_f64().unwrap_or_default();
    let mut fresh = match services.calls.deployments_in_short(id, 20).await {
        Ok(fresh) => fresh,
        // What was to be created is not there: nothing was started.
        Err(e) if e.kind == ErrorKind::NotFound && of.is_none() => return Ok(None),
        Err(e) => return Err(e),
    };
    fresh.retain(|one| at(one) >= since);
    // The oldest first: a later one is somebody else's, or an answer to the first.
    fresh.reverse();
    for one in fresh {
        let revision = one["targetServiceRevisionArn"].as_str().map(String::from);
        let revisions = services.calls.service_revisions(revision.as_slice()).await?;
        let definition = revisions.first().and_then(|r| r["taskDefinition"].as_str()).unwrap_or_default();
        if names(&m.args, definition)
            && let Some(arn) = one["serviceDeploymentArn"].as_str()
        {
            return Ok(Some(arn.to_string()));
        }
    }
    Ok(None)
}

async fn of_codedeploy(services: &Services, m: &Move, id: &str, since: f64) -> Result<Option<String>> {
    let service = services.calls.service(id).await?;
    let group = group_of(services, id, &service).await?;
    let until = services.calls.account.clock.now().as_second() as f64 + 3600.0;
    for one in group.deployments(services, since.floor(), until).await? {
        if let Some(of) = one["rollbackInfo"]["rollbackTriggeringDeploymentId"].as_str() {
            // A rollback, which may copy the description of what it takes back; ours, if it leads where `m` does.
            if original(&service, of)["taskDefinition"].as_str().is_some_and(|to| names(&m.args, to)) {
                return Ok(Some(ticket_back(of)));
            }
            continue;
        }
        let said = one["description"].as_str().unwrap_or_default();
        let definition = appspec::definition(&one["revision"]).unwrap_or_default();
        if said.starts_with(codedeploy::MARK)
            && names(&m.args, &definition)
            && let Some(id) = one["deploymentId"].as_str()
        {
            return Ok(Some(id.to_string()));
        }
    }
    // One that was stopped, and whose rollback is yet to be made.
    let Some(Flight { heading: Heading::Back(of), .. }) = flight(services, id, &service).await? else {
        return Ok(None);
    };
    let leads = original(&service, &of)["taskDefinition"].as_str().is_some_and(|to| names(&m.args, to));
    Ok(leads.then(|| ticket_back(&of)))
}

/// Returns whether an UpdateService with `args` starts a deployment (deploy-peers 4.2): one that changes how a service is
/// deployed at other times does not, and another's is not taken for its own.
pub fn starts(args: &Value) -> bool {
    let named = DEPLOYING.iter().chain(&[REVISION, DEFINITION]).any(|name| args.get(name).is_some());
    named || args["forceNewDeployment"] == true
}

/// Returns whether `definition`, the ARN of a task definition, is what `args` name: an ARN, `family:revision`, or the family
/// of one that had to be registered first.
fn names(args: &Value, definition: &str) -> bool {
    let last = |arn: &str| arn.rsplit('/').next().unwrap_or(arn).to_string();
    let own = last(definition);
    match (args[REVISION].as_str(), args[DEFINITION]["family"].as_str()) {
        // A call that names none starts what is there anew.
        (None, None) => true,
        (None, Some(family)) => family_of(definition) == family,
        (Some(wanted), _) => {
            let wanted = last(wanted);
            wanted == own || (!wanted.contains(':') && family_of(definition) == wanted)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_revision_is_somebody_elses() {
        let own = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7";
        for (wanted, is) in
            [(json!(own), true), (json!("web:7"), true), (json!("web"), true), (json!(null), true)]
        {
            assert_eq!(names(&json!({ "taskDefinition": wanted }), own), is, "{wanted}");
        }
        for (family, is) in [("web", true), ("we", false)] {
            assert_eq!(names(&json!({ "TaskDefinition": { "family": family } }), own), is, "{family}");
        }
        for wanted in ["web:8", "web:77", "we", "arn:aws:ecs:us-east-1:123456789012:task-definition/web:6"] {
            assert!(!names(&json!({ "taskDefinition": wanted }), own), "{wanted}");
        }
    }
}
