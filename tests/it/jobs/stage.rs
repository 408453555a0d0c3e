//! A stage: a sandbox with the example's accounts, a directory with its `snapdeploy.toml`, and bash.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use snapdeploy::sandbox::{Fault, FaultKind, Hold, Sandbox, Scenario};
use tempfile::TempDir;

/// Long enough for a slow machine; nothing waits for it where all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A script that was started, and the file with what it says.
struct Typed {
    child: Child,
    said: PathBuf,
}

pub(super) struct Stage {
    sandbox: Sandbox,
    directory: TempDir,
    /// Whether calls are held, so that the next script is not waited for.
    holding: bool,
    running: Option<Typed>,
    /// How many scripts were run: each has a file for what it says.
    scripts: usize,
    screen: Option<String>,
    /// Whether the next script runs beside the one that is held.
    besides: bool,
    /// The file that the next piece of TOML goes into.
    file: Option<PathBuf>,
}

impl Stage {
    /// Builds the stage of an example: its sandbox, and what lies beside its configuration where that is named.
    pub(super) fn new(example: &str) -> Stage {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
        let sandbox = Sandbox::start(Scenario::load(&folder).unwrap()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        for name in ["snapdeploy.toml", "dev.json", "prod.json", "dist"] {
            copy(&folder.join(name), &directory.path().join(name));
        }
        Stage {
            sandbox,
            directory,
            holding: false,
            running: None,
            scripts: 0,
            screen: None,
            besides: false,
            file: None,
        }
    }

    fn start(&mut self, script: &str) -> Typed {
        self.scripts += 1;
        let said = self.directory.path().join(format!(".said-{}", self.scripts));
        let binary = Path::new(env!("CARGO_BIN_EXE_snapdeploy")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let child = Command::new("bash")
            .args(["-c", &format!("exec 2>&1\n{script}")])
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", binary.display()))
            .env("HOME", self.directory.path())
            .env("USER", "ada")
            .env("TZ", "UTC")
            .env("AWS_ENDPOINT_URL", self.sandbox.endpoint())
            .env("AWS_ACCESS_KEY_ID", "sandbox")
            .env("AWS_SECRET_ACCESS_KEY", "sandbox")
            .env("SNAPDEPLOY_CLOCK_SCALE", "50")
            .stdin(Stdio::null())
            .stdout(File::create(&said).unwrap())
            .spawn()
            .unwrap();
        Typed { child, said }
    }

    /// Runs what the reader types; where calls are held, until one is.
    pub(super) fn run(&mut self, script: &str) {
        assert!(self.screen.is_none(), "a script without a screen before: {script}");
        if self.besides {
            self.besides = false;
            self.run_besides(script);
            return;
        }
        if !self.holding {
            let typed = self.start(script);
            self.end(typed);
            return;
        }
        // A signal is for the command and not for the shell around it.
        let mut typed = self.start(&format!("exec {script}"));
        let began = Instant::now();
        while self.sandbox.held() == 0 {
            assert!(
                typed.child.try_wait().unwrap().is_none() && began.elapsed() < PATIENCE,
                "nothing is held"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        self.holding = false;
        self.running = Some(typed);
    }

    /// Runs a script that asks the one that is held to stop; that goes on, and stops, when it has heard of it.
    fn run_besides(&mut self, script: &str) {
        let second = self.start(script);
        let began = Instant::now();
        let wait = |is_so: &dyn Fn() -> bool| {
            while !is_so() {
                assert!(began.elapsed() < PATIENCE, "it does not wait for the one that is held");
                std::thread::sleep(Duration::from_millis(5));
            }
        };
        wait(&|| std::fs::read_to_string(&second.said).unwrap().contains("Waiting: "));
        self.sandbox.clear_calls();
        // One is the wish itself; by the second heartbeat after it, it has been heard.
        wait(&|| self.sandbox.calls().iter().filter(|c| c.operation == "UpdateItem").count() > 3);
        self.sandbox.release();
        self.end(second);
    }

    fn end(&mut self, mut typed: Typed) {
        let status = typed.child.wait().unwrap();
        let mut said = std::fs::read_to_string(&typed.said).unwrap();
        match status.code() {
            Some(0) => {}
            Some(code) => said.push_str(&format!("[exit {code}]\n")),
            None => said.push_str("[killed]\n"),
        }
        let here = self.directory.path().display().to_string();
        let said = said.replace(&here, "<directory>");
        self.screen = Some(said);
    }

    /// Takes what the reader writes, where the page says into which file: in place of its environments.
    pub(super) fn written(&mut self, text: &str) {
        let Some(file) = self.file.take() else { return };
        let old = std::fs::read_to_string(&file).unwrap();
        let head = old.split("[environments").next().unwrap_or_default();
        std::fs::write(file, format!("{head}{text}")).unwrap();
    }

    /// Returns what the last script said, once.
    pub(super) fn screen(&mut self) -> Option<String> {
        self.screen.take()
    }

    /// Does what stands in a comment of the page:
    /// * `example NAME`: before anything else, which example the stage is of, where it is not `acme`;
    /// * `console ENV METHOD PATH [BODY]`: a call to Connect as the console makes it; `{instance}` and `{queue/Sales}` in
    ///   the path stand for ids;
    /// * `run SCRIPT`: a script that is not shown and has to succeed;
    /// * `file NAME`: the TOML that follows is written into that file;
    /// * `switch NAME=VALUE`, `deny OPERATION` (once);
    /// * `hold OPERATION`: the next script is stopped at that call; `release` lets it go on, `kill` and `interrupt` end
    ///   it, and the screen that follows is its; `besides`: the next script asks it to stop.
    pub(super) fn behind(&mut self, words: &str) -> Result<(), String> {
        let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
        match verb {
            "console" => return self.console(rest),
            "run" => {
                let typed = self.start(rest);
                self.end(typed);
                let said = self.screen().unwrap_or_default();
                return if said.contains("[exit ") { Err(said) } else { Ok(()) };
            }
            "switch" => {
                let (name, value) = rest.split_once('=').ok_or("NAME=VALUE")?;
                self.sandbox.set_switch(name, value).map_err(|e| e.to_string())?;
            }
            "besides" => self.besides = true,
            "file" => self.file = Some(self.directory.path().join(rest)),
            "deny" => self.sandbox.fault(Fault::next(rest, FaultKind::AccessDenied)),
            "hold" => {
                self.sandbox.hold(Hold { operation: Some(rest.into()), ..Hold::default() });
                self.holding = true;
            }
            "release" | "kill" | "interrupt" => {
                let mut typed = self.running.take().ok_or("nothing runs")?;
                match verb {
                    "kill" => {
                        typed.child.kill().map_err(|e| e.to_string())?;
                        // The call that nobody waits for any more is given up, or ends, before anything else is done.
                        std::thread::sleep(Duration::from_millis(500));
                    }
                    "interrupt" => {
                        let pid = typed.child.id().to_string();
                        Command::new("kill").args(["-INT", &pid]).status().map_err(|e| e.to_string())?;
                        std::thread::sleep(Duration::from_millis(300));
                    }
                    _ => {}
                }
                self.sandbox.release();
                self.end(typed);
            }
            _ => return Err("no such direction".into()),
        }
        Ok(())
    }

    fn console(&self, words: &str) -> Result<(), String> {
        let mut words = words.splitn(3, ' ');
        let (Some(environment), Some(method), Some(rest)) = (words.next(), words.next(), words.next()) else {
            return Err("ENV METHOD PATH [BODY]".into());
        };
        let (path, body) = rest
            .split_once(" {\"")
            .map_or((rest, String::new()), |(path, body)| (path, format!("{{\"{body}")));
        let account = match environment {
            "dev" => "111111111111",
            "prod" => "222222222222",
            other => return Err(format!("no environment {other}")),
        };
        let state = self.sandbox.connect_state(account);
        let instance = state.as_object().and_then(|i| i.values().next()).ok_or("no instance")?;
        let mut url = String::new();
        for (i, part) in path.split(['{', '}']).enumerate() {
            url.push_str(&match (i % 2, part) {
                (0, text) => text.to_string(),
                (_, "instance") => instance["id"].as_str().unwrap_or_default().to_string(),
                (_, named) => id_of(instance, named)?,
            });
        }
        let address = self.sandbox.endpoint().trim_start_matches("http://").to_string();
        let mut stream = TcpStream::connect(&address).map_err(|e| e.to_string())?;
        let request = format!(
            "{method} {url} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/json\r\nX-Amz-Date: {}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={account}/20260101/us-east-1/connect/aws4_request, \
             SignedHeaders=host, Signature=0\r\n\r\n{body}",
            body.len(),
            jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ"),
        );
        stream.write_all(request.as_bytes()).map_err(|e| e.to_string())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(|e| e.to_string())?;
        if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(format!("{url}: {answer}")) }
    }
}

/// Copies a file or a folder, where there is one.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        if from.exists() {
            std::fs::copy(from, to).unwrap();
        }
        return;
    }
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// Returns the id of what is called `KIND/NAME` in the state of an instance.
fn id_of(instance: &Value, named: &str) -> Result<String, String> {
    let (kind, name) = named.split_once('/').ok_or_else(|| format!("{named} is not KIND/NAME"))?;
    let all = instance[kind].as_object().ok_or_else(|| format!("no kind {kind}"))?;
    let found = all.iter().find(|(_, of)| of["Name"] == name).map(|(id, _)| id.clone());
    found.ok_or_else(|| format!("no {named}"))
}
