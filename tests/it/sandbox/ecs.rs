//! ECS: clusters, task definitions, services and tasks, over plain HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{Behaviour, ImageSeed, Sandbox, Scenario, ServiceSeed};

use super::{DEV, REGION, raw};

/// Calls an operation; the status and the body.
pub(super) async fn ask(sandbox: &Sandbox, operation: &str, body: Value) -> (u16, Value) {
    let date = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{DEV}/{}/{REGION}/ecs/aws4_request", &date[..8]);
    let header = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
    let headers = [
        ("authorization", header.as_str()),
        ("x-amz-date", date.as_str()),
        ("x-amz-target", target.as_str()),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    let answer = raw(sandbox, "POST /", &headers, &body.to_string()).await;
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// What an operation answers that succeeds.
pub(super) async fn ok(sandbox: &Sandbox, operation: &str, body: Value) -> Value {
    let (status, answer) = ask(sandbox, operation, body.clone()).await;
    assert_eq!(status, 200, "{operation} {body}: {answer}");
    answer
}

/// The code of what an operation refuses.
pub(super) async fn refused(sandbox: &Sandbox, operation: &str, body: Value) -> String {
    let (status, answer) = ask(sandbox, operation, body.clone()).await;
    assert_eq!(status, 400, "{operation} {body}: {answer}");
    answer["__type"].as_str().unwrap().to_owned()
}

/// The service `web` of the cluster `main`.
pub(super) async fn service(sandbox: &Sandbox) -> Value {
    let answer = ok(sandbox, "DescribeServices", json!({"cluster": "main", "services": ["web"]})).await;
    answer["services"][0].clone()
}

/// Its newest service deployment.
pub(super) async fn newest(sandbox: &Sandbox) -> Value {
    let listed = ok(sandbox, "ListServiceDeployments", json!({"cluster": "main", "service": "web"})).await;
    let arn = listed["serviceDeployments"][0]["serviceDeploymentArn"].clone();
    describe(sandbox, &arn).await
}

/// A service deployment.
pub(super) async fn describe(sandbox: &Sandbox, arn: &Value) -> Value {
    let asked = json!({"serviceDeploymentArns": [arn]});
    ok(sandbox, "DescribeServiceDeployments", asked).await["serviceDeployments"][0].clone()
}

/// Registers a revision of `web` with an image.
pub(super) async fn register(sandbox: &Sandbox, image: &str) -> String {
    let body = json!({"family": "web", "containerDefinitions": [
        {"name": "app", "image": image, "memory": 128, "portMappings": [{"containerPort": 80}],
         "logConfiguration": {"logDriver": "awslogs", "options": {
            "awslogs-group": "/web", "awslogs-region": REGION, "awslogs-stream-prefix": "ecs"}}},
    ]});
    let answer = ok(sandbox, "RegisterTaskDefinition", body).await;
    answer["taskDefinition"]["taskDefinitionArn"].as_str().unwrap().to_owned()
}

/// Deploys an image to `web`.
pub(super) async fn deploy(sandbox: &Sandbox, image: &str) -> Value {
    let definition = register(sandbox, image).await;
    let body = json!({"cluster": "main", "service": "web", "taskDefinition": definition});
    ok(sandbox, "UpdateService", body).await["service"].clone()
}

/// An image in a registry of the account, with what it does.
pub(super) fn image(scenario: &mut Scenario, tag: &str, behaviour: Behaviour) -> String {
    let account = scenario.account(DEV);
    account.log_group(REGION, "/web");
    account.image(ImageSeed { repository: "web".into(), tag: tag.into(), behaviour, ..ImageSeed::default() });
    format!("{DEV}.dkr.ecr.{REGION}.amazonaws.com/web:{tag}")
}

pub(super) fn at_once(code: i64) -> Behaviour {
    Behaviour { exits: Some((0.0, code)), ..Behaviour::default() }
}

fn start() -> Sandbox {
    let mut scenario = Scenario::empty();
    scenario.account(DEV).log_group(REGION, "/web");
    scenario.account(DEV).service(&ServiceSeed { desired: 2, ..ServiceSeed::default() }).unwrap();
    Sandbox::start(scenario).unwrap()
}

#[tokio::test]
async fn a_seeded_service_is_steady_from_the_first_call() {
    let sandbox = start();
    let web = service(&sandbox).await;
    assert_eq!((&web["desiredCount"], &web["runningCount"]), (&json!(2), &json!(2)));
    assert_eq!(web["deployments"][0]["rolloutState"], "COMPLETED");
    assert_eq!(newest(&sandbox).await["status"], "SUCCESSFUL");
    let message = web["events"][0]["message"].as_str().unwrap();
    assert!(message.ends_with("has reached a steady state."), "{message}");
    let listed = ok(&sandbox, "ListTasks", json!({"cluster": "main", "serviceName": "web"})).await;
    assert_eq!(listed["taskArns"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn revisions_of_a_family_count_up_for_ever() {
    let sandbox = start();
    let second = register(&sandbox, "one").await;
    assert!(second.ends_with("/web:2"), "{second}");
    ok(&sandbox, "DeregisterTaskDefinition", json!({"taskDefinition": second})).await;
    // Nothing uses it: it is not listed any more, and still described.
    let inactive =
        ok(&sandbox, "ListTaskDefinitions", json!({"familyPrefix": "web", "status": "INACTIVE"})).await;
    assert_eq!(inactive["taskDefinitionArns"], json!([]));
    let shown = ok(&sandbox, "DescribeTaskDefinition", json!({"taskDefinition": "web:2"})).await;
    assert_eq!(shown["taskDefinition"]["status"], "INACTIVE");
    let update = json!({"cluster": "main", "service": "web", "taskDefinition": "web:2"});
    assert_eq!(refused(&sandbox, "UpdateService", update).await, "ClientException");
    assert!(register(&sandbox, "two").await.ends_with("/web:3"));
    // What a service runs is listed when it is INACTIVE.
    ok(&sandbox, "DeregisterTaskDefinition", json!({"taskDefinition": "web:1"})).await;
    let inactive = ok(&sandbox, "ListTaskDefinitions", json!({"status": "INACTIVE"})).await;
    assert_eq!(inactive["taskDefinitionArns"].as_array().unwrap().len(), 1);
    let delete = ok(&sandbox, "DeleteTaskDefinitions", json!({"taskDefinitions": ["web:2", "web:3"]})).await;
    assert_eq!(delete["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS");
    assert_eq!(delete["failures"].as_array().unwrap().len(), 1);
    assert!(register(&sandbox, "three").await.ends_with("/web:4"));
    for wrong in [json!({"family": "web"}), json!({"family": "a b", "containerDefinitions": []})] {
        assert_eq!(refused(&sandbox, "RegisterTaskDefinition", wrong).await, "ClientException");
    }
}

#[tokio::test]
async fn tasks_stop_for_the_reasons_that_their_images_give() {
    let mut scenario = Scenario::empty();
    let oom = Behaviour { out_of_memory: true, log: vec!["allocating".into()], ..Behaviour::default() };
    let images = [
        (image(&mut scenario, "exits", at_once(3)), "Essential container in task exited", json!(3)),
        (image(&mut scenario, "oom", oom), "Essential container in task exited", json!(137)),
        (
            image(&mut scenario, "x", at_once(0)).replace(":x", ":gone"),
            "CannotPullContainerError",
            Value::Null,
        ),
    ];
    scenario.account(DEV).cluster(REGION, "main");
    let sandbox = Sandbox::start(scenario).unwrap();
    for (image, reason, code) in images {
        let definition = register(&sandbox, &image).await;
        let run = ok(&sandbox, "RunTask", json!({"cluster": "main", "taskDefinition": definition})).await;
        let arn = run["tasks"][0]["taskArn"].clone();
        assert_eq!(run["tasks"][0]["lastStatus"], "PROVISIONING");
        sandbox.advance(Duration::from_secs(5));
        let task = ok(&sandbox, "DescribeTasks", json!({"cluster": "main", "tasks": [arn]})).await;
        let task = &task["tasks"][0];
        assert_eq!(task["lastStatus"], "STOPPED");
        assert!(task["stoppedReason"].as_str().unwrap().starts_with(reason), "{task}");
        assert_eq!(task["containers"][0]["exitCode"], code, "{task}");
        let start = if code.is_null() { "TaskFailedToStart" } else { "EssentialContainerExited" };
        assert_eq!(task["stopCode"], start);
    }
}

#[tokio::test]
async fn a_secret_that_is_not_there_keeps_a_task_from_starting() {
    for (given, words) in [
        ("missing", "unable to retrieve secrets from ssm"),
        (
            "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-AbCdEf",
            "unable to retrieve secret from asm",
        ),
    ] {
        let mut scenario = Scenario::empty();
        let seed = ServiceSeed { secrets: vec![("DB".into(), given.into())], ..ServiceSeed::default() };
        scenario.account(DEV).parameter(REGION, "there", "x").service(&seed).unwrap();
        let sandbox = Sandbox::start(scenario).unwrap();
        let web = service(&sandbox).await;
        assert_eq!(web["runningCount"], 0);
        let stopped = json!({"cluster": "main", "serviceName": "web", "desiredStatus": "STOPPED"});
        let arns = ok(&sandbox, "ListTasks", stopped).await["taskArns"].clone();
        let task = ok(&sandbox, "DescribeTasks", json!({"cluster": "main", "tasks": arns})).await;
        let reason = task["tasks"][0]["stoppedReason"].as_str().unwrap().to_owned();
        assert!(reason.starts_with("ResourceInitializationError") && reason.contains(words), "{reason}");
    }
    let mut scenario = Scenario::empty();
    let seed = ServiceSeed { secrets: vec![("DB".into(), "there".into())], ..ServiceSeed::default() };
    scenario.account(DEV).parameter(REGION, "there", "x").service(&seed).unwrap();
    let sandbox = Sandbox::start(scenario).unwrap();
    assert_eq!(service(&sandbox).await["runningCount"], 1);
}

#[tokio::test]
async fn code_deploy_services_are_not_deployed_by_update_service() {
    let mut scenario = Scenario::empty();
    let seed = ServiceSeed { controller: "CODE_DEPLOY".into(), ..ServiceSeed::default() };
    scenario.account(DEV).service(&seed).unwrap();
    let sandbox = Sandbox::start(scenario).unwrap();
    let web = service(&sandbox).await;
    assert_eq!((&web["deployments"], &web["taskSets"][0]["status"]), (&json!([]), &json!("PRIMARY")));
    assert_eq!(web["taskSets"][0]["stabilityStatus"], "STEADY_STATE");
    let at = json!({"cluster": "main", "service": "web"});
    for (name, value) in [("taskDefinition", json!("web:1")), ("forceNewDeployment", json!(true))] {
        let mut body = at.clone();
        body[name] = value;
        assert_eq!(refused(&sandbox, "UpdateService", body).await, "InvalidParameterException");
    }
    let mut body = at.clone();
    body["desiredCount"] = json!(3);
    ok(&sandbox, "UpdateService", body).await;
    sandbox.advance(Duration::from_secs(5));
    assert_eq!(service(&sandbox).await["taskSets"][0]["runningCount"], 3);
    // The migration: the task set is a deployment from then on, and gives way to the new one.
    let mut body = at;
    body["deploymentController"] = json!({"type": "ECS"});
    ok(&sandbox, "UpdateService", body).await;
    sandbox.advance(Duration::from_secs(10));
    let web = service(&sandbox).await;
    assert_eq!(web["deploymentController"]["type"], "ECS");
    assert_eq!(web["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(newest(&sandbox).await["status"], "SUCCESSFUL");
}

#[tokio::test]
async fn services_are_made_changed_and_deleted() {
    let sandbox = start();
    let body = json!({"cluster": "main", "serviceName": "api", "taskDefinition": "web:1", "desiredCount": 1});
    ok(&sandbox, "CreateService", body.clone()).await;
    assert_eq!(refused(&sandbox, "CreateService", body.clone()).await, "InvalidParameterException");
    sandbox.advance(Duration::from_secs(5));
    let at = json!({"cluster": "main", "service": "api"});
    assert_eq!(refused(&sandbox, "DeleteService", at.clone()).await, "InvalidParameterException");
    let mut forced = at.clone();
    forced["force"] = json!(true);
    let gone = ok(&sandbox, "DeleteService", forced).await;
    assert_eq!(gone["service"]["status"], "DRAINING");
    sandbox.advance(Duration::from_secs(5));
    let shown =
        ok(&sandbox, "DescribeServices", json!({"cluster": "main", "services": ["api", "none"]})).await;
    assert_eq!(shown["services"][0]["status"], "INACTIVE");
    assert_eq!(shown["failures"][0]["reason"], "MISSING");
    assert_eq!(refused(&sandbox, "UpdateService", at).await, "ServiceNotActiveException");
    ok(&sandbox, "CreateService", body).await;
    let (status, _) = ask(&sandbox, "CreateTaskSet", json!({})).await;
    assert_eq!(status, 501);
}

#[tokio::test]
async fn the_current_deployment_is_named_when_it_is_over_or_not() {
    let sandbox = start();
    assert!(service(&sandbox).await["currentServiceDeployment"].is_string());
    sandbox.set_switch("ecs_current_deployment_stays", "false").unwrap();
    assert!(service(&sandbox).await["currentServiceDeployment"].is_null());
    let arn = deploy(&sandbox, "public.ecr.aws/acme/web:2").await["currentServiceDeployment"].clone();
    assert_eq!(arn, newest(&sandbox).await["serviceDeploymentArn"]);
}
