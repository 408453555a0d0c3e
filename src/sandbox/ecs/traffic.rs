//! Traffic of a deployment by stages: which target group is the old one and which the new one, and their weights.

use super::deployment::Deployment;
use super::service::Service;
use super::service_deployment::ServiceDeployment;
use super::settle::Sim;

/// How a service that cannot be reached says so (ECS Developer Guide, "Troubleshooting blue/green deployments").
const INVALID: &str = "Service deployment rolled back because of invalid networking configuration. Both targetGroup and alternateTargetGroup should be associated with the productionListenerRule or the testListenerRule.";

fn advanced<'s>(service: &'s Service, member: &str) -> Option<&'s str> {
    let first = service.settings.get("loadBalancers")?.as_array()?.first()?;
    if member == "targetGroupArn" {
        return first.get(member)?.as_str();
    }
    first.get("advancedConfiguration")?.get(member)?.as_str()
}

fn weights(sim: &Sim<'_>, rule: &str) -> Option<Vec<(String, u32)>> {
    sim.world.accounts.get(&sim.account)?.balancing.weights(rule)
}

/// Chooses the target group of the new revision: the one that production traffic does not reach. A service without load
/// balancer has none ("headless services").
pub(crate) fn prepare(
    service: &mut Service,
    current: &ServiceDeployment,
    sim: &mut Sim<'_>,
) -> Result<(), String> {
    let Some(one) = advanced(service, "targetGroupArn").map(str::to_owned) else { return Ok(()) };
    let Some(other) = advanced(service, "alternateTargetGroupArn").map(str::to_owned) else {
        return Err(INVALID.into());
    };
    let production = advanced(service, "productionListenerRule").and_then(|rule| weights(sim, rule));
    let production = production.ok_or(INVALID)?;
    let test = advanced(service, "testListenerRule").and_then(|rule| weights(sim, rule)).unwrap_or_default();
    let attached = |group: &String| production.iter().chain(&test).any(|(attached, _)| attached == group);
    if !attached(&one) || !attached(&other) {
        return Err(INVALID.into());
    }
    let live = service
        .deployments
        .iter()
        .filter(|deployment| Some(&deployment.revision) == service.completed.as_ref())
        .find_map(|deployment| Some(deployment.targets.first()?.group.clone()));
    let weight = |group: &String| {
        production.iter().filter(|(known, _)| known == group).map(|(_, weight)| *weight).sum::<u32>()
    };
    // Without a revision in production the group is the service's own one.
    let new = match live {
        Some(live) if live == one => other,
        Some(_) => one,
        None if service.deployments.len() > 1 && weight(&one) > 0 => other,
        None => one,
    };
    for deployment in service.deployments.iter_mut().filter(|one| one.revision == current.target) {
        for target in deployment.targets.iter_mut().take(1) {
            target.group.clone_from(&new);
        }
    }
    let rule = advanced(service, "productionListenerRule").unwrap_or_default().to_owned();
    if let Some(revision) = service.revisions.iter_mut().find(|one| one.arn == current.target) {
        let resolved = serde_json::json!({
            "loadBalancers": [{"targetGroupArn": new, "productionListenerRule": rule}],
        });
        revision.settings.insert("resolvedConfiguration".into(), resolved);
    }
    sim.touch();
    Ok(())
}

/// Gives the new revision a share of the traffic of a rule.
pub(crate) fn shift(
    service: &Service,
    current: &ServiceDeployment,
    member: &str,
    percent: f64,
    sim: &mut Sim<'_>,
) {
    let Some(rule) = advanced(service, member) else { return };
    let groups = |one: &Deployment| Some(one.targets.first()?.group.clone());
    let (mut ours, mut theirs) = (None, None);
    for deployment in &service.deployments {
        let side = if deployment.revision == current.target { &mut ours } else { &mut theirs };
        *side = side.take().or_else(|| groups(deployment));
    }
    let share = percent.round().clamp(0.0, 100.0) as u32;
    let share = if percent > 0.0 { share.max(1) } else { 0 };
    let both = [
        advanced(service, "targetGroupArn").map(str::to_owned),
        advanced(service, "alternateTargetGroupArn").map(str::to_owned),
    ];
    let Some(new) = ours else { return };
    // The first deployment of a service has no other revision: the other group gets the rest.
    let old = theirs.filter(|old| *old != new);
    let old = old.or_else(|| both.into_iter().flatten().find(|group| *group != new));
    let mut weights = vec![(new, share)];
    weights.extend(old.map(|old| (old, 100 - share)));
    sim.shift(rule, &weights);
}
