//! UpdateService.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid};
use super::configuration;
use super::deployment::{Deployment, Rollout};
use super::launch;
use super::service::{Controller, Life, Service};
use super::service_create::{KEPT, check_containers, definition};
use super::service_show;
use super::task_set::SetStatus;

/// A change of one of these is a new deployment ("This parameter triggers a new service deployment", UpdateService).
const TRIGGERS: &[&str] = &[
    "loadBalancers",
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];
/// What CodeDeploy alone changes, and how ECS calls it.
const OF_CODE_DEPLOY: &[(&str, &str)] = &[
    ("taskDefinition", "task definition"),
    ("networkConfiguration", "network parameters"),
    ("platformVersion", "platform version"),
    ("loadBalancers", "load balancers"),
    ("serviceRegistries", "service registries"),
    ("serviceConnectConfiguration", "service connect configuration"),
    ("volumeConfigurations", "volume configurations"),
    ("vpcLatticeConfigurations", "VPC Lattice configurations"),
    ("capacityProviderStrategy", "capacity provider strategy"),
];

pub(crate) fn update(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let body = ask.body.clone();
    let (now, rules) = (ask.now, ask.rules);
    let service = ask.service()?;
    if service.life != Life::Active {
        return Err(Fail::new(400, "ServiceNotActiveException", "Service was not ACTIVE."));
    }
    let controller = body.get("deploymentController").and_then(|one| one.get("type")?.as_str());
    let migrates = controller == Some("ECS") && service.controller != Controller::Ecs;
    if controller.is_some_and(|one| one != service.controller.word()) && !migrates {
        return Err(invalid("A service can be migrated to the ECS deployment controller only."));
    }
    if service.controller != Controller::Ecs && !migrates {
        refuse(service, &body)?;
    }
    let current = service.task_definition.clone();
    let given = body.get("taskDefinition").and_then(Value::as_str);
    let wanted = match given {
        Some(given) => definition(ask, given)?,
        // What runs already goes on with its task definition, INACTIVE or not.
        None => super::task_definition::find(&ask.place.families, &current)
            .cloned()
            .ok_or_else(|| super::ask::client("TaskDefinition not found."))?,
    };
    let service = ask.service()?;
    let mut settings = service.settings.clone();
    let mut triggers = migrates || (given.is_some() && wanted.arn != current);
    for (name, value) in body.iter().filter(|(name, value)| KEPT.contains(&name.as_str()) && !value.is_null())
    {
        let changed = settings.get(name) != Some(value);
        triggers |= changed && TRIGGERS.contains(&name.as_str());
        settings.insert(name.clone(), value.clone());
    }
    let forced = body.get("forceNewDeployment").and_then(Value::as_bool) == Some(true);
    let providers = "capacityProviderStrategy";
    if !forced && settings.get(providers) != service.settings.get(providers) {
        return Err(invalid(
            "When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.",
        ));
    }
    if settings.get(providers).and_then(Value::as_array).is_some_and(|all| !all.is_empty()) {
        settings.remove("launchType");
    }
    if let Some(given) = body.get("deploymentConfiguration").and_then(Value::as_object) {
        let all = settings.entry("deploymentConfiguration").or_insert_with(|| json!({}));
        if let Some(all) = all.as_object_mut() {
            all.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        configuration::check(Some(all), &rules)?;
    }
    check_containers(&settings, &wanted)?;
    service.settings = settings;
    if let Some(desired) = body.get("desiredCount").and_then(Value::as_u64) {
        service.desired = desired;
        service.steady = false;
    }
    if migrates {
        migrate(service, now);
    }
    if triggers || forced {
        launch::begin(service, &wanted, now);
    }
    let name = service.name.clone();
    let cluster = ask.cluster()?;
    let shown =
        cluster.services.get(&name).map(|service| service_show::show(service, &cluster.tasks, &rules));
    Ok(json!({"service": shown}))
}

/// What UpdateService does not change of a service that CodeDeploy or someone else deploys.
fn refuse(service: &Service, body: &Map<String, Value>) -> Result<(), Fail> {
    let word = service.controller.word();
    let how = match service.controller {
        Controller::CodeDeploy => "Use AWS CodeDeploy to trigger a new deployment.",
        _ => "Create a new task set instead.",
    };
    for (member, what) in OF_CODE_DEPLOY {
        if body.get(*member).is_some_and(|value| !value.is_null()) {
            return Err(invalid(format!(
                "Unable to update {what} on services with a {word} deployment controller. {how}"
            )));
        }
    }
    if body.get("forceNewDeployment").and_then(Value::as_bool) == Some(true) {
        return Err(invalid(format!(
            "Cannot force a new deployment on services with a {word} deployment controller. {how}"
        )));
    }
    Ok(())
}

/// The ECS controller takes over: the task sets are its deployments from then on, the PRIMARY one the last that was
/// completed ("Migrate CodeDeploy blue/green deployments to Amazon ECS blue/green deployments").
fn migrate(service: &mut Service, now: f64) {
    service.controller = Controller::Ecs;
    let mut sets = std::mem::take(&mut service.sets);
    sets.sort_by_key(|set| set.status != SetStatus::Primary);
    for set in sets {
        let primary = set.status == SetStatus::Primary;
        if primary {
            service.completed = Some(set.revision.clone());
        }
        service.deployments.push(Deployment {
            id: set.id,
            revision: set.revision,
            task_definition: set.task_definition,
            targets: set.targets,
            desired: if primary { service.desired } else { 0 },
            rollout: primary.then_some(Rollout::Completed),
            reason: "Migrated from CODE_DEPLOY.".into(),
            failures: set.failures,
            created: set.created,
            updated: now,
            steady_since: set.steady_since,
        });
    }
}
