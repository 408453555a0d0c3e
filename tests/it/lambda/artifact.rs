//! Code that was built elsewhere, by `--artifact`: from a folder and from an archive, with its aliases.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use snapdeploy::sandbox::{Sandbox, Scenario};

use super::place::both_with;
use crate::world::{A, B, REGION};

/// A project in a folder of its own, with a sandbox.
struct Project {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Project {
    fn new(scenario: Scenario) -> Project {
        let sandbox = Sandbox::start(scenario).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let environment = |name: &str, account: &str, more: &str| {
            format!(
                "[environments.{name}]\naccount = \"{account}\"\nregion = \"{REGION}\"\ninstance = \"{name}\"\n\
                 role_arn = \"arn:aws:iam::{account}:role/snapdeploy\"\n\
                 owns = [\"connect/*\", \"lambda/function/*\"]\n{more}\n"
            )
        };
        let config = format!(
            "project = \"acme\"\nstore = \"file://.snapdeploy\"\n{}{}",
            environment("dev", A, ""),
            environment("prod", B, "external_id = \"only-us\"\n")
        );
        fs::write(folder.path().join("snapdeploy.toml"), config).unwrap();
        Project { folder, sandbox }
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_snapdeploy"))
            .current_dir(self.folder.path())
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("AWS_ACCESS_KEY_ID", A)
            .env("AWS_SECRET_ACCESS_KEY", "sandbox")
            .env("AWS_ENDPOINT_URL", self.sandbox.endpoint())
            .output()
            .unwrap()
    }

    fn good(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{args:?}: {out}{err}");
        format!("{out}{err}")
    }

    fn function(&self) -> Value {
        let arn = format!("arn:aws:lambda:{REGION}:{B}:function:orders");
        self.sandbox.state()[B]["lambda"]["functions"][arn].clone()
    }

    fn build(&self, name: &str, text: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("index.js"), text).unwrap();
        folder
    }
}

fn named(path: &Path, alias: &str) -> String {
    format!("lambda/function/orders{alias}={}", path.display())
}

#[test]
fn a_folder_becomes_the_code_the_alias_follows_and_the_rollback_takes_it_back() {
    let project = Project::new(both_with(|_| Vec::new()));
    let before = project.function();
    let artifact = named(&project.build("build", "built"), "");
    let shown = project.good(&["deploy", "--artifact", &artifact, "--to", "prod", "--dry-run"]);
    assert!(shown.contains("lambda/function/orders") && shown.contains("Code"), "{shown}");
    assert_eq!(project.function(), before, "a dry run");
    project.good(&["deploy", "--artifact", &artifact, "--to", "prod", "--yes"]);
    let now = project.function();
    assert_eq!(now["aliases"]["live"]["version"], "2");
    assert_eq!(now["versions"]["2"]["CodeSha256"], now["versions"]["$LATEST"]["CodeSha256"]);
    assert_ne!(now["versions"]["2"]["CodeSha256"], before["versions"]["1"]["CodeSha256"]);
    assert_eq!(now["versions"]["2"]["MemorySize"], before["versions"]["1"]["MemorySize"], "nothing else");
    let again =
        project.good(&["deploy", "--artifact", &artifact, "--to", "prod", "--dry-run", "--exit-code"]);
    assert!(!again.contains("UpdateFunctionCode"), "the same folder is the same code: {again}");
    project.good(&["rollback", "prod", "--yes"]);
    let back = project.function();
    assert_eq!(back["versions"]["$LATEST"], before["versions"]["$LATEST"]);
    assert_eq!(back["aliases"], before["aliases"]);
}

#[test]
fn an_archive_goes_beside_a_source_and_one_alias_follows() {
    let mut scenario = both_with(|_| Vec::new());
    scenario.account(A).function(REGION, "orders").alias("beta", "1");
    scenario.account(B).function(REGION, "orders").alias("beta", "1");
    let project = Project::new(scenario);
    let folder = project.build("build", "built");
    let file = folder.with_extension("zip");
    let mut writer = zip::ZipWriter::new(fs::File::create(&file).unwrap());
    writer.start_file("index.js", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut writer, b"built").unwrap();
    writer.finish().unwrap();
    project.good(&["deploy", "dev@live", "--artifact", &named(&file, "#live"), "--to", "prod", "--yes"]);
    let now = project.function();
    let code = |alias: &str| {
        let version = now["aliases"][alias]["version"].as_str().unwrap();
        (now["versions"][version]["CodeSha256"].clone(), now["versions"][version]["MemorySize"].clone())
    };
    let (live, beta) = (code("live"), code("beta"));
    assert_eq!((&live.1, &beta.1), (&Value::from(512), &Value::from(512)), "all else is from the source");
    assert_eq!(live.0, now["versions"]["$LATEST"]["CodeSha256"]);
    assert_ne!(live.0, beta.0, "the other alias has the code of the source");
}

#[test]
fn what_is_no_archive_and_no_function_is_refused_before_anything() {
    let project = Project::new(both_with(|_| Vec::new()));
    let file = project.build("build", "x").join("index.js");
    for (artifact, why) in [
        (named(&file, ""), "is no ZIP archive"),
        (named(&project.folder.path().join("none"), ""), "there is no file or folder"),
        (named(&project.build("other", "x"), "#nope"), "has no alias `nope`; it has live"),
        (format!("connect/queue/a={}", file.display()), "lambda/function/NAME=PATH"),
        (named(&project.build("other", "x"), "").replace("orders", "none"), "lambda/function/none"),
    ] {
        let output = project.run(&["deploy", "--artifact", &artifact, "--to", "prod", "--yes"]);
        let said = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(!output.status.success() && said.contains(why), "{artifact}: {said}");
    }
    let changed = project.sandbox.calls().iter().filter(|c| c.mutating && c.service == "lambda").count();
    assert_eq!(changed, 0);
}
