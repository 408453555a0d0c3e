//! The Python side of the tests: virtual environments below `target`, `py` for all that goes together.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// AWS's models as they are checked against: another version has other shapes.
pub const BOTO3: [&str; 2] = ["boto3==1.44.5", "botocore==1.44.5"];
/// A program that succeeds where they are there.
pub const BOTO3_IS_THERE: &str =
    "import boto3, botocore; assert (boto3.__version__, botocore.__version__) == ('1.44.5', '1.44.5')";

/// All that tests need, of versions that go together. It is installed at once: what one test added later could be taken
/// apart under another that is reading it.
const ALL: [&str; 4] = ["boto3==1.44.5", "botocore==1.44.5", "moto[server]==5.2.5", "pyyaml"];

/// Returns the interpreter, once `check` (a program) succeeds in it; `packages` are what pip needs to make it so.
/// One process and one test at a time changes the environment. Fails if there is no Python or no network.
pub fn python(check: &str, packages: &[&str]) -> Result<PathBuf, String> {
    // Where one of them cannot be had, the others are wanted all the same.
    environment("py", check, &[&ALL, packages])
}

/// Likewise for what does not go together with the others, in an environment of its own.
pub fn python_apart(name: &str, check: &str, packages: &[&str]) -> Result<PathBuf, String> {
    environment(name, check, &[packages])
}

fn environment(name: &str, check: &str, packages: &[&[&str]]) -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    fs::create_dir_all(&target).map_err(|e| format!("there is no target directory: {e}"))?;
    let lock = File::create(target.join(format!("{name}.lock")))
        .map_err(|e| format!("there is no lock file: {e}"))?;
    lock.lock().map_err(|e| format!("the lock file cannot be locked: {e}"))?;
    let venv = target.join(name);
    let python = venv.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    let mut checked = run(Command::new(&python).args(["-c", check]));
    for some in packages {
        if checked.is_err() {
            let installed = run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(*some));
            checked = installed.and_then(|()| run(Command::new(&python).args(["-c", check])));
        }
    }
    checked.map(|()| python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{shown} failed: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(e) => Err(format!("{shown} cannot be run: {e}")),
    }
}
