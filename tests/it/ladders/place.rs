//! A sandbox with one thing that has a ladder and a gate, and a shell whose commands go there.

use std::fs::File;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::Value;
use snapdeploy::core::Pin;
use snapdeploy::core::clock::Clock;
use snapdeploy::core::ledger::{Act, Held};
use snapdeploy::core::run::{Note, RunKind};
use snapdeploy::sandbox::Sandbox;
use snapdeploy::store::open_embedded;

use super::harness::{Outcome, Platform};
use crate::cli::shell::Shell;
use crate::world::{A, B, REGION};

/// What a process that was killed by SIGKILL ends with, as a shell tells it.
pub(crate) const KILLED: i32 = 137;
/// Nothing here takes longer, unless it never ends.
const LONGEST: Duration = Duration::from_secs(30);

/// What a command said.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) command: &'static str,
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Told {
    /// Asserts that these words were told.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        assert!(self.err.contains(words) || self.out.contains(words), "{words}: {self:#?}");
    }
}

pub(crate) struct Place {
    pub(crate) platform: &'static dyn Platform,
    pub(crate) sandbox: Sandbox,
    shell: Shell,
    runtime: tokio::runtime::Runtime,
}

/// A command that runs.
pub(crate) struct Running {
    command: &'static str,
    child: Child,
    /// Where its output goes: a pipe that nobody reads would stop it.
    files: [PathBuf; 2],
}

impl Place {
    pub(crate) fn new(platform: &'static dyn Platform, outcome: Outcome) -> Place {
        let sandbox = Sandbox::start(platform.scenario()).unwrap();
        platform.prepare(&sandbox);
        let shell = Shell::with(&config(platform, outcome))
            .set("AWS_ENDPOINT_URL", &sandbox.endpoint())
            .set("AWS_ACCESS_KEY_ID", A)
            .set("AWS_SECRET_ACCESS_KEY", "x")
            .set("SNAPDEPLOY_CLOCK_SCALE", "100")
            .set("PATH", &std::env::var("PATH").unwrap())
            .set("USER", "tester");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let place = Place { platform, sandbox, shell, runtime };
        place.until("nothing new has traffic", || place.share() == 0.0);
        place
    }

    /// Writes a file into the directory in which the gate is asked.
    pub(crate) fn touch(&self, file: &str) {
        std::fs::write(self.shell.directory.path().join(file), "").unwrap();
    }

    pub(crate) fn has(&self, file: &str) -> bool {
        self.shell.directory.path().join(file).exists()
    }

    pub(crate) fn remove(&self, file: &str) {
        std::fs::remove_file(self.shell.directory.path().join(file)).unwrap();
    }

    pub(crate) fn share(&self) -> f64 {
        self.platform.share(&self.sandbox)
    }

    /// Waits until `is` so.
    pub(crate) fn until(&self, what: &str, is: impl Fn() -> bool) {
        let began = Instant::now();
        while !is() {
            assert!(began.elapsed() < LONGEST, "not so: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn start(&self, command: &'static str, arguments: &[&str]) -> Running {
        let base = self.shell.directory.path();
        let n = std::fs::read_dir(base).unwrap().count();
        let files = ["out", "err"].map(|stream| base.join(format!("{n}.{stream}")));
        let [out, err] = files.each_ref().map(|file| File::create(file).unwrap());
        let child = self.shell.command(arguments).stdout(out).stderr(err).spawn().unwrap();
        Running { command, child, files }
    }

    pub(crate) fn deploy(&self) -> Running {
        let artifact = self.platform.artifact(self.shell.directory.path());
        self.start("deploy", &["deploy", "--to", "prod", "--artifact", &artifact, "--yes"])
    }

    /// Plans what [`Place::deploy`] does, and keeps the plan in `p.json`.
    pub(crate) fn plan(&self) -> Running {
        let artifact = self.platform.artifact(self.shell.directory.path());
        self.start("plan", &["deploy", "--to", "prod", "--artifact", &artifact, "--save-plan", "p.json"])
    }

    pub(crate) fn resume(&self) -> Running {
        self.start("deploy --resume", &["deploy", "--resume", "--to", "prod", "--yes"])
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

    fn asked<T>(&self, ask: impl AsyncFnOnce(&dyn snapdeploy::core::ledger::Ledger) -> T) -> T {
        self.runtime.block_on(async {
            let base = self.shell.directory.path();
            let store = open_embedded("file://.snapdeploy", base, Clock::system()).await.unwrap().unwrap();
            ask(&*store.ledger).await
        })
    }

    /// Returns the shares of the rungs that the run of `deploy` has noted.
    pub(crate) fn rungs(&self) -> Vec<String> {
        let pin = self.pin();
        self.asked(async |ledger| {
            let entries = ledger.entries(&pin, None, 100).await.unwrap().items;
            let is_deploy = |e: &&snapdeploy::core::ledger::Entry| {
                matches!(&e.what, Act::Start { start } if start.kind == RunKind::Deploy)
            };
            let deploy = entries.iter().find(is_deploy).unwrap();
            let rows = ledger.rows(deploy.run.as_ref().unwrap()).await.unwrap();
            let share = |note| match note {
                Note::Rung { share, .. } => Some(share),
                _ => None,
            };
            rows.into_iter().filter_map(|row| share(row.what)).collect()
        })
    }

    /// Returns whether a run holds the environment.
    pub(crate) fn is_held(&self) -> bool {
        let pin = self.pin();
        let held: Option<Held> = self.asked(async |ledger| ledger.held(&pin).await.unwrap());
        held.is_some()
    }

    fn pin(&self) -> Pin {
        Pin::services(B.into(), REGION.into())
    }
}

/// The gate asks its `gate` of the outcome; where a run is to be stopped, that rung is held for a minute of real time.
fn config(platform: &dyn Platform, outcome: Outcome) -> String {
    let shares = platform.shares();
    let rung = |(i, share): (usize, &&str)| match outcome {
        Outcome::StoppedOn(on) if on == i => format!("{share} 100m"),
        _ => format!("{share} 10s"),
    };
    let ladder: Vec<String> = shares.iter().enumerate().map(rung).collect();
    let number = |i: usize| shares[i].trim_end_matches('%');
    let gate = match outcome {
        Outcome::Passes | Outcome::StoppedOn(_) => "true".to_string(),
        Outcome::FailsOn(i) => format!("test {{percent}} != {}", number(i)),
        Outcome::Inconclusive => "test -e known || exit 4".into(),
        Outcome::KilledOn(_) => {
            "touch at-{percent}; while test -e stay-{percent}; do sleep 0.02; done".into()
        }
    };
    format!(
        "project = \"shop\"\nstore = \"file://.snapdeploy\"\n\
         [environments.prod]\naccount = \"{B}\"\nregion = \"{REGION}\"\n\
         role_arn = \"arn:aws:iam::{B}:role/snapdeploy\"\nexternal_id = \"only-us\"\nowns = [\"{address}\"]\n\
         [environments.prod.rollouts]\n\"{address}\" = \"{ladder}\"\n\
         [environments.prod.gates.shell]\ncommand = '{gate}'\nundecided_codes = [4]\nat = \"rungs\"\n",
        address = platform.address(),
        ladder = ladder.join(", "),
    )
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
        let [out, err] = self.files.each_ref().map(|file| std::fs::read_to_string(file).unwrap());
        Told { command: self.command, code: status.code().unwrap_or(KILLED), out, err }
    }

    /// Ends it by SIGKILL.
    pub(crate) fn kill(mut self) -> Told {
        assert!(self.child.try_wait().unwrap().is_none(), "{} has ended by itself", self.command);
        self.child.kill().unwrap();
        self.end()
    }
}
