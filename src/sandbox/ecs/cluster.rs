//! Clusters.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid};
use super::held::last;
use super::service::{Life, Service};
use super::tags::{self, Tags};
use super::task::{Stage, Task};

/// A cluster, with its services and all of its tasks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cluster {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) tags: Tags,
    /// By name; deleted ones too, which are INACTIVE.
    pub(crate) services: BTreeMap<String, Service>,
    /// Those of services and those that RunTask started, in the order of their making.
    pub(crate) tasks: Vec<Task>,
}

impl Cluster {
    fn show(&self) -> Value {
        let running = self.tasks.iter().filter(|task| task.stage == Stage::Running).count();
        let pending = self.tasks.iter().filter(|task| task.stage < Stage::Running).count();
        let active = self.services.values().filter(|service| service.life != Life::Inactive).count();
        json!({
            "clusterArn": self.arn, "clusterName": self.name, "status": "ACTIVE",
            "registeredContainerInstancesCount": 0, "runningTasksCount": running, "pendingTasksCount": pending,
            "activeServicesCount": active, "statistics": [], "tags": [], "settings": [],
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "defaultCapacityProviderStrategy": [],
        })
    }
}

/// CreateCluster: one that is there already is answered as it is.
pub(crate) fn create(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let name = ask.text("clusterName").unwrap_or("default").to_owned();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 255 || !name.chars().all(fits) {
        return Err(invalid("Cluster name must match ^[a-zA-Z0-9\\-_]{1,255}$."));
    }
    let arn = format!("{}:cluster/{name}", ask.arn());
    let tags = tags::read(ask.body.get("tags"));
    let new = || Cluster { name: name.clone(), arn, tags, ..Cluster::default() };
    let cluster = ask.place.clusters.entry(name.clone()).or_insert_with(new);
    let mut shown = cluster.show();
    shown["tags"] = tags::show(&cluster.tags);
    Ok(json!({"cluster": shown}))
}

pub(crate) fn describe(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let mut asked = ask.texts("clusters");
    if asked.is_empty() {
        asked.push("default".into());
    }
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for one in asked {
        match ask.place.cluster(&one) {
            Some(cluster) => {
                let mut shown = cluster.show();
                if ask.includes("include", "TAGS") {
                    shown["tags"] = tags::show(&cluster.tags);
                }
                clusters.push(shown);
            }
            None => {
                let arn = format!("{}:cluster/{}", ask.arn(), last(&one));
                failures.push(json!({"arn": arn, "reason": "MISSING"}));
            }
        }
    }
    Ok(json!({"clusters": clusters, "failures": failures}))
}

pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let arns = ask.place.clusters.values().map(|cluster| json!(cluster.arn)).collect();
    ask.page("clusterArns", arns, 100)
}
