//! What it costs to ship a large site of which little has changed, beside `aws s3 sync`.
//!
//! `cargo bench --profile dev --bench sync` takes some minutes: a site of 10,000 files is deployed with the real binary
//! into a bucket of a sandbox, then 100 of them change (of the same size, under the same names) and it is deployed again.
//! Printed are the calls of that second deployment by operation, and its time; beside them those of `aws s3 sync` (awscli
//! out of a virtual environment below `target`) for the same folders into another bucket of the same sandbox. It fails
//! where anything is put but the changed files and the manifest before and after them, where more is listed than the pages
//! of the bucket for each look (the plan, the look under the lease, the look after the switch), where more is read than the
//! manifest for each look and for what deletes old files, and where other calls are more than a few.
//!
//! A third deployment is made with the store in S3: what has to be asked and kept there is asked by listings, not file by
//! file.
//!
//! `aws s3 sync` compares sizes and times: here the builds are kind to it, and only changed files have new times. A build
//! that writes all files anew makes it put all of them, which is the second line that is printed of it.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use snapdeploy::sandbox::{Sandbox, Scenario};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ACCOUNT: &str = "222222222222";
const REGION: &str = "us-east-1";
const FILES: usize = 10_000;
const CHANGED: usize = 100;
/// How often a deployment looks at all of the bucket.
const LOOKS: usize = 3;
/// How often it writes the manifest where no file is new: what is half-way, and what the release is.
const NOTES: usize = 2;
/// What else it asks: whether the bucket is there, and who we are.
const OTHERS: usize = 12;
/// The version of the awscli that is measured.
const AWSCLI: &str = "awscli==1.46.3";

const CONFIG: &str = "\
project = \"bench\"
store = \"file://.snapdeploy\"

[environments.prod]
account = \"222222222222\"
region = \"us-east-1\"
owns = [\"site/bucket/*\"]

[environments.prod.sites.web]
bucket = \"ours\"
";

/// How often a process asks a store in S3 about one object: the layout, documents, a package.
const LOOKED: usize = 12;

/// Writes the site: each file of the same size whatever `says` is, a number below 100.
fn write(folder: &Path, count: usize, says: usize) -> Outcome<()> {
    for n in 0..count {
        let path = folder.join(format!("pages/{:02}/file-{n:05}.html", n % 100));
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        fs::write(path, format!("<p>{n:05} {says:02} {}</p>", "x".repeat(200)))?;
    }
    Ok(())
}

/// What something cost.
struct Cost {
    calls: BTreeMap<String, usize>,
    time: Duration,
}

impl Cost {
    fn total(&self) -> usize {
        self.calls.values().sum()
    }

    fn print(&self, what: &str) {
        let calls: Vec<String> = self.calls.iter().map(|(name, n)| format!("{name} {n}")).collect();
        println!("{what}: {} calls in {:.1} s ({})", self.total(), self.time.as_secs_f64(), calls.join(", "));
    }
}

/// Runs `command` and returns what it cost.
fn measured(sandbox: &Sandbox, command: &mut Command) -> Outcome<Cost> {
    sandbox.clear_calls();
    let began = Instant::now();
    let output = command
        .env("AWS_ENDPOINT_URL", sandbox.endpoint())
        .env("AWS_ACCESS_KEY_ID", ACCOUNT)
        .env("AWS_SECRET_ACCESS_KEY", "x")
        .env("AWS_DEFAULT_REGION", REGION)
        .stdin(Stdio::null())
        .output()?;
    let time = began.elapsed();
    if !output.status.success() {
        let said = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
        return Err(format!("{command:?} failed: {}", said.join("\n")).into());
    }
    let mut calls = BTreeMap::new();
    for call in sandbox.calls() {
        *calls.entry(format!("{}:{}", call.service, call.operation)).or_default() += 1;
    }
    Ok(Cost { calls, time })
}

/// Returns `aws`, out of a virtual environment that is made where it is not there.
fn aws() -> Outcome<PathBuf> {
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/awscli");
    let aws = venv.join("bin/aws");
    if !aws.exists() {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&venv).status()?;
        let got = Command::new(venv.join("bin/pip")).args(["install", "--quiet", AWSCLI]).status()?;
        if !made.success() || !got.success() {
            return Err("awscli cannot be installed".into());
        }
    }
    Ok(aws)
}

fn run() -> Outcome<bool> {
    let mut scenario = Scenario::empty();
    scenario.account(ACCOUNT).bucket(REGION, "ours").bucket(REGION, "theirs");
    let sandbox = Sandbox::start(scenario)?;
    let place = tempfile::tempdir()?;
    fs::write(place.path().join("snapdeploy.toml"), CONFIG)?;
    let dist = place.path().join("dist");
    write(&dist, FILES, 1)?;
    let ship = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_snapdeploy"));
        command.args(["deploy", "--artifact", "site/bucket/web=dist", "--to", "prod", "--yes"]);
        command.current_dir(place.path());
        command
    };
    let aws = aws()?;
    let sync = || {
        let mut command = Command::new(&aws);
        command.args(["s3", "sync", "--only-show-errors"]).arg(&dist).arg("s3://theirs/");
        command
    };
    measured(&sandbox, &mut ship())?.print("snapdeploy, all of it");
    measured(&sandbox, &mut sync())?.print("aws s3 sync, all of it");
    // Times that sync takes for newer are a second later.
    std::thread::sleep(Duration::from_millis(1100));
    write(&dist, CHANGED, 2)?;
    let ours = measured(&sandbox, &mut ship())?;
    let theirs = measured(&sandbox, &mut sync())?;
    ours.print("snapdeploy, 1 % changed");
    theirs.print("aws s3 sync, 1 % changed");
    let calls = ours.total() as f64 / theirs.total() as f64;
    let time = ours.time.as_secs_f64() / theirs.time.as_secs_f64();
    println!("snapdeploy / aws s3 sync: {calls:.2} of the calls, {time:.2} of the time");
    std::thread::sleep(Duration::from_millis(1100));
    write(&dist, FILES, 3)?;
    write(&dist, CHANGED, 4)?;
    write(&dist, FILES, 1)?;
    write(&dist, CHANGED, 2)?;
    let rebuilt = measured(&sandbox, &mut sync())?;
    rebuilt.print("aws s3 sync, nothing changed, built again");
    measured(&sandbox, &mut ship())?.print("snapdeploy, nothing changed, built again");
    let kept = tempfile::tempdir()?;
    fs::write(kept.path().join("snapdeploy.toml"), CONFIG.replace("file://.snapdeploy", "s3://store/main"))?;
    let with_store = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_snapdeploy"));
        command.args(args).current_dir(kept.path());
        command
    };
    let artifact = format!("site/bucket/web={}", dist.display());
    let deploy = ["deploy", "--artifact", &artifact, "--to", "prod", "--overwrite-drift", "--yes"];
    measured(&sandbox, &mut with_store(&["init", "--store", "s3://store/main", "--yes"]))?;
    write(&dist, CHANGED, 5)?;
    measured(&sandbox, &mut with_store(&deploy))?.print("snapdeploy, the store in S3, all of it read");
    write(&dist, CHANGED, 6)?;
    let shared = measured(&sandbox, &mut with_store(&deploy))?;
    shared.print("snapdeploy, 1 % changed, the store in S3");
    let pages = (FILES + 1).div_ceil(1000);
    let most =
        [("s3:PutObject", CHANGED + NOTES), ("s3:ListObjectsV2", LOOKS * pages), ("s3:GetObject", LOOKS + 1)];
    let count = |name: &str| ours.calls.get(name).copied().unwrap_or_default();
    let mut rest = ours.total();
    let mut is_within = true;
    for (name, most) in most {
        println!("{name}: {} of at most {most}", count(name));
        is_within &= count(name) <= most;
        rest -= count(name);
    }
    println!("others: {rest} of at most {OTHERS}");
    // The store is listed once; what the release had and has not any more is asked about by itself.
    let in_store = [("s3:HeadObject", CHANGED + LOOKED), ("s3:ListObjectsV2", (LOOKS + 1) * pages + 1)];
    for (name, most) in in_store {
        let count = shared.calls.get(name).copied().unwrap_or_default();
        println!("{name}, the store in S3: {count} of at most {most}");
        is_within &= count <= most;
    }
    Ok(is_within && rest <= OTHERS)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            println!("these are too many calls");
            ExitCode::FAILURE
        }
        Err(e) => {
            println!("{e}");
            ExitCode::FAILURE
        }
    }
}
