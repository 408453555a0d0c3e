//! What of ECS is in state dumps: names and counts; task ids and times differ from run to run.

use serde_json::{Map, Value, json};

use super::held::{Held, Region};
use super::service::Life;
use super::task::Stage;

impl Held {
    /// Everything, as it is now, by `REGION/NAME`.
    pub(crate) fn state(&self) -> Value {
        let mut out = Map::new();
        for (name, region) in &self.regions {
            for (cluster, value) in clusters(region) {
                out.insert(format!("{name}/{cluster}"), value);
            }
        }
        let mut families = Map::new();
        for (name, region) in &self.regions {
            for one in region.families.values().flat_map(|family| family.revisions.values()) {
                let shown = json!({"status": one.standing.word(), "tags": one.tags, "members": one.members});
                families.insert(format!("{name}/{}:{}", one.family, one.revision), shown);
            }
        }
        json!({"clusters": out, "taskDefinitions": families})
    }
}

fn clusters(region: &Region) -> impl Iterator<Item = (&String, Value)> {
    region.clusters.iter().map(|(name, cluster)| {
        let mut services = Map::new();
        for service in cluster.services.values().filter(|service| service.life != Life::Inactive) {
            let group = format!("service:{}", service.name);
            let running = |task: &&super::task::Task| task.group == group && task.stage == Stage::Running;
            let shown = json!({
                "status": service.life.word(), "controller": service.controller.word(),
                "taskDefinition": service.task_definition, "desired": service.desired,
                "running": cluster.tasks.iter().filter(running).count(), "tags": service.tags,
                "settings": service.settings,
                "deployments": service.history.iter().map(|one| one.status.word()).collect::<Vec<_>>(),
            });
            services.insert(service.name.clone(), shown);
        }
        (name, json!({"services": services, "tags": cluster.tags}))
    })
}
