//! Rolling deployments: tasks of the new revision start, those of older ones stop, within the two percentages ("Deploy
//! Amazon ECS services by replacing tasks", ECS Developer Guide).

use serde_json::Value;

use super::breaker::{self, Failure};
use super::deployment::Rollout;
use super::launch;
use super::schedule::{self, Room, Wanted};
use super::service::Service;
use super::service_deployment::{Monitor, Status};
use super::settle::Sim;

/// One look at a service.
pub(crate) fn step(service: &mut Service, room: &mut Room<'_>, sim: &mut Sim<'_>) {
    if service.current().is_some() {
        if sim.rules.held {
            return;
        }
        watch(service, sim);
    }
    for deployment in &mut service.deployments {
        deployment.desired = service.desired;
    }
    let failed = service.deployments.first().is_some_and(|one| one.rollout == Some(Rollout::Failed));
    if failed {
        // "stop launching new tasks" (DeploymentCircuitBreaker); the tasks of the revision before go on.
        for deployment in service.deployments.clone().iter().skip(1) {
            let desired = room.wanted(&deployment.id);
            schedule::keep(service, room, &wanted(deployment), desired, 0.0, sim);
        }
    } else {
        replace(service, room, sim);
    }
    // assumed: switch ecs_draining_counts
    let waits = sim.rules.draining_counts;
    let gone = |id: &str, room: &Room<'_>| room.wanted(id) == 0 && !(waits && room.left(id) > 0);
    let before = service.deployments.len();
    let mut at = 0;
    service.deployments.retain(|one| {
        at += 1;
        at == 1 || !gone(&one.id, room)
    });
    if service.deployments.len() != before {
        sim.touch();
    }
    complete(service, room, sim);
}

fn wanted(deployment: &super::deployment::Deployment) -> Wanted {
    Wanted {
        owner: deployment.id.clone(),
        task_definition: deployment.task_definition.clone(),
        targets: deployment.targets.clone(),
    }
}

/// A percentage of `deploymentConfiguration`.
fn percent(service: &Service, member: &str, default: f64) -> f64 {
    let configuration = service.settings.get("deploymentConfiguration");
    configuration.and_then(|one| one.get(member)).and_then(Value::as_f64).unwrap_or(default)
}

/// Starts what may start and stops what may stop.
fn replace(service: &mut Service, room: &mut Room<'_>, sim: &mut Sim<'_>) {
    let Some(primary) = service.deployments.first().cloned() else { return };
    let old: Vec<String> = service.deployments.iter().skip(1).map(|one| one.id.clone()).collect();
    let desired = service.desired;
    // "rounded up to the nearest integer" and "rounded down" (DeploymentConfiguration).
    let lower = (desired as f64 * percent(service, "minimumHealthyPercent", 100.0) / 100.0).ceil() as u64;
    let upper = (desired as f64 * percent(service, "maximumPercent", 200.0) / 100.0).floor() as u64;
    let upper = upper.max(lower).max(1);
    let own = room.wanted(&primary.id);
    let others: u64 = old.iter().map(|id| room.wanted(id)).sum();
    if own > desired {
        schedule::stop(service, room, &primary.id, own - desired, sim);
    } else if own < desired {
        let may = (desired - own).min(upper.saturating_sub(own + others));
        if may > 0 && sim.due(primary.failures.wait_until) {
            schedule::start(service, room, &wanted(&primary), may, sim);
        }
    }
    let mut spare = room.healthy(&primary.id) + old.iter().map(|id| room.healthy(id)).sum::<u64>();
    spare = spare.saturating_sub(lower);
    for id in &old {
        let (there, healthy) = (room.wanted(id), room.healthy(id));
        let count = (there - healthy) + healthy.min(spare);
        spare -= healthy.min(spare);
        if count > 0 {
            schedule::stop(service, room, id, count, sim);
        }
    }
}

/// What the circuit breaker, the alarms and those who stop it make of the deployment under way.
fn watch(service: &mut Service, sim: &mut Sim<'_>) {
    let completed = service.completed.clone();
    let Some(current) = service.history.last_mut() else { return };
    launch::take_up(current, sim);
    match current.status {
        Status::RollbackRequested => {
            let reason =
                current.reason.clone().unwrap_or_else(|| "Service deployment stopped by user.".into());
            let revision = completed.filter(|one| *one != current.target);
            fall_back(service, revision.as_deref(), &reason, "ECS deployment stopped", sim);
        }
        Status::StopRequested => {
            fall_back(service, None, "Service deployment stopped by user.", "ECS deployment stopped", sim);
        }
        Status::InProgress => {
            let Some((failure, back)) = breaker::failure(current, sim) else { return };
            let (reason, words) = match failure {
                Failure::Breaker => (
                    "Service deployment rolled back because the circuit breaker threshold was exceeded.",
                    "ECS deployment circuit breaker",
                ),
                Failure::Alarm => (
                    "Service deployment rolled back because a CloudWatch alarm was triggered.",
                    "ECS deployment alarms",
                ),
            };
            let revision = completed.filter(|one| back && *one != current.target);
            let reason = if back { reason.to_owned() } else { reason.replace("rolled back", "failed") };
            fall_back(service, revision.as_deref(), &reason, words, sim);
        }
        Status::RollbackInProgress => {
            // A rollback has no rollback: when its own tasks fail as often, it has failed.
            let (desired, configuration) = (current.desired, current.configuration.clone());
            let limit = breaker::threshold(&configuration, desired);
            let breaks = breaker::asks(&configuration, "deploymentCircuitBreaker", "enable");
            let failed = service.deployments.first().is_some_and(|one| one.failures.count >= limit);
            if breaks && failed {
                if let Some(primary) = service.deployments.first_mut() {
                    primary.rollout = Some(Rollout::Failed);
                    primary.reason = "ECS deployment circuit breaker: tasks failed to start.".into();
                }
                launch::end(current, Status::RollbackFailed, None, sim.now);
                sim.touch();
            }
        }
        _ => {}
    }
}

/// The deployment has failed. With a revision to go back to, that one is deployed; without, nothing more is started.
fn fall_back(service: &mut Service, revision: Option<&str>, reason: &str, words: &str, sim: &mut Sim<'_>) {
    let now = sim.now;
    sim.touch();
    let asked = service.history.last().map(|one| one.status);
    let failed = service.deployments.first().map(|one| one.id.clone()).unwrap_or_default();
    if let Some(primary) = service.deployments.first_mut() {
        primary.rollout = Some(Rollout::Failed);
        primary.reason = format!("{words}: {}", failure_words(words));
        primary.updated = now;
    }
    service.say(now, &format!("(deployment {failed}) deployment failed: {}", failure_words(words)));
    let Some(revision) = revision else {
        let stopped = asked != Some(Status::InProgress) || sim.rules.first_failure_stopped;
        let back = service.history.last().is_some_and(|one| wants_back(&one.configuration, one.breaker));
        // assumed: switch ecs_first_failure_stopped
        let status = if stopped || !back { Status::Stopped } else { Status::RollbackFailed };
        if let Some(current) = service.history.last_mut() {
            launch::end(current, status, Some(reason), now);
        }
        return;
    };
    let id = launch::primary(service, revision, Some(Rollout::InProgress), now);
    if let Some(primary) = service.deployments.first_mut() {
        primary.reason = format!("{words}: rolling back to deploymentId {id}.");
    }
    service.say(now, &format!("rolling back to deployment {id}."));
    if let Some(current) = service.history.last_mut() {
        launch::back(current, revision, reason, now);
    }
}

/// Whether what has triggered asks for a rollback.
fn wants_back(configuration: &Value, breaker: Monitor) -> bool {
    let member = if breaker == Monitor::Triggered { "deploymentCircuitBreaker" } else { "alarms" };
    breaker::asks(configuration, member, "rollback")
}

fn failure_words(words: &str) -> &'static str {
    match words {
        "ECS deployment alarms" => "alarm detected.",
        "ECS deployment stopped" => "stopped by user.",
        _ => "tasks failed to start.",
    }
}

/// Whether the newest deployment is all that runs and is well: then it is COMPLETED, with alarms after a bake time.
fn complete(service: &mut Service, room: &mut Room<'_>, sim: &mut Sim<'_>) {
    let alone = service.deployments.len() == 1;
    let desired = service.desired;
    let Some(primary) = service.deployments.first_mut() else { return };
    let whole = room.healthy(&primary.id) == desired && room.wanted(&primary.id) == desired;
    if !whole || !alone {
        primary.steady_since = None;
        return;
    }
    let since = *primary.steady_since.get_or_insert(sim.now);
    let (id, revision) = (primary.id.clone(), primary.revision.clone());
    if primary.rollout == Some(Rollout::InProgress) {
        let watched = service
            .history
            .last()
            .is_some_and(|one| one.status == Status::InProgress && one.alarms == Monitor::Monitoring);
        let bake = if watched { sim.rules.bake } else { 0.0 };
        if watched {
            sim.look_again();
        }
        if !sim.due(since + bake) {
            return;
        }
        primary.rollout = Some(Rollout::Completed);
        primary.reason = format!("ECS deployment {id} completed.");
        primary.updated = sim.now;
        service.completed = Some(revision);
        service.say(sim.now, &format!("(deployment {id}) deployment completed."));
        if let Some(current) = service.history.last_mut() {
            match current.status {
                Status::InProgress => launch::end(current, Status::Successful, None, sim.now),
                Status::RollbackInProgress => launch::end(current, Status::RollbackSuccessful, None, sim.now),
                _ => {}
            }
        }
        sim.touch();
    }
    if !service.steady {
        service.steady = true;
        service.say(sim.now, "has reached a steady state.");
        sim.touch();
    }
}
