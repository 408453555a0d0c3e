//! The service `web` of the cluster `main` in account B: its images, roles and revisions, and what a test asks of it.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::aws::Sessions;
use snapdeploy::core::Address;
use snapdeploy::core::clock::Clock;
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Driver, Live};
use snapdeploy::core::environment::{Access, Environment};
use snapdeploy::core::event::Events;
use snapdeploy::core::inventory::{Found, Inventory};
use snapdeploy::core::means::Values;
use snapdeploy::core::preflight::Outcome;
use snapdeploy::core::run::RunKind;
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::{Behaviour, ImageSeed, Sandbox, Scenario, ServiceSeed};

use crate::sandbox::raw;
use crate::world::{A, B, REGION, environment, sdk, sdk_of};

pub(crate) const ECS: &str = "AmazonEC2ContainerServiceV20141113";
pub(crate) const ECR: &str = "AmazonEC2ContainerRegistry_V20150921";

pub(crate) struct Scene {
    pub(crate) sandbox: Sandbox,
    pub(crate) driver: Box<dyn Driver>,
    pub(crate) found: Found,
    pub(crate) inventory: Inventory,
}

pub(crate) fn web() -> Address {
    Address::new("ecs/service", "main/web")
}

/// Returns the text of the image with this tag.
pub(crate) fn image(tag: &str) -> String {
    format!("{B}.dkr.ecr.{REGION}.amazonaws.com/web:{tag}")
}

/// A seed of the service: it runs the image `1`, and a breaker takes back what fails.
pub(crate) fn service() -> ServiceSeed {
    ServiceSeed { images: vec![("app".into(), image("1"))], breaker: true, ..ServiceSeed::default() }
}

pub(crate) fn add_image(scenario: &mut Scenario, tag: &str, platform: &str, behaviour: Behaviour) -> String {
    scenario.account(B).image(ImageSeed {
        repository: "web".into(),
        tag: tag.into(),
        platforms: vec![platform.into()],
        behaviour,
        ..ImageSeed::default()
    })
}

/// Images `1`, `2` and `3`, of which the last one ends at once, and the roles.
pub(crate) fn scenario() -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.account(A).role("snapdeploy", None);
    let account = scenario.account(B);
    account.role("snapdeploy", Some("only-us")).role("web-execution", None).role("web-task", None);
    add_image(&mut scenario, "1", "linux/amd64", Behaviour::default());
    add_image(&mut scenario, "2", "linux/amd64", Behaviour::default());
    let fails = Behaviour { exits: Some((0.0, 3)), ..Behaviour::default() };
    add_image(&mut scenario, "3", "linux/amd64", fails);
    scenario
}

/// Sends a call of AWS JSON as somebody in B does; its status and answer.
pub(crate) async fn tell(sandbox: &Sandbox, service: &str, target: &str, body: Value) -> (u16, Value) {
    let date = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{B}/{}/{REGION}/{service}/aws4_request", &date[..8]);
    let header = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    let headers = [
        ("authorization", header.as_str()),
        ("x-amz-date", date.as_str()),
        ("x-amz-target", target),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    let answer = raw(sandbox, "POST /", &headers, &body.to_string()).await;
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

pub(crate) async fn ecs(sandbox: &Sandbox, operation: &str, body: Value) -> Value {
    let (status, answer) = tell(sandbox, "ecs", &format!("{ECS}.{operation}"), body).await;
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

pub(crate) async fn ecr(sandbox: &Sandbox, operation: &str, body: Value) -> Value {
    let (status, answer) = tell(sandbox, "ecr", &format!("{ECR}.{operation}"), body).await;
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

/// Registers a revision of `web` like the newest one but for what `change` does; its name.
pub(crate) async fn register(sandbox: &Sandbox, change: impl FnOnce(&mut Value)) -> String {
    let asked = json!({"taskDefinition": "web", "include": ["TAGS"]});
    let mut newest = ecs(sandbox, "DescribeTaskDefinition", asked).await;
    let mut body = newest["taskDefinition"].take();
    for derived in [
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
    ] {
        body.as_object_mut().unwrap().remove(derived);
    }
    change(&mut body);
    let made = ecs(sandbox, "RegisterTaskDefinition", body).await;
    format!("web:{}", made["taskDefinition"]["revision"])
}

/// Deploys a revision by hand, and waits until that has ended.
pub(crate) async fn update(sandbox: &Sandbox, revision: &str) {
    ecs(sandbox, "UpdateService", json!({"cluster": "main", "service": "web", "taskDefinition": revision}))
        .await;
    for _ in 0..40 {
        sandbox.advance(Duration::from_secs(60));
        ecs(sandbox, "DescribeServices", json!({"cluster": "main", "services": ["web"]})).await;
    }
}

/// Deploys the image of a tag by hand; the revision.
pub(crate) async fn deploy(sandbox: &Sandbox, tag: &str) -> String {
    let revision = register(sandbox, |d| d["containerDefinitions"][0]["image"] = json!(image(tag))).await;
    update(sandbox, &revision).await;
    revision
}

impl Scene {
    pub(crate) async fn new(scenario: Scenario) -> Scene {
        Scene::with(scenario, Values::default()).await
    }

    /// Returns a scene that is looked at with credentials that do not expire: hours pass in it.
    pub(crate) async fn with(scenario: Scenario, values: Values) -> Scene {
        let sandbox = Sandbox::start(scenario).unwrap();
        let settings = sdk_of(&sandbox.endpoint(), B);
        Scene::bound(sandbox, settings, Environment { values, role_arn: None, ..environment("prod") }).await
    }

    /// Returns a scene that is looked at through the role of the environment, for an hour.
    pub(crate) async fn through_role(scenario: Scenario) -> Scene {
        let sandbox = Sandbox::start(scenario).unwrap();
        let settings = sdk(&sandbox.endpoint());
        Scene::bound(sandbox, settings, environment("prod")).await
    }

    async fn bound(sandbox: Sandbox, settings: aws_config::SdkConfig, environment: Environment) -> Scene {
        let clock = Clock::scaled(2000);
        let sessions = Sessions::with(&clock, &settings);
        let owns = Selection::new(&["ecs/*".to_string()]).unwrap();
        let values = Values { owns, ..environment.values.clone() };
        let environment = Environment { values, instance: None, ..environment };
        let account = sessions.account(&environment, Access::Write).await.unwrap();
        let driver = snapdeploy::kinds::bind(account, &environment).await.unwrap();
        let (inventory, gaps) = snapdeploy::core::survey::list(&*driver, &Events::silent()).await.unwrap();
        let gaps: Vec<_> = gaps.iter().filter(|g| g.kind.starts_with("ecs/")).collect();
        assert!(gaps.is_empty(), "{gaps:?}");
        let found = inventory.get(&web()).unwrap().clone();
        Scene { sandbox, driver, found, inventory }
    }

    pub(crate) async fn live(&self) -> Live {
        self.driver.read(&self.found, &self.inventory).await.unwrap()
    }

    pub(crate) async fn as_of(&self, revision: &str) -> Document {
        self.driver.as_of(&self.live().await, revision, &self.inventory).await.unwrap()
    }

    /// Returns the lines of the card of a change to `to`: what was asked, the answer, and what to do about it.
    pub(crate) async fn card(&self, to: &Document, kind: RunKind) -> Vec<(String, Outcome, String, String)> {
        let (address, live) = (web(), self.live().await);
        let change = Change {
            address: &address,
            uid: "",
            from: Some(&live.document),
            to: Some(to),
            way: RunKind::Deploy,
        };
        let lines = self.driver.preflight(&change, kind).await.unwrap();
        lines.into_iter().map(|l| (l.asked, l.outcome, l.detail, l.hint.unwrap_or_default())).collect()
    }

    /// Returns the card of going back to a revision.
    pub(crate) async fn back_to(&self, revision: &str) -> Card {
        Card(self.card(&self.as_of(revision).await, RunKind::Rollback).await)
    }
}

pub(crate) struct Card(pub(crate) Vec<(String, Outcome, String, String)>);

impl Card {
    /// Asserts that a line answers so, with these words in the answer or in what to do about it.
    #[track_caller]
    pub(crate) fn says(&self, asked: &str, outcome: Outcome, words: &str) {
        let all: Vec<_> = self.0.iter().filter(|l| l.0 == asked).collect();
        assert!(
            all.iter().any(|l| l.1 == outcome && (l.2.contains(words) || l.3.contains(words))),
            "{asked} {outcome:?} {words}: {:#?}",
            self.0
        );
    }

    /// Asserts that nothing warns or blocks of what was asked, and that it was asked.
    #[track_caller]
    pub(crate) fn passes(&self, asked: &str) {
        let mut all = self.0.iter().filter(|l| l.0 == asked).peekable();
        assert!(all.peek().is_some() && all.all(|l| l.1 == Outcome::Pass), "{asked}: {:#?}", self.0);
    }
}
