//! What takes time happens here: whenever a call names ECS, everything that was due since the call before it.

use std::mem;

use super::super::cloudwatch::AlarmState;
use super::super::elb::Health;
use super::super::world::World;
use super::cluster::Cluster;
use super::held::Region;
use super::rules::Rules;
use super::service::{Controller, Life, Service};
use super::task::Stage;
use super::task_set::SetStatus;
use super::{breaker, life, native, rolling, schedule, seed};

/// More than this many events of one moment, or moments of one call, are a circle: it is left.
const MOST_STEPS: usize = 60_000;
/// How often what is outside of ECS is looked at, in seconds.
const LOOK: f64 = 0.05;
/// How long stopped tasks are shown ("at least one hour", DescribeTasks).
const STOPPED_SHOWN: f64 = 3600.0;
/// How long deleted services are shown.
const INACTIVE_SHOWN: f64 = 3600.0;
/// How long service deployments and revisions are shown: 90 days ("View service history", ECS Developer Guide).
const HISTORY: f64 = 90.0 * 86_400.0;

/// The world around the services, and the moment that is simulated.
#[derive(Debug)]
pub(crate) struct Sim<'w> {
    pub(crate) world: &'w mut World,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) now: f64,
    pub(crate) rules: Rules,
    wake: f64,
    changed: bool,
}

impl Sim<'_> {
    /// Whether a moment has come; if not, it is a moment to come back at.
    pub(crate) fn due(&mut self, at: f64) -> bool {
        if self.now >= at {
            return true;
        }
        self.wake = self.wake.min(at);
        false
    }

    /// Something has changed: what depends on it is looked at again in the same moment.
    pub(crate) fn touch(&mut self) {
        self.changed = true;
    }

    /// What is outside of ECS is looked at again soon.
    pub(crate) fn look_again(&mut self) {
        self.wake = self.wake.min(self.now + LOOK);
    }

    /// How a target is.
    pub(crate) fn health(&self, group: &str, address: &str) -> Option<Health> {
        let account = self.world.accounts.get(&self.account)?;
        account.balancing.health(group, address, self.now)
    }

    /// Which of some alarms fire.
    pub(crate) fn firing(&self, names: &[String]) -> Vec<String> {
        let Some(account) = self.world.accounts.get(&self.account) else { return Vec::new() };
        let fires = |name: &&String| account.alarms.alarm(&self.region, name) == Some(AlarmState::Firing);
        names.iter().filter(fires).cloned().collect()
    }

    /// Sets the weights of a listener or a rule.
    pub(crate) fn shift(&mut self, rule: &str, weights: &[(String, u32)]) {
        if let Some(account) = self.world.accounts.get_mut(&self.account) {
            account.balancing.shift(rule, weights);
        }
    }
}

/// Lets happen in a region what is due by now.
pub(crate) fn settle(world: &mut World, account: &str, region: &str) {
    let until = world.clock.now();
    let Some(mut held) = world.accounts.get_mut(account).map(|account| mem::take(&mut account.ecs)) else {
        return;
    };
    if let Some(place) = held.regions.get_mut(region) {
        let rules = Rules::of(&world.switches);
        if place.settled == 0.0 {
            place.settled = seed::date(place, until);
        }
        let now = place.settled.min(until);
        let mut sim = Sim {
            world,
            account: account.into(),
            region: region.into(),
            now,
            rules,
            wake: f64::INFINITY,
            changed: false,
        };
        for _ in 0..MOST_STEPS {
            (sim.wake, sim.changed) = (f64::INFINITY, false);
            step(place, &mut sim);
            if sim.changed {
                continue;
            }
            // The last look is at this very moment: an alarm may have begun to fire since.
            if sim.now >= until {
                break;
            }
            sim.now = sim.wake.min(until);
        }
        place.settled = until;
    }
    if let Some(account) = world.accounts.get_mut(account) {
        account.ecs = held;
    }
}

fn step(region: &mut Region, sim: &mut Sim<'_>) {
    for cluster in region.clusters.values_mut() {
        tasks(cluster, &region.families, sim);
        for service in cluster.services.values_mut() {
            let room = &mut schedule::Room { tasks: &mut cluster.tasks, families: &region.families };
            match (service.life, service.controller) {
                (Life::Inactive, _) => {}
                (Life::Draining, _) => drain(service, room, sim),
                (Life::Active, Controller::Ecs) => {
                    breaker::account(service, room, sim);
                    if native::concerns(service) {
                        native::step(service, room, &region.hooks, sim);
                    } else {
                        rolling::step(service, room, sim);
                    }
                }
                (Life::Active, _) => sets(service, room, sim),
            }
            let since = sim.now - HISTORY;
            service.history.retain(|one| !one.status.over() || one.created > since);
        }
        let now = sim.now;
        cluster.tasks.retain(|task| task.stopped.is_none_or(|at| now - at < STOPPED_SHOWN));
        cluster.services.retain(|_, one| one.life != Life::Inactive || now - one.ended < INACTIVE_SHOWN);
    }
}

fn tasks(cluster: &mut Cluster, families: &super::task_definition::Families, sim: &mut Sim<'_>) {
    for task in cluster.tasks.iter_mut().filter(|task| task.stage != Stage::Stopped) {
        let service = task.group.strip_prefix("service:").and_then(|name| cluster.services.get_mut(name));
        let Some(definition) = super::task_definition::find(families, &task.definition) else { continue };
        life::step(task, definition, service, sim);
    }
}

/// A deleted service stops its tasks; without any it is INACTIVE.
fn drain(service: &mut Service, room: &mut schedule::Room<'_>, sim: &mut Sim<'_>) {
    let group = format!("service:{}", service.name);
    let mut left = 0;
    for task in room.tasks.iter_mut().filter(|task| task.group == group && task.stage != Stage::Stopped) {
        left += 1;
        life::stop(task, "ServiceSchedulerInitiated", "Service was deleted", sim);
    }
    if left == 0 {
        (service.life, service.ended) = (Life::Inactive, sim.now);
        service.deployments.clear();
        service.sets.clear();
        sim.touch();
    }
}

/// The task sets of CodeDeploy each have their share of tasks.
fn sets(service: &mut Service, room: &mut schedule::Room<'_>, sim: &mut Sim<'_>) {
    let mut sets = mem::take(&mut service.sets);
    for set in &mut sets {
        let (task_definition, targets, id) =
            (set.task_definition.clone(), set.targets.clone(), set.id.clone());
        breaker::count(service, room, &id, &mut set.failures, sim);
        let wanted = schedule::Wanted { owner: id.clone(), task_definition, targets };
        let desired = set.desired(service.desired);
        schedule::keep(service, room, &wanted, desired, set.failures.wait_until, sim);
        let whole = room.healthy(&id) == desired && room.wanted(&id) == desired;
        let steady = whole && set.status != SetStatus::Draining;
        if steady != set.steady_since.is_some() {
            (set.steady_since, set.updated) = (steady.then_some(sim.now), sim.now);
            sim.touch();
        }
    }
    sets.retain(|set| {
        set.status != SetStatus::Draining
            || room.tasks.iter().any(|task| task.started_by == set.id && task.stage != Stage::Stopped)
    });
    service.sets = sets;
}
