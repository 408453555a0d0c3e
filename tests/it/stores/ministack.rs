//! One ministack (an emulator of AWS, from PyPI) for all tests of this process.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::python::python;

const PACKAGES: [&str; 2] = ["ministack==1.5.33", "cbor2"];

const CHECK: &str = "import importlib.metadata as m, cbor2; assert m.version('ministack') == '1.5.33'";

/// Runs ministack until its standard input ends, which it does when the test process does, however that ends.
const WRAPPER: &str = "
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
sys.argv = ['ministack']
runpy.run_module('ministack', run_name='__main__')
";

struct Server {
    endpoint: String,
    /// Keeps the server's standard input open.
    _child: Child,
}

/// Returns the endpoint of the server; `None`, and says why, if there is no Python to run it with.
pub fn endpoint(test: &str) -> Option<String> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    match SERVER.get_or_init(start) {
        Ok(server) => Some(server.endpoint.clone()),
        Err(why) if std::env::var_os("CI").is_some() => panic!("{test} needs ministack: {why}"),
        Err(why) => {
            println!("{test}: skipped, for {why}");
            None
        }
    }
}

fn start() -> Result<Server, String> {
    let python = python(CHECK, &PACKAGES)?;
    let mut why = String::new();
    for _ in 0..3 {
        match launch(&python) {
            Ok(server) => return Ok(server),
            Err(e) => why = e,
        }
    }
    Err(why)
}

fn launch(python: &Path) -> Result<Server, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| format!("there is no free port: {e}"))?;
    let port = listener.local_addr().map_err(|e| e.to_string())?.port();
    drop(listener);
    let mut command = Command::new(python);
    let mut child = command
        .args(["-c", WRAPPER])
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
        .map_err(|e| format!("ministack cannot be started: {e}"))?;
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if healthy(port) {
            return Ok(Server { endpoint: format!("http://127.0.0.1:{port}"), _child: child });
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("ministack stopped at once: {status}"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
    Err("ministack did not come up in a minute".into())
}

fn healthy(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let asked = b"GET /_ministack/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    let mut start = [0; 12];
    stream.write_all(asked).is_ok() && stream.read_exact(&mut start).is_ok() && start == *b"HTTP/1.1 200"
}
