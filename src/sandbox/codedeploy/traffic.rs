//! Traffic: weights of the listeners' target groups.

use super::super::ecs;
use super::super::elb;
use super::super::world::World;
use super::deployment::Deployment;
use super::settle::Rules;
use super::stage::{next, place};

fn balancing<'w>(world: &'w mut World, deployment: &Deployment) -> Option<&'w mut elb::Held> {
    world.accounts.get_mut(&deployment.account).map(|account| &mut account.balancing)
}

/// A listener and those of its rules that forward to one of the two target groups get these weights.
fn set(world: &mut World, deployment: &Deployment, route: &str, green: u32) {
    let Some(listener) = deployment.listener(route) else { return };
    let Some(held) = balancing(world, deployment) else { return };
    let groups = [deployment.blue_group.as_str(), deployment.green_group.as_str()];
    let weights = [
        (deployment.blue_group.clone(), 100 - green.min(100)),
        (deployment.green_group.clone(), green.min(100)),
    ];
    for arn in held.routes(&listener, &groups) {
        held.shift(&arn, &weights);
    }
}

/// Production traffic stays with the original task set, and the target group of the replacement is known to the load
/// balancer: without that its targets are `unused` (assumed to be done with a weight of 0).
pub(crate) fn attach(world: &mut World, deployment: &Deployment) {
    set(world, deployment, "prodTrafficRoute", 0);
}

/// Test traffic goes to the replacement.
pub(crate) fn test(world: &mut World, deployment: &Deployment) {
    set(world, deployment, "testTrafficRoute", 100);
}

/// Production traffic moves as the configuration says; once all of it has, the replacement is the primary task set.
pub(crate) fn production(world: &mut World, deployment: &mut Deployment, rules: &Rules) -> bool {
    let minutes =
        if rules.minute > 0.0 { (rules.now - deployment.since) / rules.minute } else { f64::from(u16::MAX) };
    let weight = deployment.traffic.weight(minutes.max(0.0));
    if weight != deployment.weight || deployment.triggered_by.is_some() {
        deployment.weight = weight;
        set(world, deployment, "prodTrafficRoute", weight);
    }
    if deployment.triggered_by.is_some() {
        test(world, deployment);
    }
    let over = deployment.since + deployment.traffic.whole() * rules.minute + rules.stage;
    if weight < 100 || rules.now < over {
        return false;
    }
    if let Some(green) = deployment.green.clone() {
        // Only a service that was deleted meanwhile refuses; the deployment then ends with nothing to terminate.
        let _ = ecs::set_primary(world, place(deployment), &green);
    }
    next(deployment, over)
}

/// The share of production traffic that each target group has now, in percent.
pub(crate) fn share(world: &World, deployment: &Deployment, group: &str) -> f64 {
    let held = world.accounts.get(&deployment.account).map(|account| &account.balancing);
    let weights = deployment
        .listener("prodTrafficRoute")
        .and_then(|listener| {
            let groups = [deployment.blue_group.as_str(), deployment.green_group.as_str()];
            let held = held?;
            let first = held.routes(&listener, &groups).into_iter().next_back()?;
            held.weights(&first)
        })
        .unwrap_or_default();
    let whole: u32 = weights.iter().map(|(_, weight)| weight).sum();
    let own: u32 = weights.iter().filter(|(arn, _)| arn == group).map(|(_, weight)| weight).sum();
    if whole == 0 { 0.0 } else { f64::from(own) * 100.0 / f64::from(whole) }
}
