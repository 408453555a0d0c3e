//! The Python side of the tests: one virtual environment, `target/py`, for all of them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// AWS's models as they are checked against: another version has other shapes.
pub const BOTO3: [&str; 2] = ["boto3==1.44.5", "botocore==1.44.5"];
/// A program that succeeds where they are there.
pub const BOTO3_IS_THERE: &str =
    "import boto3, botocore; assert (boto3.__version__, botocore.__version__) == ('1.44.5', '1.44.5')";

/// Returns the interpreter, once `check` (a program) succeeds in it; `packages` are what pip needs to make it so.
/// One process and one test at a time changes the environment. Fails if there is no Python or no network.
pub fn python(check: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    fs::create_dir_all(&target).map_err(|e| format!("there is no target directory: {e}"))?;
    let lock = File::create(target.join("py.lock")).map_err(|e| format!("there is no lock file: {e}"))?;
    lock.lock().map_err(|e| format!("the lock file cannot be locked: {e}"))?;
    let venv = target.join("py");
    let python = venv.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    if run(Command::new(&python).args(["-c", check])).is_err() {
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages))?;
        run(Command::new(&python).args(["-c", check]))?;
    }
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{shown} failed: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(e) => Err(format!("{shown} cannot be run: {e}")),
    }
}
