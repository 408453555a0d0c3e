//! The binary over S3 and DynamoDB, killed by SIGKILL at a call of a deployment or a rollback of everything.

use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapdeploy::sandbox::{CallRecord, Fault, FaultKind};

use super::dice::Dice;
use super::scene::{Scene, state};
use super::size;
use crate::figures;
use crate::kill::{configuration, snapdeploy};
use crate::site::place::{DEV, PROD};
use crate::world::{A, B};

const DEPLOY: [&str; 8] =
    ["deploy", "dev@latest", "--to", "prod", "--yes", "--release-hold", "--reason", "the next point"];
const ROLLBACK: [&str; 3] = ["rollback", "prod", "--yes"];
const RESUME: [&str; 5] = ["deploy", "--resume", "--to", "prod", "--yes"];

/// When it is killed.
#[derive(Clone, Copy, Debug)]
enum When {
    /// Before the call has had any effect.
    Unsent,
    /// When the call has had its effect, and its answer is lost.
    Unheard,
    /// When the call has been answered.
    Answered,
}

/// A scene, and a directory in which commands about it are typed.
struct Place {
    scene: Scene,
    directory: tempfile::TempDir,
    commands: usize,
}

impl Place {
    async fn new() -> Place {
        let scene = Scene::new().await;
        let directory = tempfile::tempdir().unwrap();
        let owns =
            "owns = [\"connect/*\", \"lex/*\", \"lambda/*\", \"ecs/*\", \"site/bucket/web\"]\ninstance = ";
        let text = configuration("s3://kept/all").replace("instance = ", owns);
        let sites = format!(
            "[environments.dev.sites.web]\nbucket = \"{DEV}\"\n[environments.prod.sites.web]\nbucket = \"{PROD}\"\nothers = \"retire\"\n"
        );
        std::fs::write(directory.path().join("snapdeploy.toml"), format!("{text}\n{sites}")).unwrap();
        Place { scene, directory, commands: 0 }
    }

    fn begin(&self, arguments: &[&str]) -> Child {
        let endpoint = self.scene.world.sandbox.endpoint();
        let mut command = snapdeploy(self.directory.path(), &endpoint, arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Takes what a command has said to what is searched.
    fn said(&mut self, of: &str, output: Output) -> (Option<i32>, String) {
        self.commands += 1;
        self.scene.hunt.take(&format!("stdout of {of}"), &output.stdout);
        self.scene.hunt.take(&format!("stderr of {of}"), &output.stderr);
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    }

    fn run(&mut self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.begin(arguments).wait_with_output().unwrap();
        self.said(&arguments.join(" "), output)
    }

    fn done(&mut self, arguments: &[&str]) -> String {
        let (code, text) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {text}");
        text
    }

    /// Returns the calls of prod's account since they were last cleared.
    fn calls(&self) -> Vec<CallRecord> {
        self.scene.world.sandbox.calls().into_iter().filter(|c| c.account == B).collect()
    }

    /// Begins a command and kills it at the n-th call to prod's account; says whether it was alive.
    fn kill(&mut self, arguments: &[&str], n: usize, when: When) -> bool {
        let sandbox = &self.scene.world.sandbox;
        sandbox.clear_calls();
        let nth = n as u64;
        let any = |kind| Fault {
            operation: None,
            account: Some(B.into()),
            nth,
            times: u64::MAX,
            ..Fault::next("", kind)
        };
        match when {
            When::Unsent => sandbox.fault(any(FaultKind::DropBefore)),
            When::Unheard => {
                sandbox.fault(Fault { times: 1, ..any(FaultKind::DropAfter) });
                sandbox.fault(Fault { nth: nth + 1, ..any(FaultKind::DropBefore) });
            }
            When::Answered => {}
        }
        let mut child = self.begin(arguments);
        let patience = Instant::now() + Duration::from_secs(120);
        while self.calls().len() < n && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < patience, "the process neither called nor ended");
            std::thread::sleep(Duration::from_micros(300));
        }
        let alive = child.try_wait().unwrap().is_none();
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        self.scene.world.sandbox.clear_faults();
        self.said(&format!("killed {}", arguments.join(" ")), output);
        alive
    }

    /// Returns the newest run, its kind, and how it ended, as `history` tells.
    fn newest(&mut self) -> (String, String, String) {
        let endpoint = self.scene.world.sandbox.endpoint();
        let asked = ["history", "--env", "prod", "--output", "json"];
        let output = snapdeploy(self.directory.path(), &endpoint, &asked).output().unwrap();
        let history: Value = serde_json::from_slice(&output.stdout).unwrap();
        let run = &history["data"]["runs"][0];
        let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
        (text(&run["start"]["run"]), text(&run["start"]["kind"]), text(&run["status"]))
    }
}

/// Returns how many calls prod's account sees, and the places of those that change something, from 1.
fn counted(calls: &[CallRecord]) -> (usize, Vec<usize>) {
    let changing = calls.iter().enumerate().filter(|(_, c)| c.mutating && c.service != "sts");
    (calls.len(), changing.map(|(i, _)| i + 1).collect())
}

#[tokio::test]
async fn killed_by_sigkill_at_any_point_the_next_command_ends_as_before_or_as_after() {
    let (points, seed) = (size::of(10, 300), size::seed());
    let mut place = Place::new().await;
    let old = state(&place.scene.world).await;
    place.done(&["extract", "dev"]);
    place.scene.world.sandbox.clear_calls();
    place.done(&DEPLOY);
    let forth = counted(&place.calls());
    let new = state(&place.scene.world).await;
    assert_ne!(old.prints, new.prints);
    place.scene.world.sandbox.clear_calls();
    place.done(&ROLLBACK);
    let back = counted(&place.calls());
    assert_eq!(state(&place.scene.world).await, old);

    let mut dice = Dice::new(seed);
    let (mut alive, mut ended_new, mut ended_old, mut nothing) = (0, 0, 0, 0);
    let mut is_new = false;
    for point in 0..points {
        let (typed, (calls, changing)) = if is_new { (&ROLLBACK[..], &back) } else { (&DEPLOY[..], &forth) };
        // Three of four at a call that changes something, or beside one.
        let n = match dice.below(4) {
            0 => 1 + dice.below(*calls),
            _ => changing[dice.below(changing.len())] + dice.below(2),
        };
        let when = dice.one_of(&[When::Unsent, When::Unheard, When::Answered]);
        alive += usize::from(place.kill(typed, n, when));
        let way = dice.one_of(&[&RESUME[..], &ROLLBACK[..]]);
        let here = format!("seed {seed}, point {point}: {typed:?} killed {when:?} call {n}, then {way:?}");
        let (mut code, mut text) = place.run(way);
        if code == Some(1) && text.contains("hint: snapdeploy deploy --resume") {
            // A rollback that has not ended is not undone: it says what to type.
            (code, text) = place.run(&RESUME);
        }
        match code {
            Some(0) => {}
            // The process had not begun, or had come to its end.
            Some(10) => nothing += 1,
            code => panic!("{here}: {code:?}\n{text}"),
        }
        let now = state(&place.scene.world).await;
        is_new = now.prints == new.prints;
        if is_new {
            ended_new += 1;
        } else {
            let same = now.prints == old.prints;
            assert!(same, "{here}: neither: {:?}, {:?}\n{text}", now.differs(&old), now.differs(&new));
            assert_eq!(now.connect, old.connect, "{here}: exactly as before");
            ended_old += 1;
        }
        let (run, kind, status) = place.newest();
        assert_ne!(status, "open", "{here}: {run}: {code:?}\n{text}");
        if status == "succeeded" && kind == "deploy" {
            assert!(is_new, "{here}: history tells of a deployment that is not there");
        }
    }
    let state = place.scene.world.sandbox.state();
    let kept = json!([state[A]["dynamodb"], state[A]["s3"]["kept"]]);
    place.scene.hunt.take("the store", kept.to_string().as_bytes());
    let outcome = place.scene.hunt.search();
    assert!(outcome.found.is_empty(), "{:#?}", outcome.found);
    println!(
        "{points} kills by SIGKILL, {alive} in mid-run: {ended_new} as after, {ended_old} as before ({nothing} with nothing to recover)"
    );
    assert!(alive > 0 && ended_old > 0);
    figures::record(
        "kill",
        json!({
            "size": format!("{points} points over {} and {} calls, {alive} killed in mid-run", forth.0, back.0),
            "seeds": seed.to_string(),
            "result": format!("{ended_new} as after, {ended_old} exactly as before, 0 otherwise"),
            "bytes": outcome.bytes, "hits": 0, "commands": place.commands,
        }),
    );
}
