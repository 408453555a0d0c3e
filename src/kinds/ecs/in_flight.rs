//! What CodeDeploy does with a service at this moment, and what the service is to be when that has ended.
//!
//! Source: deploy-peers 4.4: one deployment a group at a time; a rollback is a deployment too, and appears some time after
//! the end of the one that it takes back. "ListDeployments" and "DeploymentInfo" (CodeDeploy API reference).

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::appspec;
use super::deployment_group::{ask, group_of, primary};
use super::driver::Services;
use super::shift::rolls_back;
use crate::core::{ErrorKind, Result};

/// How long `rollbackInfo` is waited for once a deployment has ended: it "appears later", and nothing says how much.
pub const ROLLBACK_APPEARS: Duration = Duration::from_secs(60);

/// Where a deployment leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heading {
    /// To what its AppSpec says.
    There,
    /// Back to where this other one came from.
    Back(String),
}

/// What has not ended.
#[derive(Clone, Debug)]
pub struct Flight {
    /// The id of the deployment; of one that is about to be taken back, its own.
    pub id: String,
    /// Where it leads.
    pub heading: Heading,
    /// As GetDeployment has it.
    pub info: Value,
}

/// What a service is to be.
#[derive(Clone, Debug, Default)]
pub struct Lead {
    /// The task definition, by its ARN or in short, where it is not that of the PRIMARY task set.
    pub definition: Option<String>,
    /// Members that it is to have.
    pub members: Map<String, Value>,
}

/// Returns what CodeDeploy does with the service `id`, which is `service` now; nothing where no group deploys it.
pub async fn flight(services: &Services, id: &str, service: &Value) -> Result<Option<Flight>> {
    let group = match group_of(services, id, service).await {
        Ok(group) => group,
        Err(e) if e.kind == ErrorKind::Blocked => return Ok(None),
        Err(e) => return Err(e),
    };
    match group.open(services).await? {
        Some(info) if !is_over(&info) => Ok(Some(under_way(info))),
        // It has ended since it was listed.
        Some(info) => ending(services, info).await,
        None => {
            let last = &group.info["lastAttemptedDeployment"];
            // How it was when the group was read may be over by now.
            match last["deploymentId"].as_str().filter(|_| last["status"] != "Succeeded") {
                Some(id) => ending(services, deployment(services, id).await?).await,
                None => Ok(None),
            }
        }
    }
}

fn under_way(info: Value) -> Flight {
    let of = info["rollbackInfo"]["rollbackTriggeringDeploymentId"].as_str();
    let heading = of.map_or(Heading::There, |of| Heading::Back(of.to_string()));
    Flight { id: info["deploymentId"].as_str().unwrap_or_default().to_string(), heading, info }
}

async fn deployment(services: &Services, id: &str) -> Result<Value> {
    let mut answer = ask(services, "GetDeployment", &json!({ "deploymentId": id })).await?;
    Ok(answer["deploymentInfo"].take())
}

/// Returns the deployment `info` where it has not succeeded and its rollback has not ended, or is yet to be made.
async fn ending(services: &Services, info: Value) -> Result<Option<Flight>> {
    if !is_over(&info) {
        return Ok(Some(under_way(info)));
    }
    let id = info["deploymentId"].as_str().unwrap_or_default().to_string();
    if let Some(by) = info["rollbackInfo"]["rollbackDeploymentId"].as_str() {
        let by = deployment(services, by).await?;
        return Ok((!is_over(&by)).then(|| under_way(by)));
    }
    let clock = &services.calls.account.clock;
    let since = info["completeTime"].as_f64().unwrap_or_default();
    let is_young =
        clock.now().as_millisecond() as f64 / 1000.0 - since < clock.scale(ROLLBACK_APPEARS).as_secs_f64();
    // What was stopped before it had begun is taken back by nothing.
    let has_begun = !info["startTime"].is_null();
    // Nor is a rollback taken back, nor what CodeDeploy says that it cannot.
    let is_settled = !info["rollbackInfo"]["rollbackTriggeringDeploymentId"].is_null()
        || !info["rollbackInfo"]["rollbackMessage"].is_null();
    let has_failed = info["status"] != "Succeeded";
    let is_expected = has_begun && has_failed && rolls_back(&info) && !is_settled;
    let heading = Heading::Back(id.clone());
    Ok((is_young && is_expected).then_some(Flight { id, heading, info }))
}

/// Returns whether the deployment that is `info` has ended.
pub fn is_over(info: &Value) -> bool {
    matches!(info["status"].as_str(), Some("Succeeded" | "Failed" | "Stopped"))
}

/// Returns the task set that was there before the deployment `id` made its own: the PRIMARY one, if that is not its own.
pub fn original<'s>(service: &'s Value, id: &str) -> &'s Value {
    let sets = || service["taskSets"].as_array().into_iter().flatten().filter(|set| set["externalId"] != id);
    let first = sets().find(|set| set["status"] == "PRIMARY");
    first.or_else(|| sets().find(|set| set["status"] == "ACTIVE")).unwrap_or(&Value::Null)
}

/// Returns the ARN of the task definition that the service has again once the deployment `info` is taken back.
pub fn before(service: &Value, info: &Value) -> Option<String> {
    let id = info["deploymentId"].as_str().unwrap_or_default();
    let set = original(service, id)["taskDefinition"].as_str().map(String::from);
    set.or_else(|| appspec::definition(&info["previousRevision"]))
}

/// Returns what the service `id`, which is `service` now, is to be once what is under way has ended.
pub async fn lead(services: &Services, id: &str, service: &Value) -> Result<Lead> {
    if service["deploymentController"]["type"] != "CODE_DEPLOY" {
        return Ok(Lead::default());
    }
    let flight = match flight(services, id, service).await {
        Ok(Some(flight)) => flight,
        Ok(None) => return Ok(Lead::default()),
        // Who may only read the service sees what has the traffic.
        Err(e) if e.kind == ErrorKind::Denied => return Ok(Lead::default()),
        Err(e) => return Err(e),
    };
    Ok(match &flight.heading {
        Heading::There => {
            let own = service["taskSets"].as_array().into_iter().flatten();
            let own = own.into_iter().find(|set| set["externalId"] == flight.id.as_str());
            let own = own.and_then(|set| set["taskDefinition"].as_str()).map(String::from);
            let revision = &flight.info["revision"];
            let definition = own.or_else(|| appspec::definition(revision));
            Lead { definition, members: appspec::members(revision) }
        }
        Heading::Back(of) => {
            let set = original(service, of);
            let set = if set.is_null() { primary(service) } else { set };
            let members = ["capacityProviderStrategy", "networkConfiguration", "platformVersion"];
            let members = members.into_iter().filter(|name| !set[*name].is_null());
            let definition = set["taskDefinition"].as_str().map(String::from);
            Lead { definition, members: members.map(|name| (name.into(), set[name].clone())).collect() }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_before_is_the_task_set_that_is_not_its_own() {
        let set = |status: &str, by: &str, definition: &str| json!({ "status": status, "externalId": by, "taskDefinition": definition });
        let service = |sets: Value| json!({ "taskSets": sets });
        let info = json!({ "deploymentId": "d-2" });
        for (sets, was) in [
            (json!([set("PRIMARY", "d-1", "web:1")]), Some("web:1")),
            (json!([set("PRIMARY", "d-1", "web:1"), set("ACTIVE", "d-2", "web:2")]), Some("web:1")),
            (json!([set("ACTIVE", "d-1", "web:1"), set("PRIMARY", "d-2", "web:2")]), Some("web:1")),
            (json!([set("DRAINING", "d-1", "web:1"), set("PRIMARY", "d-2", "web:2")]), None),
        ] {
            assert_eq!(before(&service(sets.clone()), &info).as_deref(), was, "{sets}");
        }
    }

    #[test]
    fn a_rollback_names_what_it_takes_back() {
        let back =
            json!({ "deploymentId": "d-3", "rollbackInfo": { "rollbackTriggeringDeploymentId": "d-2" } });
        assert_eq!(under_way(back).heading, Heading::Back("d-2".into()));
        assert_eq!(under_way(json!({ "deploymentId": "d-3" })).heading, Heading::There);
    }
}
