//! The service `main/web` in two accounts, deployed by CodeDeploy in both, and what a test asks of it.

use serde_json::{Value, json};
use snapdeploy::aws::CODEDEPLOY;
use snapdeploy::core::document::Document;
use snapdeploy::core::means::Values;
use snapdeploy::core::release::Deployment;
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::{
    AlarmSeed, Behaviour, DeploymentGroupSeed, ImageSeed, Sandbox, Scenario, ServiceSeed,
};

use super::place::{image, service, somebody, web};
use super::shop::exits;
use crate::kinds::place::{planned, world};
use crate::world::{A, B, REGION, World};

/// Both accounts have the images 1, 2 and 3 and `bad`, which ends at once, a pair of target groups, and a deployment group
/// that `describe` says more of; dev runs `dev`, prod runs `prod`.
pub(crate) fn both(dev: &str, prod: &str, describe: impl Fn(DeploymentGroupSeed<'_>)) -> Scenario {
    let mut scenario = crate::world::scenario();
    for (account, name, tag) in [(A, "dev", dev), (B, "prod", prod)] {
        let seed = scenario.account(account);
        seed.log_group(REGION, &format!("/{name}/web"));
        seed.role("web-execution", None).role("web-task", None);
        for function in ["check", "later"] {
            seed.lambda(REGION, function);
        }
        seed.alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
        for tag in ["1", "2", "3", "bad"] {
            let behaviour = if tag == "bad" { exits(1) } else { Behaviour::default() };
            let (repository, tag) = ("web".into(), tag.into());
            seed.image(ImageSeed { repository, tag, behaviour, ..ImageSeed::default() });
        }
        let mut balancer = seed.load_balancer(REGION, "front");
        let blue = balancer.target_group("blue");
        balancer.target_group("green");
        let listener = balancer.listener(80, &[("blue", 1)]);
        describe(seed.deployment_group(REGION, ("main", "web"), ["blue", "green"], &listener));
        let web = ServiceSeed {
            images: vec![("app".into(), image(account, tag))],
            controller: "CODE_DEPLOY".into(),
            target_groups: vec![blue],
            log_group: Some(format!("/{name}/web")),
            environment: vec![("LEVEL".into(), "info".into())],
            ..ServiceSeed::default()
        };
        seed.service(&web).unwrap();
    }
    scenario
}

/// Account B alone, with the images and roles of `scene`, and the service that CodeDeploy deploys.
pub(crate) fn one(describe: impl Fn(DeploymentGroupSeed<'_>)) -> Scenario {
    let mut scenario = super::scene::scenario();
    let seed = scenario.account(B);
    seed.lambda(REGION, "later");
    let mut balancer = seed.load_balancer(REGION, "front");
    let blue = balancer.target_group("blue");
    balancer.target_group("green");
    let listener = balancer.listener(80, &[("blue", 1)]);
    describe(seed.deployment_group(REGION, ("main", "web"), ["blue", "green"], &listener));
    let (controller, target_groups) = ("CODE_DEPLOY".into(), vec![blue]);
    let web = ServiceSeed { controller, target_groups, breaker: false, ..super::scene::service() };
    seed.service(&web).unwrap();
    scenario
}

/// Lets stages and tasks take no longer than they have to.
pub(crate) fn hurry(sandbox: &Sandbox) {
    for (name, value) in [
        ("codedeploy_stage_ms", "20"),
        ("codedeploy_stop_ms", "20"),
        ("ecs_provision_ms", "5"),
        ("ecs_pull_ms", "5"),
        ("ecs_healthy_after_ms", "10"),
        ("ecs_restart_ms", "20"),
        ("ecs_stop_ms", "5"),
    ] {
        sandbox.set_switch(name, value).unwrap();
    }
}

pub(crate) async fn start(scenario: Scenario) -> World {
    with(scenario, Values::default()).await
}

/// Returns a world in which prod has `values` of its own.
pub(crate) async fn with(scenario: Scenario, values: Values) -> World {
    let seal = snapdeploy::core::secret::Seal::new([7; 32]);
    let owns = Selection::new(&["ecs/*".to_string()]).unwrap();
    let own = Values { seal: seal.clone(), owns: owns.clone(), ..Values::default() };
    let mut world = world(scenario, Values { seal, owns, ..values }).await;
    world.a = crate::kinds::place::bound(&world, "dev", own).await;
    hurry(&world.sandbox);
    world
}

/// Returns the plan that makes prod what dev is.
pub(crate) async fn plan(world: &World) -> snapdeploy::core::plan::Plan {
    let dev = world.extract(&*world.a, "dev").await;
    planned(world, &dev, &Deployment::default()).await
}

/// Asks CodeDeploy as somebody in B.
pub(crate) async fn codedeploy(world: &World, operation: &'static str, body: Value) -> Value {
    somebody(world).await.ask(&CODEDEPLOY, operation, &body).await.unwrap()
}

/// Returns what a deployment is now.
pub(crate) async fn info(world: &World, id: &str) -> Value {
    codedeploy(world, "GetDeployment", json!({ "deploymentId": id })).await["deploymentInfo"].clone()
}

/// Returns all deployments of the group in B, the newest first.
pub(crate) async fn deployments(world: &World) -> Vec<Value> {
    let body = json!({ "applicationName": "AppECS-main-web", "deploymentGroupName": "DgpECS-main-web" });
    let ids = codedeploy(world, "ListDeployments", body).await["deployments"].clone();
    let mut all = Vec::new();
    for id in ids.as_array().unwrap() {
        all.push(info(world, id.as_str().unwrap()).await);
    }
    all
}

/// Waits until no deployment of the group in B is under way, and none is about to be made.
pub(crate) async fn landed(world: &World) {
    for _ in 0..200 {
        if at_rest(world).await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("something is in flight: {:#?}", deployments(world).await);
}

/// Returns whether no deployment of the group in B is under way, and none is about to be made.
pub(crate) async fn at_rest(world: &World) -> bool {
    let over = |one: &Value| {
        let (back, code) = (&one["rollbackInfo"], &one["errorInformation"]["code"]);
        let wanted = match code.as_str() {
            Some("MANUAL_STOP") => "DEPLOYMENT_STOP_ON_REQUEST",
            Some("ALARM_ACTIVE") => "DEPLOYMENT_STOP_ON_ALARM",
            _ => "DEPLOYMENT_FAILURE",
        };
        let automatic = one["autoRollbackConfiguration"]["events"].to_string().contains(wanted);
        match one["status"].as_str().unwrap() {
            "Succeeded" => true,
            // One that was stopped before it had begun is taken back by nothing.
            "Failed" | "Stopped" => {
                !automatic || one["startTime"].is_null() || !back["rollbackMessage"].is_null()
            }
            _ => false,
        }
    };
    deployments(world).await.iter().all(over)
}

/// Begins a deployment of the revision `definition` as somebody in B, with `hooks`; its id.
pub(crate) async fn theirs(world: &World, definition: &str, hooks: Value) -> String {
    let body = deployment(definition, &hooks);
    codedeploy(world, "CreateDeployment", body).await["deploymentId"].as_str().unwrap().to_string()
}

/// Returns the request for a deployment of the revision `definition`, with `hooks`.
pub(crate) fn deployment(definition: &str, hooks: &Value) -> Value {
    let spec = json!({ "version": 0.0, "Hooks": hooks, "Resources": [{ "TargetService": {
        "Type": "AWS::ECS::Service", "Properties": { "TaskDefinition": definition,
            "LoadBalancerInfo": { "ContainerName": "app", "ContainerPort": 80 } } } }] });
    let revision =
        json!({ "revisionType": "AppSpecContent", "appSpecContent": { "content": spec.to_string() } });
    json!({ "applicationName": "AppECS-main-web", "deploymentGroupName": "DgpECS-main-web",
        "revision": revision })
}

/// Returns the task set that has the traffic in B.
pub(crate) async fn primary(world: &World) -> Value {
    let service = service(world).await;
    let sets = service["taskSets"].as_array().unwrap();
    sets.iter().find(|set| set["status"] == "PRIMARY").unwrap().clone()
}

/// Returns the revision that has the traffic in B: `web:1`.
pub(crate) async fn runs(world: &World) -> String {
    let arn = primary(world).await["taskDefinition"].as_str().unwrap().to_string();
    arn.rsplit('/').next().unwrap().to_string()
}

pub(crate) async fn document(world: &World) -> Document {
    world.documents(&*world.b, "prod").await.remove(&web()).unwrap()
}

/// Returns the calls that changed something in ECS and CodeDeploy since they were last cleared.
pub(crate) fn changes(world: &World) -> Vec<String> {
    let ours = |service: &str| service == "ecs" || service == "codedeploy";
    let calls = world.sandbox.calls().into_iter().filter(|c| c.mutating && ours(&c.service));
    calls.map(|c| c.operation).collect()
}
