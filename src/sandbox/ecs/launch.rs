//! How a deployment of the ECS controller begins: a service revision, a service deployment, an entry in `deployments`.

use serde_json::{Value, json};

use super::breaker;
use super::deployment::{Deployment, Failures, Rollout, Target};
use super::held::{new_hex, new_id};
use super::service::Service;
use super::service_deployment::{Monitor, Progress, Rollback, ServiceDeployment, Status, Strategy};
use super::settle::Sim;
use super::task_definition::TaskDefinition;

/// Where tasks register, as `loadBalancers` of a service has it.
pub(crate) fn targets(balancers: Option<&Value>) -> Vec<Target> {
    let all = balancers.and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|one| {
        Some(Target {
            group: one.get("targetGroupArn")?.as_str()?.into(),
            container: one.get("containerName").and_then(Value::as_str).unwrap_or_default().into(),
            port: one.get("containerPort").and_then(Value::as_u64).unwrap_or_default(),
        })
    })
    .collect()
}

/// The strategy that a configuration names; ROLLING if it names none.
pub(crate) fn strategy(configuration: Option<&Value>) -> Strategy {
    match configuration.and_then(|one| one.get("strategy")).and_then(Value::as_str) {
        Some("BLUE_GREEN") => Strategy::BlueGreen,
        Some("LINEAR") => Strategy::Linear,
        Some("CANARY") => Strategy::Canary,
        _ => Strategy::Rolling,
    }
}

/// A new PRIMARY deployment of a service revision, without anything around it.
pub(crate) fn primary(service: &mut Service, revision: &str, rollout: Option<Rollout>, now: f64) -> String {
    let id = new_id();
    let (definition, balancers) = service.revision(revision).map_or_else(
        || (service.task_definition.clone(), None),
        |one| (one.task_definition.clone(), one.settings.get("loadBalancers").cloned()),
    );
    let reason = format!("ECS deployment {id} in progress.");
    service.deployments.insert(
        0,
        Deployment {
            id: id.clone(),
            revision: revision.into(),
            task_definition: definition.clone(),
            targets: targets(balancers.as_ref()),
            desired: if rollout.is_some() { service.desired } else { 0 },
            rollout,
            reason,
            failures: Failures::default(),
            created: now,
            updated: now,
            steady_since: None,
        },
    );
    service.task_definition = definition;
    service.steady = false;
    id
}

/// Begins a deployment of what the service's settings say, with a task definition. One that is under way is replaced.
pub(crate) fn begin(service: &mut Service, definition: &TaskDefinition, now: f64) {
    replace(service, now);
    let configuration = service.settings.get("deploymentConfiguration").cloned().unwrap_or(Value::Null);
    let strategy = strategy(Some(&configuration));
    let revision = service.add_revision(definition, service.revision_settings(), now);
    let sources: Vec<String> = service.deployments.iter().map(|one| one.revision.clone()).collect();
    let rollout = (strategy == Strategy::Rolling).then_some(Rollout::InProgress);
    primary(service, &revision, rollout, now);
    let arn = service.arn.replace(":service/", ":service-deployment/");
    service.history.push(ServiceDeployment {
        arn: format!("{arn}/{}", new_hex().get(..21).unwrap_or_default()),
        created: now,
        started: None,
        finished: None,
        stopped: None,
        updated: now,
        sources,
        target: revision,
        status: Status::Pending,
        reason: None,
        strategy,
        configuration,
        stage: None,
        progress: Progress::default(),
        hooks: Vec::new(),
        rollback: None,
        breaker: Monitor::Disabled,
        failures: (0, 0),
        alarms: Monitor::Disabled,
        triggered: Vec::new(),
        desired: service.desired,
    });
}

/// Another deployment takes the place of the one under way, which is STOPPED; its text is the one that users of ecspresso
/// report (issue 961 there).
fn replace(service: &mut Service, now: f64) {
    let Some(current) = service.history.last_mut().filter(|one| !one.status.over()) else { return };
    end(current, Status::Stopped, Some("Replaced by a new service deployment"), now);
    // A new revision without production traffic leaves; what has it stays beside the next one.
    let (target, production) = (current.target.clone(), current.progress.production);
    if current.strategy != Strategy::Rolling && production < 100.0 && service.completed.is_some() {
        for deployment in service.deployments.iter_mut().filter(|one| one.revision == target) {
            deployment.desired = 0;
        }
    }
}

/// A service deployment is over.
pub(crate) fn end(deployment: &mut ServiceDeployment, status: Status, reason: Option<&str>, now: f64) {
    deployment.status = status;
    deployment.finished = Some(now);
    deployment.updated = now;
    if status == Status::Stopped {
        deployment.stopped = Some(now);
    }
    if let Some(reason) = reason {
        deployment.reason = Some(reason.into());
    }
    breaker::finish(deployment);
}

/// PENDING becomes IN_PROGRESS; the breaker and the alarms begin to watch.
pub(crate) fn take_up(deployment: &mut ServiceDeployment, sim: &mut Sim<'_>) {
    if deployment.status == Status::Pending {
        (deployment.status, deployment.started, deployment.updated) =
            (Status::InProgress, Some(sim.now), sim.now);
        breaker::begin(deployment, sim);
        sim.touch();
    }
}

/// A service deployment goes back to a service revision.
pub(crate) fn back(deployment: &mut ServiceDeployment, revision: &str, reason: &str, now: f64) {
    deployment.status = Status::RollbackInProgress;
    deployment.reason = Some(reason.into());
    deployment.updated = now;
    deployment.rollback = Some(Rollback { reason: reason.into(), started: now, revision: revision.into() });
    breaker::finish(deployment);
}

/// `deployments` of a service.
pub(crate) fn show(service: &Service, tasks: &[super::task::Task]) -> Value {
    let mut first = true;
    let shown = service.deployments.iter().map(|one| {
        let status = if std::mem::take(&mut first) { "PRIMARY" } else { "ACTIVE" };
        let own = || tasks.iter().filter(|task| task.started_by == one.id && task.wanted());
        let running = own().filter(|task| task.running()).count();
        let mut out = json!({
            "id": one.id, "status": status, "taskDefinition": one.task_definition,
            "desiredCount": one.desired, "runningCount": running, "pendingCount": own().count() - running,
            "failedTasks": one.failures.count,
            "createdAt": super::super::clock::epoch(one.created),
            "updatedAt": super::super::clock::epoch(one.updated),
        });
        if let Some(rollout) = one.rollout {
            out["rolloutState"] = json!(rollout.word());
            out["rolloutStateReason"] = json!(one.reason);
        }
        if let Some(revision) = service.revision(&one.revision) {
            for name in ["launchType", "platformVersion", "platformFamily", "networkConfiguration"] {
                if let Some(value) = revision.settings.get(name) {
                    out[name] = value.clone();
                }
            }
        }
        out
    });
    shown.collect()
}
