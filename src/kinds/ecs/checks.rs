//! Whether services are well: tasks, deployments, targets and alarms, a check for each service.
//!
//! Source: "Service", "Deployment", "TaskSet" and "ServiceDeployment" (ECS API reference), "DescribeAlarms" (CloudWatch
//! API reference). A deployment that goes on is told and is no fault: what serves is counted all the same.

use futures::future::join_all;
use serde_json::Value;

use super::deployment_group::{group_of, primary};
use super::driver::Services;
use super::fetch::task_definition;
use super::follow::short;
use super::names::KIND;
use super::standing::{Standing, standing};
use super::target_health::{TargetHealth, groups, target_health};
use crate::core::driver::{Check, Live};
use crate::core::inventory::{Found, Inventory};
use crate::core::{Address, Error, Result};
use crate::kinds::alarms::{Alarm, alarms as described};

/// What was found of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Findings {
    detail: Vec<String>,
    problems: Vec<String>,
}

/// Asks whether the services in `live` are well.
pub async fn checks(services: &Services, live: &[Live], _: &Inventory) -> Result<Vec<Check>> {
    let mine: Vec<&Found> = live.iter().map(|l| &l.found).filter(|f| f.address.kind() == KIND).collect();
    if mine.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = mine.iter().map(|found| found.id.clone()).collect();
    let there = match services.calls.several(&ids).await {
        Ok(there) => there,
        Err(e) => {
            let unasked = |f: &&Found| {
                check(&f.address, Findings { detail: Vec::new(), problems: vec![e.message.clone()] })
            };
            return Ok(mine.iter().map(unasked).collect());
        }
    };
    let each = mine.into_iter().map(|found| async {
        let service = there.iter().find(|service| id_of(service).as_deref() == Some(&found.id));
        let findings = match service {
            Some(service) => one(services, &found.id, service).await,
            None => Findings { detail: Vec::new(), problems: vec!["is not there any more".into()] },
        };
        check(&found.address, findings)
    });
    Ok(join_all(each).await)
}

fn check(address: &Address, findings: Findings) -> Check {
    Check {
        name: address.to_string(),
        healthy: findings.problems.is_empty(),
        detail: findings.detail.join(", "),
        problems: findings.problems,
    }
}

/// Returns the id of a service as it was described: `CLUSTER/SERVICE`.
pub(super) fn id_of(service: &Value) -> Option<String> {
    let cluster = service["clusterArn"].as_str()?.rsplit('/').next()?;
    Some(format!("{cluster}/{}", service["serviceName"].as_str()?))
}

async fn one(services: &Services, id: &str, service: &Value) -> Findings {
    let mut found = Findings::default();
    found.tasks(service);
    found.rollout(service);
    if let Some(arn) = service["currentServiceDeployment"].as_str() {
        match services.calls.service_deployments(&[arn.to_string()]).await {
            Ok(all) => all.iter().for_each(|deployment| found.deployment(deployment)),
            Err(e) => found.unasked("its deployment", &e),
        }
    }
    if let Some(arn) = task_definition(service) {
        match services.calls.task_definition(arn).await {
            // What runs goes on, and scales; nobody can deploy it again ("DeregisterTaskDefinition", ECS API reference).
            Ok(definition) if definition["status"] == "INACTIVE" => {
                found.detail.push(format!("its revision {} is INACTIVE", short(arn)));
            }
            Ok(_) => {}
            Err(e) => found.unasked("its task definition", &e),
        }
    }
    let serving = serving(service);
    match target_health(&services.calls, &groups(serving)).await {
        Ok(health) => found.targets(serving, &health),
        Err(e) => found.unasked("the health of its targets", &e),
    }
    match alarms(services, id, service).await {
        Ok(alarms) => found.alarms(&alarms),
        Err(e) => found.unasked("its alarms", &e),
    }
    found
}

/// Returns what of `service` has the traffic: its PRIMARY task set, where it has task sets, else itself.
pub(super) fn serving(service: &Value) -> &Value {
    let set = primary(service);
    if set.is_null() { service } else { set }
}

/// Returns the alarms that watch deployments of the service: each name, and what CloudWatch has of it.
async fn alarms(services: &Services, id: &str, service: &Value) -> Result<Vec<(String, Option<Alarm>)>> {
    let own = &service["deploymentConfiguration"]["alarms"];
    let mut names: Vec<String> = match own["enable"] == true {
        true => own["alarmNames"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(String::from)
            .collect(),
        false => Vec::new(),
    };
    if service["deploymentController"]["type"] == "CODE_DEPLOY" {
        let group = group_of(services, id, service).await?;
        names.extend(group.alarms().into_iter().map(String::from));
    }
    let known = described(&services.calls.account, &names).await?;
    let of = |name: &String| known.iter().find(|alarm| alarm.name == *name).cloned();
    Ok(names.iter().map(|name| (name.clone(), of(name))).collect())
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

impl Findings {
    fn unasked(&mut self, what: &str, e: &Error) {
        self.problems.push(format!("{what} cannot be asked: {}", e.message));
    }

    /// Counts the tasks that run: of what has the traffic, where there are task sets.
    fn tasks(&mut self, service: &Value) {
        let serving = serving(service);
        let desired = serving.get("computedDesiredCount").unwrap_or(&service["desiredCount"]);
        let (running, desired) = (number(&serving["runningCount"]), number(desired));
        let definition = serving["taskDefinition"].as_str().map(short).unwrap_or("no task definition");
        let tasks = format!("{running} of {desired} tasks running");
        self.detail.push(format!("{definition}: {tasks}"));
        let pending = number(&serving["pendingCount"]);
        if pending > 0 {
            self.detail.push(format!("{pending} pending"));
        }
        if running < desired {
            self.problems.push(tasks);
        }
    }

    /// Says how the deployments are that the service itself has: those of a rolling update, or of CodeDeploy.
    fn rollout(&mut self, service: &Value) {
        let newest =
            service["deployments"].as_array().into_iter().flatten().find(|d| d["status"] == "PRIMARY");
        if let Some(newest) = newest {
            let id = newest["id"].as_str().unwrap_or("its deployment");
            let failed = number(&newest["failedTasks"]);
            match newest["rolloutState"].as_str() {
                Some("FAILED") => {
                    let reason = newest["rolloutStateReason"].as_str().unwrap_or("no reason is given");
                    self.problems.push(format!("deployment {id} failed: {reason}"));
                }
                Some("IN_PROGRESS") => {
                    self.detail.push(format!("deployment {id} goes on"));
                    if failed > 0 {
                        let s = if failed == 1 { "" } else { "s" };
                        self.problems.push(format!("{failed} task{s} of deployment {id} failed to start"));
                    }
                }
                _ => {}
            }
        }
        let sets = service["taskSets"].as_array().into_iter().flatten();
        for set in sets.filter(|set| set["status"] == "ACTIVE") {
            let id = set["externalId"].as_str().or(set["id"].as_str()).unwrap_or("another task set");
            let (running, desired) = (number(&set["runningCount"]), number(&set["computedDesiredCount"]));
            self.detail.push(format!("deployment {id} goes on with {running} of {desired} tasks"));
        }
    }

    /// Says how the service deployment is that the service is in, or was in last.
    fn deployment(&mut self, deployment: &Value) {
        let id = deployment["serviceDeploymentArn"].as_str().map(short).unwrap_or("its deployment");
        let reason = [&deployment["statusReason"], &deployment["rollback"]["reason"]];
        let reason = reason.into_iter().find_map(Value::as_str).unwrap_or("no reason is given");
        match standing(deployment) {
            Standing::Forwards => {
                if let Some(stage) = deployment["lifecycleStage"].as_str() {
                    self.detail.push(format!("at {stage}"));
                }
            }
            Standing::Back => self.problems.push(format!("deployment {id} is being taken back: {reason}")),
            Standing::Stuck => {
                self.problems.push(format!("deployment {id} failed, and so did its rollback: {reason}"));
            }
            Standing::Succeeded | Standing::TakenBack | Standing::Stopped => {}
        }
    }

    fn targets(&mut self, serving: &Value, health: &TargetHealth) {
        if groups(serving).is_empty() {
            return;
        }
        let TargetHealth { healthy, all, problems } = health;
        self.detail.push(format!("{healthy} of {all} targets healthy"));
        self.problems.extend(problems.iter().cloned());
        if *healthy == 0 && problems.is_empty() && number(&serving["runningCount"]) > 0 {
            self.problems.push(match all {
                0 => "no target is registered with its target groups".into(),
                all => format!("none of its {all} targets is healthy yet"),
            });
        }
    }

    fn alarms(&mut self, alarms: &[(String, Option<Alarm>)]) {
        for (name, alarm) in alarms {
            let Some(alarm) = alarm else {
                self.problems.push(format!("alarm {name}, which watches its deployments, does not exist"));
                continue;
            };
            match alarm.state.as_str() {
                "ALARM" => {
                    let reason = Some(alarm.reason.as_str()).filter(|reason| !reason.is_empty());
                    let reason = reason.unwrap_or("no reason is given");
                    self.problems.push(format!("alarm {name} is firing: {reason}"));
                }
                "INSUFFICIENT_DATA" => self.detail.push(format!("alarm {name} has no data")),
                _ => self.detail.push(format!("alarm {name} is quiet")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(service: Value) -> Findings {
        let mut found = Findings::default();
        found.tasks(&service);
        found.rollout(&service);
        found
    }

    #[test]
    fn the_task_set_that_has_the_traffic_is_counted() {
        let set = |status: &str, running: u64, id: &str| {
            json!({ "status": status, "runningCount": running, "computedDesiredCount": 2, "externalId": id,
                "taskDefinition": "arn:aws:ecs:r:1:task-definition/web:7" })
        };
        let of = |running| json!({ "desiredCount": 2, "runningCount": 3, "taskSets": [set("ACTIVE", 1, "d-2"), set("PRIMARY", running, "d-1")] });
        let well = found(of(2));
        assert_eq!(well.problems, Vec::<String>::new());
        assert_eq!(well.detail, ["web:7: 2 of 2 tasks running", "deployment d-2 goes on with 1 of 2 tasks"]);
        assert_eq!(found(of(1)).problems, ["1 of 2 tasks running"]);
    }

    #[test]
    fn a_deployment_that_is_taken_back_or_failed_is_a_fault_and_one_that_goes_on_is_none() {
        let of = |status: &str| {
            let mut found = Findings::default();
            found
                .deployment(&json!({ "status": status, "statusReason": "why", "lifecycleStage": "BAKE_TIME",
                "serviceDeploymentArn": "arn:aws:ecs:r:1:service-deployment/main/web/x" }));
            found
        };
        for status in ["PENDING", "IN_PROGRESS", "SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL"] {
            assert_eq!(of(status).problems, Vec::<String>::new(), "{status}");
        }
        assert_eq!(of("IN_PROGRESS").detail, ["at BAKE_TIME"]);
        assert_eq!(of("ROLLBACK_IN_PROGRESS").problems, ["deployment x is being taken back: why"]);
        assert_eq!(of("ROLLBACK_FAILED").problems, ["deployment x failed, and so did its rollback: why"]);
    }

    #[test]
    fn targets_that_are_not_there_or_not_ready_are_told_apart() {
        let of = |running: u64, healthy, all| {
            let service = json!({ "runningCount": running, "loadBalancers": [{ "targetGroupArn": "a" }] });
            let mut found = Findings::default();
            found.targets(&service, &TargetHealth { healthy, all, problems: Vec::new() });
            found.problems
        };
        assert_eq!(of(2, 1, 2), Vec::<String>::new());
        assert_eq!(of(0, 0, 0), Vec::<String>::new(), "nothing runs that could be a target");
        assert_eq!(of(2, 0, 2), ["none of its 2 targets is healthy yet"]);
        assert_eq!(of(2, 0, 0), ["no target is registered with its target groups"]);
    }
}
