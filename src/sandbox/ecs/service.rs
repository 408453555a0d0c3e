//! Services.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use super::deployment::Deployment;
use super::revision::{ContainerImage, ServiceRevision};
use super::service_deployment::ServiceDeployment;
use super::tags::Tags;
use super::task_definition::TaskDefinition;
use super::task_set::TaskSet;

/// What of a service belongs to its revisions (botocore, `ServiceRevision`).
const OF_REVISION: &[&str] = &[
    "capacityProviderStrategy",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "platformFamily",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

/// How many events a service keeps ("up to 100 events from the most recent", `Service$events`).
const MOST_EVENTS: usize = 100;

/// Who deploys a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Controller {
    Ecs,
    CodeDeploy,
    External,
}

impl Controller {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Controller::Ecs => "ECS",
            Controller::CodeDeploy => "CODE_DEPLOY",
            Controller::External => "EXTERNAL",
        }
    }
}

/// How a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Active,
    Draining,
    Inactive,
}

impl Life {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Life::Active => "ACTIVE",
            Life::Draining => "DRAINING",
            Life::Inactive => "INACTIVE",
        }
    }
}

/// Something that happened to a service.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) created: f64,
    pub(crate) message: String,
}

/// A service.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) cluster_arn: String,
    pub(crate) life: Life,
    pub(crate) controller: Controller,
    /// The ARN of its task definition; under CODE_DEPLOY that of its PRIMARY task set counts.
    pub(crate) task_definition: String,
    pub(crate) desired: u64,
    /// Its members as DescribeServices has them: loadBalancers, networkConfiguration, deploymentConfiguration and so on.
    pub(crate) settings: Map<String, Value>,
    pub(crate) tags: Tags,
    pub(crate) created: f64,
    pub(crate) by: String,
    /// The newest last.
    pub(crate) events: VecDeque<Event>,
    /// Of the ECS controller, the newest first.
    pub(crate) deployments: Vec<Deployment>,
    /// Of CODE_DEPLOY.
    pub(crate) sets: Vec<TaskSet>,
    /// The oldest first.
    pub(crate) revisions: Vec<ServiceRevision>,
    /// The oldest first.
    pub(crate) history: Vec<ServiceDeployment>,
    /// The service revision that was last deployed with success: what ECS goes back to.
    pub(crate) completed: Option<String>,
    /// When it became INACTIVE.
    pub(crate) ended: f64,
    /// Whether its last word was that it is steady.
    pub(crate) steady: bool,
}

impl Service {
    /// Adds an event, as `(service NAME) ...`.
    pub(crate) fn say(&mut self, now: f64, what: &str) {
        let message = format!("(service {}) {what}", self.name);
        self.events.push_back(Event { id: super::super::ids::random_uuid(), created: now, message });
        while self.events.len() > MOST_EVENTS {
            self.events.pop_front();
        }
    }

    /// What of its settings goes into a service revision.
    pub(crate) fn revision_settings(&self) -> Map<String, Value> {
        let of_revision = |name: &&String| OF_REVISION.contains(&name.as_str());
        let members = self.settings.iter().filter(|(name, _)| of_revision(name));
        members.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Adds a service revision; its ARN.
    pub(crate) fn add_revision(
        &mut self,
        definition: &TaskDefinition,
        settings: Map<String, Value>,
        now: f64,
    ) -> String {
        let id = super::held::nineteen(super::super::ids::random());
        let arn = format!("{}/{id}", self.arn.replace(":service/", ":service-revision/"));
        let text = |container: &Map<String, Value>, member: &str| {
            container.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let images = definition.containers().map(|container| ContainerImage {
            container: text(container, "name"),
            image: text(container, "image"),
            digest: None,
        });
        self.revisions.push(ServiceRevision {
            arn: arn.clone(),
            task_definition: definition.arn.clone(),
            settings,
            images: images.collect(),
            created: now,
        });
        arn
    }

    /// A service revision of it.
    pub(crate) fn revision(&self, arn: &str) -> Option<&ServiceRevision> {
        self.revisions.iter().find(|one| one.arn == arn)
    }

    /// The service deployment that is under way.
    pub(crate) fn current(&self) -> Option<&ServiceDeployment> {
        self.history.last().filter(|one| !one.status.over())
    }
}
