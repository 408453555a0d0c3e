//! Failed tasks: how they are counted, when the deployment circuit breaker has enough of them, and the alarms.

use serde_json::Value;

use super::deployment::Failures;
use super::schedule::Room;
use super::service::Service;
use super::service_deployment::{Monitor, ServiceDeployment, Strategy};
use super::settle::Sim;

/// The longest wait between starts ("up to 15 minutes", "Service throttle logic", ECS Developer Guide).
const LONGEST_WAIT: f64 = 900.0;

/// Whether `deploymentConfiguration` asks for something, as `alarms` and `enable`.
pub(crate) fn asks(configuration: &Value, member: &str, what: &str) -> bool {
    configuration.get(member).and_then(|one| one.get(what)).and_then(Value::as_bool) == Some(true)
}

/// How many failed tasks are enough: half of the desired count, at least 3 and at most 200, unless
/// `thresholdConfiguration` says otherwise ("How the Amazon ECS deployment circuit breaker detects failures").
pub(crate) fn threshold(configuration: &Value, desired: u64) -> u64 {
    let given =
        configuration.get("deploymentCircuitBreaker").and_then(|one| one.get("thresholdConfiguration"));
    let value = given.and_then(|one| one.get("value")).and_then(Value::as_f64).unwrap_or(50.0);
    let share = (desired as f64 * value / 100.0).ceil() as u64;
    match given.and_then(|one| one.get("type")).and_then(Value::as_str) {
        Some("COUNT") => value as u64,
        Some("UNBOUNDED_PERCENT") => share.max(1),
        _ => share.clamp(3, 200),
    }
}

/// Counts what has failed of the tasks of a deployment, and forgets it once one is healthy, unless
/// `resetOnHealthyTask` is false. After each failure the next start waits longer.
pub(crate) fn count(
    service: &mut Service,
    room: &mut Room<'_>,
    owner: &str,
    failures: &mut Failures,
    sim: &mut Sim<'_>,
) {
    let configuration = service.settings.get("deploymentConfiguration");
    let breaker = configuration.and_then(|one| one.get("deploymentCircuitBreaker"));
    let keeps = breaker.and_then(|one| one.get("resetOnHealthyTask")).and_then(Value::as_bool) == Some(false);
    let mut events = Vec::new();
    for task in room.tasks.iter_mut().filter(|task| task.started_by == owner && !task.told) {
        if let Some(stop) = &task.stop {
            task.told = true;
            if stop.failed {
                failures.count += 1;
                let doublings = i32::try_from(failures.count.min(20)).unwrap_or(20) - 1;
                let wait = (sim.rules.restart * 2f64.powi(doublings)).min(LONGEST_WAIT);
                failures.wait_until = sim.now + wait;
                if stop.reason.starts_with("Task failed") {
                    let why = stop.reason.trim_start_matches("Task ");
                    events.push(format!("(task {}) {why}.", task.id));
                }
                if failures.count == 3 {
                    events.push("is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.".into());
                }
                sim.touch();
            }
        } else if task.healthy {
            task.told = true;
            if !keeps {
                *failures = Failures::default();
            }
            sim.touch();
        }
    }
    for event in events {
        service.say(sim.now, &event);
    }
}

/// The same for all deployments of a service; the service deployment hears of those of its newest.
pub(crate) fn account(service: &mut Service, room: &mut Room<'_>, sim: &mut Sim<'_>) {
    let mut deployments = std::mem::take(&mut service.deployments);
    for deployment in &mut deployments {
        let mut failures = deployment.failures;
        count(service, room, &deployment.id, &mut failures, sim);
        if failures != deployment.failures {
            (deployment.failures, deployment.updated) = (failures, sim.now);
        }
    }
    if let Some(current) = service.history.last_mut().filter(|one| !one.status.over()) {
        let own = deployments.iter().find(|one| one.revision == current.target);
        if current.breaker == Monitor::Monitoring {
            current.failures.0 = own.map_or(current.failures.0, |one| one.failures.count);
        }
    }
    service.deployments = deployments;
}

/// The names of the alarms that a deployment minds.
pub(crate) fn alarm_names(configuration: &Value) -> Vec<String> {
    let names = configuration.get("alarms").and_then(|one| one.get("alarmNames")).and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A service deployment begins to watch. Alarms that fire already are not minded, none of them ("How CloudWatch alarms
/// detect Amazon ECS deployment failures").
pub(crate) fn begin(deployment: &mut ServiceDeployment, sim: &mut Sim<'_>) {
    let configuration = &deployment.configuration;
    // assumed: switch ecs_breaker_by_stages
    let breaks = deployment.strategy == Strategy::Rolling || sim.rules.breaker_by_stages;
    if breaks && asks(configuration, "deploymentCircuitBreaker", "enable") {
        deployment.breaker = Monitor::Monitoring;
        deployment.failures.1 = threshold(configuration, deployment.desired);
    }
    if asks(configuration, "alarms", "enable") && sim.firing(&alarm_names(configuration)).is_empty() {
        deployment.alarms = Monitor::Monitoring;
    }
}

/// Why a deployment fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Breaker,
    Alarm,
}

/// Whether a service deployment has failed by now, and whether it is to be rolled back.
pub(crate) fn failure(deployment: &mut ServiceDeployment, sim: &mut Sim<'_>) -> Option<(Failure, bool)> {
    let configuration = &deployment.configuration;
    if deployment.breaker == Monitor::Monitoring && deployment.failures.0 >= deployment.failures.1 {
        let back = asks(configuration, "deploymentCircuitBreaker", "rollback");
        deployment.breaker = Monitor::Triggered;
        return Some((Failure::Breaker, back));
    }
    if deployment.alarms == Monitor::Monitoring {
        let firing = sim.firing(&alarm_names(configuration));
        if !firing.is_empty() {
            let back = asks(configuration, "alarms", "rollback");
            deployment.triggered = firing;
            deployment.alarms = Monitor::Triggered;
            return Some((Failure::Alarm, back));
        }
    }
    None
}

/// A service deployment is over: what was watched is not any more.
pub(crate) fn finish(deployment: &mut ServiceDeployment) {
    for monitor in [&mut deployment.breaker, &mut deployment.alarms] {
        if *monitor == Monitor::Monitoring {
            *monitor = Monitor::Complete;
        }
    }
}
