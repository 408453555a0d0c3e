//! CreateService.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, client, invalid, no_cluster};
use super::configuration;
use super::held::new_id;
use super::launch;
use super::service::{Controller, Life, Service};
use super::tags::{self, Tags};
use super::task_definition::{Standing, TaskDefinition, find};
use super::task_set::{SetStatus, TaskSet};

/// Members that a service keeps as they were sent.
pub(crate) const KEPT: &[&str] = &[
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "propagateTags",
    "schedulingStrategy",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

/// A service as it begins.
#[derive(Debug)]
pub(crate) struct New {
    pub(crate) name: String,
    pub(crate) cluster_arn: String,
    pub(crate) controller: Controller,
    pub(crate) desired: u64,
    pub(crate) settings: Map<String, Value>,
    pub(crate) tags: Tags,
    pub(crate) by: String,
    pub(crate) now: f64,
}

/// Makes a service, and begins its first deployment or makes its first task set.
pub(crate) fn make(new: New, definition: &TaskDefinition) -> Service {
    let arn = format!("{}/{}", new.cluster_arn.replace(":cluster/", ":service/"), new.name);
    let mut settings = new.settings;
    fill(&mut settings);
    let mut service = Service {
        arn,
        name: new.name,
        cluster_arn: new.cluster_arn,
        life: Life::Active,
        controller: new.controller,
        task_definition: definition.arn.clone(),
        desired: new.desired,
        settings,
        tags: new.tags,
        created: new.now,
        by: new.by,
        events: VecDeque::new(),
        deployments: Vec::new(),
        sets: Vec::new(),
        revisions: Vec::new(),
        history: Vec::new(),
        completed: None,
        ended: 0.0,
        steady: false,
    };
    match service.controller {
        Controller::Ecs => launch::begin(&mut service, definition, new.now),
        Controller::CodeDeploy => first_set(&mut service, definition, new.now),
        Controller::External => {}
    }
    service
}

/// A service under CODE_DEPLOY has a PRIMARY task set from the start, before CodeDeploy knows of it.
fn first_set(service: &mut Service, definition: &TaskDefinition, now: f64) {
    let settings = service.revision_settings();
    let revision = service.add_revision(definition, settings.clone(), now);
    let id = new_id();
    service.sets.push(TaskSet {
        arn: format!("{}/{id}", service.arn.replace(":service/", ":task-set/")),
        id,
        external: String::new(),
        task_definition: definition.arn.clone(),
        status: SetStatus::Primary,
        scale: 100.0,
        targets: launch::targets(settings.get("loadBalancers")).into_iter().take(1).collect(),
        settings,
        created: now,
        updated: now,
        steady_since: None,
        failures: super::deployment::Failures::default(),
        revision,
    });
}

/// What DescribeServices shows although nobody has sent it.
fn fill(settings: &mut Map<String, Value>) {
    for name in ["loadBalancers", "placementConstraints", "placementStrategy", "serviceRegistries"] {
        settings.entry(name).or_insert_with(|| json!([]));
    }
    for (name, value) in [
        ("schedulingStrategy", json!("REPLICA")),
        ("enableECSManagedTags", json!(false)),
        ("enableExecuteCommand", json!(false)),
        ("propagateTags", json!("NONE")),
        ("availabilityZoneRebalancing", json!("DISABLED")),
    ] {
        settings.entry(name).or_insert(value);
    }
    if !settings.contains_key("capacityProviderStrategy") {
        settings.entry("launchType").or_insert_with(|| json!("EC2"));
    }
    if settings.get("launchType").and_then(Value::as_str) == Some("FARGATE") {
        settings.entry("platformVersion").or_insert_with(|| json!("LATEST"));
        settings.entry("platformFamily").or_insert_with(|| json!("Linux"));
    }
    configuration::fill(settings);
}

/// An active task definition.
pub(crate) fn definition(ask: &Ask<'_>, given: &str) -> Result<TaskDefinition, Fail> {
    let found = find(&ask.place.families, given).ok_or_else(|| client("TaskDefinition not found."))?;
    if found.standing != Standing::Active {
        return Err(client("TaskDefinition is inactive"));
    }
    Ok(found.clone())
}

/// Load balancers name containers that the task definition has.
pub(crate) fn check_containers(
    settings: &Map<String, Value>,
    definition: &TaskDefinition,
) -> Result<(), Fail> {
    let balancers = settings.get("loadBalancers").and_then(Value::as_array).into_iter().flatten();
    for name in balancers.filter_map(|one| one.get("containerName")?.as_str()) {
        let has =
            |container: &Map<String, Value>| container.get("name").and_then(Value::as_str) == Some(name);
        if !definition.containers().any(has) {
            return Err(invalid(format!("The container {name} does not exist in the task definition.")));
        }
    }
    Ok(())
}

pub(crate) fn create(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let name = ask.needed("serviceName")?.to_owned();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.len() > 255 || !name.chars().all(fits) {
        return Err(invalid("Service name must match ^[a-zA-Z0-9\\-_]{1,255}$."));
    }
    if ask.text("schedulingStrategy") == Some("DAEMON") {
        return Err(Fail::not_implemented("DAEMON of ecs:CreateService"));
    }
    let controller = match ask.body.get("deploymentController").and_then(|one| one.get("type")?.as_str()) {
        None | Some("ECS") => Controller::Ecs,
        Some("CODE_DEPLOY") => Controller::CodeDeploy,
        Some("EXTERNAL") => Controller::External,
        Some(other) => return Err(invalid(format!("{other} is no type of deployment controller."))),
    };
    let cluster_name = ask.cluster_name();
    let cluster = ask.place.cluster(&cluster_name).ok_or_else(no_cluster)?;
    let cluster_arn = cluster.arn.clone();
    match cluster.services.get(&name).map(|service| service.life) {
        Some(Life::Active) => return Err(invalid("Creation of service was not idempotent.")),
        Some(Life::Draining) => {
            return Err(invalid("Unable to Start a service that is still Draining."));
        }
        Some(Life::Inactive) | None => {}
    }
    let definition = definition(ask, ask.text("taskDefinition").unwrap_or_default())?;
    let mut settings: Map<String, Value> = Map::new();
    for (member, value) in ask.body.iter().filter(|(_, value)| !value.is_null()) {
        if KEPT.contains(&member.as_str()) || member == "deploymentConfiguration" {
            settings.insert(member.clone(), value.clone());
        }
    }
    check_containers(&settings, &definition)?;
    configuration::check(settings.get("deploymentConfiguration"), &ask.rules)?;
    let desired = ask.body.get("desiredCount").and_then(Value::as_u64);
    let desired = desired
        .ok_or_else(|| invalid("desiredCount must be specified for the REPLICA scheduling strategy."))?;
    let (now, by) = (ask.now, ask.call.caller.arn.clone());
    let tags = tags::read(ask.body.get("tags"));
    let new = New { name: name.clone(), cluster_arn, controller, desired, settings, tags, by, now };
    let service = make(new, &definition);
    let rules = ask.rules;
    let cluster = ask.cluster()?;
    cluster.services.insert(name.clone(), service);
    let shown =
        cluster.services.get(&name).map(|service| super::service_show::show(service, &cluster.tasks, &rules));
    Ok(json!({"service": shown}))
}
