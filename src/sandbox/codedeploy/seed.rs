//! Applications and deployment groups of a scenario.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::{clock, ids};
use super::held::{Application, Group, Held};

/// A deployment group of a scenario, as it is being described.
#[derive(Debug)]
pub struct DeploymentGroupSeed<'a> {
    group: &'a mut Group,
    hooks: &'a mut BTreeMap<String, Vec<String>>,
    /// Of functions: `arn:aws:lambda:REGION:ACCOUNT:function:`.
    functions: String,
}

impl<'a> DeploymentGroupSeed<'a> {
    /// The deployment group of a service, with the names that the console of ECS gives: `DgpECS-CLUSTER-SERVICE` in
    /// `AppECS-CLUSTER-SERVICE`. All traffic at once, no waits, no alarms, rollback when a deployment fails.
    pub(crate) fn of(
        held: &'a mut Held,
        (account, region): (&str, &str),
        (cluster, service): (&str, &str),
        target_groups: [&str; 2],
        listener: &str,
    ) -> DeploymentGroupSeed<'a> {
        let name = |head: &str| format!("{head}-{cluster}-{service}");
        let (application, group) = (name("AppECS"), name("DgpECS"));
        let of = Application {
            id: ids::derived(&[account, region, &application]),
            created: clock::SEEDED,
            tags: json!([]),
            groups: BTreeMap::new(),
        };
        let application = held.applications.entry((region.into(), application)).or_insert(of);
        let id = ids::derived(&[account, region, &group]);
        let group = application.groups.entry(group).or_insert_with(|| Group { id, ..Group::default() });
        let [blue, green] = target_groups;
        let members = json!({
            "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
            "serviceRoleArn": format!("arn:aws:iam::{account}:role/ecsCodeDeployRole"),
            "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
            "blueGreenDeploymentConfiguration": {
                "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 0},
                "deploymentReadyOption": {"actionOnTimeout": "CONTINUE_DEPLOYMENT", "waitTimeInMinutes": 0},
            },
            "autoRollbackConfiguration": {"enabled": true, "events": ["DEPLOYMENT_FAILURE"]},
            "ecsServices": [{"clusterName": cluster, "serviceName": service}],
            "loadBalancerInfo": {"targetGroupPairInfoList": [{
                "targetGroups": [{"name": blue}, {"name": green}],
                "prodTrafficRoute": {"listenerArns": [listener]},
            }]},
        });
        group.members = members.as_object().cloned().unwrap_or_default();
        let functions = format!("arn:aws:lambda:{region}:{account}:function:");
        DeploymentGroupSeed { group, hooks: &mut held.hooks, functions }
    }

    fn set(self, pointer: &str, value: Value) -> Self {
        let (first, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
        let slot = self.group.members.entry(first.to_owned()).or_insert_with(|| json!({}));
        let mut slot = slot;
        for part in rest.split('/').filter(|part| !part.is_empty()) {
            slot = match part.parse::<usize>() {
                Ok(at) if slot.is_array() => match slot.as_array_mut().and_then(|items| items.get_mut(at)) {
                    Some(item) => item,
                    None => return self,
                },
                _ => &mut slot[part],
            };
        }
        *slot = value;
        self
    }

    /// A deployment configuration.
    pub fn config(self, name: &str) -> Self {
        self.set("deploymentConfigName", json!(name))
    }

    /// A listener for test traffic.
    pub fn test_listener(self, arn: &str) -> Self {
        let pointer = "loadBalancerInfo/targetGroupPairInfoList/0/testTrafficRoute";
        self.set(pointer, json!({"listenerArns": [arn]}))
    }

    /// Alarms that stop its deployments.
    pub fn alarms(self, names: &[&str]) -> Self {
        let alarms: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
        let on = !alarms.is_empty();
        let config = json!({"enabled": on, "ignorePollAlarmFailure": false, "alarms": alarms});
        self.set("alarmConfiguration", config)
    }

    /// What is rolled back (`DEPLOYMENT_FAILURE` and the like); none turns it off.
    pub fn auto_rollback(self, events: &[&str]) -> Self {
        self.set("autoRollbackConfiguration", json!({"enabled": !events.is_empty(), "events": events}))
    }

    /// Minutes before the original task set is terminated.
    pub fn termination_wait(self, minutes: u64) -> Self {
        let at = "blueGreenDeploymentConfiguration/terminateBlueInstancesOnDeploymentSuccess";
        self.set(&format!("{at}/terminationWaitTimeInMinutes"), json!(minutes))
    }

    /// Minutes that a deployment waits for ContinueDeployment before it is stopped.
    pub fn ready_wait(self, minutes: u64) -> Self {
        let option = json!({"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": minutes});
        self.set("blueGreenDeploymentConfiguration/deploymentReadyOption", option)
    }

    /// What a function reports each time it is called as a hook, the last one from then on: `Succeeded`, `Failed`, or an
    /// empty text for nothing.
    pub fn hook(self, function: &str, reports: &[&str]) -> Self {
        let arn = format!("{}{function}", self.functions);
        self.hooks.insert(arn, reports.iter().map(|report| (*report).to_owned()).collect());
        self
    }
}
