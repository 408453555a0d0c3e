//! The binary, killed by SIGKILL in the middle of a deployment over S3 and DynamoDB, and recovered by the next command.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use snapdeploy::core::address::Address;
use snapdeploy::core::digest::Digest;
use snapdeploy::sandbox::{Hold, Sandbox};

use crate::small::small;
use crate::world::{A, B, REGION, SCALE, World};

/// What is undone here is done again and again.
const DEPLOY: [&str; 8] =
    ["deploy", "dev@latest", "--to", "prod", "--yes", "--release-hold", "--reason", "the next point"];
const POINTS: usize = 20;

/// The configuration that goes with [`small`].
pub fn configuration(store: &str) -> String {
    format!(
        r#"
project = "small"
store = "{store}"
store_region = "{REGION}"

[environments.dev]
account = "{A}"
region = "{REGION}"
role_arn = "arn:aws:iam::{A}:role/snapdeploy"
instance = "dev"

[environments.prod]
account = "{B}"
region = "{REGION}"
role_arn = "arn:aws:iam::{B}:role/snapdeploy"
external_id = "only-us"
instance = "prod"
"#
    )
}

/// Returns the command `snapdeploy ARGS` in `dir`, for the sandbox at `endpoint`.
pub fn snapdeploy(dir: &Path, endpoint: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_snapdeploy"));
    command
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("HOME", dir)
        .env("USER", "tester")
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", A)
        .env("AWS_SECRET_ACCESS_KEY", "sandbox")
        .env("AWS_REGION", REGION)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("SNAPDEPLOY_CLOCK_SCALE", SCALE.to_string())
        .stdin(Stdio::null());
    command
}

fn done(dir: &Path, endpoint: &str, args: &[&str]) -> Output {
    let output = snapdeploy(dir, endpoint, args).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "snapdeploy {}: {:?}\n{told}", args.join(" "), output.status);
    output
}

/// Returns how many mutating calls Connect has seen, answered or not.
fn mutations(sandbox: &Sandbox) -> usize {
    sandbox.calls().iter().filter(|c| c.mutating && c.service == "connect").count()
}

/// Waits until `n` mutating calls have come in, or the process has ended.
fn wait_for(sandbox: &Sandbox, child: &mut Child, n: usize) {
    let patience = Instant::now() + Duration::from_secs(60);
    while mutations(sandbox) < n && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < patience, "the process neither called nor ended");
        std::thread::sleep(Duration::from_micros(300));
    }
}

/// What an environment is: each document, by digest.
type Prints = Vec<(Address, Digest, Digest)>;

async fn prints(world: &World) -> Prints {
    let documents = world.documents(&*world.b, "prod").await;
    documents.into_iter().map(|(a, d)| (a, d.portable_digest(), d.local_digest())).collect()
}

#[tokio::test]
async fn killed_by_sigkill_at_twenty_points_the_next_command_ends_as_before_or_as_after() {
    let (mut resumed, mut rolled_back, mut not_begun) = (0, 0, 0);
    let mut total: Option<(usize, Prints)> = None;
    for point in 0..POINTS {
        let mut scenario = small();
        let account = scenario.account(A);
        account.bucket(REGION, "kept");
        account.table(REGION, "kept-audit").table(REGION, "kept-leases");
        let world = World::new(scenario).await;
        let (sandbox, endpoint) = (&world.sandbox, world.sandbox.endpoint());
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("snapdeploy.toml"), configuration("s3://kept/small")).unwrap();
        let old_prints = prints(&world).await;

        let (calls, new_prints) = match &total {
            Some(total) => total.clone(),
            None => {
                // Once through, to know how many calls there are and what the end looks like.
                done(dir.path(), &endpoint, &["extract", "dev"]);
                sandbox.clear_calls();
                done(dir.path(), &endpoint, &DEPLOY);
                let counted = (mutations(sandbox), prints(&world).await);
                done(dir.path(), &endpoint, &["rollback", "prod", "--yes"]);
                total = Some(counted.clone());
                counted
            }
        };
        let old = sandbox.connect_state(B);
        done(dir.path(), &endpoint, &["extract", "dev"]);

        sandbox.clear_calls();
        let n = 1 + point * calls / POINTS;
        let mut child = snapdeploy(dir.path(), &endpoint, &DEPLOY)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for(sandbox, &mut child, n);
        if point % 2 == 1 {
            // Whatever is sent now arrives, but its answer does not: it takes effect after the sender is dead.
            sandbox.hold(Hold { service: Some("connect".into()), ..Hold::default() });
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        sandbox.release();

        let output = match point % 4 {
            0 | 1 => {
                snapdeploy(dir.path(), &endpoint, &["deploy", "--resume", "--to", "prod", "--yes"]).output()
            }
            _ => snapdeploy(dir.path(), &endpoint, &["rollback", "prod", "--yes"]).output(),
        }
        .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).to_string();
        let here = format!("killed after call {n} of {calls}, point {point}");
        match output.status.code() {
            Some(0) => {}
            // The process had come to its end before it was killed: there is nothing to resume.
            Some(10) => not_begun += 1,
            code => panic!("{here}: {code:?}\n{told}"),
        }
        let now = prints(&world).await;
        if now == old_prints {
            assert_eq!(sandbox.connect_state(B), old, "{here}: exactly as before");
            rolled_back += 1;
        } else {
            assert_eq!(now, new_prints, "{here}: neither as before nor as after\n{told}");
            resumed += 1;
        }
        let next = snapdeploy(dir.path(), &endpoint, &DEPLOY).output().unwrap();
        assert!(
            next.status.success(),
            "{here}: the environment is free again\n{}",
            String::from_utf8_lossy(&next.stderr)
        );
    }
    println!(
        "{POINTS} kills by SIGKILL: {resumed} ended as after, {rolled_back} as before ({not_begun} had ended already)"
    );
    assert!(resumed > 0 && rolled_back > 0);
}
