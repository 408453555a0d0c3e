//! A directory to type commands in.

use std::process::{Command, Output};

use tempfile::TempDir;

/// A directory of its own, and an environment without anything of the machine.
pub(crate) struct Shell {
    pub(crate) directory: TempDir,
    variables: Vec<(String, String)>,
}

/// What a command left.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Shell {
    pub(crate) fn new() -> Shell {
        Shell { directory: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// Returns a shell in a directory with this `snapdeploy.toml`.
    pub(crate) fn with(config: &str) -> Shell {
        let shell = Shell::new();
        std::fs::write(shell.directory.path().join("snapdeploy.toml"), config).unwrap();
        shell
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Shell {
        self.variables.push((name.into(), value.into()));
        self
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_snapdeploy"));
        command.args(arguments);
        command
    }

    /// Returns another program, in the same directory and environment.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.directory.path())
            .env_clear()
            .env("HOME", self.directory.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.variables.iter().cloned())
            .stdin(std::process::Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::from(self.command(arguments).output().unwrap())
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
