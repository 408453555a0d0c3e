//! Services on ladders: what a platform is, what happens to it, and the table `docs/ladders/ecs.md`.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{Scenario, ServiceSeed};

use super::ecs_cells as cells;
use crate::ecs::scene::service;
use crate::outcomes::harness::{Controller, End, Image, KILLED, Told};
use crate::outcomes::native;
use crate::outcomes::place::{CONFIG, Place};
use crate::world::{B, REGION};

/// What climbs a ladder.
pub(super) struct Platform {
    pub(super) name: &'static str,
    pub(super) ladder: &'static str,
    pub(super) shares: &'static [&'static str],
    /// What is done where a gate cannot tell: a platform that cannot pause is told what else to do.
    pub(super) undecided: &'static str,
}

pub(super) const TWO: (&str, &[&str]) = ("10% 1m, 100% 1m", &["10", "100"]);
pub(super) const FOUR: (&str, &[&str]) = ("25% 1m, 50% 1m, 75% 1m, 100% 1m", &["25", "50", "75", "100"]);

impl Controller for Platform {
    fn name(&self) -> &'static str {
        self.name
    }

    fn seed(&self, scenario: &mut Scenario) {
        if !self.name.starts_with("CODE_DEPLOY") && self.name != "ROLLING" {
            return native::seed(scenario, "BLUE_GREEN", &json!({}));
        }
        let account = scenario.account(B);
        if self.name == "ROLLING" {
            return drop(account.service(&ServiceSeed { desired: 2, ..service() }).unwrap());
        }
        let mut balancer = account.load_balancer(REGION, "front");
        let blue = balancer.target_group("blue");
        balancer.target_group("green");
        let production = balancer.listener(80, &[("blue", 100), ("green", 0)]);
        let group = account.deployment_group(REGION, ("main", "web"), ["blue", "green"], &production);
        drop(group.alarms(&["errors"]).termination_wait(2));
        let (controller, target_groups) = ("CODE_DEPLOY".into(), vec![blue]);
        let seed = ServiceSeed { desired: 2, controller, target_groups, breaker: false, ..service() };
        account.service(&seed).unwrap();
    }
}

/// What happens on the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happens {
    Passes,
    /// The gate fails at this rung.
    Fails(usize),
    /// The gate fails at the last rung, and the deployment is at its end before it has stopped.
    FailsLate,
    Inconclusive,
    KilledAtEach,
    Stopped,
}

impl Happens {
    fn words(self, platform: &Platform) -> String {
        match self {
            Happens::Passes => "the gate passes at each rung".into(),
            Happens::Fails(rung) => format!("the gate fails at {}%", platform.shares[rung]),
            Happens::FailsLate => "the gate fails at 100%, and the stop comes too late".into(),
            Happens::Inconclusive => {
                format!("the gate cannot tell at {}%, and passes later", platform.shares[0])
            }
            Happens::KilledAtEach => "SIGKILL at each rung; resumed each time".into(),
            Happens::Stopped => format!("`rollback` from another terminal at {}%", platform.shares[0]),
        }
    }
}

/// A line of the table, and what a test asserts.
pub(super) struct Cell {
    pub(super) platform: &'static Platform,
    pub(super) happens: Happens,
    pub(super) commands: &'static [(&'static str, i32)],
    pub(super) verdict: &'static str,
    pub(super) end: End,
    pub(super) note: &'static str,
}

/// Returns a place where the service has this ladder, and a gate that says what the file `say-PERCENT` says.
pub(super) fn place(platform: &Platform, ladder: &str) -> Place {
    let place = Place::new(platform);
    let undecided = platform.undecided;
    // One process at a time appends to it.
    let line = "echo {percent} >> asked; exit $(cat say-{percent} 2> /dev/null || echo 0)";
    let more = format!(
        "\n[environments.prod.rollouts]\n\"ecs/service/main/web\" = \"{ladder}\"\n\n\
         [environments.prod.gates.smoke]\ncommand = \"{line}\"\npass = [0]\nundecided_codes = [75]\nat = \"rungs\"\n\
         limit = \"30s\"\nundecided = \"{undecided}\"\n"
    );
    configure(&place, &more);
    // A minute of the ladder is 600 ms here. ECS waits for whoever is later; CodeDeploy does not, so it gets more time.
    place.minute(if platform.name.starts_with("CODE_DEPLOY") { 1000 } else { 300 });
    place
}

/// Gives the environment these lines of configuration besides its own.
pub(super) fn configure(place: &Place, more: &str) {
    std::fs::write(place.shell.directory.path().join("snapdeploy.toml"), format!("{CONFIG}{more}")).unwrap();
}

/// Returns at which percents the gate was asked.
pub(super) fn asked(place: &Place) -> Vec<String> {
    let text = std::fs::read_to_string(place.shell.directory.path().join("asked")).unwrap_or_default();
    text.lines().map(String::from).collect()
}

pub(super) fn say(place: &Place, percent: &str, code: Option<i32>) {
    let file = place.shell.directory.path().join(format!("say-{percent}"));
    match code {
        Some(code) => std::fs::write(file, code.to_string()).unwrap(),
        None => std::fs::remove_file(file).unwrap(),
    }
}

/// Returns how much of the production traffic goes to the group that was empty at first.
pub(super) fn weight(place: &Place) -> u64 {
    let state = place.sandbox.state()[B]["elasticloadbalancing"].clone();
    let listeners = state["listeners"].as_object().unwrap().values();
    let mut production = listeners.filter(|one| one["listener"]["Port"] == "80");
    let forward = &production.next().unwrap()["actions"][0]["ForwardConfig"]["TargetGroups"];
    let mut groups = forward.as_array().unwrap().iter();
    let green = groups.find(|one| one["TargetGroupArn"].as_str().unwrap().contains("targetgroup/green/"));
    let weight = green.map_or(&Value::Null, |one| &one["Weight"]);
    weight.as_str().map_or(weight.as_u64(), |text| text.parse().ok()).unwrap_or_default()
}

/// Returns what of the service is put back by a rollback, but for its revision.
pub(super) fn configuration(place: &Place) -> Value {
    let mut own = place.service()["deploymentConfiguration"].take();
    let strategy = own["strategy"].clone();
    // 10 is 10.0.
    for of in ["/canaryConfiguration/canaryPercent", "/linearConfiguration/stepPercent"] {
        if let Some(percent) = own.pointer_mut(of) {
            *percent = json!(percent.as_f64());
        }
    }
    // What another strategy has left behind means nothing.
    let members = own.as_object_mut().unwrap();
    members.retain(|name, value| match name.as_str() {
        "lifecycleHooks" => value.as_array().is_some_and(|all| !all.is_empty()),
        "canaryConfiguration" => strategy == "CANARY",
        "linearConfiguration" => strategy == "LINEAR",
        _ => true,
    });
    own
}

pub(super) fn resume(place: &Place) -> crate::outcomes::place::Running {
    place.start("deploy --resume", &["deploy", "--resume", "--to", "prod", "--yes"])
}

fn play(platform: &Platform, happens: Happens, place: &Place) -> Vec<Told> {
    let shares = platform.shares;
    match happens {
        Happens::Passes => {
            let deploy = place.deploy(Image::New).end();
            assert_eq!(asked(place), shares, "{deploy:#?}");
            vec![deploy]
        }
        Happens::Fails(rung) => {
            say(place, shares[rung], Some(1));
            let deploy = place.deploy(Image::New).end();
            deploy.says("the gate smoke failed: the command ended with 1");
            assert_eq!(asked(place), shares[..=rung], "{deploy:#?}");
            vec![deploy]
        }
        Happens::FailsLate => {
            place.sandbox.set_switch("codedeploy_stop_ms", "60000").unwrap();
            say(place, "100", Some(1));
            let deploy = place.deploy(Image::New).end();
            deploy.says("the gate smoke failed: the command ended with 1");
            deploy.says("was at its end before it could be stopped");
            assert_eq!(asked(place), shares, "{deploy:#?}");
            vec![deploy]
        }
        Happens::Inconclusive => {
            say(place, shares[0], Some(75));
            let deploy = place.deploy(Image::New).end();
            if deploy.code == 6 {
                return vec![deploy];
            }
            deploy.says("waits there until");
            deploy.says("then rolls back by itself");
            assert_eq!(weight(place).to_string(), shares[0], "it stays where it is");
            say(place, shares[0], None);
            let resumed = resume(place).end();
            vec![deploy, resumed]
        }
        Happens::KilledAtEach => {
            place.minute(1000);
            let (mut running, mut told) = (place.deploy(Image::New), Vec::new());
            for _ in shares {
                let before = asked(place).len();
                place.until("the gate is asked", || asked(place).len() > before);
                told.push(running.kill());
                running = resume(place);
            }
            told.push(running.end());
            told
        }
        Happens::Stopped => {
            place.minute(60_000);
            let deploy = place.deploy(Image::New);
            place.until("the first rung is reached", || weight(place) > 0);
            let rollback = place.rollback();
            vec![deploy.end(), rollback.end()]
        }
    }
}

impl Cell {
    /// Does it, and asserts that it comes out as expected.
    pub(super) fn assert(&self) {
        let place = place(self.platform, self.platform.ladder);
        let before = configuration(&place);
        let told = play(self.platform, self.happens, &place);
        let here = || format!("{} {:?}: {told:#?}", self.platform.name, self.happens);
        let commands: Vec<(&str, i32)> = told.iter().map(|t| (t.command, t.code)).collect();
        assert_eq!(commands, self.commands, "{}", here());
        assert_eq!(place.verdict(), self.verdict, "{}", here());
        // Its last minutes may be on the way yet.
        place.minute(1);
        assert_eq!(place.end(), self.end, "{}", here());
        let after = configuration(&place);
        if self.end.tasks == Image::Before {
            assert_eq!(after, before, "{}", here());
        } else if !self.platform.name.starts_with("CODE_DEPLOY") {
            assert_eq!(after["strategy"], self.platform.name, "{}", here());
        }
    }
}

const HEAD: &str = "\
# Services on ladders

Each line is a test: the command `snapdeploy` is run against the simulated AWS, with a gate that is a command and is asked at
the end of each rung. The exit codes are those of `snapdeploy --help`; *verdict* is the word that `snapdeploy history` has for
the deployment in the end; *tasks* is what all tasks of the service run then, and where all production traffic goes. Where the
old image runs in the end, `deploymentConfiguration` of the service is as it was too.

| platform | ladder | what happens | commands and exit codes | verdict | tasks |
|---|---|---|---|---|---|
";

fn table() -> String {
    let mut out = HEAD.to_string();
    let mut notes = String::new();
    for cell in cells::CELLS {
        let platform = cell.platform;
        let command = |(command, code): &(&str, i32)| match *code {
            KILLED => format!("`{command}` killed"),
            code => format!("`{command}` {code}"),
        };
        let commands: Vec<String> = cell.commands.iter().map(command).collect();
        let what = cell.happens.words(platform);
        assert_eq!((cell.end.tasks, cell.end.in_flight), (cell.end.traffic, 0));
        writeln!(
            out,
            "| {} | {} | {what} | {} | {} | {} image |",
            platform.name,
            platform.ladder,
            commands.join(", "),
            cell.verdict.replace('_', " "),
            cell.end.tasks.word(),
        )
        .unwrap();
        if !cell.note.is_empty() {
            writeln!(notes, "- {}, {what}: {}", platform.name, cell.note).unwrap();
        }
    }
    format!("{out}\n{notes}")
}

#[test]
fn the_table_in_docs_is_that_of_the_tests() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ladders/ecs.md");
    let now = table();
    if std::env::var_os("SNAPDEPLOY_BLESS").is_some() {
        assert!(std::env::var_os("CI").is_none(), "a CI does not write the table, it reads it");
        std::fs::write(&file, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == now,
        "SNAPDEPLOY_BLESS=1 cargo test --test it ladders::ecs takes this into the table\n{now}"
    );
}

/// What AWS does not say is tried both ways.
#[test]
fn a_ladder_is_climbed_wherever_ecs_pauses() {
    for (switch, value) in [
        ("ecs_pre_production_before_first_step", "false"),
        ("ecs_post_production_at_each_step", "true"),
        ("ecs_pre_production_stage_shown", "false"),
    ] {
        let place = place(&cells::CANARY, TWO.0);
        place.sandbox.set_switch(switch, value).unwrap();
        let deploy = place.deploy(Image::New).end();
        assert_eq!((deploy.code, asked(&place)), (0, vec!["10".to_string(), "100".into()]), "{deploy:#?}");
    }
}

#[test]
fn the_last_step_of_equal_ones_may_be_smaller() {
    let place = place(&cells::LINEAR, "40% 1m, 80% 1m, 100% 1m");
    let deploy = place.deploy(Image::New).end();
    assert_eq!(
        (deploy.code, asked(&place)),
        (0, ["40", "80", "100"].map(String::from).to_vec()),
        "{deploy:#?}"
    );
}

#[test]
fn without_gates_ecs_goes_on_by_itself_and_what_it_is_held_for_does_not_count_as_patience() {
    let place = place(&cells::CANARY, TWO.0);
    configure(&place, "\n[environments.prod.rollouts]\n\"ecs/service/*\" = \"10% 4m, 100% 4m\"\n");
    place.minute(600);
    let began = std::time::Instant::now();
    // Seven minutes are 4.2 seconds here, and the ladder takes 4.8.
    let deploy = place.deploy_with(Image::New, &["--timeout", "7m"]).end();
    assert_eq!(deploy.code, 0, "{deploy:#?}");
    assert!(began.elapsed() >= Duration::from_millis(4800), "{:?}", began.elapsed());
    deploy.says("10% of the traffic, 4 min left");
    deploy.says("100% of the traffic");
    let own = configuration(&place);
    assert_eq!(own["canaryConfiguration"], json!({"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 4}));
    assert_eq!(
        (&own["bakeTimeInMinutes"], own["lifecycleHooks"].as_array().map_or(0, Vec::len)),
        (&json!(4), 0)
    );
    let paused = place.sandbox.calls().into_iter().any(|call| call.operation == "ContinueServiceDeployment");
    assert!(!paused, "nobody waits where nobody is asked");
}
