//! The way back leads to what was verified good, and never to a bad revision unless that is named.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{Sandbox, Scenario};

use super::scene::{ecs, scenario, service};
use crate::cli::shell::{Said, Shell};
use crate::world::B;

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

/// The service in account B, and a shell that works on it.
pub(crate) struct Shop {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) shell: Shell,
    /// How much of the service's time goes by every 20 ms while a command runs.
    pub(crate) pace: Duration,
}

impl Shop {
    pub(crate) fn new() -> Shop {
        let mut scenario = scenario();
        scenario.account(B).service(&service()).unwrap();
        Shop::of(scenario)
    }

    pub(crate) fn of(scenario: Scenario) -> Shop {
        let sandbox = Arc::new(Sandbox::start(scenario).unwrap());
        let shell = Shell::with(CONFIG)
            .set("AWS_ENDPOINT_URL", &sandbox.endpoint())
            .set("AWS_ACCESS_KEY_ID", "111111111111")
            .set("AWS_SECRET_ACCESS_KEY", "x")
            .set("SNAPDEPLOY_CLOCK_SCALE", "200")
            .set("TERM", "xterm")
            .set("USER", "tester");
        Shop { sandbox, shell, pace: Duration::from_secs(5) }
    }

    /// Does something while the time of the service goes on.
    pub(crate) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        let over = Arc::new(AtomicBool::new(false));
        let (sandbox, seen, pace) = (self.sandbox.clone(), over.clone(), self.pace);
        let time = std::thread::spawn(move || {
            while !seen.load(Ordering::Relaxed) {
                sandbox.advance(pace);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let done = work();
        over.store(true, Ordering::Relaxed);
        time.join().unwrap();
        done
    }

    /// Runs a command, while the time of the service goes on.
    pub(crate) fn run(&self, code: i32, arguments: &[&str]) -> Said {
        let said = self.aside(|| self.shell.run(arguments));
        assert_eq!(said.code, code, "{arguments:?}\n{}\n{}", said.out, said.err);
        said
    }

    pub(crate) fn json(&self, code: i32, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(code, &[arguments, &["--output", "json"]].concat()).out).unwrap()
    }

    /// Returns the plan of going back, which is not performed.
    pub(crate) fn plan(&self, more: &[&str]) -> Value {
        let back = ["rollback", "prod", "ecs/service/main/web", "--dry-run"];
        self.json(0, &[&back, more].concat())["data"].clone()
    }

    /// Deploys an image of this tag with snapdeploy.
    pub(crate) fn ship(&self, code: i32, tag: &str) -> Said {
        self.ship_with(code, tag, &[])
    }

    /// Deploys an image of this tag with snapdeploy, and with more arguments.
    pub(crate) fn ship_with(&self, code: i32, tag: &str, more: &[&str]) -> Said {
        let artifact = format!("ecs/service/main/web={B}.dkr.ecr.us-east-1.amazonaws.com/web:{tag}");
        self.run(code, &[&["deploy", "--to", "prod", "--artifact", &artifact, "--yes"], more].concat())
    }

    /// Returns the revision that the service has.
    pub(crate) async fn revision(&self) -> String {
        let asked = json!({"cluster": "main", "services": ["web"]});
        let answer = ecs(&self.sandbox, "DescribeServices", asked).await;
        let arn = answer["services"][0]["taskDefinition"].as_str().unwrap().to_string();
        arn.rsplit('/').next().unwrap().to_string()
    }
}

/// What was there before the run was deployed by hand and had failed: it is passed over, and that is said.
#[tokio::test]
async fn a_bad_state_before_the_run_is_passed_over_and_named() {
    let mut scenario = scenario();
    // Without a breaker a deployment that fails stays.
    scenario.account(B).service(&snapdeploy::sandbox::ServiceSeed { breaker: false, ..service() }).unwrap();
    let shop = Shop::of(scenario);
    let bad = super::scene::register(&shop.sandbox, |d| {
        d["containerDefinitions"][0]["image"] = json!(super::scene::image("3"));
    })
    .await;
    ecs(&shop.sandbox, "UpdateService", json!({"cluster": "main", "service": "web", "taskDefinition": bad}))
        .await;
    shop.sandbox.advance(Duration::from_secs(60));
    shop.ship(0, "2");
    let plan = shop.plan(&[]);
    let said = plan["findings"].to_string();
    assert!(said.contains("goes back to revision 1") && said.contains("and not to revision 2"), "{plan:#}");
    assert!(said.contains("--to :2"), "{plan:#}");
    shop.run(0, &["rollback", "prod", "ecs/service/main/web", "--yes"]);
    assert_eq!(shop.revision().await, "web:1");
    // Named, it is gone back to: with a warning.
    let named = shop.plan(&["--to", ":2"]);
    assert!(named["findings"].to_string().contains("verified"), "{named:#}");
}

/// Nobody else knows which versions there were, and which of them was rolled back from.
#[tokio::test]
async fn what_was_rolled_back_from_is_bad_and_a_run_is_named_by_its_id() {
    let shop = Shop::new();
    shop.ship(0, "2");
    let runs = shop.json(0, &["history", "--env", "prod"]);
    let run = runs["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string();
    assert_eq!(shop.revision().await, "web:2");
    shop.run(0, &["rollback", "prod", "ecs/service/main/web", "--yes"]);
    assert_eq!(shop.revision().await, "web:1");
    // The only other revision was taken back, so there is nothing verified good to go back to.
    let said = shop.run(10, &["rollback", "prod", "ecs/service/main/web", "--yes"]);
    assert!(said.err.contains("there is no deployment"), "{}", said.err);
    let plan = shop.plan(&["--to", &run]);
    assert_eq!(plan["steps"][0]["address"], "ecs/service/main/web", "{plan:#}");
    assert!(
        plan["card"].as_array().unwrap().iter().all(|l| l["outcome"] == "pass" || l["asked"] == "direction")
    );
    let bad = shop.plan(&["--to", "2"]);
    assert!(bad["findings"].to_string().contains("took it back"), "{bad:#}");
}
