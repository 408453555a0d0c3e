//! How soon `snapdeploy deploy` ends once the service's own deployment has succeeded, and what it asks of AWS until then.
//!
//! `cargo bench --profile dev --bench ship` takes half a minute: plain rolling deployments of several lengths, side by
//! side, each with the real binary and a sandbox of its own. The moment of success is the one that ECS notes
//! (`finishedAt` of the service deployment), the other one is the end of the process: what it verifies and keeps after
//! the deployment counts. Fails if one of them ends later than one pause between two looks. Beside it, measured in the
//! same run, stands the waiter of AWS's SDKs (`ServicesStable`: a look every 15 s, botocore's `waiters-2.json`).

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, ExitCode, Stdio};
use std::thread::{scope, sleep};
use std::time::Duration;

use serde_json::{Value, json};

use snapdeploy::kinds::ecs::LATER;
use snapdeploy::sandbox::{ImageSeed, Sandbox, Scenario, ServiceSeed};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ACCOUNT: &str = "222222222222";
const REGION: &str = "us-east-1";
/// How long tasks take to start: success comes early, in the middle and late between two looks.
const LENGTHS: [u64; 3] = [11_500, 18_000, 24_500];
/// The pause of the waiter.
const WAITER: Duration = Duration::from_secs(15);
/// How many tasks the service has.
const TASKS: u64 = 2;

const CONFIG: &str = "\
project = \"bench\"
store = \"file://.snapdeploy\"

[environments.prod]
account = \"222222222222\"
region = \"us-east-1\"
owns = [\"ecs/service/*\"]
";

fn image(tag: &str) -> String {
    format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/web:{tag}")
}

/// Returns a sandbox with a service whose tasks take `starts` milliseconds to start.
fn shop(starts: u64) -> Outcome<Sandbox> {
    let mut scenario = Scenario::empty();
    let account = scenario.account(ACCOUNT);
    account.role("web-execution", None).role("web-task", None);
    for tag in ["1", "2"] {
        account.image(ImageSeed { repository: "web".into(), tag: tag.into(), ..ImageSeed::default() });
    }
    let images = vec![("app".into(), image("1"))];
    let service = ServiceSeed { images, breaker: true, desired: TASKS, ..ServiceSeed::default() };
    account.service(&service).ok_or("no such service")?;
    scenario.switch("ecs_pull_ms", &starts.to_string())?;
    Ok(Sandbox::start(scenario)?)
}

/// Sends a call to ECS.
fn ecs(sandbox: &Sandbox, operation: &str, body: &Value) -> Outcome<Value> {
    let address = sandbox.endpoint().trim_start_matches("http://").to_string();
    let body = body.to_string();
    let mut stream = TcpStream::connect(&address)?;
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.{operation}\r\n\
         X-Amz-Date: {}\r\nAuthorization: AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/{REGION}/ecs/aws4_request, \
         SignedHeaders=host, Signature=0\r\n\r\n{body}",
        body.len(),
        jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ"),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    match head.starts_with("HTTP/1.1 200") {
        true => Ok(serde_json::from_str(body)?),
        false => Err(format!("{operation}: {answer}").into()),
    }
}

/// Returns when the newest deployment of the service succeeded, in seconds since 1970.
fn succeeded(sandbox: &Sandbox) -> Outcome<f64> {
    let listed = ecs(sandbox, "ListServiceDeployments", &json!({ "cluster": "main", "service": "web" }))?;
    let newest = &listed["serviceDeployments"][0];
    match (newest["status"].as_str(), newest["finishedAt"].as_f64()) {
        (Some("SUCCESSFUL"), Some(at)) => Ok(at),
        _ => Err(format!("it has not succeeded: {newest}").into()),
    }
}

fn now() -> f64 {
    jiff::Timestamp::now().as_millisecond() as f64 / 1000.0
}

/// What was measured of one deployment.
struct Measured {
    /// How long after the success of the service it was over, in seconds.
    late: f64,
    calls: BTreeMap<String, usize>,
    polls: usize,
}

impl Measured {
    fn of(sandbox: &Sandbox, over: f64, poll: &str) -> Outcome<Measured> {
        let mut calls: BTreeMap<String, usize> = BTreeMap::new();
        for call in sandbox.calls() {
            *calls.entry(format!("{} {}", call.service, call.operation)).or_default() += 1;
        }
        let polls = calls.get(&format!("ecs {poll}")).copied().unwrap_or_default();
        Ok(Measured { late: over - succeeded(sandbox)?, calls, polls })
    }
}

/// Deploys the second image with the binary.
fn ours(starts: u64) -> Outcome<Measured> {
    let sandbox = shop(starts)?;
    let directory = tempfile::tempdir()?;
    std::fs::write(directory.path().join("snapdeploy.toml"), CONFIG)?;
    let artifact = format!("ecs/service/main/web:app={}", image("2"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_snapdeploy"));
    command
        .args(["deploy", "--to", "prod", "--artifact", &artifact, "--yes"])
        .current_dir(directory.path())
        .env_clear()
        .env("HOME", directory.path())
        .env("AWS_ENDPOINT_URL", sandbox.endpoint())
        .env("AWS_ACCESS_KEY_ID", ACCOUNT)
        .env("AWS_SECRET_ACCESS_KEY", "x")
        .stdin(Stdio::null());
    let output = command.output()?;
    let over = now();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Measured::of(&sandbox, over, "DescribeServiceDeployments")
}

/// Deploys it with two calls, and waits as the SDKs do: until there is one deployment that runs what is desired.
fn waiters(starts: u64) -> Outcome<Measured> {
    let sandbox = shop(starts)?;
    let old = ecs(&sandbox, "DescribeTaskDefinition", &json!({ "taskDefinition": "web" }))?;
    let mut containers = old["taskDefinition"]["containerDefinitions"].clone();
    containers[0]["image"] = json!(image("2"));
    let mut new = json!({ "family": "web", "containerDefinitions": containers });
    for member in
        ["networkMode", "cpu", "memory", "requiresCompatibilities", "executionRoleArn", "taskRoleArn"]
    {
        new[member] = old["taskDefinition"][member].clone();
    }
    let made = ecs(&sandbox, "RegisterTaskDefinition", &new)?;
    let arn = &made["taskDefinition"]["taskDefinitionArn"];
    let update = json!({ "cluster": "main", "service": "web", "taskDefinition": arn });
    ecs(&sandbox, "UpdateService", &update)?;
    loop {
        let ask = json!({ "cluster": "main", "services": ["web"] });
        let service = ecs(&sandbox, "DescribeServices", &ask)?["services"][0].clone();
        let alone = service["deployments"].as_array().is_some_and(|all| all.len() == 1);
        if alone && service["runningCount"] == service["desiredCount"] {
            break;
        }
        sleep(WAITER);
    }
    let over = now();
    Measured::of(&sandbox, over, "DescribeServices")
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn measure() -> Outcome<Vec<String>> {
    let all: Vec<(u64, Outcome<Measured>, Outcome<Measured>)> = scope(|scope| {
        let started: Vec<_> = LENGTHS
            .iter()
            .map(|length| (*length, scope.spawn(|| ours(*length)), scope.spawn(|| waiters(*length))))
            .collect();
        let gone = || Err("the thread is gone".into());
        started
            .into_iter()
            .map(|(length, a, b)| {
                (length, a.join().unwrap_or_else(|_| gone()), b.join().unwrap_or_else(|_| gone()))
            })
            .collect()
    });
    let pause = LATER.as_secs_f64();
    let mut problems = Vec::new();
    println!("from the service's own success to the end of the command; a look every {pause} s");
    println!("  tasks start in   snapdeploy   looks between   its looks   ServicesStable   its looks");
    for (length, ours, waiters) in all {
        let (ours, waiters) = (ours?, waiters?);
        let starts = length as f64 / 1000.0;
        let ratio = ours.late / pause;
        println!(
            "  {starts:10.1} s   {:8.2} s   {ratio:13.2}   {:9}   {:12.2} s   {:9}",
            ours.late, ours.polls, waiters.late, waiters.polls
        );
        if !(0.0..=1.0).contains(&ratio) {
            problems.push(format!("{starts} s: it ended {ratio:.2} looks after the service"));
        }
        if length == LENGTHS[0] {
            let of = |prefix: &str| {
                ours.calls.iter().filter(|(call, _)| call.starts_with(prefix)).map(|(_, n)| n).sum::<usize>()
            };
            println!(
                "  calls of snapdeploy in the first of them: {}, of which to ECS {}",
                of(""),
                of("ecs ")
            );
            for (call, n) in &ours.calls {
                println!("  {n:5} {call}");
            }
        }
    }
    Ok(problems)
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn main() -> ExitCode {
    match measure() {
        Ok(problems) if problems.is_empty() => ExitCode::SUCCESS,
        Ok(problems) => {
            println!("NOT GOOD ENOUGH\n{}", problems.join("\n"));
            ExitCode::FAILURE
        }
        Err(e) => {
            println!("it failed: {e}");
            ExitCode::FAILURE
        }
    }
}
