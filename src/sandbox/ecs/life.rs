//! The life of a task: PROVISIONING, PENDING, RUNNING, and how it ends ("Amazon ECS task lifecycle" and "Stopped task
//! error messages", ECS Developer Guide).

use serde_json::{Map, Value};

use super::super::ecr;
use super::super::elb::Health;
use super::service::Service;
use super::settle::Sim;
use super::task::{Stage, Stop, Task};
use super::task_definition::TaskDefinition;
use super::{logging, secret};

/// Asks a task to stop, if nothing did before.
pub(crate) fn stop(task: &mut Task, code: &'static str, reason: &str, sim: &mut Sim<'_>) {
    end(task, Stop { code, reason: reason.into(), failed: false }, sim);
}

/// The end of a task begins.
pub(crate) fn end(task: &mut Task, stop: Stop, sim: &mut Sim<'_>) {
    if task.stop.is_some() || task.stage == Stage::Stopped {
        return;
    }
    task.stop = Some(stop);
    task.stopping = Some(sim.now);
    task.version += 1;
    task.stage = if task.registered { Stage::Deactivating } else { Stage::Stopping };
    sim.touch();
}

/// What is due in a task's life.
pub(crate) fn step(
    task: &mut Task,
    definition: &TaskDefinition,
    service: Option<&mut Service>,
    sim: &mut Sim<'_>,
) {
    let before = task.stage;
    match task.stage {
        Stage::Provisioning => {
            if sim.due(task.created + sim.rules.provision) {
                task.stage = Stage::Pending;
                task.pull_started = Some(sim.now);
            }
        }
        Stage::Pending => {
            if sim.due(task.pull_started.unwrap_or(task.created) + sim.rules.pull) {
                begin(task, definition, service, sim);
            }
        }
        Stage::Running => run(task, service.as_deref(), sim),
        Stage::Deactivating => {
            deregister(task, sim);
            // Its targets drain first ("DEACTIVATING", "Amazon ECS task lifecycle").
            let drains = task
                .targets
                .iter()
                .any(|one| sim.health(&one.group, &task.address) == Some(Health::Draining));
            if drains {
                sim.look_again();
            } else if sim.due(task.stopping.unwrap_or(sim.now) + sim.rules.stop) {
                task.stage = Stage::Stopping;
            }
        }
        Stage::Stopping => {
            let stages = if task.registered { 2.0 } else { 1.0 };
            if sim.due(task.stopping.unwrap_or(sim.now) + stages * sim.rules.stop) {
                task.stage = Stage::Stopped;
                task.stopped = Some(sim.now);
                if task.started.is_some() {
                    for container in task.containers.iter_mut().filter(|one| one.exit.is_none()) {
                        // Nothing in an image says that it handles SIGTERM: SIGKILL ends it after its stopTimeout.
                        container.exit = Some(137);
                    }
                }
            }
        }
        Stage::Stopped => {}
    }
    if task.stage != before {
        task.version += 1;
        sim.touch();
    }
}

fn failed_to_start(task: &mut Task, reason: String, sim: &mut Sim<'_>) {
    for container in &mut task.containers {
        if reason.starts_with("CannotPullContainerError") {
            container.reason.get_or_insert_with(|| reason.clone());
        }
    }
    end(task, Stop { code: "TaskFailedToStart", reason, failed: true }, sim);
}

/// Secrets, images, logs and then the containers themselves.
fn begin(task: &mut Task, definition: &TaskDefinition, service: Option<&mut Service>, sim: &mut Sim<'_>) {
    let described: Vec<&Map<String, Value>> = definition.containers().collect();
    for container in &described {
        if let Err(reason) = secret::readable(container, sim) {
            return failed_to_start(task, reason, sim);
        }
    }
    if let Err(reason) = images(task, &described, service, sim) {
        return failed_to_start(task, reason, sim);
    }
    task.pull_stopped = Some(sim.now);
    for container in &described {
        if let Err(reason) = logging::ready(container, sim) {
            return failed_to_start(task, reason, sim);
        }
    }
    for (container, described) in task.containers.iter().zip(&described) {
        logging::write(described, &container.behaviour.log, &task.id, sim);
    }
    task.started = Some(sim.now);
    task.stage = Stage::Running;
    register(task, sim);
}

/// Pulls each image. A tag is resolved once for a service revision, and its tasks have that digest from then on
/// ("Container image resolution", ECS Developer Guide).
fn images(
    task: &mut Task,
    described: &[&Map<String, Value>],
    service: Option<&mut Service>,
    sim: &mut Sim<'_>,
) -> Result<(), String> {
    let mut pinned = service.and_then(|service| {
        let deployments = service.deployments.iter().map(|one| (&one.id, &one.revision));
        let mut all = deployments.chain(service.sets.iter().map(|one| (&one.id, &one.revision)));
        let arn = all.find(|(id, _)| **id == task.started_by)?.1.clone();
        service.revisions.iter_mut().find(|revision| revision.arn == arn)
    });
    for (container, described) in task.containers.iter_mut().zip(described) {
        let consistent = described.get("versionConsistency").and_then(Value::as_str) != Some("disabled");
        let known = pinned
            .as_mut()
            .filter(|_| consistent)
            .and_then(|revision| revision.images.iter_mut().find(|image| image.container == container.name));
        let digest = known.as_ref().and_then(|image| image.digest.clone());
        let asked = match &digest {
            Some(digest) => format!("{}@{digest}", repository(&container.image)),
            None => container.image.clone(),
        };
        match ecr::pull(sim.world, &sim.account, &asked) {
            Ok(pulled) => {
                // What is in no registry of the sandbox has a digest made of the name that was asked for: the pinned one
                // stays.
                let digest = digest.unwrap_or(pulled.digest);
                if let Some(image) = known {
                    image.digest = Some(digest.clone());
                }
                container.digest = Some(digest);
                container.behaviour = match container.command.is_empty() {
                    true => pulled.behaviour,
                    false => pulled.behaviour.running(&container.command),
                };
            }
            Err(reason) => {
                container.reason = Some(reason.clone());
                return Err(reason);
            }
        }
    }
    Ok(())
}

/// An image's name without tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}

/// Tells the target groups of a task; after a slow start once more, when it answers.
fn register(task: &mut Task, sim: &mut Sim<'_>) {
    let Some(account) = sim.world.accounts.get_mut(&sim.account) else { return };
    for target in &task.targets {
        let one = task.containers.iter().find(|container| container.name == target.container);
        let behaviour = one.map(|container| container.behaviour.clone()).unwrap_or_default();
        let warm = behaviour.warms_up <= 0.0 || task.registered;
        account.balancing.register(
            &target.group,
            &task.address,
            target.port,
            !behaviour.unhealthy && warm,
            sim.now,
        );
    }
    task.warm = task.registered || task.containers.iter().all(|one| one.behaviour.warms_up <= 0.0);
    task.registered = !task.targets.is_empty();
}

/// Takes a task out of its target groups.
fn deregister(task: &mut Task, sim: &mut Sim<'_>) {
    let Some(account) = sim.world.accounts.get_mut(&sim.account) else { return };
    if !std::mem::replace(&mut task.leaving, true) {
        for target in &task.targets {
            account.balancing.deregister(&target.group, &task.address, sim.now);
        }
    }
}

fn run(task: &mut Task, service: Option<&Service>, sim: &mut Sim<'_>) {
    let started = task.started.unwrap_or(task.created);
    if let Some(stop) = exits(task, started, sim) {
        return end(task, stop, sim);
    }
    let slow = task.containers.iter().map(|one| one.behaviour.warms_up).fold(0.0, f64::max);
    if task.registered && !task.warm && sim.due(started + slow) {
        register(task, sim);
    }
    let mut well = true;
    for at in 0..task.containers.len() {
        let Some(container) = task.containers.get_mut(at) else { continue };
        if !container.checked {
            continue;
        }
        let answers = !container.behaviour.unhealthy;
        let after = sim.rules.health * if answers { 1.0 } else { 3.0 } + container.behaviour.warms_up;
        if !sim.due(started + after) {
            well = false;
        } else if container.healthy != Some(answers) {
            container.healthy = Some(answers);
            sim.touch();
        }
        if container.healthy == Some(false) && container.essential {
            let reason = "Task failed container health checks".to_owned();
            return end(task, Stop { code: "ServiceSchedulerInitiated", reason, failed: true }, sim);
        }
    }
    let grace = service.and_then(|service| service.settings.get("healthCheckGracePeriodSeconds")?.as_f64());
    let grace = grace.unwrap_or(0.0) / 60.0 * sim.rules.minute;
    for target in task.targets.clone() {
        match sim.health(&target.group, &task.address) {
            // A group that is not there checks nothing.
            None | Some(Health::Healthy) => {}
            Some(Health::Unhealthy) if sim.due(started + grace) => {
                let reason = format!("Task failed ELB health checks in (target-group {})", target.group);
                return end(task, Stop { code: "ServiceSchedulerInitiated", reason, failed: true }, sim);
            }
            Some(Health::Initial | Health::Unhealthy | Health::Draining) => {
                well = false;
                sim.look_again();
            }
        }
    }
    let checked = task.registered || task.containers.iter().any(|one| one.checked);
    well = well && (checked || sim.due(started + sim.rules.settled));
    if well != task.healthy {
        task.healthy = well;
        sim.touch();
    }
}

/// The end of an essential container is the end of its task.
fn exits(task: &mut Task, started: f64, sim: &mut Sim<'_>) -> Option<Stop> {
    let counts = sim.rules.exit_fails && !task.told;
    for container in task.containers.iter_mut().filter(|container| container.exit.is_none()) {
        let behaviour = &container.behaviour;
        let killed = behaviour.out_of_memory.then_some((0.0, 137));
        let Some((after, code)) = behaviour.exits.or(killed) else { continue };
        if !sim.due(started + after) {
            continue;
        }
        container.exit = Some(code);
        if behaviour.out_of_memory {
            container.reason = Some("OutOfMemoryError: Container killed due to memory usage".into());
        }
        sim.touch();
        if container.essential {
            let reason = "Essential container in task exited".to_owned();
            return Some(Stop { code: "EssentialContainerExited", reason, failed: counts });
        }
    }
    None
}
