//! The whole way, typed: extract, package, deploy, stop, go on, roll back.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use snapdeploy::sandbox::{Fault, FaultKind, Hold, Sandbox, Scenario};

use super::shell::{Said, Shell};

const PROD: &str = "222222222222";

/// What prod's new queues are called when they call out, as the example's configuration has it.
pub(super) const OVERLAY: &str = "\
[environments.prod.overlay.\"connect/queue/Billing\"]
OutboundCallerConfig.OutboundCallerIdName = \"Acme Billing\"

[environments.prod.overlay.\"connect/queue/Weekend desk\"]
OutboundCallerConfig.OutboundCallerIdName = \"\"
";

/// The example's two accounts, and a shell that works on them.
pub(crate) struct Acme {
    pub(crate) sandbox: Sandbox,
    pub(crate) shell: Shell,
}

impl Acme {
    pub(crate) fn new() -> Acme {
        Acme::with(|_| {}, str::to_string)
    }

    /// Returns it with more in the accounts, and another configuration than the example's.
    pub(crate) fn with(more: impl FnOnce(&mut Scenario), configured: impl FnOnce(&str) -> String) -> Acme {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
        let mut scenario = Scenario::load(&folder).unwrap();
        more(&mut scenario);
        let sandbox = Sandbox::start(scenario).unwrap();
        let shell = Shell::with(&configured(include_str!("../../../examples/acme/snapdeploy.toml")));
        let shell = shell
            .set("AWS_ENDPOINT_URL", &sandbox.endpoint())
            .set("AWS_ACCESS_KEY_ID", "111111111111")
            .set("AWS_SECRET_ACCESS_KEY", "x")
            .set("SNAPDEPLOY_CLOCK_SCALE", "200")
            .set("USER", "tester");
        Acme { sandbox, shell }
    }

    #[track_caller]
    pub(crate) fn run(&self, code: i32, arguments: &[&str]) -> Said {
        let said = self.shell.run(arguments);
        assert_eq!(said.code, code, "{arguments:?}\n{}\n{}", said.out, said.err);
        said
    }

    #[track_caller]
    pub(crate) fn json(&self, code: i32, arguments: &[&str]) -> Value {
        let said = self.run(code, &[arguments, &["--output", "json"]].concat());
        serde_json::from_str(&said.out).unwrap()
    }

    /// Deploys what dev has to prod.
    #[track_caller]
    pub(crate) fn deploy(&self, code: i32, more: &[&str]) -> Said {
        self.run(code, &[&["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"], more].concat())
    }

    /// Deploys what is in dev now to prod.
    #[track_caller]
    pub(crate) fn deploy_live(&self) -> Said {
        self.run(0, &["deploy", "dev@live", "--to", "prod", "--confirm", "acme/prod"])
    }

    /// Returns what is in prod; an empty object counts as nothing, since AWS cannot take back what it was once given.
    pub(crate) fn prod(&self) -> Value {
        let mut state = self.sandbox.connect_state(PROD);
        without_empty(&mut state);
        state
    }
}

fn without_empty(value: &mut Value) {
    if let Value::Object(members) = value {
        members.values_mut().for_each(without_empty);
        members.retain(|_, v| v.as_object().is_none_or(|o| !o.is_empty()));
    }
}

#[test]
fn from_dev_to_prod_and_back() {
    let acme = Acme::new();
    let before = acme.prod();
    let extraction = acme.json(0, &["extract", "dev", "--name", "release"]);
    assert_eq!(extraction["schema"], "snapdeploy.extraction/1");

    let plan = acme.run(4, &["deploy", "dev@release", "--to", "prod", "--dry-run", "--exit-code"]);
    assert!(plan.out.contains("42 changes: 25 to create, 17 to update"), "{}", plan.out);
    let refused = acme.run(5, &["deploy", "dev@release", "--to", "prod", "--yes"]);
    assert!(refused.err.contains("--confirm acme/prod"), "{}", refused.err);
    acme.run(5, &["deploy", "dev@release", "--to", "prod", "--confirm", "acme/dev"]);
    assert!(acme.prod() == before, "nothing was written");

    let output = acme.shell.directory.path().join("outputs");
    let deployed = acme
        .shell
        .command(&["deploy", "dev@release", "--to", "prod", "--confirm", "acme/prod", "--reason", "CHG-1"])
        .env("GITHUB_OUTPUT", &output)
        .output()
        .unwrap();
    let deployed = Said::from(deployed);
    assert_eq!(deployed.code, 0, "{}", deployed.err);
    let run = std::fs::read_to_string(&output).unwrap().trim().trim_start_matches("run=").to_string();
    assert!(deployed.err.contains(&format!("Run {run}: 58 calls")), "{}", deployed.err);
    let undo = deployed.out.lines().last().unwrap();
    assert_eq!(undo, format!("Undo: snapdeploy rollback prod --run {run}"));
    let nothing = acme.deploy(0, &[]);
    assert!(nothing.out.starts_with("Nothing to do"), "{}", nothing.out);

    let history = acme.json(0, &["history", "--env", "prod"]);
    let first = &history["data"]["runs"][0];
    assert_eq!((&first["start"]["run"], &first["start"]["reason"]), (&run.as_str().into(), &"CHG-1".into()));
    assert_eq!(first["start"]["actor"]["identity"], "arn:aws:iam::111111111111:user/sandbox");
    assert!(acme.run(0, &["history", "show", &run[..14]]).out.contains("verified: all is as planned"));

    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before, "everything is as it was");
    assert_eq!(acme.json(0, &["history"])["data"]["runs"][1]["status"], "undone");
    acme.run(10, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.run(0, &["health", "prod"]).out.contains("prod is healthy"));
}

#[test]
fn a_rollback_of_a_part_leaves_the_rest_to_be_undone() {
    let acme = Acme::new();
    let before = acme.prod();
    acme.run(0, &["extract", "dev"]);
    acme.deploy(0, &[]);
    let hours = &["rollback", "prod", "connect/hours/Weekdays", "--confirm", "acme/prod"];
    assert!(acme.run(0, hours).out.contains("Rolled back 1 change in prod"));
    assert_eq!(acme.json(0, &["history"])["data"]["runs"][1]["status"], "succeeded");
    acme.run(10, hours);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before);
    assert_eq!(acme.json(0, &["history"])["data"]["runs"][2]["status"], "undone");
}

#[test]
fn a_failure_rolls_itself_back_or_stops_and_goes_on() {
    let acme = Acme::new();
    let before = acme.prod();
    acme.run(0, &["extract", "dev"]);
    let denied = || Fault::next("UpdateHoursOfOperation", FaultKind::AccessDenied);
    acme.sandbox.fault(denied());
    let failed = acme.deploy(6, &[]);
    assert!(failed.out.contains("is as it was before") && failed.err.contains("error: "), "{}", failed.out);
    assert!(acme.prod() == before);

    acme.sandbox.fault(denied());
    let stopped = acme.deploy(3, &["--on-failure", "stop"]);
    assert!(stopped.out.contains("Resume: snapdeploy deploy --resume"), "{}", stopped.out);
    assert!(
        acme.run(11, &["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"])
            .err
            .contains("--resume")
    );
    let health = acme.run(4, &["health", "prod"]).out;
    assert!(health.contains("it stopped part-way"), "{health}");
    let part = &["rollback", "prod", "connect/flow/Agent hold", "--confirm", "acme/prod"];
    assert!(acme.run(2, part).err.contains("only be undone whole"));
    acme.run(5, &["deploy", "--resume"]);
    acme.run(0, &["deploy", "--resume", "--confirm", "acme/prod"]);
    acme.run(10, &["deploy", "--resume", "--confirm", "acme/prod"]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before);
}

#[test]
fn an_open_run_is_rolled_back_in_its_place() {
    let acme = Acme::new();
    let before = acme.prod();
    acme.run(0, &["extract", "dev"]);
    acme.sandbox.fault(Fault::next("UpdateHoursOfOperation", FaultKind::AccessDenied));
    acme.deploy(3, &["--on-failure", "stop"]);
    let dry = acme.run(0, &["rollback", "prod", "--dry-run"]);
    assert!(dry.err.contains("which has not ended"), "{}", dry.err);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before);
    assert_eq!(acme.json(0, &["history"])["data"]["runs"][1]["start"]["kind"], "deploy");
}

#[test]
fn packages_come_apart_and_together_with_the_same_digest() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    let create =
        &["package", "create", "dev@latest", "connect/queue/*", "--label", "release=1", "--out", "q.zip"];
    let digest = acme.json(0, create)["data"]["digest"].as_str().unwrap().to_string();
    assert_eq!(acme.json(0, create)["data"]["digest"], digest.as_str(), "the same again");
    acme.run(0, &["package", "unpack", "q.zip", "q"]);
    acme.run(2, &["package", "unpack", "q.zip", "q"]);
    let packed = acme.json(0, &["package", "pack", "q", "--out", "again.zip"]);
    assert_eq!(packed["data"]["digest"], digest.as_str());
    assert!(acme.run(0, &["package", "verify", &digest[..10]]).out.contains(&digest));

    let file = acme.shell.directory.path().join("q/documents/connect/queue/Sales.json");
    let text = std::fs::read_to_string(&file).unwrap().replace("New orders and quotations", "Orders");
    std::fs::write(&file, text).unwrap();
    let changed = acme.json(0, &["package", "pack", "q"])["data"]["digest"].as_str().unwrap().to_string();
    assert_ne!(changed, digest);
    let diff = acme.run(4, &["diff", "q.zip", &changed, "--exit-code"]);
    assert!(diff.out.contains("Description: \"New orders and quotations\" → \"Orders\""), "{}", diff.out);
    acme.run(0, &["diff", "q.zip", "again.zip", "--exit-code"]);
    acme.run(0, &["deploy", &changed, "--to", "prod", "connect/queue/Returns", "--dry-run"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_finishes_the_call_and_stops_and_a_second_one_leaves() {
    for (signal, leaves) in [("-INT", false), ("-TERM", false), ("-INT", true)] {
        let acme = Acme::new();
        let before = acme.prod();
        acme.run(0, &["extract", "dev"]);
        acme.sandbox.hold(Hold { operation: Some("CreateQueue".into()), ..Hold::default() });
        let child = acme
            .shell
            .command(&["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while acme.sandbox.held() == 0 && began.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let kill = || {
            let pid = child.id().to_string();
            assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
            std::thread::sleep(Duration::from_millis(300));
        };
        kill();
        if leaves {
            kill();
            let said = Said::from(child.wait_with_output().unwrap());
            assert_eq!(said.code, 3, "{}", said.err);
            acme.sandbox.release();
            acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
        } else {
            acme.sandbox.release();
            let said = Said::from(child.wait_with_output().unwrap());
            assert_eq!(said.code, 3, "{}", said.err);
            assert!(said.err.contains("Stopping after this call"), "{}", said.err);
            acme.run(0, &["deploy", "--resume", "--confirm", "acme/prod"]);
            acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
        }
        assert!(acme.prod() == before);
    }
}

#[test]
fn a_closed_pipe_stops_no_deployment() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    let mut child = acme
        .shell
        .command(&["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(acme.json(0, &["history"])["data"]["runs"][0]["status"], "succeeded");
}

#[test]
fn gaps_are_refused_or_named() {
    let acme = Acme::new();
    let deny = || Fault::next("DescribeHoursOfOperation", FaultKind::AccessDenied);
    acme.sandbox.fault(deny());
    let refused = acme.run(4, &["extract", "dev"]);
    assert!(refused.out.is_empty() && refused.err.contains("--allow-gaps"), "{}", refused.err);
    assert!(acme.run(0, &["show", "dev"]).out.contains("No snapshots"));
    acme.sandbox.fault(deny());
    let kept = acme.run(4, &["extract", "dev", "--allow-gaps"]);
    assert!(kept.out.contains("missing: cannot read connect/hours/"), "{}", kept.out);
    acme.run(10, &["show", "dev@latest"]);
}

#[test]
fn a_command_in_a_sandbox_has_aws_and_gives_its_code() {
    let shell = Shell::new().set("PATH", "/usr/bin:/bin");
    let said = shell.run(&["sandbox", "--quotas", "off", "--", "sh", "-c", "echo $AWS_ENDPOINT_URL; exit 7"]);
    assert_eq!(said.code, 7, "{}", said.err);
    assert!(said.out.starts_with("http://127.0.0.1:"), "{}", said.out);
    assert_eq!(shell.run(&["sandbox", "--scenario", "nowhere", "--", "true"]).code, 2);
    assert_eq!(shell.run(&["sandbox", "--", "/no/such/program"]).code, 10);
}
