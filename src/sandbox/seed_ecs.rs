//! Services of ECS in a scenario.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::clock;
use super::ecs::{self, Controller, New};
use super::world::Account;

/// A service of a scenario: what is not said has the value of [`ServiceSeed::default`].
#[derive(Debug, Clone)]
pub struct ServiceSeed {
    /// The region.
    pub region: String,
    /// The cluster, made if it is not there.
    pub cluster: String,
    /// The name; also that of the family of its task definition.
    pub name: String,
    /// Containers and their images; all are essential, and the first one has the port.
    pub images: Vec<(String, String)>,
    /// How many tasks it wants.
    pub desired: u64,
    /// `ECS` or `CODE_DEPLOY`.
    pub controller: String,
    /// `ROLLING`, `BLUE_GREEN`, `LINEAR` or `CANARY`.
    pub strategy: String,
    /// Whether it has a circuit breaker that rolls back.
    pub breaker: bool,
    /// Alarms that roll a deployment back.
    pub alarms: Vec<String>,
    /// ARNs of its target groups: the first one is its own, the second one the alternate one.
    pub target_groups: Vec<String>,
    /// The ARN of the listener (or rule) of production traffic, for deployments by stages.
    pub production_listener: Option<String>,
    /// The same for test traffic.
    pub test_listener: Option<String>,
    /// The port of the first container.
    pub port: u64,
    /// Where its containers log.
    pub log_group: Option<String>,
    /// Environment of each container.
    pub environment: Vec<(String, String)>,
    /// Secrets of each container: a name, and the `valueFrom`.
    pub secrets: Vec<(String, String)>,
    /// Whether its containers have a health check of their own.
    pub health_check: bool,
    /// Further members of `deploymentConfiguration`.
    pub configuration: Value,
    /// Further members of the service as CreateService has them.
    pub settings: Value,
    /// Tags of the service and of the task definition.
    pub tags: Vec<(String, String)>,
}

impl Default for ServiceSeed {
    fn default() -> ServiceSeed {
        ServiceSeed {
            region: "us-east-1".into(),
            cluster: "main".into(),
            name: "web".into(),
            images: vec![("app".into(), "public.ecr.aws/acme/web:1".into())],
            desired: 1,
            controller: "ECS".into(),
            strategy: "ROLLING".into(),
            breaker: false,
            alarms: Vec::new(),
            target_groups: Vec::new(),
            production_listener: None,
            test_listener: None,
            port: 80,
            log_group: None,
            environment: Vec::new(),
            secrets: Vec::new(),
            health_check: false,
            configuration: json!({}),
            settings: json!({}),
            tags: Vec::new(),
        }
    }
}

fn pairs(all: &[(String, String)], value: &str) -> Value {
    all.iter().map(|(name, text)| json!({"name": name, value: text})).collect()
}

impl ServiceSeed {
    /// Its task definition as RegisterTaskDefinition takes it.
    fn definition(&self, account: &str) -> Map<String, Value> {
        let containers = self.images.iter().enumerate().map(|(at, (name, image))| {
            let mut one = json!({
                "name": name, "image": image, "essential": true,
                "environment": pairs(&self.environment, "value"),
            });
            if at == 0 {
                one["portMappings"] = json!([{"containerPort": self.port}]);
            }
            if !self.secrets.is_empty() {
                one["secrets"] = pairs(&self.secrets, "valueFrom");
            }
            if self.health_check {
                one["healthCheck"] = json!({"command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]});
            }
            if let Some(group) = &self.log_group {
                one["logConfiguration"] = json!({"logDriver": "awslogs", "options": {
                    "awslogs-group": group, "awslogs-region": self.region, "awslogs-stream-prefix": "ecs",
                }});
            }
            one
        });
        let body = json!({
            "containerDefinitions": containers.collect::<Vec<_>>(), "networkMode": "awsvpc", "cpu": "256",
            "memory": "512", "requiresCompatibilities": ["FARGATE"],
            "executionRoleArn": format!("arn:aws:iam::{account}:role/{}-execution", self.name),
            "taskRoleArn": format!("arn:aws:iam::{account}:role/{}-task", self.name),
        });
        body.as_object().cloned().unwrap_or_default()
    }

    fn settings(&self, account: &str) -> Map<String, Value> {
        let mut configuration = json!({
            "strategy": self.strategy, "maximumPercent": 200, "minimumHealthyPercent": 100,
            "deploymentCircuitBreaker": {"enable": self.breaker, "rollback": self.breaker},
        });
        if !self.alarms.is_empty() {
            configuration["alarms"] = json!({"alarmNames": self.alarms, "enable": true, "rollback": true});
        }
        let mut settings = json!({
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": {
                "subnets": ["subnet-11111111", "subnet-22222222"], "securityGroups": ["sg-11111111"],
                "assignPublicIp": "DISABLED",
            }},
        });
        if let Some(group) = self.target_groups.first() {
            let container = self.images.first().map(|(name, _)| name.clone()).unwrap_or_default();
            let mut balancer = json!({
                "targetGroupArn": group, "containerName": container, "containerPort": self.port,
            });
            if self.strategy != "ROLLING" {
                let mut advanced =
                    json!({"roleArn": format!("arn:aws:iam::{account}:role/ecs-load-balancers")});
                for (name, value) in [
                    ("alternateTargetGroupArn", self.target_groups.get(1)),
                    ("productionListenerRule", self.production_listener.as_ref()),
                    ("testListenerRule", self.test_listener.as_ref()),
                ] {
                    if let Some(value) = value {
                        advanced[name] = json!(value);
                    }
                }
                balancer["advancedConfiguration"] = advanced;
            }
            settings["loadBalancers"] = json!([balancer]);
        }
        for (into, from) in [(&mut configuration, &self.configuration), (&mut settings, &self.settings)] {
            let (Some(into), Some(from)) = (into.as_object_mut(), from.as_object()) else { continue };
            into.extend(from.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        settings["deploymentConfiguration"] = configuration;
        settings.as_object().cloned().unwrap_or_default()
    }

    pub(crate) fn add(&self, account: &mut Account) -> Option<String> {
        let id = account.id.clone();
        let by = format!("arn:aws:iam::{id}:root");
        let tags: BTreeMap<String, String> = self.tags.iter().cloned().collect();
        let cluster_arn = ecs::seed_cluster(&mut account.ecs, &id, &self.region, &self.cluster).arn.clone();
        let place = account.ecs.regions.entry(self.region.clone()).or_default();
        let head = format!("arn:aws:ecs:{}:{id}", self.region);
        let body = self.definition(&id);
        let made = ecs::register(&mut place.families, &head, &self.name, &body, (&by, clock::SEEDED)).ok()?;
        made.tags = tags.clone();
        let definition = made.clone();
        let cluster = place.clusters.get_mut(&self.cluster)?;
        let new = New {
            name: self.name.clone(),
            cluster_arn,
            controller: match self.controller.as_str() {
                "CODE_DEPLOY" => Controller::CodeDeploy,
                "EXTERNAL" => Controller::External,
                _ => Controller::Ecs,
            },
            desired: self.desired,
            settings: self.settings(&id),
            tags,
            by,
            now: clock::SEEDED,
        };
        ecs::seed_service(cluster, new, &definition);
        cluster.services.get(&self.name).map(|service| service.arn.clone())
    }
}
