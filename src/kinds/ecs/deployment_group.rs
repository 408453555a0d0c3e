//! Deployment groups: which one of CodeDeploy's deploys a service.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::calls::parts;
use super::driver::Services;
use crate::aws::CODEDEPLOY;
use crate::core::{Error, Result};

/// How many are described at once ("BatchGetDeploymentGroups", "BatchGetDeployments").
const GROUPS: usize = 100;
const DEPLOYMENTS: usize = 25;
/// The statuses of what has not ended ("DeploymentInfo").
const OPEN: [&str; 5] = ["Created", "Queued", "InProgress", "Baking", "Ready"];

/// The application and the group of services that have been looked for, by the id of the service.
#[derive(Debug, Default)]
pub struct Groups(Mutex<BTreeMap<String, (String, String)>>);

/// The group that deploys one service.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its application.
    pub application: String,
    /// Its name.
    pub name: String,
    /// As BatchGetDeploymentGroups has it.
    pub info: Value,
}

/// Asks CodeDeploy, at a pace of its own.
pub async fn ask(services: &Services, operation: &'static str, body: &Value) -> Result<Value> {
    let account = &services.calls.account;
    account.pace.take(&format!("codedeploy:{operation}")).await;
    Ok(account.ask(&CODEDEPLOY, operation, body).await?)
}

/// Returns the group that deploys the service `id`, which is `service` now.
pub async fn group_of(services: &Services, id: &str, service: &Value) -> Result<Group> {
    let known = services.groups.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
    let known = match known {
        Some(known) => Some(known),
        None => by_task_set(services, service).await,
    };
    if let Some((application, name)) = known
        && let Some(group) = described(services, id, &application, &[name]).await?
    {
        return Ok(remembered(services, id, group));
    }
    let applications = pages(services, "ListApplications", "applications", json!({})).await?;
    for application in applications {
        let body = json!({ "applicationName": application });
        let names = pages(services, "ListDeploymentGroups", "deploymentGroups", body).await?;
        if let Some(group) = described(services, id, &application, &names).await? {
            return Ok(remembered(services, id, group));
        }
    }
    let message = format!("no deployment group of CodeDeploy deploys the service {id}");
    let hint = "aws deploy create-deployment-group, with this service among its ecsServices";
    Err(Error::blocked(message).hint(hint))
}

fn remembered(services: &Services, id: &str, group: Group) -> Group {
    let mut known = services.groups.0.lock().unwrap_or_else(PoisonError::into_inner);
    known.insert(id.to_string(), (group.application.clone(), group.name.clone()));
    group
}

/// Returns the application and the group of the deployment that made the PRIMARY task set (its `externalId`).
async fn by_task_set(services: &Services, service: &Value) -> Option<(String, String)> {
    // What ECS itself made has none.
    let deployment = primary(service)["externalId"].as_str().filter(|id| id.starts_with("d-"))?;
    let body = json!({ "deploymentId": deployment });
    let answer = ask(services, "GetDeployment", &body).await.ok()?;
    let info = &answer["deploymentInfo"];
    Some((info["applicationName"].as_str()?.into(), info["deploymentGroupName"].as_str()?.into()))
}

/// Returns the PRIMARY task set of `service`.
pub fn primary(service: &Value) -> &Value {
    let mut sets = service["taskSets"].as_array().into_iter().flatten();
    sets.find(|set| set["status"] == "PRIMARY").unwrap_or(&Value::Null)
}

async fn described(
    services: &Services,
    id: &str,
    application: &str,
    names: &[String],
) -> Result<Option<Group>> {
    let (cluster, service) = parts(id);
    let last = |v: &Value| v.as_str().and_then(|s| s.rsplit('/').next().map(String::from));
    let is_it = |one: &Value| {
        last(&one["serviceName"]).as_deref() == Some(service)
            && last(&one["clusterName"]).as_deref() == Some(cluster)
    };
    for some in names.chunks(GROUPS) {
        let body = json!({ "applicationName": application, "deploymentGroupNames": some });
        let answer = ask(services, "BatchGetDeploymentGroups", &body).await?;
        for info in answer["deploymentGroupsInfo"].as_array().into_iter().flatten() {
            if info["ecsServices"].as_array().into_iter().flatten().any(is_it) {
                let name = info["deploymentGroupName"].as_str().unwrap_or_default().to_string();
                return Ok(Some(Group { application: application.to_string(), name, info: info.clone() }));
            }
        }
    }
    Ok(None)
}

/// Returns all items of a list of CodeDeploy's, which are texts.
pub async fn pages(
    services: &Services,
    operation: &'static str,
    member: &str,
    mut body: Value,
) -> Result<Vec<String>> {
    let mut all = Vec::new();
    loop {
        let page = ask(services, operation, &body).await?;
        let items = page[member].as_array().into_iter().flatten();
        all.extend(items.filter_map(|v| v.as_str()).map(String::from));
        match page["nextToken"].as_str() {
            Some(next) if !next.is_empty() && body["nextToken"] != next => body["nextToken"] = json!(next),
            _ => return Ok(all),
        }
    }
}

impl Group {
    /// Returns its deployment that had not ended when they were listed, if there was one.
    pub async fn open(&self, services: &Services) -> Result<Option<Value>> {
        let body = json!({ "applicationName": self.application, "deploymentGroupName": self.name,
            "includeOnlyStatuses": OPEN });
        let ids = pages(services, "ListDeployments", "deployments", body).await?;
        let Some(id) = ids.first() else { return Ok(None) };
        let mut answer = ask(services, "GetDeployment", &json!({ "deploymentId": id })).await?;
        Ok(Some(answer["deploymentInfo"].take()))
    }

    /// Returns its deployments that were created from `since` to `until`, seconds since 1970, the oldest first.
    pub async fn deployments(&self, services: &Services, since: f64, until: f64) -> Result<Vec<Value>> {
        let range = json!({ "start": since, "end": until });
        let body = json!({ "applicationName": self.application, "deploymentGroupName": self.name,
            "createTimeRange": range });
        let ids = pages(services, "ListDeployments", "deployments", body).await?;
        let mut all = Vec::new();
        for some in ids.chunks(DEPLOYMENTS) {
            let mut answer = ask(services, "BatchGetDeployments", &json!({ "deploymentIds": some })).await?;
            if let Value::Array(items) = answer["deploymentsInfo"].take() {
                all.extend(items);
            }
        }
        let at = |v: &Value| v["createTime"].as_f64().unwrap_or_default();
        all.sort_by(|a, b| at(a).total_cmp(&at(b)));
        Ok(all)
    }

    /// Returns the names of the alarms that it minds.
    pub fn alarms(&self) -> Vec<&str> {
        let configuration = &self.info["alarmConfiguration"];
        let minds = configuration["enabled"] == true;
        let all = configuration["alarms"].as_array().into_iter().flatten().filter(|_| minds);
        all.filter_map(|alarm| alarm["name"].as_str()).collect()
    }
}
