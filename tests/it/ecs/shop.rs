//! A service in a sandbox, somebody who changes it without snapdeploy, and the driver that follows what they start.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::aws::Sessions;
use snapdeploy::core::Pin;
use snapdeploy::core::address::Address;
use snapdeploy::core::clock::Clock;
use snapdeploy::core::driver::{BlobSource, Driver, Leash, Reply, Sending};
use snapdeploy::core::environment::Access;
use snapdeploy::core::event::{Event, Events};
use snapdeploy::core::following::{Followed, PATIENCE};
use snapdeploy::core::inventory::Found;
use snapdeploy::core::means::Values;
use snapdeploy::core::moves::{Does, Move, Stage};
use snapdeploy::core::run::RunKind;
use snapdeploy::core::{Digest, Error, Result};
use snapdeploy::kinds::ecs::Services;
use snapdeploy::sandbox::{Behaviour, ImageSeed, Sandbox, Scenario};

use crate::sandbox::{DEV, REGION, json_call};
use crate::world::{environment, sdk};

/// The pauses of the driver are this many times shorter.
const SCALE: u32 = 50;

pub struct Shop {
    pub sandbox: Sandbox,
    pub driver: Services,
    pub name: &'static str,
    pub patience: Duration,
    pub lease: Wish,
    pub kind: RunKind,
}

/// A lease that ends never, and somebody's wish.
pub struct Wish(pub Option<String>);

impl Leash for Wish {
    fn until(&self) -> jiff::Timestamp {
        jiff::Timestamp::MAX
    }

    fn stop(&self) -> Option<String> {
        self.0.clone()
    }
}

struct NoBlobs;

#[async_trait::async_trait]
impl BlobSource for NoBlobs {
    async fn bytes(&self, digest: &Digest) -> Result<bytes::Bytes> {
        Err(Error::not_found(digest.to_string()))
    }

    async fn link(&self, _: &Digest) -> Result<Option<String>> {
        Ok(None)
    }
}

pub fn scenario() -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.account(DEV).role("snapdeploy", None).log_group(REGION, "/web");
    scenario
}

/// Puts an image into a registry of the account, with what it does.
pub fn image(scenario: &mut Scenario, tag: &str, behaviour: Behaviour) -> String {
    let seed = ImageSeed { repository: "web".into(), tag: tag.into(), behaviour, ..ImageSeed::default() };
    scenario.account(DEV).image(seed);
    format!("{DEV}.dkr.ecr.{REGION}.amazonaws.com/web:{tag}")
}

/// What runs an image that ends at once.
pub fn exits(code: i64) -> Behaviour {
    let log = vec!["starting".into(), "no such table: orders".into()];
    Behaviour { exits: Some((0.0, code)), log, ..Behaviour::default() }
}

impl Shop {
    pub async fn open(scenario: Scenario, name: &'static str) -> Shop {
        Shop::open_at(SCALE, scenario, name).await
    }

    /// Opens it with pauses of the driver that are `scale` times shorter.
    pub async fn open_at(scale: u32, scenario: Scenario, name: &'static str) -> Shop {
        let sandbox = Sandbox::start(scenario).unwrap();
        let sessions = Sessions::with(&Clock::scaled(scale), &sdk(&sandbox.endpoint()));
        let account = sessions.account(&environment("dev"), Access::Write).await.unwrap();
        let pin = Pin::services(DEV.into(), REGION.into());
        let driver = Services::new(pin, account, Values::default());
        Shop { sandbox, driver, name, patience: PATIENCE, lease: Wish(None), kind: RunKind::Deploy }
    }

    pub async fn ecs(&self, operation: &str, body: Value) -> Value {
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        let (status, answer) = json_call(&self.sandbox, "ecs", &target, &body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    pub async fn codedeploy(&self, operation: &str, body: Value) -> Value {
        let target = format!("CodeDeploy_20141006.{operation}");
        let (status, answer) = json_call(&self.sandbox, "codedeploy", &target, &body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    pub async fn service(&self) -> Value {
        let body = json!({ "cluster": "main", "services": [self.name] });
        self.ecs("DescribeServices", body).await["services"][0].clone()
    }

    pub async fn register(&self, image: &str) -> String {
        let options =
            json!({ "awslogs-group": "/web", "awslogs-region": REGION, "awslogs-stream-prefix": "ecs" });
        let container = json!({ "name": "app", "image": image, "memory": 128, "essential": true,
            "portMappings": [{ "containerPort": 80 }],
            "logConfiguration": { "logDriver": "awslogs", "options": options } });
        let body = json!({ "family": self.name, "containerDefinitions": [container], "networkMode": "awsvpc",
            "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"] });
        let answer = self.ecs("RegisterTaskDefinition", body).await;
        answer["taskDefinition"]["taskDefinitionArn"].as_str().unwrap().into()
    }

    /// Deploys an image by UpdateService; the ARN of the service deployment, and the id of the deployment.
    pub async fn deploy(&self, image: &str) -> (String, String) {
        let definition = self.register(image).await;
        let body = json!({ "cluster": "main", "service": self.name, "taskDefinition": definition });
        let answer = self.ecs("UpdateService", body).await;
        let id = answer["service"]["deployments"][0]["id"].as_str().unwrap().to_string();
        (self.newest().await["serviceDeploymentArn"].as_str().unwrap().into(), id)
    }

    pub async fn newest(&self) -> Value {
        let body = json!({ "cluster": "main", "service": self.name });
        self.ecs("ListServiceDeployments", body).await["serviceDeployments"][0].clone()
    }

    pub fn a_move(&self, call: &str, args: Value) -> Move {
        Move {
            address: Address::new("ecs/service", format!("main/{}", self.name)),
            stage: Stage::Switch,
            does: Does::Update,
            call: call.into(),
            facet: Vec::new(),
            args,
            before: None,
            after: None,
            through: Vec::new(),
            rollout: None,
        }
    }

    pub fn found(&self) -> Found {
        let id = format!("main/{}", self.name);
        let arn = format!("arn:aws:ecs:{REGION}:{DEV}:service/{id}");
        Found::new(Address::new("ecs/service", &id), &id, arn)
    }

    fn sending<'s>(&'s self, events: &'s Events) -> Sending<'s> {
        Sending {
            blobs: &NoBlobs,
            vault: &snapdeploy::core::secret::Unkept,
            lease: &self.lease,
            events,
            patience: self.patience,
            kind: self.kind,
            on_failure: snapdeploy::core::runs::OnFailure::Rollback,
            rungs: &snapdeploy::core::rung::NoRungs,
        }
    }

    pub async fn send(&self, m: &Move) -> Reply {
        let events = Events::silent();
        self.driver.send(m, Some(&self.found()), m.args.clone(), &self.sending(&events)).await
    }

    /// Follows `ticket`; what came of it, and the lines that were told.
    pub async fn follow(&self, ticket: &str) -> (Followed, Vec<String>) {
        let (events, mut heard) = Events::channel();
        let m = self.a_move("UpdateService", json!({}));
        let followed = self.driver.follow(&m, Some(&self.found()), ticket, &self.sending(&events)).await;
        let mut lines = Vec::new();
        while let Ok(event) = heard.try_recv() {
            if let Event::Going { what, .. } = event {
                lines.push(what);
            }
        }
        (followed, lines)
    }

    /// How often an operation was called by the driver and by anybody else.
    pub fn calls(&self, operation: &str) -> usize {
        self.sandbox.calls().iter().filter(|call| call.operation == operation).count()
    }
}

/// The word for a verdict, and its error.
pub fn verdict(followed: Followed) -> (&'static str, String, Vec<String>) {
    let (word, error) = match followed {
        Followed::Done => return ("done", String::new(), Vec::new()),
        Followed::Failed(e) => ("failed", e),
        Followed::TakenBack(e) => ("taken back", e),
        Followed::Superseded(e) => ("superseded", e),
        Followed::GoesOn(e) => ("goes on", e),
        Followed::Paused(e) => ("paused", e),
    };
    (word, error.message, error.explained)
}
