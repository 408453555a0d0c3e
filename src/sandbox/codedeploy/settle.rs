//! Lets happen what is due: every call does so first, whatever service it is for.

use super::super::world::World;
use super::deployment::{Deployment, Status, Step};
use super::{alarm, rollback, stage};

/// The switches and the time, as a call finds them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) now: f64,
    /// How long a step takes that waits for nothing.
    pub(crate) stage: f64,
    pub(crate) minute: f64,
    pub(crate) bakes: bool,
    pub(crate) hooks_answer: bool,
    pub(crate) first_rolls_back: bool,
    pub(crate) rollback_minds_alarms: bool,
}

/// More steps than any deployment has.
const STEPS: usize = 64;

/// Lets all deployments go as far as they are by now.
pub(crate) fn settle(world: &mut World) {
    let switches = &world.switches;
    if switches.on("codedeploy_held") {
        return;
    }
    let rules = Rules {
        now: world.clock.now(),
        stage: switches.number("codedeploy_stage_ms") as f64 / 1000.0,
        minute: switches.number("codedeploy_minute_ms") as f64 / 1000.0,
        bakes: switches.on("codedeploy_bakes"),
        hooks_answer: switches.on("codedeploy_hooks_answer"),
        first_rolls_back: switches.on("codedeploy_first_rolls_back"),
        rollback_minds_alarms: switches.on("codedeploy_rollback_minds_alarms"),
    };
    // A rollback that is made here has its first step with the next call.
    let active: Vec<Deployment> = world
        .accounts
        .values()
        .flat_map(|account| account.codedeploy.deployments.iter().filter(|one| one.active()).cloned())
        .collect();
    for mut deployment in active {
        advance(world, &mut deployment, &rules);
        let held = world.accounts.get_mut(&deployment.account).map(|account| &mut account.codedeploy);
        let slot = held.and_then(|held| held.deployment_mut(&deployment.region, &deployment.id));
        if let Some(slot) = slot {
            *slot = deployment;
        }
    }
}

fn advance(world: &mut World, deployment: &mut Deployment, rules: &Rules) {
    for _ in 0..STEPS {
        if deployment.status.terminal() {
            rollback::due(world, deployment, rules);
            return;
        }
        interrupt(world, deployment, rules);
        if !deployment.status.terminal() && !stage::step(world, deployment, rules) {
            return;
        }
    }
}

/// A stop or an alarm comes before the next step.
fn interrupt(world: &World, deployment: &mut Deployment, rules: &Rules) {
    let over = deployment.since + rules.stage;
    let ends_before = |at: f64| deployment.step() == Step::Terminate && deployment.entered && over <= at;
    if let Some(stop) = deployment.stop.filter(|stop| stop.at <= rules.now && !ends_before(stop.at)) {
        let cause = rollback::Cause::Request(stop.rollback);
        // "MANUAL_STOP: The deployment was stopped" (error codes of ErrorInformation).
        let message = "The deployment has been stopped by user";
        stage::end(deployment, (Status::Stopped, "MANUAL_STOP", message), cause, rules);
        return;
    }
    if deployment.step() == Step::Start || ends_before(rules.now) {
        return;
    }
    alarm::check(world, deployment, rules);
}
