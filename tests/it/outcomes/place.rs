//! A sandbox with one service, a shell whose commands go there, and what is seen of it in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapdeploy::core::Pin;
use snapdeploy::core::clock::Clock;
use snapdeploy::sandbox::{AlarmSeed, Sandbox};
use snapdeploy::store::open_embedded;

use super::harness::{Controller, End, Image, KILLED, Lock, Told};
use crate::cli::shell::Shell;
use crate::ecs::scene::{ECR, ECS, add_image, image, scenario, tell};
use crate::world::{B, REGION};

pub(crate) const CONFIG: &str = r#"
project = "shop"
store = "file://.snapdeploy"

[environments.prod]
account = "222222222222"
region = "us-east-1"
role_arn = "arn:aws:iam::222222222222:role/snapdeploy"
external_id = "only-us"
owns = ["ecs/service/*"]
"#;

/// Nothing here takes longer, unless it never ends.
const LONGEST: Duration = Duration::from_secs(30);
/// What is about to end has ended after this.
const SOON: Duration = Duration::from_secs(5);
/// How many minutes everything bakes for.
pub(crate) const BAKE: u64 = 600;

pub(crate) struct Place {
    pub(crate) sandbox: Sandbox,
    pub(crate) shell: Shell,
    runtime: tokio::runtime::Runtime,
    /// The images by digest.
    images: BTreeMap<String, Image>,
}

/// A command that runs.
pub(crate) struct Running {
    command: &'static str,
    child: Child,
    /// Where its output goes: a pipe that nobody reads would stop it.
    files: [PathBuf; 2],
}

impl Place {
    pub(crate) fn new(controller: &dyn Controller) -> Place {
        let mut scenario = scenario();
        add_image(&mut scenario, Image::Theirs.tag(), "linux/amd64", Default::default());
        scenario.account(B).alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
        controller.seed(&mut scenario);
        let sandbox = Sandbox::start(scenario).unwrap();
        let shell = Shell::with(CONFIG)
            .set("AWS_ENDPOINT_URL", &sandbox.endpoint())
            .set("AWS_ACCESS_KEY_ID", "111111111111")
            .set("AWS_SECRET_ACCESS_KEY", "x")
            .set("SNAPDEPLOY_CLOCK_SCALE", "100")
            .set("USER", "tester");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut place = Place { sandbox, shell, runtime, images: BTreeMap::new() };
        place.images = Image::ALL.into_iter().map(|image| (place.digest(image), image)).collect();
        assert_eq!(place.images.len(), Image::ALL.len(), "each has bits of its own");
        // A stage and a task take a moment, and a minute a thousandth of a second.
        for (name, ms) in [
            ("ecs_stage_ms", "60"),
            ("codedeploy_stage_ms", "60"),
            ("codedeploy_stop_ms", "60"),
            ("ecs_healthy_after_ms", "60"),
        ] {
            place.sandbox.set_switch(name, ms).unwrap();
        }
        place.minute(1);
        place.until("the service runs", || place.running().len() == 2);
        place
    }

    /// Sets how long what is configured as a minute lasts.
    pub(crate) fn minute(&self, ms: u64) {
        for name in ["ecs_minute_ms", "codedeploy_minute_ms"] {
            self.sandbox.set_switch(name, &ms.to_string()).unwrap();
        }
        // AWS does not say how long the bake time of a rolling deployment is; here it is that of the others.
        self.sandbox.set_switch("ecs_rolling_bake_ms", &(ms * BAKE).to_string()).unwrap();
    }

    /// Lets no deployment get further for as long as `held`.
    pub(crate) fn hold(&self, held: bool) {
        for name in ["ecs_deployments_held", "codedeploy_held"] {
            self.sandbox.set_switch(name, &held.to_string()).unwrap();
        }
    }

    /// Sends a call to ECS as somebody else in the account.
    pub(crate) fn ecs(&self, operation: &str, body: Value) -> Value {
        self.call("ecs", &format!("{ECS}.{operation}"), body)
    }

    /// Sends a call of AWS JSON as somebody else in the account.
    pub(crate) fn call(&self, service: &str, target: &str, body: Value) -> Value {
        let (status, answer) = self.runtime.block_on(tell(&self.sandbox, service, target, body));
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    fn digest(&self, image: Image) -> String {
        let body = json!({"repositoryName": "web", "imageIds": [{"imageTag": image.tag()}]});
        let found = self.call("ecr", &format!("{ECR}.DescribeImages"), body);
        found["imageDetails"][0]["imageDigest"].as_str().unwrap().to_string()
    }

    pub(crate) fn service(&self) -> Value {
        let body = json!({"cluster": "main", "services": ["web"]});
        self.ecs("DescribeServices", body)["services"][0].clone()
    }

    /// Registers a revision that runs `of`, as somebody else; its ARN.
    pub(crate) fn register(&self, of: Image) -> String {
        let asked = json!({"taskDefinition": "web"});
        let mut body = self.ecs("DescribeTaskDefinition", asked)["taskDefinition"].take();
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
        body["containerDefinitions"][0]["image"] = json!(image(of.tag()));
        let made = self.ecs("RegisterTaskDefinition", body);
        made["taskDefinition"]["taskDefinitionArn"].as_str().unwrap().to_string()
    }

    /// Returns the newest service deployment, as the list has it.
    pub(crate) fn newest(&self) -> Value {
        self.ecs("ListServiceDeployments", json!({"cluster": "main", "service": "web"}))["serviceDeployments"]
            [0]
        .clone()
    }

    /// Returns the newest service deployment, whole; null while there is none.
    pub(crate) fn described(&self) -> Value {
        let newest = self.newest();
        if newest.is_null() {
            return newest;
        }
        let body = json!({"serviceDeploymentArns": [newest["serviceDeploymentArn"]]});
        self.ecs("DescribeServiceDeployments", body)["serviceDeployments"][0].clone()
    }

    /// Waits until `is` so.
    pub(crate) fn until(&self, what: &str, is: impl Fn() -> bool) {
        let began = Instant::now();
        while !is() {
            assert!(began.elapsed() < LONGEST, "not so: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until a deployment is followed: `operation` has been called twice by the command.
    pub(crate) fn until_followed(&self, operation: &str) {
        let called = || self.sandbox.calls().iter().filter(|call| call.operation == operation).count();
        self.until("it is followed", || called() >= 2);
    }

    pub(crate) fn start(&self, command: &'static str, arguments: &[&str]) -> Running {
        let base = self.shell.directory.path();
        let n = std::fs::read_dir(base).unwrap().count();
        let files = ["out", "err"].map(|stream| base.join(format!("{n}.{stream}")));
        let [out, err] = files.each_ref().map(|file| File::create(file).unwrap());
        let child = self.shell.command(arguments).stdout(out).stderr(err).spawn().unwrap();
        Running { command, child, files }
    }

    pub(crate) fn deploy(&self, image: Image) -> Running {
        self.deploy_with(image, &[])
    }

    pub(crate) fn deploy_with(&self, of: Image, more: &[&str]) -> Running {
        self.sandbox.clear_calls();
        let artifact = format!("ecs/service/main/web={}", image(of.tag()));
        let command = ["deploy", "--to", "prod", "--artifact", &artifact, "--yes"];
        self.start("deploy", &[&command, more].concat())
    }

    pub(crate) fn rollback(&self) -> Running {
        self.start("rollback", &["rollback", "prod", "--yes"])
    }

    /// Returns what `history` says of the run of `deploy`.
    pub(crate) fn verdict(&self) -> String {
        let said = self.shell.run(&["history", "--env", "prod", "--output", "json"]);
        assert_eq!(said.code, 0, "{}", said.err);
        let history: Value = serde_json::from_str(&said.out).unwrap();
        let runs = history["data"]["runs"].as_array().unwrap();
        let deploys: Vec<&Value> = runs.iter().filter(|run| run["start"]["kind"] == "deploy").collect();
        assert_eq!(deploys.len(), 1, "{history:#}");
        deploys[0]["status"].as_str().unwrap().to_string()
    }

    /// Returns the tasks that run and are to run on.
    fn running(&self) -> Vec<Value> {
        let listed = self
            .ecs("ListTasks", json!({"cluster": "main", "serviceName": "web", "desiredStatus": "RUNNING"}));
        let arns = listed["taskArns"].as_array().unwrap();
        if arns.is_empty() {
            return Vec::new();
        }
        let described = self.ecs("DescribeTasks", json!({"cluster": "main", "tasks": arns}));
        let tasks = described["tasks"].as_array().unwrap().iter();
        tasks
            .filter(|task| task["lastStatus"] == "RUNNING" && task["desiredStatus"] == "RUNNING")
            .cloned()
            .collect()
    }

    fn image_of(&self, task: &Value) -> Image {
        self.images[task["containers"][0]["imageDigest"].as_str().unwrap()]
    }

    /// Returns what is there in the end: once what somebody else has begun has ended, too.
    pub(crate) fn end(&self) -> End {
        // What goes on for longer than this is not about to end.
        let began = Instant::now();
        let is_over = || self.in_flight() == 0 && self.running().len() == 2;
        while !is_over() && began.elapsed() < SOON {
            std::thread::sleep(Duration::from_millis(20));
        }
        let tasks = self.running();
        let images: BTreeSet<Image> = tasks.iter().map(|task| self.image_of(task)).collect();
        assert!(images.len() == 1 && tasks.len() == 2, "{images:?} run in {} tasks", tasks.len());
        let pin = Pin::services(B.into(), REGION.into());
        let held = self.runtime.block_on(async {
            let base = self.shell.directory.path();
            let store = open_embedded("file://.snapdeploy", base, Clock::system()).await.unwrap().unwrap();
            store.ledger.held(&pin).await.unwrap()
        });
        End {
            tasks: *images.first().unwrap(),
            traffic: self.traffic(&tasks),
            in_flight: self.in_flight(),
            lock: if held.is_some() { Lock::Held } else { Lock::Free },
        }
    }

    /// Returns how many deployments AWS goes on with, of ECS and of CodeDeploy.
    fn in_flight(&self) -> usize {
        let going =
            ["PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"];
        let body = json!({"cluster": "main", "service": "web", "status": going});
        let of_ecs = self.ecs("ListServiceDeployments", body)["serviceDeployments"].as_array().unwrap().len();
        let going = ["Created", "Queued", "InProgress", "Baking", "Ready"];
        let target = "CodeDeploy_20141006.ListDeployments";
        let of_codedeploy = self.call("codedeploy", target, json!({"includeOnlyStatuses": going}));
        of_ecs + of_codedeploy["deployments"].as_array().unwrap().len()
    }

    /// Returns what the tasks run to which the listener on port 80 sends everything.
    fn traffic(&self, tasks: &[Value]) -> Image {
        let state = self.sandbox.state()[B]["elasticloadbalancing"].clone();
        let listeners = state["listeners"].as_object().unwrap().values();
        let mut production = listeners.filter(|one| one["listener"]["Port"] == "80");
        let forward = &production.next().unwrap()["actions"][0]["ForwardConfig"]["TargetGroups"];
        let mut images = BTreeSet::new();
        for group in forward.as_array().unwrap_or_else(|| panic!("{state:#}")) {
            if group["Weight"].as_str().map_or(group["Weight"].as_u64(), |text| text.parse().ok()) == Some(0)
            {
                continue;
            }
            let arn = group["TargetGroupArn"].as_str().unwrap();
            for target in state["targetGroups"][arn]["targets"].as_array().unwrap() {
                let here =
                    |task: &&Value| task["attachments"].to_string().contains(&target["id"].to_string());
                let task =
                    tasks.iter().find(here).unwrap_or_else(|| panic!("{target} is no task: {tasks:#?}"));
                images.insert(self.image_of(task));
            }
        }
        assert_eq!(images.len(), 1, "{images:?} get traffic: {state:#}");
        *images.first().unwrap()
    }
}

impl Running {
    pub(crate) fn end(mut self) -> Told {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > LONGEST {
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                let text = self.files.each_ref().map(|file| std::fs::read_to_string(file).unwrap());
                panic!("{} does not end: {text:#?}", self.command);
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        self.told(status.code().unwrap_or(KILLED))
    }

    /// Ends it by SIGKILL.
    pub(crate) fn kill(mut self) -> Told {
        assert!(self.child.try_wait().unwrap().is_none(), "{} has ended by itself", self.command);
        self.child.kill().unwrap();
        self.end()
    }

    fn told(&self, code: i32) -> Told {
        let [out, err] = self.files.each_ref().map(|file| std::fs::read_to_string(file).unwrap());
        Told { command: self.command, code, out, err }
    }
}
