//! A runner of GitHub Actions, as far as the workflows in `examples/github` use it.
//!
//! What `run:` says is run; what `uses:` names is simulated, and nothing but these: `actions/checkout` (the
//! configuration is there), `aws-actions/configure-aws-credentials` (there are credentials), `actions/upload-artifact`
//! (the file is kept). The repository's own action is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

use super::journey::Acme;

/// What became of a job.
#[derive(Default)]
pub(super) struct Job {
    /// `success`, `failure` or `skipped`.
    pub(super) result: String,
    pub(super) outputs: Map<String, Value>,
    /// What its steps printed, both streams.
    pub(super) log: String,
    /// What its steps added to their summaries.
    pub(super) summary: String,
}

pub(super) struct Runner<'a> {
    pub(super) acme: &'a Acme,
    pub(super) python: PathBuf,
    pub(super) inputs: Value,
    /// Variables of the runner itself, such as CI's.
    pub(super) more: Vec<(String, String)>,
}

/// A workflow that ran: its jobs, and the artifacts by name.
pub(super) struct Ran {
    pub(super) jobs: BTreeMap<String, Job>,
    pub(super) artifacts: BTreeMap<String, Vec<u8>>,
}

struct Place {
    directory: tempfile::TempDir,
    path: Vec<String>,
    log: String,
    summary: String,
    artifacts: BTreeMap<String, Vec<u8>>,
}

pub(super) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/github")
}

/// Reads YAML, with the parser of Python.
pub(super) fn yaml(python: &Path, file: &Path) -> Value {
    let program = "import sys, json, yaml\n\
         print(json.dumps({str(k): v for k, v in yaml.safe_load(open(sys.argv[1])).items()}))";
    let output = Command::new(python).args(["-c", program]).arg(file).output().unwrap();
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

impl Runner<'_> {
    pub(super) fn run(&self, workflow: &str) -> Ran {
        let flow = yaml(&self.python, &examples().join(workflow));
        let jobs = flow["jobs"].as_object().unwrap();
        let mut ran = Ran { jobs: BTreeMap::new(), artifacts: BTreeMap::new() };
        while ran.jobs.len() < jobs.len() {
            let ready = |name: &&String| {
                !ran.jobs.contains_key(*name)
                    && names(&jobs[*name]["needs"]).iter().all(|n| ran.jobs.contains_key(n))
            };
            let name = jobs.keys().find(ready).expect("needs that go round").clone();
            let done = self.job(&flow, &jobs[&name], &mut ran);
            ran.jobs.insert(name, done);
        }
        ran
    }

    fn job(&self, flow: &Value, job: &Value, ran: &mut Ran) -> Job {
        let mut needs = Map::new();
        let mut well = true;
        for name in names(&job["needs"]) {
            let done = &ran.jobs[&name];
            well &= done.result == "success";
            needs.insert(name, json!({ "result": done.result, "outputs": done.outputs }));
        }
        let mut context = json!({
            "inputs": self.inputs, "needs": needs, "steps": {}, "github": { "run_id": "7" },
            "secrets": { "SNAPDEPLOY_WEBHOOK": "" },
            "vars": {
                "SNAPDEPLOY_URL": format!("file://{}", env!("CARGO_BIN_EXE_snapdeploy")), "SNAPDEPLOY_SHA256": self.digest(),
                "AWS_REGION": "us-east-1", "AWS_ROLE_ARN": "arn:aws:iam::111111111111:role/deploy",
                "AWS_READ_ROLE_ARN": "arn:aws:iam::111111111111:role/read",
            },
        });
        if !applies(&job["if"], &context, well) {
            return Job { result: "skipped".into(), ..Job::default() };
        }
        let mut place = Place {
            directory: tempfile::tempdir().unwrap(),
            path: Vec::new(),
            log: String::new(),
            summary: String::new(),
            artifacts: BTreeMap::new(),
        };
        let variables = [&flow["env"], &job["env"]];
        let good = self.steps(&job["steps"], &variables, &mut context, &mut place);
        let outputs = job["outputs"].as_object().cloned().unwrap_or_default();
        let outputs = outputs.iter().map(|(k, v)| (k.clone(), filled(v, &context).into())).collect();
        ran.artifacts.append(&mut place.artifacts);
        let result = if good { "success" } else { "failure" };
        Job { result: result.into(), outputs, log: place.log, summary: place.summary }
    }

    fn digest(&self) -> String {
        let output = Command::new("sha256sum").arg(env!("CARGO_BIN_EXE_snapdeploy")).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_string()
    }

    fn steps(&self, steps: &Value, around: &[&Value], context: &mut Value, place: &mut Place) -> bool {
        let mut good = true;
        for step in steps.as_array().unwrap() {
            if !applies(&step["if"], context, good) {
                continue;
            }
            let well = match step["uses"].as_str() {
                Some(action) => self.action(action, &step["with"], around, context, place),
                None => self.shell(step, around, context, place),
            };
            good &= well;
        }
        good
    }

    fn action(
        &self,
        name: &str,
        with: &Value,
        around: &[&Value],
        context: &Value,
        place: &mut Place,
    ) -> bool {
        let with: Map<String, Value> = with
            .as_object()
            .into_iter()
            .flatten()
            .map(|(k, v)| (k.clone(), filled(v, context).into()))
            .collect();
        match name {
            "actions/checkout@v4" => {
                assert_eq!(with["persist-credentials"], "false");
                let file = "snapdeploy.toml";
                fs::copy(self.acme.shell.directory.path().join(file), place.directory.path().join(file))
                    .unwrap();
                true
            }
            "aws-actions/configure-aws-credentials@v4" => {
                assert!(with["role-to-assume"].as_str().unwrap().starts_with("arn:aws:iam::"), "{with:?}");
                assert_eq!(with["aws-region"], "us-east-1");
                true
            }
            "actions/upload-artifact@v4" => {
                let bytes = fs::read(place.directory.path().join(with["path"].as_str().unwrap())).unwrap();
                place.artifacts.insert(with["name"].as_str().unwrap().into(), bytes);
                true
            }
            "./.github/actions/snapdeploy" => {
                let action = yaml(&self.python, &examples().join("actions/snapdeploy/action.yml"));
                let mut context = json!({ "inputs": with, "github": context["github"], "steps": {} });
                self.steps(&action["runs"]["steps"], around, &mut context, place)
            }
            other => panic!("{other} is neither simulated nor ours"),
        }
    }

    fn shell(&self, step: &Value, around: &[&Value], context: &mut Value, place: &mut Place) -> bool {
        assert_eq!(step["shell"], "bash", "{step}");
        let program = step["run"].as_str().unwrap();
        assert!(!program.contains("${{"), "what is typed is put into a program: {program}");
        let files = tempfile::tempdir().unwrap();
        let file = |name: &str| files.path().join(name);
        for name in ["output", "summary", "path", "script"] {
            fs::write(file(name), if name == "script" { program } else { "" }).unwrap();
        }
        let mut path = place.path.clone();
        path.push(std::env::var("PATH").unwrap());
        let mut command = self.acme.shell.program("bash");
        command.current_dir(place.directory.path()).args(["--noprofile", "--norc", "-eo", "pipefail"]);
        command
            .arg(file("script"))
            .env("PATH", path.join(":"))
            .env("GITHUB_ACTIONS", "true")
            .env("CI", "true");
        command.env("GITHUB_OUTPUT", file("output")).env("GITHUB_STEP_SUMMARY", file("summary"));
        command.env("GITHUB_PATH", file("path")).env("RUNNER_TEMP", place.directory.path().join("tmp"));
        command.envs(self.more.iter().cloned());
        for variables in around.iter().chain(&[&step["env"]]) {
            for (name, value) in variables.as_object().into_iter().flatten() {
                command.env(name, filled(value, context));
            }
        }
        let output = command.output().unwrap();
        place.log.push_str(&String::from_utf8_lossy(&output.stdout));
        place.log.push_str(&String::from_utf8_lossy(&output.stderr));
        place.summary.push_str(&fs::read_to_string(file("summary")).unwrap());
        place.path.extend(fs::read_to_string(file("path")).unwrap().lines().map(String::from));
        if let Some(id) = step["id"].as_str() {
            let outputs = assignments(&fs::read_to_string(file("output")).unwrap());
            context["steps"][id] = json!({ "outputs": outputs });
        }
        output.status.success()
    }
}

/// Reads the file that a step's outputs are in, as the runner does.
pub(super) fn assignments(text: &str) -> Map<String, Value> {
    let (mut values, mut lines) = (Map::new(), text.lines());
    while let Some(line) = lines.next() {
        let (equals, heredoc) = (line.find('='), line.find("<<"));
        match (equals, heredoc) {
            (Some(at), end) if end.is_none_or(|end| at < end) => {
                values.insert(line[..at].into(), line[at + 1..].into());
            }
            (_, Some(at)) => {
                let value: Vec<&str> = lines.by_ref().take_while(|l| *l != &line[at + 2..]).collect();
                values.insert(line[..at].into(), value.join("\n").into());
            }
            _ => panic!("no output: {line}"),
        }
    }
    values
}

fn names(needs: &Value) -> Vec<String> {
    match needs {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several.iter().map(|n| n.as_str().unwrap().into()).collect(),
        _ => Vec::new(),
    }
}

/// Returns `value` with what `${{ }}` means in its place.
fn filled(value: &Value, context: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), String::from);
    let (mut out, mut rest) = (String::new(), text.as_str());
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").unwrap();
        out.push_str(before);
        out.push_str(&term(expression, context, true));
        rest = after;
    }
    out + rest
}

/// Returns whether what has this `if` happens. Without a word on it, only what is well goes on.
fn applies(condition: &Value, context: &Value, well: bool) -> bool {
    let Some(text) = condition.as_str() else { return well };
    let text = text.trim().trim_start_matches("${{").trim_end_matches("}}").trim();
    let asks = ["failure()", "cancelled()", "always()"].iter().any(|f| text.contains(f));
    (asks || well) && any(text, context, well)
}

/// `A && (B || C)`, where brackets are around a whole side only.
fn any(text: &str, context: &Value, well: bool) -> bool {
    for (sign, all) in [("&&", true), ("||", false)] {
        let parts = split(text, sign);
        if parts.len() > 1 {
            let mut parts = parts.into_iter().map(|p| any(p, context, well));
            return if all { parts.all(|p| p) } else { parts.any(|p| p) };
        }
    }
    let text = text.trim();
    if let Some(inside) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        return any(inside, context, well);
    }
    match text.split_once("!=").map(|p| (p, false)).or(text.split_once("==").map(|p| (p, true))) {
        Some(((a, b), equal)) => (term(a, context, well) == term(b, context, well)) == equal,
        None => term(text, context, well) == "true",
    }
}

fn split<'a>(text: &'a str, sign: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && i >= start && text[i..].starts_with(sign) => {
                parts.push(&text[start..i]);
                start = i + sign.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn term(text: &str, context: &Value, well: bool) -> String {
    match text.trim() {
        "failure()" => (!well).to_string(),
        "cancelled()" => "false".into(),
        "!cancelled()" => "true".into(),
        literal if literal.starts_with('\'') => literal.trim_matches('\'').into(),
        path => {
            let value = path.split('.').fold(context, |value, name| &value[name]);
            value
                .as_str()
                .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, String::from)
        }
    }
}

#[test]
fn conditions_mean_what_they_mean_to_github() {
    let context = json!({ "needs": { "a": { "result": "skipped", "outputs": { "changes": "0" } } } });
    let is = |text: &str, well| applies(&text.into(), &context, well);
    assert!(is("needs.a.outputs.changes == '0'", true) && !is("needs.a.outputs.changes == '0'", false));
    assert!(is("${{ !cancelled() && (needs.a.result == 'success' || needs.a.result == 'skipped') }}", false));
    assert!(!is("failure() || cancelled()", true) && is("failure() || cancelled()", false));
    assert!(!is("!cancelled() && needs.b.result == 'success'", true));
}
