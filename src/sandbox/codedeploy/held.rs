//! What an account holds in CodeDeploy.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::deployment::Deployment;

/// Applications, groups, configurations and deployments of an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    /// By region and name.
    pub(crate) applications: BTreeMap<(String, String), Application>,
    /// By region and name: those that somebody made, beside the predefined ones.
    pub(crate) configs: BTreeMap<(String, String), Map<String, Value>>,
    /// The oldest first.
    pub(crate) deployments: Vec<Deployment>,
    /// What functions report that are called as hooks, by ARN: one after the other, the last one from then on.
    pub(crate) hooks: BTreeMap<String, Vec<String>>,
}

/// An application.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) created: f64,
    pub(crate) tags: Value,
    /// By name.
    pub(crate) groups: BTreeMap<String, Group>,
}

/// A deployment group.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    pub(crate) id: String,
    /// Members as DeploymentGroupInfo has them, without names, id and what deployments leave behind.
    pub(crate) members: Map<String, Value>,
    /// The revision of the last deployment that succeeded.
    pub(crate) target: Option<Value>,
    /// Ids of deployments.
    pub(crate) last_success: Option<String>,
    pub(crate) last_attempt: Option<String>,
}

impl Group {
    /// Something inside its members.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Value> {
        let (first, rest) = pointer.split_once('/').unwrap_or((pointer, ""));
        let value = self.members.get(first)?;
        if rest.is_empty() { Some(value) } else { value.pointer(&format!("/{rest}")) }
    }

    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.at(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn number(&self, pointer: &str) -> u64 {
        self.at(pointer).and_then(Value::as_u64).unwrap_or_default()
    }
}

impl Held {
    /// The group with these names.
    pub(crate) fn group_mut(&mut self, region: &str, application: &str, group: &str) -> Option<&mut Group> {
        let key = (region.to_owned(), application.to_owned());
        self.applications.get_mut(&key)?.groups.get_mut(group)
    }

    /// The same, to be read.
    pub(crate) fn group(&self, region: &str, application: &str, group: &str) -> Option<&Group> {
        let key = (region.to_owned(), application.to_owned());
        self.applications.get(&key)?.groups.get(group)
    }

    /// A deployment of a region.
    pub(crate) fn deployment(&self, region: &str, id: &str) -> Option<&Deployment> {
        self.deployments.iter().find(|one| one.id == id && one.region == region)
    }

    /// The same, to be changed.
    pub(crate) fn deployment_mut(&mut self, region: &str, id: &str) -> Option<&mut Deployment> {
        self.deployments.iter_mut().find(|one| one.id == id && one.region == region)
    }

    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        let mut applications = Map::new();
        for ((region, name), application) in &self.applications {
            let groups: Map<String, Value> = application
                .groups
                .iter()
                .map(|(name, group)| {
                    let of = json!({"group": group.members, "targetRevision": group.target});
                    (name.clone(), of)
                })
                .collect();
            let of = json!({"groups": groups, "tags": application.tags});
            applications.insert(format!("{region}/{name}"), of);
        }
        let deployments: Vec<_> = self.deployments.iter().map(Deployment::state).collect();
        let configs: Vec<_> = self.configs.keys().map(|(region, name)| format!("{region}/{name}")).collect();
        json!({"applications": applications, "deployments": deployments, "configs": configs})
    }
}
