//! `--output github`: what each verb gives to GitHub Actions.

use std::fs;

use serde_json::{Map, Value};
use snapdeploy::sandbox::{Fault, FaultKind};

use super::journey::Acme;
use super::runner::assignments;
use super::shell::Said;

/// Runs a command as a step: what it said, its outputs and its summary.
#[track_caller]
fn step(acme: &Acme, code: i32, arguments: &[&str]) -> (Said, Map<String, Value>, String) {
    let file = |name: &str| acme.shell.directory.path().join(name);
    fs::write(file("outputs"), "").unwrap();
    fs::write(file("summary"), "").unwrap();
    let mut command = acme.shell.command(arguments);
    command.args(["--output", "github"]).env("GITHUB_ACTIONS", "true");
    command.env("GITHUB_OUTPUT", file("outputs")).env("GITHUB_STEP_SUMMARY", file("summary"));
    let said = Said::from(command.output().unwrap());
    assert_eq!(said.code, code, "{arguments:?}\n{}\n{}", said.out, said.err);
    let outputs = assignments(&fs::read_to_string(file("outputs")).unwrap());
    assert_eq!(outputs["exit_code"], code.to_string().as_str());
    (said, outputs, fs::read_to_string(file("summary")).unwrap())
}

#[test]
fn every_verb_gives_outputs_and_a_summary() {
    let acme = Acme::new();
    let (_, outputs, summary) = step(&acme, 0, &["extract", "dev"]);
    let snapshot = outputs["snapshot"].as_str().unwrap().to_string();
    assert!(snapshot.starts_with("dev@2") && summary.contains(&snapshot), "{summary}");
    assert_eq!((&outputs["status"], &outputs["gaps"]), (&"done".into(), &"0".into()));

    let (_, outputs, summary) = step(&acme, 0, &["package", "create", &snapshot, "--out", "x.zip"]);
    assert_eq!(outputs["package"].as_str().unwrap().len(), 64);
    assert!(summary.contains(outputs["package"].as_str().unwrap()));
    step(&acme, 0, &["package", "verify", "x.zip"]);

    let deploy = ["deploy", &snapshot, "--to", "prod", "--confirm", "acme/prod"];
    let (said, outputs, summary) = step(&acme, 4, &[&deploy[..4], &["--dry-run", "--exit-code"]].concat());
    assert_eq!((&outputs["changes"], &outputs["status"]), (&"42".into(), &"unclean".into()));
    assert!(summary.contains("42 changes: 25 to create, 17 to update"), "{summary}");
    assert!(said.out.contains(" of the service's own resources are left"), "{}", said.out);

    acme.sandbox.fault(Fault { nth: 2, ..Fault::next("CreateQueue", FaultKind::AccessDenied) });
    let (said, outputs, summary) = step(&acme, 6, &deploy);
    assert_eq!(outputs["status"], "rolled_back");
    assert_ne!(outputs["run"], outputs["rollback"]);
    assert!(outputs["message"].as_str().unwrap().contains("AccessDenied"), "{outputs:?}");
    assert!(said.out.contains("::error title=snapdeploy%3A rolled_back (6)::"), "{}", said.out);
    assert!(summary.contains("is as it was before"), "{summary}");

    let (said, outputs, summary) = step(&acme, 0, &deploy);
    let undo = format!("snapdeploy rollback prod --run {}", outputs["run"].as_str().unwrap());
    assert_eq!(outputs["undo"], undo.as_str());
    assert!(summary.contains(&format!("```sh\n{undo}\n```")), "{summary}");
    assert_eq!(said.err.matches("::group::").count(), 1, "{}", said.err);
    assert_eq!(said.err.matches("::endgroup::").count(), 1);

    let (_, outputs, summary) = step(&acme, 0, &["health", "prod"]);
    assert_eq!(outputs["healthy"], "true");
    assert!(summary.contains("### prod is healthy") && summary.contains("| ok | identity | "), "{summary}");
    for verb in [&["history"][..], &["show", "dev"], &["diff", "dev@latest", "prod@live"]] {
        assert!(step(&acme, 0, verb).2.starts_with("```\n"), "{verb:?}");
    }
    let (said, outputs, summary) = step(&acme, 10, &["deploy", "dev@nothing", "--to", "prod"]);
    assert_eq!(outputs["status"], "not_found");
    assert!(summary.contains("### Failed with 10") && said.out.starts_with("::error "), "{summary}");
}

#[test]
fn no_name_commands_the_runner() {
    let acme = Acme::new();
    for name in ["\n::add-mask::prod", "##[error]x", "\r::stop-commands::y"] {
        for arguments in [
            vec!["show", name],
            vec!["extract", name],
            vec!["extract", "dev", name],
            vec![name],
            vec!["deploy", name, "--to", "prod", "--reason", name],
        ] {
            for output in ["github", "human", "json"] {
                let mut command = acme.shell.command(&arguments);
                command.args(["--output", output]).env("GITHUB_ACTIONS", "true");
                let said = Said::from(command.output().unwrap());
                assert_ne!(said.code, 0);
                for line in [&said.out, &said.err].into_iter().flat_map(|t| t.split(['\n', '\r'])) {
                    let ours = ["::error ", "::error::"].iter().any(|o| line.starts_with(o));
                    let obeyed = line.trim().starts_with("::") || line.contains("##[");
                    assert!(!obeyed || ours && !line.contains("##["), "{arguments:?}: {line:?}");
                }
            }
        }
    }
}

#[test]
fn without_its_files_a_deployment_goes_on_and_says_so_once() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    let deploy = ["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod", "--output", "github"];
    let mut command = acme.shell.command(&deploy);
    let said = Said::from(command.env("GITHUB_OUTPUT", acme.shell.directory.path()).output().unwrap());
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(
        said.err.matches("warning: cannot write what GITHUB_OUTPUT names: ").count(),
        1,
        "{}",
        said.err
    );
    assert_eq!(said.err.matches("warning: GITHUB_STEP_SUMMARY is not set").count(), 1, "{}", said.err);
}
