//! One-off tasks: what a container runs in the place of its image's command, and what a token keeps from starting twice.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{Act, Behaviour, Sandbox, Scenario};

use super::ecs::{ask, image, ok, refused, register};
use super::{DEV, REGION};

async fn start() -> (Sandbox, Value) {
    let mut scenario = Scenario::empty();
    let act = Act { after: 1.0, code: 3, log: vec!["up".into()] };
    let behaviour = Behaviour { commands: [("bin/x up".into(), act)].into(), ..Behaviour::default() };
    let image = image(&mut scenario, "1", behaviour);
    scenario.account(DEV).cluster(REGION, "main");
    let sandbox = Sandbox::start(scenario).unwrap();
    let definition = json!(register(&sandbox, &image).await);
    (sandbox, definition)
}

fn run(definition: &Value, command: &[&str], token: &str) -> Value {
    let overrides = json!({"containerOverrides": [{"name": "app", "command": command}]});
    json!({"cluster": "main", "taskDefinition": definition, "overrides": overrides, "clientToken": token,
           "startedBy": "us"})
}

async fn ended(sandbox: &Sandbox, ran: &Value) -> Value {
    for _ in 0..5 {
        sandbox.advance(Duration::from_secs(5));
        let asked = json!({"cluster": "main", "tasks": [ran["tasks"][0]["taskArn"]]});
        ok(sandbox, "DescribeTasks", asked).await;
    }
    let asked = json!({"cluster": "main", "tasks": [ran["tasks"][0]["taskArn"]]});
    ok(sandbox, "DescribeTasks", asked).await["tasks"][0].clone()
}

#[tokio::test]
async fn a_task_does_what_its_command_does_in_its_image() {
    let (sandbox, definition) = start().await;
    for (command, code) in [(["bin/x", "up"], 3), (["bin/y", "up"], 127)] {
        let ran = ok(&sandbox, "RunTask", run(&definition, &command, command[0])).await;
        let task = ended(&sandbox, &ran).await;
        assert_eq!(
            (&task["lastStatus"], &task["containers"][0]["exitCode"]),
            (&json!("STOPPED"), &json!(code))
        );
        assert_eq!(task["overrides"]["containerOverrides"][0]["command"], json!(command));
    }
    let mut other = run(&definition, &["x"], "t");
    other["overrides"]["containerOverrides"][0]["name"] = json!("db");
    assert_eq!(refused(&sandbox, "RunTask", other).await, "InvalidParameterException");
}

#[tokio::test]
async fn the_same_token_starts_nothing_twice() {
    let (sandbox, definition) = start().await;
    let first = ok(&sandbox, "RunTask", run(&definition, &["bin/x", "up"], "t")).await;
    let again = ok(&sandbox, "RunTask", run(&definition, &["bin/x", "up"], "t")).await;
    assert_eq!(first["tasks"][0]["taskArn"], again["tasks"][0]["taskArn"]);
    let (status, answer) = ask(&sandbox, "RunTask", run(&definition, &["bin/x", "down"], "t")).await;
    assert_eq!((status, answer["__type"].as_str()), (400, Some("ConflictException")));
    let other = ok(&sandbox, "RunTask", run(&definition, &["bin/x", "up"], "u")).await;
    assert_ne!(first["tasks"][0]["taskArn"], other["tasks"][0]["taskArn"]);
    let listed = ok(&sandbox, "ListTasks", json!({"cluster": "main", "startedBy": "us"})).await;
    assert_eq!(listed["taskArns"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_network_of_its_own_has_to_be_said() {
    let (sandbox, _) = start().await;
    let body = json!({"family": "vpc", "networkMode": "awsvpc",
        "containerDefinitions": [{"name": "app", "image": "public.ecr.aws/acme/web:1", "memory": 128}]});
    let made = ok(&sandbox, "RegisterTaskDefinition", body).await;
    let mut run = json!({"cluster": "main", "taskDefinition": made["taskDefinition"]["taskDefinitionArn"]});
    assert_eq!(refused(&sandbox, "RunTask", run.clone()).await, "InvalidParameterException");
    run["networkConfiguration"] = json!({"awsvpcConfiguration": {"subnets": ["subnet-1"]}});
    ok(&sandbox, "RunTask", run).await;
}
