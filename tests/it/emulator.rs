//! Emulators of AWS from PyPI, ministack and moto: one of each for all tests of this process.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::python::{python, python_apart};

/// One of them: how it is installed, started and asked whether it is up.
struct Emulator {
    name: &'static str,
    /// Its virtual environment, where it does not go together with what other tests need.
    apart: Option<&'static str>,
    packages: &'static [&'static str],
    check: &'static str,
    /// The module that is run, and its arguments; `PORT` stands for the port.
    module: &'static str,
    arguments: &'static [&'static str],
    health: &'static str,
}

const MINISTACK: Emulator = Emulator {
    name: "ministack",
    // It wants another boto3 than AWS's models are checked against.
    apart: Some("ministack"),
    packages: &["ministack==1.5.33", "cbor2"],
    check: "import importlib.metadata as m, cbor2; assert m.version('ministack') == '1.5.33'",
    module: "ministack",
    arguments: &[],
    health: "/_ministack/health",
};

const MOTO: Emulator = Emulator {
    name: "moto",
    apart: None,
    // boto3 as the other tests have it, since moto would take the newest.
    packages: &["moto[server]==5.2.5", "boto3==1.44.5", "botocore==1.44.5"],
    check: "import importlib.metadata as m, flask; assert m.version('moto') == '5.2.5'",
    module: "moto.server",
    arguments: &["-H", "127.0.0.1", "-p", "PORT"],
    health: "/moto-api/",
};

/// Runs a module until its standard input ends, which it does when the test process does, however that ends.
const WRAPPER: &str = "
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name='__main__')
";

struct Server {
    endpoint: String,
    /// Keeps the server's standard input open.
    _child: Child,
}

/// Returns the endpoint of ministack; `None`, and says why, if there is no Python to run it with.
pub fn ministack(test: &str) -> Option<String> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    endpoint(&MINISTACK, &SERVER, test)
}

/// Returns the endpoint of moto, likewise.
pub fn moto(test: &str) -> Option<String> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    endpoint(&MOTO, &SERVER, test)
}

fn endpoint(emulator: &Emulator, server: &OnceLock<Result<Server, String>>, test: &str) -> Option<String> {
    match server.get_or_init(|| start(emulator)) {
        Ok(server) => Some(server.endpoint.clone()),
        Err(why) if std::env::var_os("CI").is_some() => panic!("{test} needs {}: {why}", emulator.name),
        Err(why) => {
            println!("{test}: skipped, for {why}");
            None
        }
    }
}

fn start(emulator: &Emulator) -> Result<Server, String> {
    let python = match emulator.apart {
        Some(name) => python_apart(name, emulator.check, emulator.packages)?,
        None => python(emulator.check, emulator.packages)?,
    };
    let mut why = String::new();
    for _ in 0..3 {
        match launch(emulator, &python) {
            Ok(server) => return Ok(server),
            Err(e) => why = e,
        }
    }
    Err(why)
}

fn launch(emulator: &Emulator, python: &Path) -> Result<Server, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| format!("there is no free port: {e}"))?;
    let port = listener.local_addr().map_err(|e| e.to_string())?.port();
    drop(listener);
    let mut command = Command::new(python);
    let mut child = command
        .args(["-c", WRAPPER, emulator.module])
        .args(emulator.arguments.iter().map(|argument| argument.replace("PORT", &port.to_string())))
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env_remove("AWS_SESSION_TOKEN")
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("MINISTACK_HOST", "127.0.0.1")
        .env("SFTP_ENABLED", "0")
        .env("AUTH", "true")
        .env("LAMBDA_EXECUTOR", "docker")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("{} cannot be started: {e}", emulator.name))?;
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if healthy(emulator, port) {
            return Ok(Server { endpoint: format!("http://127.0.0.1:{port}"), _child: child });
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("{} stopped at once: {status}", emulator.name));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
    Err(format!("{} did not come up in a minute", emulator.name))
}

fn healthy(emulator: &Emulator, port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let asked = format!("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", emulator.health);
    let mut start = [0; 12];
    stream.write_all(asked.as_bytes()).is_ok()
        && stream.read_exact(&mut start).is_ok()
        && start == *b"HTTP/1.1 200"
}
