//! Task sets: what CodeDeploy has of a service that it deploys, by functions, since nothing asks for them over the wire.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::clock;
use super::super::world::World;
use super::deployment::{Failures, Target};
use super::held::new_id;
use super::service::{Controller, Service};
use super::task::Task;
use super::task_definition::{self, Standing};

/// `status` of a task set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetStatus {
    Primary,
    Active,
    Draining,
}

impl SetStatus {
    pub(crate) fn word(self) -> &'static str {
        match self {
            SetStatus::Primary => "PRIMARY",
            SetStatus::Active => "ACTIVE",
            SetStatus::Draining => "DRAINING",
        }
    }
}

/// A task set.
#[derive(Debug, Clone)]
pub(crate) struct TaskSet {
    /// `ecs-svc/` and digits: `startedBy` of its tasks.
    pub(crate) id: String,
    pub(crate) arn: String,
    /// CodeDeploy's id of the deployment that made it.
    pub(crate) external: String,
    pub(crate) task_definition: String,
    pub(crate) status: SetStatus,
    /// How many percent of the service's tasks it has.
    pub(crate) scale: f64,
    pub(crate) targets: Vec<Target>,
    /// loadBalancers, networkConfiguration, platformVersion and the like, as DescribeTaskSets has them.
    pub(crate) settings: Map<String, Value>,
    pub(crate) created: f64,
    pub(crate) updated: f64,
    /// Since when it has had what it shall have; none while it has not.
    pub(crate) steady_since: Option<f64>,
    pub(crate) failures: Failures,
    /// The service revision that holds the digests of its images.
    pub(crate) revision: String,
}

/// What a task set is to be.
#[derive(Debug, Clone)]
pub(crate) struct NewTaskSet<'a> {
    pub(crate) task_definition: &'a str,
    pub(crate) external: &'a str,
    pub(crate) target_group: &'a str,
    pub(crate) container: &'a str,
    pub(crate) port: u64,
    /// `networkConfiguration`; that of the service if it is none.
    pub(crate) network: Option<Value>,
    pub(crate) platform: Option<String>,
    /// Percent of the tasks of the service.
    pub(crate) scale: f64,
}

/// Where a service is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) cluster: &'a str,
    pub(crate) service: &'a str,
}

/// A task set as it is now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SetState {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) external: String,
    pub(crate) status: SetStatus,
    pub(crate) task_definition: String,
    pub(crate) target_group: Option<String>,
    pub(crate) desired: u64,
    pub(crate) pending: u64,
    pub(crate) running: u64,
    /// All of its tasks run and are healthy, and no other one is on its way.
    pub(crate) steady: bool,
    /// How many tasks failed one after the other.
    pub(crate) failed: u64,
    pub(crate) created: f64,
}

fn no_service() -> Fail {
    Fail::new(400, "ServiceNotFoundException", "Service not found.")
}

fn service<'w>(world: &'w mut World, at: At<'_>) -> Result<&'w mut Service, Fail> {
    let account = world.accounts.get_mut(at.account);
    let found = account.and_then(|account| account.ecs.service_mut(at.region, at.cluster, at.service));
    found.ok_or_else(no_service)
}

fn set<'w>(world: &'w mut World, at: At<'_>, id: &str) -> Result<&'w mut TaskSet, Fail> {
    let missing = || Fail::new(400, "TaskSetNotFoundException", "The specified task set wasn't found.");
    let found = service(world, at)?.sets.iter_mut().find(|set| set.id == id || set.arn == id);
    found.ok_or_else(missing)
}

impl TaskSet {
    /// How many tasks it shall have: its share, rounded up ("computedDesiredCount is always rounded up", `TaskSet`).
    pub(crate) fn desired(&self, of_service: u64) -> u64 {
        if self.status == SetStatus::Draining {
            return 0;
        }
        (of_service as f64 * self.scale / 100.0).ceil() as u64
    }

    /// As it is now.
    pub(crate) fn state(&self, of_service: u64, tasks: &[Task]) -> SetState {
        let own = || tasks.iter().filter(|task| task.started_by == self.id && task.wanted());
        let running = own().filter(|task| task.running()).count() as u64;
        SetState {
            id: self.id.clone(),
            arn: self.arn.clone(),
            external: self.external.clone(),
            status: self.status,
            task_definition: self.task_definition.clone(),
            target_group: self.targets.first().map(|target| target.group.clone()),
            desired: self.desired(of_service),
            pending: own().count() as u64 - running,
            running,
            steady: self.steady_since.is_some(),
            failed: self.failures.count,
            created: self.created,
        }
    }

    /// As `taskSets` of a service has it.
    pub(crate) fn show(&self, service: &Service, tasks: &[Task]) -> Value {
        let state = self.state(service.desired, tasks);
        let mut out = self.settings.clone();
        let more = json!({
            "id": state.id, "taskSetArn": state.arn, "serviceArn": service.arn, "clusterArn": service.cluster_arn,
            "startedBy": "CODE_DEPLOY", "externalId": state.external, "status": state.status.word(),
            "taskDefinition": state.task_definition, "computedDesiredCount": state.desired,
            "pendingCount": state.pending, "runningCount": state.running,
            "createdAt": clock::epoch(self.created), "updatedAt": clock::epoch(self.updated),
            "scale": {"value": self.scale, "unit": "PERCENT"},
            "stabilityStatus": if state.steady { "STEADY_STATE" } else { "STABILIZING" },
            "stabilityStatusAt": clock::epoch(self.steady_since.unwrap_or(self.updated)),
            "tags": [],
        });
        out.extend(more.as_object().cloned().unwrap_or_default());
        Value::Object(out)
    }
}

/// Makes a task set for a service under CODE_DEPLOY; its id. Its tasks start from then on.
///
/// Errors: no such service, another controller, no such task definition or an inactive one.
pub(crate) fn create_task_set(world: &mut World, at: At<'_>, new: &NewTaskSet<'_>) -> Result<String, Fail> {
    super::settle(world, at.account, at.region);
    let now = world.clock.now();
    let region = world.accounts.get(at.account).and_then(|account| account.ecs.regions.get(at.region));
    let definition = region.and_then(|region| task_definition::find(&region.families, new.task_definition));
    let definition = definition
        .filter(|one| one.standing == Standing::Active)
        .ok_or_else(|| Fail::new(400, "ClientException", "TaskDefinition is inactive"))?
        .clone();
    let service = service(world, at)?;
    if service.controller == Controller::Ecs {
        let message = "Unable to create a task set of a service with the ECS deployment controller.";
        return Err(Fail::new(400, "InvalidParameterException", message));
    }
    let id = new_id();
    let mut settings = service.revision_settings();
    settings.insert(
        "loadBalancers".into(),
        json!([{"targetGroupArn": new.target_group, "containerName": new.container, "containerPort": new.port}]),
    );
    if let Some(network) = &new.network {
        settings.insert("networkConfiguration".into(), network.clone());
    }
    // "If not specified, LATEST is used by default" (AppSpec 'resources' section for Amazon ECS deployments); EC2 has none.
    if new.platform.is_some() || settings.contains_key("platformVersion") {
        settings.insert("platformVersion".into(), json!(new.platform.as_deref().unwrap_or("LATEST")));
    }
    let revision = service.add_revision(&definition, settings.clone(), now);
    let arn = format!("{}/{id}", service.arn.replace(":service/", ":task-set/"));
    service.sets.push(TaskSet {
        id: id.clone(),
        arn,
        external: new.external.into(),
        task_definition: definition.arn.clone(),
        status: SetStatus::Active,
        scale: new.scale,
        targets: vec![Target {
            group: new.target_group.into(),
            container: new.container.into(),
            port: new.port,
        }],
        settings,
        created: now,
        updated: now,
        steady_since: None,
        failures: Failures::default(),
        revision,
    });
    super::settle(world, at.account, at.region);
    Ok(id)
}

/// All task sets of a service as they are now.
pub(crate) fn task_sets(world: &mut World, at: At<'_>) -> Result<Vec<SetState>, Fail> {
    super::settle(world, at.account, at.region);
    let account = world.accounts.get(at.account).ok_or_else(no_service)?;
    let region = account.ecs.regions.get(at.region).ok_or_else(no_service)?;
    let cluster = region.cluster(at.cluster).ok_or_else(no_service)?;
    let service = cluster.services.get(super::held::last(at.service)).ok_or_else(no_service)?;
    Ok(service.sets.iter().map(|set| set.state(service.desired, &cluster.tasks)).collect())
}

/// What of a task set is the service's once it is the primary one.
const PASSED_ON: [&str; 4] =
    ["capacityProviderStrategy", "loadBalancers", "networkConfiguration", "platformVersion"];

/// Makes a task set the primary one; the one before is ACTIVE from then on. "Any parameters that are updated on the primary
/// task set in a service will transition to the service" (UpdateServicePrimaryTaskSet, ECS API reference).
pub(crate) fn set_primary(world: &mut World, at: At<'_>, id: &str) -> Result<(), Fail> {
    let now = world.clock.now();
    let (id, definition, settings) = {
        let set = set(world, at, id)?;
        (set.id.clone(), set.task_definition.clone(), set.settings.clone())
    };
    let service = service(world, at)?;
    for set in &mut service.sets {
        let status = match (set.id == id, set.status) {
            (true, _) => SetStatus::Primary,
            (false, SetStatus::Primary) => SetStatus::Active,
            (false, other) => other,
        };
        if set.status != status {
            (set.status, set.updated) = (status, now);
        }
    }
    service.task_definition = definition;
    let own = settings.into_iter().filter(|(name, _)| PASSED_ON.contains(&name.as_str()));
    service.settings.extend(own);
    Ok(())
}

/// Deletes a task set: it drains, and is gone once its tasks are.
pub(crate) fn delete_task_set(world: &mut World, at: At<'_>, id: &str) -> Result<(), Fail> {
    let now = world.clock.now();
    let set = set(world, at, id)?;
    (set.status, set.updated, set.steady_since) = (SetStatus::Draining, now, None);
    super::settle(world, at.account, at.region);
    Ok(())
}
