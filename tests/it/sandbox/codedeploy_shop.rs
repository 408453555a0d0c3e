//! A sandbox with a service under CODE_DEPLOY, for the tests of CodeDeploy.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{AlarmSeed, DeploymentGroupSeed, Sandbox, Scenario};

use super::{DEV, REGION, json_call, query};

pub(super) const APPLICATION: &str = "AppECS-main-api";
pub(super) const GROUP: &str = "DgpECS-main-api";

/// A sandbox with a service under CODE_DEPLOY that runs, and its deployment group.
pub(super) struct Shop {
    pub(super) sandbox: Sandbox,
    listener: String,
    groups: [String; 2],
}

async fn ecs(sandbox: &Sandbox, operation: &str, body: Value) -> Value {
    let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
    let (status, answer) = json_call(sandbox, "ecs", &target, &body).await;
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

/// What a deployment group is like beside its service and traffic.
pub(super) type Describe = fn(DeploymentGroupSeed<'_>);

impl Shop {
    pub(super) async fn open(describe: Describe) -> Shop {
        let mut scenario = Scenario::empty();
        let account = scenario.account(DEV);
        let mut balancer = account.load_balancer(REGION, "front");
        let groups = [balancer.target_group("blue"), balancer.target_group("green")];
        let listener = balancer.listener(80, &[("blue", 1)]);
        balancer.listener(8080, &[("blue", 1)]);
        account.lambda(REGION, "check");
        account.alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
        describe(account.deployment_group(REGION, ("main", "api"), ["blue", "green"], &listener));
        let sandbox = Sandbox::start(scenario).unwrap();
        ecs(&sandbox, "CreateCluster", json!({"clusterName": "main"})).await;
        for image in ["one", "two"] {
            let container = json!({"name": "app", "image": format!("acme/api:{image}"), "essential": true,
                "portMappings": [{"containerPort": 80}]});
            let definition = json!({"family": "api", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
                "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [container]});
            ecs(&sandbox, "RegisterTaskDefinition", definition).await;
        }
        let service = json!({
            "cluster": "main", "serviceName": "api", "taskDefinition": "api:1", "desiredCount": 2,
            "launchType": "FARGATE", "deploymentController": {"type": "CODE_DEPLOY"},
            "loadBalancers": [{"targetGroupArn": groups[0], "containerName": "app", "containerPort": 80}],
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        });
        ecs(&sandbox, "CreateService", service).await;
        let shop = Shop { sandbox, listener, groups };
        shop.after(5.0).await;
        shop
    }

    pub(super) async fn ask(&self, operation: &str, body: Value) -> Value {
        let (status, answer) = self.try_ask(operation, body).await;
        assert_eq!(status, 200, "{operation}: {answer}");
        answer
    }

    pub(super) async fn try_ask(&self, operation: &str, body: Value) -> (u16, Value) {
        let target = format!("CodeDeploy_20141006.{operation}");
        json_call(&self.sandbox, "codedeploy", &target, &body).await
    }

    /// The code of a refusal.
    pub(super) async fn refusal(&self, operation: &str, body: Value) -> (String, String) {
        let (status, answer) = self.try_ask(operation, body).await;
        assert_eq!(status, 400, "{operation}: {answer}");
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        (text("__type"), text("message"))
    }

    pub(super) fn request(hooks: &[(&str, &str)]) -> Value {
        let hooks: Vec<_> = hooks.iter().map(|(event, function)| json!({*event: function})).collect();
        let spec = json!({
            "version": 0.0,
            "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {
                "TaskDefinition": "api:2", "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 80},
            }}}],
            "Hooks": hooks,
        });
        json!({
            "applicationName": APPLICATION, "deploymentGroupName": GROUP, "description": "run 7",
            "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": spec.to_string()}},
        })
    }

    pub(super) async fn deploy(&self, request: Value) -> String {
        let answer = self.ask("CreateDeployment", request).await;
        answer["deploymentId"].as_str().unwrap().to_owned()
    }

    /// The clock goes on in small steps, with somebody looking after each.
    pub(super) async fn after(&self, seconds: f64) {
        let mut left = seconds;
        while left > 0.0 {
            let step = f64::min(left, (seconds / 10.0).max(0.5));
            self.sandbox.advance(Duration::from_secs_f64(step));
            self.ask("ListApplications", json!({})).await;
            left -= step;
        }
    }

    pub(super) async fn info(&self, id: &str) -> Value {
        self.ask("GetDeployment", json!({"deploymentId": id})).await["deploymentInfo"].clone()
    }

    pub(super) async fn status(&self, id: &str) -> String {
        self.info(id).await["status"].as_str().unwrap().to_owned()
    }

    pub(super) async fn target(&self, id: &str) -> Value {
        let body = json!({"deploymentId": id, "targetId": "main:api"});
        self.ask("GetDeploymentTarget", body).await["deploymentTarget"]["ecsTarget"].clone()
    }

    /// Label, status and weight of each task set.
    pub(super) async fn sets(&self, id: &str) -> Vec<(String, String, f64)> {
        let target = self.target(id).await;
        let text = |set: &Value, name: &str| set[name].as_str().unwrap().to_owned();
        let sets = target["taskSetsInfo"].as_array().unwrap().iter();
        sets.map(|set| {
            (text(set, "taskSetLabel"), text(set, "status"), set["trafficWeight"].as_f64().unwrap())
        })
        .collect()
    }

    /// Lifecycle events and their states.
    pub(super) async fn events(&self, id: &str) -> Vec<(String, String)> {
        let target = self.target(id).await;
        let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
        let events = target["lifecycleEvents"].as_array().unwrap().iter();
        events.map(|event| (text(event, "lifecycleEventName"), text(event, "status"))).collect()
    }

    /// The weights of the listener of production traffic: of the first target group and of the second.
    pub(super) fn weights(&self) -> [u64; 2] {
        let state = self.sandbox.state();
        let action = &state[DEV]["elasticloadbalancing"]["listeners"][&self.listener]["actions"][0];
        let groups = action["ForwardConfig"]["TargetGroups"].as_array().unwrap();
        let of = |arn: &String| {
            let mut own = groups.iter().filter(|group| group["TargetGroupArn"] == *arn);
            own.next().map_or(0, |group| group["Weight"].as_str().unwrap().parse().unwrap())
        };
        [of(&self.groups[0]), of(&self.groups[1])]
    }

    pub(super) async fn alarm(&self, state: &str) {
        let form = format!(
            "Action=SetAlarmState&Version=2010-08-01&AlarmName=errors&StateValue={state}&StateReason=test"
        );
        let answer = query(&self.sandbox, "monitoring", &form).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// The task definition of the primary task set.
    pub(super) async fn primary(&self) -> String {
        let body = json!({"cluster": "main", "services": ["api"]});
        let answer = ecs(&self.sandbox, "DescribeServices", body).await;
        let sets = answer["services"][0]["taskSets"].as_array().unwrap();
        let primary = sets.iter().find(|set| set["status"] == "PRIMARY").unwrap();
        primary["taskDefinition"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }
}
