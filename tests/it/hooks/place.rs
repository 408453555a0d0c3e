//! A sandbox with the service `main/web`, a shell whose commands go there, and what hooks have done in the end.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapdeploy::sandbox::{Act, Behaviour, Sandbox, ServiceSeed};

use crate::cli::shell::{Said, Shell};
use crate::ecs::scene::{ECS, add_image, image, scenario, tell};
use crate::world::{B, REGION};

const CONFIG: &str = r#"
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
const LONGEST: Duration = Duration::from_secs(20);

pub(crate) struct Place {
    pub(crate) sandbox: Sandbox,
    pub(crate) shell: Shell,
    runtime: tokio::runtime::Runtime,
}

fn act(after: f64, code: i64, log: &[&str]) -> Act {
    Act { after, code, log: log.iter().map(|line| line.to_string()).collect() }
}

/// What the image with the tag `2` does besides serving.
fn commands() -> Behaviour {
    let all = [
        ("bin/migrate up", act(0.05, 0, &["migrating", "3 migrations made"])),
        ("bin/migrate broken", act(0.05, 3, &["no postgres://app:hunter2@db/x", "broken pipe"])),
        ("bin/migrate slowly", act(2.0, 0, &["this takes long"])),
        ("bin/migrate forever", act(600.0, 0, &["this never ends"])),
    ];
    let commands = all.map(|(line, act)| (line.to_string(), act)).into();
    Behaviour { commands, ..Behaviour::default() }
}

impl Place {
    /// Returns one whose environment `prod` has these hooks: tables called `[hooks.NAME]`.
    pub(crate) fn new(hooks: &str) -> Place {
        let mut scenario = scenario();
        add_image(&mut scenario, "4", "linux/amd64", commands());
        let account = scenario.account(B);
        account.log_group(REGION, "/prod/web");
        account.function(REGION, "smoke").publish().alias("live", "1");
        let service = ServiceSeed {
            images: vec![("app".into(), image("1"))],
            log_group: Some("/prod/web".into()),
            breaker: true,
            ..ServiceSeed::default()
        };
        account.service(&service).unwrap();
        let sandbox = Sandbox::start(scenario).unwrap();
        let text = hooks.replace("[hooks.", "[environments.prod.hooks.");
        let shell = Shell::with(&format!("{CONFIG}{text}"))
            .set("AWS_ENDPOINT_URL", &sandbox.endpoint())
            .set("AWS_ACCESS_KEY_ID", "111111111111")
            .set("AWS_SECRET_ACCESS_KEY", "x")
            .set("SNAPDEPLOY_CLOCK_SCALE", "100")
            .set("PATH", &std::env::var("PATH").unwrap_or_default())
            .set("USER", "tester");
        for name in ["ecs_stage_ms", "ecs_healthy_after_ms", "ecs_provision_ms", "ecs_pull_ms", "ecs_stop_ms"]
        {
            sandbox.set_switch(name, "30").unwrap();
        }
        sandbox.set_switch("ecs_minute_ms", "1").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Place { sandbox, shell, runtime }
    }

    pub(crate) fn ecs(&self, operation: &str, body: Value) -> Value {
        let target = format!("{ECS}.{operation}");
        let (status, answer) = self.runtime.block_on(tell(&self.sandbox, "ecs", &target, body));
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    /// Deploys the image with the tag `tag`.
    pub(crate) fn deploy(&self, tag: &str, more: &[&str]) -> Said {
        let artifact = format!("ecs/service/main/web={}", image(tag));
        self.shell.run(&[&["deploy", "--to", "prod", "--artifact", &artifact, "--yes"], more].concat())
    }

    /// Begins to.
    pub(crate) fn begin(&self, tag: &str) -> Child {
        let artifact = format!("ecs/service/main/web={}", image(tag));
        let mut command = self.shell.command(&["deploy", "--to", "prod", "--artifact", &artifact, "--yes"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn rollback(&self, more: &[&str]) -> Said {
        self.shell.run(&[&["rollback", "prod", "--yes"], more].concat())
    }

    pub(crate) fn resume(&self, more: &[&str]) -> Said {
        self.shell.run(&[&["deploy", "--resume", "--to", "prod", "--yes"], more].concat())
    }

    /// Returns the image that a task definition runs.
    pub(crate) fn image_of(&self, definition: &Value) -> String {
        let found = self.ecs("DescribeTaskDefinition", json!({ "taskDefinition": definition }));
        found["taskDefinition"]["containerDefinitions"][0]["image"].as_str().unwrap().to_string()
    }

    /// Returns what the service runs.
    pub(crate) fn runs(&self) -> String {
        let found = self.ecs("DescribeServices", json!({ "cluster": "main", "services": ["web"] }));
        self.image_of(&found["services"][0]["taskDefinition"])
    }

    /// Returns the tasks that hooks have started: those of no service.
    pub(crate) fn tasks(&self) -> Vec<Value> {
        let list = |status: &str| {
            let body = json!({ "cluster": "main", "desiredStatus": status });
            self.ecs("ListTasks", body)["taskArns"].as_array().unwrap().clone()
        };
        let arns = [list("RUNNING"), list("STOPPED")].concat();
        let all = self.ecs("DescribeTasks", json!({ "cluster": "main", "tasks": arns }));
        let own = all["tasks"].as_array().unwrap().iter();
        own.filter(|t| !t["group"].as_str().unwrap().starts_with("service:")).cloned().collect()
    }

    /// Returns how often functions were invoked.
    pub(crate) fn invoked(&self) -> usize {
        self.sandbox.calls().iter().filter(|c| c.operation == "Invoke").count()
    }

    /// Returns the calls that changed something in ECS, in order.
    pub(crate) fn changes(&self) -> Vec<String> {
        let calls = self.sandbox.calls();
        calls.iter().filter(|c| c.mutating && c.service == "ecs").map(|c| c.operation.clone()).collect()
    }

    /// Returns what `history show` says of the newest run.
    pub(crate) fn audit(&self) -> String {
        let said = self.shell.run(&["history", "--env", "prod", "--output", "json"]);
        let history: Value = serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {}", said.err));
        let run = history["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string();
        let said = self.shell.run(&["history", "show", &run]);
        assert_eq!(said.code, 0, "{}", said.err);
        said.out
    }

    /// Has whatever was begun here have been begun on another host.
    pub(crate) fn begun_elsewhere(&self) {
        let ledger = self.shell.directory.path().join(".snapdeploy/ledger.sqlite3");
        let sql = "UPDATE journal SET body = replace(body, '\"space\":\"', '\"space\":\"another')";
        assert!(rusqlite::Connection::open(ledger).unwrap().execute(sql, []).unwrap() > 0);
    }

    /// Waits until `is` so.
    pub(crate) fn until(&self, what: &str, is: impl Fn() -> bool) {
        let began = Instant::now();
        while !is() {
            assert!(began.elapsed() < LONGEST, "not so: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns whether a file is in the directory where commands are typed.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.shell.directory.path().join(file).exists()
    }

    /// Returns what is in that file.
    pub(crate) fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.shell.directory.path().join(file)).unwrap_or_default()
    }
}

/// Asserts how a command ended, and that it said all of `words`.
#[track_caller]
pub(crate) fn told(said: &Said, code: i32, words: &[&str]) {
    let all = format!("{}\n{}", said.out, said.err);
    assert_eq!(said.code, code, "{all}");
    for word in words {
        assert!(all.contains(word), "`{word}` is not said:\n{all}");
    }
}
