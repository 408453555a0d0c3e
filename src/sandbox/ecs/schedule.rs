//! The scheduler: starts tasks for a deployment or a task set, and stops those that are too many.

use super::super::ids;
use super::deployment::Target;
use super::held::new_hex;
use super::life;
use super::service::Service;
use super::settle::Sim;
use super::tags::{self, Tags};
use super::task::{Container, Stage, Task};
use super::task_definition::{self, Families, TaskDefinition};

/// The tasks of the cluster of a service, and what they are made of.
#[derive(Debug)]
pub(crate) struct Room<'r> {
    pub(crate) tasks: &'r mut Vec<Task>,
    pub(crate) families: &'r Families,
}

impl Room<'_> {
    fn count(&self, owner: &str, counts: impl Fn(&Task) -> bool) -> u64 {
        let own = self.tasks.iter().filter(|task| task.started_by == owner);
        own.filter(|task| counts(task)).count() as u64
    }

    /// How many tasks of a deployment are to run.
    pub(crate) fn wanted(&self, owner: &str) -> u64 {
        self.count(owner, Task::wanted)
    }

    /// How many have not stopped yet, also of those that are to.
    pub(crate) fn left(&self, owner: &str) -> u64 {
        self.count(owner, |task| task.stage != Stage::Stopped)
    }

    /// How many of them run and are well.
    pub(crate) fn healthy(&self, owner: &str) -> u64 {
        self.count(owner, |task| task.running() && task.healthy)
    }
}

/// What tasks are wanted for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The id of the deployment or the task set.
    pub(crate) owner: String,
    pub(crate) task_definition: String,
    pub(crate) targets: Vec<Target>,
}

/// What a task is started with.
#[derive(Debug, Clone)]
pub(crate) struct Start<'a> {
    pub(crate) cluster_arn: &'a str,
    pub(crate) group: String,
    pub(crate) by: &'a str,
    pub(crate) launch: String,
    pub(crate) targets: Vec<Target>,
    pub(crate) tags: Tags,
    pub(crate) now: f64,
}

/// A new task, PROVISIONING.
pub(crate) fn task(definition: &TaskDefinition, start: Start<'_>) -> Task {
    let id = new_hex();
    let arn = format!("{}/{id}", start.cluster_arn.replace(":cluster/", ":task/"));
    let containers = definition.containers().map(|one| {
        let text = |member: &str| one.get(member).and_then(serde_json::Value::as_str).unwrap_or_default();
        Container {
            name: text("name").into(),
            arn: format!("{}/{}", arn.replace(":task/", ":container/"), ids::random_uuid()),
            image: text("image").into(),
            runtime: format!("{id}-{}", task_definition::number(text("name"))),
            essential: one.get("essential").and_then(serde_json::Value::as_bool).unwrap_or(true),
            checked: one.contains_key("healthCheck"),
            ..Container::default()
        }
    });
    let byte: [u8; 2] = ids::random();
    Task {
        containers: containers.collect(),
        id,
        arn,
        cluster_arn: start.cluster_arn.into(),
        definition: definition.arn.clone(),
        group: start.group,
        started_by: start.by.into(),
        token: None,
        launch: start.launch,
        stage: Stage::Provisioning,
        stop: None,
        targets: start.targets,
        address: format!("10.0.{}.{}", byte[0], byte[1].max(4)),
        tags: start.tags,
        created: start.now,
        pull_started: None,
        pull_stopped: None,
        started: None,
        stopping: None,
        stopped: None,
        told: false,
        registered: false,
        leaving: false,
        warm: false,
        healthy: false,
        version: 1,
    }
}

/// Starts so many tasks.
pub(crate) fn start(
    service: &mut Service,
    room: &mut Room<'_>,
    wanted: &Wanted,
    count: u64,
    sim: &mut Sim<'_>,
) {
    let Some(definition) = task_definition::find(room.families, &wanted.task_definition) else { return };
    let launch = service.settings.get("launchType").and_then(serde_json::Value::as_str).unwrap_or("FARGATE");
    let tags = match service.settings.get("propagateTags").and_then(serde_json::Value::as_str) {
        Some("SERVICE") => service.tags.clone(),
        Some("TASK_DEFINITION") => definition.tags.clone(),
        _ => tags::Tags::new(),
    };
    let mut ids = Vec::new();
    for _ in 0..count {
        let new = Start {
            cluster_arn: &service.cluster_arn,
            group: format!("service:{}", service.name),
            by: &wanted.owner,
            launch: launch.to_owned(),
            targets: wanted.targets.clone(),
            tags: tags.clone(),
            now: sim.now,
        };
        let task = task(definition, new);
        ids.push(format!("(task {})", task.id));
        room.tasks.push(task);
    }
    if !ids.is_empty() {
        service.steady = false;
        service.say(sim.now, &format!("has started {count} tasks: {}.", ids.join(" ")));
        sim.touch();
    }
}

/// Stops up to so many tasks of a deployment: first those that are not well, and the youngest.
pub(crate) fn stop(service: &mut Service, room: &mut Room<'_>, owner: &str, count: u64, sim: &mut Sim<'_>) {
    let mut own: Vec<&mut Task> =
        room.tasks.iter_mut().filter(|task| task.started_by == owner && task.wanted()).collect();
    own.sort_by(|a, b| {
        (a.healthy, -a.created).partial_cmp(&(b.healthy, -b.created)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let reason = format!("Scaling activity initiated by (deployment {owner})");
    let mut ids = Vec::new();
    for task in own.into_iter().take(usize::try_from(count).unwrap_or(usize::MAX)) {
        life::stop(task, "ServiceSchedulerInitiated", &reason, sim);
        ids.push(format!("(task {})", task.id));
    }
    if !ids.is_empty() {
        service.steady = false;
        service.say(sim.now, &format!("has stopped {} running tasks: {}.", ids.len(), ids.join(" ")));
    }
}

/// Brings a deployment to so many tasks at once.
pub(crate) fn keep(
    service: &mut Service,
    room: &mut Room<'_>,
    wanted: &Wanted,
    desired: u64,
    wait_until: f64,
    sim: &mut Sim<'_>,
) {
    let there = room.wanted(&wanted.owner);
    if there < desired && sim.due(wait_until) {
        start(service, room, wanted, desired - there, sim);
    } else if there > desired {
        stop(service, room, &wanted.owner, there - desired, sim);
    }
}
