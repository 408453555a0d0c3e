//! The steps of a deployment, each of which begins, lasts and ends.

use super::super::ecs::{self, At, NewTaskSet, SetStatus};
use super::super::world::World;
use super::deployment::{Deployment, Status, Step};
use super::rollback::{self, Cause};
use super::settle::Rules;
use super::{alarm, stage_wait, traffic};

/// How a deployment ended that did not succeed: status, error code, message.
pub(crate) type Ending<'a> = (Status, &'a str, &'a str);

/// Goes on by one step if it is due; whether it did.
pub(crate) fn step(world: &mut World, deployment: &mut Deployment, rules: &Rules) -> bool {
    if !deployment.entered {
        let since = deployment.since;
        if let Some(event) = deployment.event_mut() {
            (event.status, event.start) = ("InProgress", Some(since));
        }
    }
    let first = !std::mem::replace(&mut deployment.entered, true);
    let over = rules.now >= deployment.since + rules.stage;
    match deployment.step() {
        Step::Start => over && start(world, deployment, rules),
        Step::Hook(name) => stage_wait::hook(world, deployment, name, first, rules),
        Step::Install => install(world, deployment, first, rules),
        Step::AllowTestTraffic => {
            if first {
                traffic::test(world, deployment);
            }
            over && next(deployment, deployment.since + rules.stage)
        }
        Step::Ready => stage_wait::ready(deployment, rules),
        Step::AllowTraffic => traffic::production(world, deployment, rules),
        Step::TerminationWait => stage_wait::termination(deployment, rules),
        Step::Terminate => terminate(world, deployment, first, rules),
    }
}

/// The step is over; the next one begins at this time.
pub(crate) fn next(deployment: &mut Deployment, at: f64) -> bool {
    if let Some(event) = deployment.event_mut() {
        (event.status, event.end) = ("Succeeded", Some(at));
    }
    deployment.at += 1;
    (deployment.since, deployment.entered, deployment.continued) = (at, false, false);
    true
}

/// It has failed or was stopped; what of it comes after is skipped, and it is taken back where that is configured.
pub(crate) fn end(deployment: &mut Deployment, ending: Ending<'_>, cause: Cause, rules: &Rules) {
    let (status, code, message) = ending;
    if let Some(event) = deployment.event_mut()
        && event.status == "InProgress"
    {
        let word = if status == Status::Failed { "Failed" } else { "Skipped" };
        (event.status, event.end, event.message) = (word, Some(rules.now), message.to_owned());
    }
    for event in &mut deployment.events {
        if event.status == "Pending" {
            event.status = "Skipped";
        }
    }
    deployment.status = status;
    deployment.error = Some((code.to_owned(), message.to_owned()));
    deployment.completed = Some(rules.now);
    rollback::decide(deployment, cause, rules);
}

/// The same for what went wrong by itself.
pub(crate) fn fail(deployment: &mut Deployment, code: &str, message: &str, rules: &Rules) -> bool {
    end(deployment, (Status::Failed, code, message), Cause::Failure, rules);
    false
}

/// Where its service is.
pub(crate) fn place(deployment: &Deployment) -> At<'_> {
    At {
        account: &deployment.account,
        region: &deployment.region,
        cluster: &deployment.cluster,
        service: &deployment.service,
    }
}

fn start(world: &mut World, deployment: &mut Deployment, rules: &Rules) -> bool {
    deployment.started = Some(deployment.since + rules.stage);
    if deployment.triggered_by.is_none() {
        alarm::check(world, deployment, rules);
        if deployment.status.terminal() {
            return false;
        }
        if let Err((code, message)) = prepare(world, deployment) {
            return fail(deployment, code, &message, rules);
        }
    }
    deployment.status = Status::InProgress;
    next(deployment, deployment.since + rules.stage)
}

/// Finds the original task set and the target group that is free.
fn prepare(world: &mut World, deployment: &mut Deployment) -> Result<(), (&'static str, String)> {
    let sets = ecs::task_sets(world, place(deployment));
    let sets = sets
        .map_err(|why| ("INVALID_ECS_SERVICE", format!("The ECS service is not valid: {}", why.message)))?;
    let primary = sets.iter().find(|set| set.status == SetStatus::Primary).ok_or_else(|| {
        ("INVALID_ECS_SERVICE", "The ECS service has no primary task set to take traffic from.".to_owned())
    })?;
    let pair = "loadBalancerInfo/targetGroupPairInfoList/0/targetGroups";
    let names: Vec<&str> =
        [0, 1].iter().filter_map(|n| deployment.setting(&format!("{pair}/{n}/name"))?.as_str()).collect();
    let balancing = world.accounts.get(&deployment.account).map(|account| &account.balancing);
    let arn = |name: &str| balancing.and_then(|held| held.group_named(&deployment.region, name));
    let arns: Vec<String> = names.iter().filter_map(|name| arn(name)).collect();
    let [first, second] = arns.as_slice() else {
        let message = format!("One of the target groups {} could not be found.", names.join(", "));
        return Err(("ELASTIC_LOAD_BALANCING_INVALID", message));
    };
    let (blue, green) = match primary.target_group.as_ref() {
        Some(group) if group == first => (first, second),
        Some(group) if group == second => (second, first),
        // "The ELB could not be updated": the primary task set is behind a target group that is not of the pair.
        _ => {
            let message = "Primary taskset target group must be behind listener".to_owned();
            return Err(("ELASTIC_LOAD_BALANCING_INVALID", message));
        }
    };
    let (blue, green, set) = (blue.clone(), green.clone(), primary.id.clone());
    (deployment.blue_group, deployment.green_group, deployment.blue) = (blue, green, Some(set));
    Ok(())
}

/// The replacement task set is made, and has to become steady within an hour ("CodeDeploy waits up to 60 minutes").
fn install(world: &mut World, deployment: &mut Deployment, first: bool, rules: &Rules) -> bool {
    if first && let Err(message) = replacement(world, deployment) {
        let message = format!("The ECS service cannot be updated due to an unexpected error: {message}");
        return fail(deployment, "ECS_UPDATE_ERROR", &message, rules);
    }
    let Some(green) = deployment.green.clone() else { return false };
    let sets = ecs::task_sets(world, place(deployment)).unwrap_or_default();
    let steady = sets.iter().any(|set| set.id == green && set.steady);
    if steady && rules.now >= deployment.since + rules.stage {
        return next(deployment, rules.now);
    }
    if rules.now >= deployment.since + 60.0 * rules.minute {
        let message = "The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.";
        return fail(deployment, "TIMEOUT", message, rules);
    }
    false
}

fn replacement(world: &mut World, deployment: &mut Deployment) -> Result<(), String> {
    let Some(spec) = deployment.spec.clone() else { return Err("there is no AppSpec".into()) };
    traffic::attach(world, deployment);
    // What an earlier deployment left that was not rolled back makes room (assumed).
    for set in ecs::task_sets(world, place(deployment)).map_err(|why| why.message)? {
        if set.status == SetStatus::Active {
            ecs::delete_task_set(world, place(deployment), &set.id).map_err(|why| why.message)?;
        }
    }
    let new = NewTaskSet {
        task_definition: &spec.task_definition,
        external: &deployment.id,
        target_group: &deployment.green_group,
        container: &spec.container,
        port: spec.port,
        network: spec.network.clone(),
        platform: spec.platform.clone(),
        scale: 100.0,
    };
    let made = ecs::create_task_set(world, place(deployment), &new);
    deployment.green = Some(made.map_err(|why| format!("{} ({})", why.message, why.code))?);
    Ok(())
}

fn terminate(world: &mut World, deployment: &mut Deployment, first: bool, rules: &Rules) -> bool {
    if first && let Some(blue) = deployment.blue.clone() {
        // One that is gone already needs no deleting.
        let _ = ecs::delete_task_set(world, place(deployment), &blue);
    }
    let over = deployment.since + rules.stage;
    if rules.now < over {
        return false;
    }
    (deployment.status, deployment.completed) = (Status::Succeeded, Some(over));
    let held = world.accounts.get_mut(&deployment.account).map(|account| &mut account.codedeploy);
    let names = (&deployment.region, &deployment.application, &deployment.group);
    if let Some(group) = held.and_then(|held| held.group_mut(names.0, names.1, names.2)) {
        group.last_success = Some(deployment.id.clone());
        if deployment.revision.is_some() {
            group.target.clone_from(&deployment.revision);
        }
    }
    false
}
