//! A process that is suspended in the middle of its run, and wakes when its run is somebody else's.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use snapdeploy::sandbox::Sandbox;

use super::dice::Dice;
use super::size;
use crate::figures;
use crate::kill::{configuration, snapdeploy};
use crate::small::small;
use crate::world::{A, B, REGION};

/// Nothing here takes longer, unless it never ends.
const LONGEST: Duration = Duration::from_secs(120);

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn changes(sandbox: &Sandbox) -> usize {
    sandbox.calls().iter().filter(|c| c.mutating && c.account == B && c.service == "connect").count()
}

fn done(directory: &Path, endpoint: &str, arguments: &[&str]) -> String {
    let output = snapdeploy(directory, endpoint, arguments).output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{arguments:?}: {text}");
    text
}

/// Plays one pause, after so many calls that change something. Returns whether the process was suspended in mid-run.
fn play(store: &str, n: usize) -> bool {
    let mut scenario = small();
    let account = scenario.account(A);
    account.bucket(REGION, "kept").table(REGION, "kept-audit").table(REGION, "kept-leases");
    let sandbox = Sandbox::start(scenario).unwrap();
    let endpoint = sandbox.endpoint();
    let place = tempfile::tempdir().unwrap();
    let directory = place.path();
    std::fs::write(directory.join("snapdeploy.toml"), configuration(store)).unwrap();
    done(directory, &endpoint, &["extract", "dev"]);
    let old = sandbox.connect_state(B);
    let typed = ["deploy", "dev@latest", "--to", "prod", "--yes"];
    let mut command = snapdeploy(directory, &endpoint, &typed);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let patience = Instant::now() + LONGEST;
    while changes(&sandbox) < n && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < patience, "it neither called nor ended");
        std::thread::sleep(Duration::from_micros(300));
    }
    if child.try_wait().unwrap().is_some() {
        return false;
    }
    signal(&child, "STOP");
    let here = format!("{store}, suspended after {n} calls");
    let rollback = ["rollback", "prod", "--take-over", "--yes"];
    let mut tries = 0;
    let taken = loop {
        let output = snapdeploy(directory, &endpoint, &rollback).output().unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        if output.status.success() {
            break text;
        }
        // Suspended in the middle of a write to its file, it has that locked: nobody can take anything over.
        assert!(text.contains("database is locked") && tries < 20, "{here}: {text}");
        tries += 1;
        signal(&child, "CONT");
        std::thread::sleep(Duration::from_millis(3));
        signal(&child, "STOP");
        if child.try_wait().unwrap().is_some() {
            return false;
        }
    };
    assert_eq!(sandbox.connect_state(B), old, "{here}: {taken}");
    let (sent, began) = (changes(&sandbox), Instant::now());
    signal(&child, "CONT");
    while child.try_wait().unwrap().is_none() {
        assert!(began.elapsed() < LONGEST, "{here}: it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    // One that has ended its run before it was suspended has nothing more to do.
    if output.status.code() == Some(0) {
        assert_eq!(changes(&sandbox), sent, "{here}: {said}");
        return false;
    }
    assert_eq!(output.status.code(), Some(9), "{here}: {said}");
    let told = ["has taken the lease over", "does not hold", "any more"];
    assert!(told.iter().any(|words| said.contains(words)), "{here}: {said}");
    assert_eq!(changes(&sandbox), sent, "{here}: it sent nothing more");
    assert_eq!(sandbox.connect_state(B), old, "{here}: it changed nothing");
    true
}

#[test]
fn a_suspended_owner_that_wakes_after_a_takeover_changes_nothing() {
    let (pauses, seed) = (size::of(2, 25), size::seed());
    let mut dice = Dice::new(seed);
    let mut suspended = [0, 0];
    for (i, store) in ["file://.snapdeploy", "s3://kept/small"].into_iter().enumerate() {
        // One that ends before it is suspended is no pause: on a busy machine there are some.
        let mut tries = 0;
        while suspended[i] < pauses && tries < 5 * pauses {
            suspended[i] += usize::from(play(store, 1 + dice.below(10)));
            tries += 1;
        }
    }
    println!("paused in mid-run with SQLite and DynamoDB: {suspended:?}, none changed anything");
    assert!(suspended.iter().all(|n| *n == pauses), "{suspended:?}");
    figures::record(
        "paused",
        json!({
            "size": format!("{} pauses with SQLite, {} with DynamoDB, in mid-run", suspended[0], suspended[1]),
            "seeds": seed.to_string(),
            "result": "0 calls after the takeover; exit 9, and the takeover is told",
        }),
    );
}
