//! The pipelines in `examples/`, run: the programs in their steps, in order, against the sandbox of `examples/acme`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use snapdeploy::sandbox::{Fault, FaultKind, Sandbox, Scenario};

use super::journey::Acme;
use super::runner::{Ran, Runner, examples, yaml};
use super::shell::{Said, Shell};

const STAGE: &str = "333333333333";

/// Returns the example's accounts, with a stage between them.
fn staged() -> Acme {
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
    let folder = tempfile::tempdir().unwrap();
    copy(&acme, folder.path());
    copy(&acme.join("prod"), &folder.path().join("stage"));
    for (file, old, new) in [
        ("stage/instance.toml", "acme-prod", "acme-stage"),
        (
            "scenario.toml",
            "[switches]",
            "[[accounts]]\nid = \"333333333333\"\nname = \"stage\"\nroles = [{ name = \"snapdeploy\" }]\n\
             lambdas = [{ name = \"acme-order-status\", region = \"us-east-1\" }]\n\n[switches]",
        ),
    ] {
        let file = folder.path().join(file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{}", file.display());
        fs::write(&file, text.replace(old, new)).unwrap();
    }
    let sandbox = Sandbox::start(Scenario::load(folder.path()).unwrap()).unwrap();
    let config = fs::read_to_string(acme.join("snapdeploy.toml")).unwrap();
    let shell = Shell::with(&format!(
        "{config}\n[environments.stage]\naccount = \"{STAGE}\"\nregion = \"us-east-1\"\n\
         role_arn = \"arn:aws:iam::{STAGE}:role/snapdeploy\"\ninstance = \"acme-stage\"\n\
         [environments.stage.overlay.\"connect/queue/Billing\"]\nOutboundCallerConfig.OutboundCallerIdName = \"\"\n\
         [environments.stage.overlay.\"connect/queue/Weekend desk\"]\n\
         OutboundCallerConfig.OutboundCallerIdName = \"\"\n\
         [environments.stage.overlay.\"lambda/function/acme-order-status\"]\n\
         Environment.Variables.API_KEY = \"the key of stage\"\n\
         [environments.stage.vars]\nhotline = \"+18005550107\"\nshop = \"https://shop.stage.acme.example\"\n\
         [environments.stage.names]\n\"connect/phone-number/main-line\" = \"+18005550100\"\n\
         \"connect/phone-number/hotline\" = \"+18005550107\"\n"
    ));
    let shell = shell
        .set("AWS_ENDPOINT_URL", &sandbox.endpoint())
        .set("AWS_ACCESS_KEY_ID", "111111111111")
        .set("AWS_SECRET_ACCESS_KEY", "x")
        .set("SNAPDEPLOY_CLOCK_SCALE", "200");
    Acme { sandbox, shell }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// Returns a Python that reads YAML; where there is none the test is skipped and says so, and fails in a CI.
fn python() -> Option<PathBuf> {
    match crate::python::python("import yaml", &["pyyaml"]) {
        Ok(python) => Some(python),
        Err(why) if std::env::var_os("CI").is_none() => {
            println!("skipped: {why}");
            None
        }
        Err(why) => panic!("{why}"),
    }
}

fn run(acme: &Acme, python: &Path, workflow: &str, inputs: Value) -> Ran {
    Runner { acme, python: python.into(), inputs, more: Vec::new() }.run(workflow)
}

#[track_caller]
fn results(ran: &Ran, expected: &[(&str, &str)]) {
    let logs = || ran.jobs.iter().map(|(name, job)| format!("--- {name}\n{}", job.log)).collect::<String>();
    let found: Vec<(&str, &str)> = ran.jobs.iter().map(|(n, j)| (n.as_str(), j.result.as_str())).collect();
    assert_eq!(found, expected, "{}", logs());
}

#[test]
fn promotion_takes_one_package_to_stage_and_prod_and_rollback_takes_it_back() {
    let Some(python) = python() else { return };
    let acme = staged();
    let before = acme.prod();
    let promote = json!({ "source": "dev@live", "reason": "CHG-1; $(touch injected) `touch injected`" });
    let ran = run(&acme, &python, "promote.yml", promote.clone());
    let all = ["deploy-prod", "deploy-stage", "package", "plan-prod", "plan-stage"];
    results(&ran, &all.map(|job| (job, "success")));
    assert_ne!(acme.prod(), before);
    let plan = &ran.jobs["plan-prod"];
    assert_eq!(plan.outputs["changes"], "42");
    assert!(plan.summary.contains("### Deploy") && plan.summary.contains("| what | action | members |"));
    assert!(plan.summary.contains("| connect/flow/Main IVR | update |"), "{}", plan.summary);
    let deployed = &ran.jobs["deploy-prod"];
    assert!(deployed.summary.contains("```sh\nsnapdeploy rollback prod --run "), "{}", deployed.summary);
    assert!(deployed.log.contains("::group::Plan\n"), "{}", deployed.log);
    let history = acme.json(0, &["history", "--env", "prod"]);
    let run_of = |n: usize| &history["data"]["runs"][n]["start"];
    assert_eq!(run_of(0)["reason"], promote["reason"], "the reason is data to the shell");
    assert_eq!(run_of(0)["source_digest"], ran.jobs["package"].outputs["package"]);

    // The same again changes nothing, so that nobody is asked to approve anything.
    let again = run(&acme, &python, "promote.yml", promote);
    let skipped = |job: &'static str| match job.starts_with("deploy") {
        true => (job, "skipped"),
        false => (job, "success"),
    };
    results(&again, &all.map(skipped));

    let hours = json!({ "environment": "prod", "run": "", "reason": "INC-1",
        "addresses": "connect/hours/Weekdays#connect/queue/Sales*" });
    let ran = run(&acme, &python, "rollback.yml", hours);
    results(&ran, &[("plan", "success"), ("rollback", "success")]);
    assert_eq!(ran.jobs["plan"].outputs["changes"], "2");
    let run_id = run_of(0)["run"].as_str().unwrap();
    let rest = json!({ "environment": "prod", "run": run_id, "reason": "--yes", "addresses": "" });
    results(&run(&acme, &python, "rollback.yml", rest), &[("plan", "success"), ("rollback", "success")]);
    assert_eq!(acme.prod(), before);
}

#[test]
fn a_job_that_fails_or_stops_prints_the_way_out() {
    let Some(python) = python() else { return };
    let acme = staged();
    let mut runner = Runner {
        acme: &acme,
        python,
        inputs: json!({ "source": "dev@live", "reason": "r" }),
        more: Vec::new(),
    };
    let refuse = |n: u64| {
        let fault = Fault::next("CreateQueue", FaultKind::AccessDenied);
        acme.sandbox.fault(Fault { nth: n, ..fault });
    };
    refuse(2);
    let ran = runner.run("promote.yml");
    let stage = &ran.jobs["deploy-stage"];
    assert_eq!((stage.result.as_str(), ran.jobs["deploy-prod"].result.as_str()), ("failure", "skipped"));
    assert!(stage.log.contains("Turn back: snapdeploy rollback stage --run 2"), "{}", stage.log);
    assert!(stage.log.contains("::error title=snapdeploy%3A rolled_back (6)::"), "{}", stage.log);
    assert!(stage.summary.contains("### Failed with 6"), "{}", stage.summary);

    // A plan for stage that is blocked keeps the release from prod as well.
    runner.inputs = json!({ "source": "nowhere@live", "reason": "r" });
    let ran = runner.run("promote.yml");
    assert_eq!(ran.jobs["package"].result, "failure");
    assert!(ran.jobs.iter().all(|(name, job)| name == "package" || job.result == "skipped"));
    runner.inputs = json!({ "source": "dev@live", "reason": "r" });
    acme.sandbox.fault(Fault {
        account: Some(STAGE.into()),
        times: 100,
        ..Fault::next("ListPrompts", FaultKind::AccessDenied)
    });
    let ran = runner.run("promote.yml");
    acme.sandbox.clear_faults();
    let refused = [
        ("deploy-prod", "skipped"),
        ("deploy-stage", "skipped"),
        ("package", "success"),
        ("plan-prod", "skipped"),
        ("plan-stage", "failure"),
    ];
    results(&ran, &refused);

    // What is no address, no run and no option is refused before anything begins.
    for (run, addresses) in [("--yes", ""), ("", "--yes"), ("nothing", "connect/queue/*")] {
        runner.inputs = json!({ "environment": "prod", "run": run, "addresses": addresses, "reason": "r" });
        let ran = runner.run("rollback.yml");
        assert_eq!(
            (ran.jobs["plan"].result.as_str(), ran.jobs["rollback"].result.as_str()),
            ("failure", "skipped")
        );
    }
}

#[test]
fn a_nightly_backup_is_kept_and_copied_and_one_with_gaps_is_red_and_copied() {
    let Some(python) = python() else { return };
    let acme = staged();
    let ran = run(&acme, &python, "nightly-backup.yml", json!({}));
    results(&ran, &[("backup", "success")]);
    let copy = acme.shell.directory.path().join("copy.zip");
    fs::write(&copy, &ran.artifacts["backup"]).unwrap();
    assert!(acme.run(0, &["package", "inspect", "copy.zip"]).out.contains("connect/flow/Main IVR"));
    let shown = acme.json(0, &["show", "prod"]);
    assert_eq!(shown["data"]["snapshots"][0]["note"], "nightly backup");
    assert!(ran.jobs["backup"].summary.contains("| connect/flow | "), "{}", ran.jobs["backup"].summary);

    acme.sandbox.fault(Fault { times: 100, ..Fault::next("ListQueues", FaultKind::AccessDenied) });
    let ran = run(&acme, &python, "nightly-backup.yml", json!({}));
    results(&ran, &[("backup", "failure")]);
    assert!(ran.jobs["backup"].log.contains("::error::the backup has gaps"), "{}", ran.jobs["backup"].log);
    fs::write(&copy, &ran.artifacts["backup"]).unwrap();
    acme.run(0, &["package", "verify", "copy.zip"]);
    acme.sandbox.clear_faults();
    acme.sandbox.fault(Fault { times: 100, ..Fault::next("GetCallerIdentity", FaultKind::AccessDenied) });
    let ran = run(&acme, &python, "nightly-backup.yml", json!({}));
    results(&ran, &[("backup", "failure")]);
    assert!(ran.artifacts.is_empty(), "there is nothing to copy");
}

#[test]
fn no_workflow_may_do_more_than_it_needs_or_cancel_what_runs() {
    let Some(python) = python() else { return };
    for file in ["nightly-backup.yml", "promote.yml", "rollback.yml"] {
        let flow = yaml(&python, &examples().join(file));
        assert_eq!(flow["permissions"], json!({}), "{file}");
        for (name, job) in flow["jobs"].as_object().unwrap() {
            assert_eq!(
                job["permissions"],
                json!({ "contents": "read", "id-token": "write" }),
                "{file} {name}"
            );
            let changes = job["steps"].to_string().contains("--confirm");
            assert_eq!(
                job["environment"].is_string(),
                changes,
                "{file} {name}: an approval for what changes"
            );
            let group = if job["concurrency"].is_null() { &flow["concurrency"] } else { &job["concurrency"] };
            assert!(!changes || group["cancel-in-progress"] == false, "{file} {name}");
        }
    }
}

/// Returns the programs of the Jenkinsfile, by the stage that they are in (`post` for the last).
fn programs() -> Vec<(String, String)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/jenkins/Jenkinsfile");
    let text = fs::read_to_string(file).unwrap();
    let (mut stage, mut found, mut rest) = (String::new(), Vec::new(), text.as_str());
    while let Some((before, after)) = rest.split_once("sh '''") {
        if before.contains("\n    post {") {
            stage = "post".into();
        } else if let Some((_, name)) = before.rsplit_once("stage('") {
            stage = name.split('\'').next().unwrap().into();
        }
        let (program, after) = after.split_once("'''").unwrap();
        found.push((stage.clone(), program.to_string()));
        rest = after;
    }
    assert_eq!(text.matches("sh '").count(), found.len(), "every program is in three quotes");
    found
}

#[test]
fn the_jenkinsfile_backs_up_promotes_and_rolls_back() {
    let (acme, programs) = (staged(), programs());
    let stages: Vec<&str> = programs.iter().map(|(stage, _)| stage.as_str()).collect();
    let all =
        ["backup", "package", "stage", "plan for prod", "prod", "plan of the rollback", "rollback", "post"];
    assert_eq!(stages, all);
    let binary = Path::new(env!("CARGO_BIN_EXE_snapdeploy")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let stage = |name: &str, target: &str, addresses: &str| {
        let (_, program) = programs.iter().find(|(stage, _)| stage == name).unwrap();
        let mut command = acme.shell.program("sh");
        // As Jenkins does.
        command
            .args(["-xe", "-c", program])
            .env("PATH", &path)
            .env("TARGET", target)
            .env("ENVIRONMENT", "prod");
        command.env("PROJECT", "acme").env("SOURCE", "dev@live").env("REASON", "$(touch injected) 'x'");
        Said::from(command.env("RUN", "").env("ADDRESSES", addresses).output().unwrap())
    };
    let well = |name: &str, target: &str, addresses: &str| {
        let said = stage(name, target, addresses);
        assert_eq!(said.code, 0, "{name}: {}\n{}", said.out, said.err);
        said
    };
    let before = acme.prod();
    well("backup", "", "");
    acme.run(0, &["package", "verify", "backup.zip"]);
    well("package", "", "");
    well("stage", "stage", "");
    assert!(well("plan for prod", "", "").out.contains("42 changes"));
    well("prod", "prod", "");
    let one = "connect/hours/Weekdays\n\nconnect/queue/Sales\n";
    assert!(well("plan of the rollback", "", one).out.contains("2 changes"));
    well("rollback", "", one);
    well("rollback", "", "");
    assert_eq!(acme.prod(), before);
    let history = acme.json(0, &["history", "--env", "prod"]);
    assert_eq!(history["data"]["runs"][0]["start"]["reason"], "$(touch injected) 'x'");
    assert!(!acme.shell.directory.path().join("injected").exists());

    acme.sandbox.fault(Fault { times: 100, ..Fault::next("ListQueues", FaultKind::AccessDenied) });
    std::fs::remove_file(acme.shell.directory.path().join("backup.zip")).unwrap();
    well("backup", "", "");
    let there = |name: &str| acme.shell.directory.path().join(name).exists();
    assert!(there("backup.zip") && there("gaps"), "what could be read is kept, and marked");
    acme.sandbox.clear_faults();

    // A stopped run: the last stage names it and the way out.
    acme.sandbox.fault(Fault { nth: 2, ..Fault::next("CreateQueue", FaultKind::AccessDenied) });
    acme.deploy(3, &["--on-failure", "stop", "--release-hold", "--reason", "once more"]);
    assert_ne!(stage("prod", "prod", "").code, 0, "it is locked");
    let told = well("post", "", "").out;
    assert!(told.contains("it stopped part-way: snapdeploy deploy --resume 2"), "{told}");
}
