//! The service `web` with gates, and what stands behind them: metrics, scans, alarms.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::core::gate::{Answer, Asked, Gate, GateAt, Metric, Probe, Undecided};
use snapdeploy::sandbox::{AlarmSeed, Sandbox, Scenario};

use crate::cli::shell::Said;
use crate::ecs::back::Shop;
use crate::ecs::scene::{ECR, scenario, service, tell};
use crate::sandbox::raw;
use crate::world::{B, REGION};

/// How long a minute of a metric lasts, as a clock that is 200 times as fast has it.
pub const MINUTE: Duration = Duration::from_millis(300);
const CLOUDWATCH: &str = "GraniteServiceVersion20100801";

/// Returns the shop with these tables below `[environments.prod.gates]`.
pub fn shop(gates: &str) -> Shop {
    shop_with(gates, |_| {})
}

/// Likewise, with more in the account.
pub fn shop_with(gates: &str, more: impl FnOnce(&mut Scenario)) -> Shop {
    let mut scenario = scenario();
    more(&mut scenario);
    let account = scenario.account(B);
    account.service(&service()).unwrap();
    account.alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
    let shop = Shop::of(scenario);
    let file = shop.shell.directory.path().join("snapdeploy.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n{gates}\n")).unwrap();
    for (name, value) in [("metrics_minute_ms", "300"), ("metrics_of_aws_can_be_put", "true")] {
        shop.sandbox.set_switch(name, value).unwrap();
    }
    shop
}

/// Returns the newest deployment: its rollback is a run of its own.
pub fn newest(shop: &Shop) -> String {
    let document = shop.json(0, &["history", "--env", "prod"]);
    let runs = document["data"]["runs"].as_array().unwrap();
    let run = runs.iter().find(|r| r["start"]["kind"] == "deploy").unwrap();
    run["start"]["run"].as_str().unwrap().to_string()
}

/// Returns what the newest deployment has in its journal, as it is printed.
pub fn shown(shop: &Shop) -> String {
    let run = newest(shop);
    let said = shop.run(0, &["history", "show", &run]);
    format!("{}{}", said.out, said.err)
}

/// Returns the command behind `word` at the beginning of a line.
pub fn line(said: &Said, word: &str) -> Vec<String> {
    let all = format!("{}{}", said.out, said.err);
    let found = all.lines().find_map(|l| l.strip_prefix(word)).unwrap_or_else(|| panic!("{word}: {all}"));
    found.split_whitespace().skip(1).map(String::from).collect()
}

pub async fn cloudwatch(sandbox: &Sandbox, operation: &str, body: Value) -> (u16, Value) {
    tell(sandbox, "monitoring", &format!("{CLOUDWATCH}.{operation}"), body).await
}

/// Puts `count` values of a metric of the function `orders`, `every` apart, the first of them now: what is in the future is
/// seen when that has come.
pub async fn put(sandbox: &Sandbox, name: &str, value: f64, count: usize, every: Duration) {
    let now = jiff::Timestamp::now().as_millisecond() as f64 / 1000.0;
    let datum = |n: usize| {
        json!({
            "MetricName": name, "Value": value, "Timestamp": now + every.as_secs_f64() * n as f64,
            "Dimensions": [{"Name": "FunctionName", "Value": "orders"}],
        })
    };
    let body = json!({"Namespace": "AWS/Lambda", "MetricData": (0..count).map(datum).collect::<Vec<_>>()});
    let (status, answer) = cloudwatch(sandbox, "PutMetricData", body).await;
    assert_eq!(status, 200, "{answer}");
}

/// Puts one value of a metric of the function `orders` of an account.
pub async fn put_in(sandbox: &Sandbox, account: &str, name: &str, value: f64) {
    let dimensions = json!([{"Name": "FunctionName", "Value": "orders"}]);
    let datum = json!({"MetricName": name, "Value": value, "Dimensions": dimensions});
    let body = json!({"Namespace": "AWS/Lambda", "MetricData": [datum]});
    let target = format!("{CLOUDWATCH}.PutMetricData");
    let (status, answer) = crate::sandbox::ecr::ask(sandbox, account, "monitoring", &target, body).await;
    assert_eq!(status, 200, "{answer}");
}

/// Makes a scan be as it is told, of the image with this tag.
pub async fn scanned(sandbox: &Sandbox, tag: &str, status: &str, counts: Value) {
    let body = json!({
        "account": B, "region": REGION, "repository": "web", "tag": tag, "status": status, "counts": counts,
    });
    let answer = raw(sandbox, "POST /_sandbox/scan", &[], &body.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Returns the image with this tag, by its digest.
pub async fn by_digest(sandbox: &Sandbox, tag: &str) -> String {
    let body = json!({"repositoryName": "web", "imageIds": [{"imageTag": tag}]});
    let (_, found) = tell(sandbox, "ecr", &format!("{ECR}.DescribeImages"), body).await;
    let digest = found["imageDetails"][0]["imageDigest"].as_str().unwrap();
    format!("{B}.dkr.ecr.{REGION}.amazonaws.com/web@{digest}")
}

pub fn gate(probe: Probe) -> Gate {
    Gate {
        name: "smoke".into(),
        about: Vec::new(),
        at: GateAt::Both,
        every: Duration::from_secs(30),
        tries: 1,
        undecided: Undecided::Pause,
        probe,
    }
}

/// Returns a metric of the function `orders`.
pub fn metric(name: &str, statistic: &str) -> Metric {
    Metric {
        namespace: "AWS/Lambda".into(),
        name: name.into(),
        dimensions: [("FunctionName".to_string(), "orders".to_string())].into(),
        statistic: statistic.into(),
    }
}

/// Asks `probe` of `driver`.
pub async fn ask(driver: &dyn snapdeploy::core::driver::Driver, probe: Probe, of: &Asked) -> Answer {
    driver.inspector().ask(&gate(probe), of).await
}
