//! `init`: a configuration to begin with, and its store.

use serde_json::Value;

use super::journey::Acme;
use super::shell::{Said, Shell};

const DEV: [&str; 9] =
    ["init", "--env", "dev", "--account", "111111111111", "--region", "us-east-1", "--instance", "acme-dev"];

fn file(shell: &Shell) -> Option<String> {
    std::fs::read_to_string(shell.directory.path().join("snapdeploy.toml")).ok()
}

/// Returns a shell of the same sandbox without a configuration.
fn empty(acme: &Acme) -> Shell {
    Shell::new()
        .set("AWS_ENDPOINT_URL", &acme.sandbox.endpoint())
        .set("AWS_ACCESS_KEY_ID", "111111111111")
        .set("AWS_SECRET_ACCESS_KEY", "x")
        .set("SNAPDEPLOY_CLOCK_SCALE", "200")
}

#[track_caller]
fn ends(said: &Said, code: i32) {
    assert_eq!(said.code, code, "{}\n{}", said.out, said.err);
}

#[test]
fn what_is_missing_is_named_all_at_once() {
    let shell = Shell::new();
    let said = shell.run(&["init", "--project", "acme", "--env", "dev"]);
    ends(&said, 2);
    assert!(said.err.contains("missing: --account ID, --region REGION, --instance INSTANCE"), "{}", said.err);
    assert_eq!(file(&shell), None);
}

#[test]
fn a_configuration_is_written_once_and_never_changed() {
    let acme = Acme::new();
    let shell = empty(&acme);
    let more = ["--project", "acme", "--role-arn", "arn:aws:iam::111111111111:role/snapdeploy"];
    let said = shell.run(&[&DEV[..], &more].concat());
    ends(&said, 0);
    assert!(
        said.out.contains("Wrote snapdeploy.toml.") && said.out.contains("Next: snapdeploy health dev"),
        "{}",
        said.out
    );
    let text = file(&shell).unwrap();
    ends(&shell.run(&["health", "dev"]), 0);
    for again in [&DEV[..], &["init"], &["init", "--store", "s3://other/x", "--project", "acme"]] {
        let said = shell.run(again);
        ends(&said, 2);
        assert!(said.err.contains("snapdeploy.toml is there already"), "{}", said.err);
    }
    assert_eq!(file(&shell).unwrap(), text);
}

#[test]
fn what_makes_no_configuration_is_not_written() {
    let shell = Shell::new();
    for (wrong, why) in [
        (&["--env", "dev prod"][..], "cannot be the name of an environment"),
        (&["--account", "1111"], "twelve digits"),
        (&["--role-arn", "snapdeploy"], "is not the ARN of a role"),
        (&["--protected"], "keeps out nobody on another machine"),
        (&["--store", "/tmp"], "`store` has to be"),
    ] {
        let mut typed: Vec<&str> = DEV.to_vec();
        if let Some(at) = typed.iter().position(|a| *a == wrong[0]) {
            typed[at + 1] = wrong[1];
        } else {
            typed.extend(wrong);
        }
        let said = shell.run(&[&typed[..], &["--project", "acme"]].concat());
        ends(&said, 2);
        assert!(said.err.contains(why), "{why}: {}", said.err);
        assert_eq!(file(&shell), None);
    }
}

#[test]
fn a_store_that_the_file_does_not_name_is_not_made() {
    let acme = Acme::new();
    let said = acme.run(2, &["init", "--store", "s3://other/main", "--yes"]);
    assert!(
        said.err.contains("keeps things in s3://acme-snapdeploy/snapdeploy, not in s3://other/main"),
        "{}",
        said.err
    );
}

#[test]
fn a_store_in_a_directory_needs_nothing() {
    let acme = Acme::new();
    let shell = empty(&acme);
    ends(&shell.run(&[&DEV[..], &["--project", "acme", "--store", "file://kept"]].concat()), 0);
    let said = shell.run(&["init", "--store", "file://kept"]);
    ends(&said, 0);
    assert!(said.out.contains("lacks nothing; nothing was changed"), "{}", said.out);
}

#[test]
fn a_shared_store_is_made_after_a_yes_and_only_once() {
    let acme = Acme::new();
    let shell = empty(&acme);
    let typed = [&DEV[..], &["--project", "acme", "--store", "s3://new-store/main"]].concat();
    let said = shell.run(&typed);
    ends(&said, 5);
    assert!(
        said.err.contains("bucket new-store: create it in us-east-1") && said.err.contains("--yes"),
        "{}",
        said.err
    );
    assert_eq!(file(&shell), None, "nothing is written before the yes");
    let said = shell.run(&[&typed[..], &["--yes", "--output", "json"]].concat());
    ends(&said, 0);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(json["schema"], "snapdeploy.init/1");
    assert_eq!(json["data"]["made"].as_array().unwrap().len(), 9, "{json}");
    // No --yes: there is nothing to ask.
    let said = shell.run(&["init", "--store", "s3://new-store/main"]);
    ends(&said, 0);
    assert!(said.out.contains("lacks nothing; nothing was changed"), "{}", said.out);
    // And it is a store.
    ends(&shell.run(&["extract", "dev"]), 0);
}

#[test]
fn a_store_that_breaks_off_is_gone_on_with_by_the_same_command() {
    use snapdeploy::sandbox::{Fault, FaultKind};
    let acme = Acme::new();
    let shell = empty(&acme);
    let typed = [&DEV[..], &["--project", "acme", "--store", "s3://new-store/main", "--yes"]].concat();
    acme.sandbox.fault(Fault::next("CreateTable", FaultKind::AccessDenied));
    let said = shell.run(&typed);
    ends(&said, 3);
    assert!(said.err.contains("CreateTable") || said.err.contains("create the table"), "{}", said.err);
    assert!(said.err.contains("the same command goes on from here"), "{}", said.err);
    assert_eq!(file(&shell), None);
    let said = shell.run(&typed);
    ends(&said, 0);
    assert!(
        !said.out.contains("create it in") && said.out.contains("Wrote snapdeploy.toml."),
        "{}",
        said.out
    );
}

/// Types an answer to each question in turn, at a terminal of its own; prints what is shown.
pub(super) const TYPIST: &str = r#"
import os, pty, select, sys, time
command, answers = sys.argv[1:3], sys.argv[3:]
if "--" in sys.argv:
    end = sys.argv.index("--")
    command, answers = sys.argv[1:end], sys.argv[end + 1:]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown, mark = b"", 0
def read(seconds):
    global shown
    if select.select([terminal], [], [], seconds)[0]:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            return False
        shown += more
        return bool(more)
    return True
for answer in answers:
    question, text = answer.split("=", 1)
    end = time.time() + 20
    while question.encode() not in shown[mark:]:
        if time.time() > end or not read(1):
            sys.exit("no question " + question + " in " + shown.decode(errors="replace"))
    mark = len(shown)
    os.write(terminal, text.encode() + b"\r")
while read(20):
    pass
sys.stdout.write(shown.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

#[test]
fn at_a_terminal_it_asks_and_knows_account_region_and_instances() {
    let python = match crate::python::python("import pty", &[]) {
        Ok(python) => python,
        Err(why) if std::env::var_os("CI").is_some() => panic!("questions need a terminal: {why}"),
        Err(why) => return println!("questions at a terminal: skipped, for {why}"),
    };
    let acme = Acme::new();
    let shell = empty(&acme).set("AWS_REGION", "us-east-1").set("TERM", "xterm");
    let mut typist = std::process::Command::new(python);
    typist.args(["-c", TYPIST, env!("CARGO_BIN_EXE_snapdeploy"), "init"]);
    typist.args([
        "Project=acme",
        "Environment=dev",
        "Account [111111111111]=",
        "Region [us-east-1]=",
        "Role to assume=arn:aws:iam::111111111111:role/snapdeploy",
        "External id=",
        // The list of instances comes with the question, and the first is chosen.
        "acme-dev (=",
        "phrase=y",
        "Another=n",
        "Store=",
    ]);
    let command = shell.command(&[]);
    typist.current_dir(shell.directory.path()).env_clear();
    typist.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let said = Said::from(typist.output().unwrap());
    ends(&said, 0);
    let text = file(&shell).unwrap();
    for line in [
        "project = \"acme\"",
        "[environments.dev]",
        "account = \"111111111111\"",
        "region = \"us-east-1\"",
        "role_arn = \"arn:aws:iam::111111111111:role/snapdeploy\"",
        "instance = \"acme-dev\"",
        "protected = true",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}: {text}");
    }
    assert!(!text.contains("external_id"), "{text}");
    ends(&shell.run(&["health", "dev"]), 0);
}
