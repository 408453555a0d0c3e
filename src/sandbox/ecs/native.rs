//! Deployments by lifecycle stages: BLUE_GREEN, LINEAR and CANARY ("Amazon ECS blue/green deployments" and its pages on
//! stages and hooks, ECS Developer Guide).

use std::collections::BTreeMap;

use serde_json::Value;

use super::breaker::{self, Failure};
use super::hook::{self, HookStatus};
use super::launch;
use super::plan;
use super::schedule::{self, Room, Wanted};
use super::service::Service;
use super::service_deployment::{Monitor, ServiceDeployment, Status, Step, Strategy, Work};
use super::settle::Sim;
use super::traffic;

/// Whether a service is deployed so.
pub(crate) fn concerns(service: &Service) -> bool {
    match service.current() {
        Some(current) => current.strategy != Strategy::Rolling,
        None => service.deployments.first().is_some_and(|one| one.rollout.is_none()),
    }
}

/// One look at a service.
pub(crate) fn step(
    service: &mut Service,
    room: &mut Room<'_>,
    hooks: &BTreeMap<String, Vec<String>>,
    sim: &mut Sim<'_>,
) {
    if service.current().is_none() {
        if let Some(primary) = service.deployments.first_mut() {
            primary.desired = service.desired;
        }
    } else {
        for one in service.deployments.iter_mut().filter(|one| one.desired > 0) {
            one.desired = service.desired;
        }
        if !sim.rules.held {
            advance(service, room, hooks, sim);
        }
    }
    for deployment in service.deployments.clone() {
        let wanted = Wanted {
            owner: deployment.id.clone(),
            task_definition: deployment.task_definition.clone(),
            targets: deployment.targets.clone(),
        };
        let wait = deployment.failures.wait_until;
        schedule::keep(service, room, &wanted, deployment.desired, wait, sim);
    }
    let current = service.current().map(|one| one.target.clone());
    let before = service.deployments.len();
    let mut at = 0;
    service.deployments.retain(|one| {
        at += 1;
        at == 1 || one.desired > 0 || current.as_ref() == Some(&one.revision) || room.wanted(&one.id) > 0
    });
    if service.deployments.len() != before {
        sim.touch();
    }
    let steady = service.current().is_none()
        && service.deployments.first().is_some_and(|one| room.healthy(&one.id) == service.desired);
    if steady && !service.steady {
        service.steady = true;
        service.say(sim.now, "has reached a steady state.");
        sim.touch();
    }
}

fn advance(
    service: &mut Service,
    room: &mut Room<'_>,
    hooks: &BTreeMap<String, Vec<String>>,
    sim: &mut Sim<'_>,
) {
    let Some(mut current) = service.history.pop() else { return };
    launch::take_up(&mut current, sim);
    if current.progress.plan.is_empty() && current.rollback.is_none() {
        current.progress.plan = plan::forward(&current, &sim.rules);
    }
    match current.status {
        Status::RollbackRequested => {
            let reason =
                current.reason.clone().unwrap_or_else(|| "Service deployment stopped by user.".into());
            fall_back(service, &mut current, &reason, sim);
        }
        Status::StopRequested => give_up(service, &mut current, "Service deployment stopped by user.", sim),
        Status::InProgress => match breaker::failure(&mut current, sim) {
            Some((failure, back)) => {
                let what = match failure {
                    Failure::Breaker => "the circuit breaker threshold was exceeded.",
                    Failure::Alarm => "a CloudWatch alarm was triggered.",
                };
                if back {
                    let reason = format!("Service deployment rolled back because {what}");
                    fall_back(service, &mut current, &reason, sim);
                } else {
                    let reason = format!("Service deployment failed because {what}");
                    give_up(service, &mut current, &reason, sim);
                }
            }
            None => work(service, room, hooks, &mut current, sim),
        },
        Status::RollbackInProgress => work(service, room, hooks, &mut current, sim),
        _ => {}
    }
    if current.alarms == Monitor::Monitoring && !current.status.over() {
        sim.look_again();
    }
    service.history.push(current);
}

/// The stage that a deployment is in.
fn work(
    service: &mut Service,
    room: &mut Room<'_>,
    hooks: &BTreeMap<String, Vec<String>>,
    current: &mut ServiceDeployment,
    sim: &mut Sim<'_>,
) {
    let Some(step) = current.progress.plan.get(current.progress.at).copied() else {
        return finish(service, current, sim);
    };
    let Some(since) = current.progress.since else {
        current.progress.since = Some(sim.now);
        current.updated = sim.now;
        // assumed: switch ecs_pre_production_stage_shown
        if step.stage != "PRE_PRODUCTION_TRAFFIC_SHIFT" || sim.rules.pre_production_shown {
            current.stage = Some(step.stage.into());
        }
        hook::enter(current, step.stage, sim);
        sim.touch();
        if let Err(reason) = enter(service, current, step, sim) {
            fall_back(service, current, &reason, sim);
        }
        return;
    };
    hook::step(current, hooks, sim);
    let at = current.progress.at;
    let own = || current.hooks.iter().filter(|run| run.at == at);
    if let Some(failed) = own().find(|run| run.status == HookStatus::Failed || run.goes_back()) {
        let what = failed.function.as_deref().map_or_else(
            || format!("the pause {} ended", failed.id),
            |function| format!("the lifecycle hook {function} failed"),
        );
        let reason = format!("Service deployment rolled back because {what} at {}.", step.stage);
        if current.status == Status::RollbackInProgress {
            launch::end(current, Status::RollbackFailed, Some(&reason), sim.now);
            sim.touch();
        } else {
            fall_back(service, current, &reason, sim);
        }
        return;
    }
    if !own().all(hook::HookRun::lets_go) || !sim.due(since + sim.rules.stage) {
        return;
    }
    let minutes = match step.work {
        Work::Shift(_, minutes) | Work::Bake(minutes) => minutes,
        _ => 0.0,
    };
    let done = match step.work {
        Work::ScaleUp => service
            .deployments
            .iter()
            .filter(|one| one.revision == current.target)
            .all(|one| room.healthy(&one.id) == one.desired && room.wanted(&one.id) == one.desired),
        Work::CleanUp => {
            service.deployments.iter().filter(|one| one.desired == 0).all(|one| room.wanted(&one.id) == 0)
        }
        _ => sim.due(since + minutes * sim.rules.minute),
    };
    if done {
        current.progress.at += 1;
        current.progress.since = None;
        sim.touch();
    }
}

/// What a stage begins with.
fn enter(
    service: &mut Service,
    current: &mut ServiceDeployment,
    step: Step,
    sim: &mut Sim<'_>,
) -> Result<(), String> {
    let stays = match &current.rollback {
        Some(rollback) => rollback.revision.clone(),
        None => current.target.clone(),
    };
    match step.work {
        Work::Nothing | Work::Bake(_) => {}
        Work::Reconcile => traffic::prepare(service, current, sim)?,
        Work::ScaleUp => {
            let desired = service.desired;
            for one in service.deployments.iter_mut().filter(|one| one.revision == current.target) {
                one.desired = desired;
            }
        }
        Work::Test(percent) => {
            current.progress.test = percent;
            traffic::shift(service, current, "testListenerRule", percent, sim);
        }
        Work::Shift(percent, _) => {
            current.progress.production = percent;
            current.progress.shifts.push((sim.now, percent));
            traffic::shift(service, current, "productionListenerRule", percent, sim);
        }
        Work::CleanUp => {
            for one in service.deployments.iter_mut().filter(|one| one.revision != stays) {
                one.desired = 0;
            }
        }
    }
    Ok(())
}

/// Goes back to the revision that had the traffic before; without one, the deployment has only failed.
fn fall_back(service: &mut Service, current: &mut ServiceDeployment, reason: &str, sim: &mut Sim<'_>) {
    let known = |one: &String| service.deployments.iter().any(|deployment| deployment.revision == *one);
    let Some(source) = service.completed.clone().filter(|one| *one != current.target && known(one)) else {
        let by_hand = current.status == Status::RollbackRequested;
        give_up(service, current, reason, sim);
        // assumed: switch ecs_first_failure_stopped
        if !by_hand && !sim.rules.first_failure_stopped {
            current.status = Status::RollbackFailed;
        }
        return;
    };
    launch::back(current, &source, reason, sim.now);
    current.progress.plan = plan::backward(&current.progress);
    (current.progress.at, current.progress.since) = (0, None);
    // Hooks of the way there are not those of the way back.
    for run in &mut current.hooks {
        run.at = usize::MAX;
    }
    let desired = service.desired;
    // The old revision's deployment keeps its id and is PRIMARY again, also when it was being cleaned up.
    service.deployments.sort_by_key(|one| one.revision != source);
    if let Some(primary) = service.deployments.first_mut() {
        primary.desired = desired;
        service.task_definition = primary.task_definition.clone();
    }
    service.say(sim.now, &format!("rolling back: {reason}"));
    sim.touch();
}

/// Nothing more is started for the new revision.
fn give_up(service: &mut Service, current: &mut ServiceDeployment, reason: &str, sim: &mut Sim<'_>) {
    launch::end(current, Status::Stopped, Some(reason), sim.now);
    service.say(sim.now, reason);
    sim.touch();
}

fn finish(service: &mut Service, current: &mut ServiceDeployment, sim: &mut Sim<'_>) {
    let back = current.rollback.as_ref().map(|rollback| rollback.revision.clone());
    let (status, stays) = match back {
        Some(revision) => (Status::RollbackSuccessful, revision),
        None => (Status::Successful, current.target.clone()),
    };
    launch::end(current, status, None, sim.now);
    service.deployments.sort_by_key(|one| one.revision != stays);
    service.completed = Some(stays);
    if let Some(id) = service.deployments.first().map(|one| one.id.clone()) {
        service.say(sim.now, &format!("(deployment {id}) deployment completed."));
    }
    sim.touch();
}

/// A number of a configuration.
pub(crate) fn number(configuration: &Value, part: &str, member: &str, default: f64) -> f64 {
    let part = if part.is_empty() { Some(configuration) } else { configuration.get(part) };
    part.and_then(|one| one.get(member)).and_then(Value::as_f64).unwrap_or(default)
}
