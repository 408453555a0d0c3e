//! What scenarios have of ECS when a sandbox starts: services that were deployed an hour ago.

use super::super::clock;
use super::cluster::Cluster;
use super::deployment::Rollout;
use super::held::{Held, Region};
use super::launch;
use super::service_create::{New, make};
use super::service_deployment::Status;
use super::task_definition::TaskDefinition;

/// How long ago what is seeded was deployed, in seconds.
const AGO: f64 = 3600.0;

/// The cluster of this name, made if it is not there.
pub(crate) fn cluster<'h>(held: &'h mut Held, account: &str, region: &str, name: &str) -> &'h mut Cluster {
    let place = held.regions.entry(region.into()).or_default();
    place.clusters.entry(name.into()).or_insert_with(|| Cluster {
        name: name.into(),
        arn: format!("arn:aws:ecs:{region}:{account}:cluster/{name}"),
        ..Cluster::default()
    })
}

/// A service whose deployment is over: only its tasks have yet to start, which happens before the first call.
pub(crate) fn service(cluster: &mut Cluster, new: New, definition: &TaskDefinition) {
    let name = new.name.clone();
    let desired = new.desired;
    let mut service = make(new, definition);
    if let Some(current) = service.history.last_mut() {
        current.started = Some(current.created);
        launch::end(current, Status::Successful, None, clock::SEEDED);
        current.progress.production = 100.0;
        service.completed = Some(current.target.clone());
    }
    for deployment in &mut service.deployments {
        deployment.desired = desired;
        deployment.rollout = deployment.rollout.map(|_| Rollout::Completed);
        deployment.reason = format!("ECS deployment {} completed.", deployment.id);
    }
    cluster.services.insert(name, service);
}

/// When a seeded region begins to live: what was made at the first second of 2026 is an hour old, so that the 90 days of
/// history have it. The answer is the time from which on things happen.
pub(crate) fn date(region: &mut Region, now: f64) -> f64 {
    let then = now - AGO;
    let move_up = |at: &mut f64| {
        if *at == clock::SEEDED {
            *at = then;
        }
    };
    for service in region.clusters.values_mut().flat_map(|cluster| cluster.services.values_mut()) {
        for one in &mut service.history {
            [&mut one.created, &mut one.updated].into_iter().for_each(move_up);
            [&mut one.started, &mut one.finished].into_iter().flatten().for_each(move_up);
        }
        for one in &mut service.deployments {
            [&mut one.created, &mut one.updated].into_iter().for_each(move_up);
        }
        for one in &mut service.sets {
            [&mut one.created, &mut one.updated].into_iter().for_each(move_up);
        }
        service.revisions.iter_mut().for_each(|one| move_up(&mut one.created));
    }
    then
}
