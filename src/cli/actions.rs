//! The files that GitHub Actions gives a step: its outputs, and its summary.
//!
//! Neither is what a command is for: where one cannot be written, that is said once, and the work goes on.
//!
//! Source: "Workflow commands for GitHub Actions": "Setting an output parameter", "Adding a job summary",
//! "Multiline strings"; "Step isolation and limits" for the size of a summary.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use super::output::cut;
use crate::core::redact::redact;

/// The most bytes that a step's summary may have: with more, all of it is dropped.
const MOST: u64 = 1 << 20;

/// One of the files.
#[derive(Debug)]
struct Given {
    variable: &'static str,
    path: Option<OsString>,
    /// Whether it has been said that it can't be written.
    said: AtomicBool,
}

/// The files of this step.
#[derive(Debug)]
pub(super) struct Actions {
    outputs: Given,
    summary: Given,
}

impl Given {
    fn new(variable: &'static str) -> Given {
        let path = std::env::var_os(variable).filter(|p| !p.is_empty());
        Given { variable, path, said: AtomicBool::new(false) }
    }

    /// Appends what `text` makes of the file's length. `Err` says, the first time, why that could not be done.
    fn append(&self, text: impl FnOnce(u64) -> String) -> Result<(), Option<String>> {
        let outcome = match &self.path {
            None => Err(format!("{} is not set", self.variable)),
            Some(path) => OpenOptions::new()
                .append(true)
                .create(true)
                .open(path)
                .and_then(|file| append(file, text))
                .map_err(|e| format!("cannot write what {} names: {e}", self.variable)),
        };
        outcome.map_err(|why| (!self.said.swap(true, Ordering::SeqCst)).then_some(why))
    }
}

fn append(mut file: File, text: impl FnOnce(u64) -> String) -> std::io::Result<()> {
    let text = text(file.metadata()?.len());
    file.write_all(redact(&text).as_bytes())
}

impl Actions {
    /// Finds the files, as the environment names them.
    pub(super) fn new() -> Actions {
        Actions { outputs: Given::new("GITHUB_OUTPUT"), summary: Given::new("GITHUB_STEP_SUMMARY") }
    }

    /// Returns whether there is a file for outputs.
    pub(super) fn takes_outputs(&self) -> bool {
        self.outputs.path.is_some()
    }

    /// Gives values to the steps that follow. `Err` says, the first time, why that could not be done.
    pub(super) fn output(&self, values: &[(&str, String)]) -> Result<(), Option<String>> {
        let text: String = values.iter().map(|(name, value)| assignment(name, value)).collect();
        if text.is_empty() { Ok(()) } else { self.outputs.append(|_| text) }
    }

    /// Adds a section to the summary. It takes half of the room that is left at most, so that how a run ended is never
    /// crowded out by what came before. `Err` says, the first time, why that could not be done.
    pub(super) fn summary(&self, section: &str) -> Result<(), Option<String>> {
        self.summary.append(|length| {
            let room = usize::try_from(MOST.saturating_sub(length) / 2).unwrap_or(0);
            cut(section, room)
        })
    }
}

/// Returns the line, or lines, that set `name`.
fn assignment(name: &str, value: &str) -> String {
    if !value.contains(['\n', '\r']) {
        return format!("{name}={value}\n");
    }
    let mut number = 0_u64;
    let mut random = [0; 16];
    // Without chance the delimiter is still none of the value's lines.
    let _ = getrandom::fill(&mut random);
    let mut delimiter = format!("snapdeploy_{}", hex::encode(random));
    while value.contains(&delimiter) {
        number += 1;
        delimiter = format!("snapdeploy_{}_{number}", hex::encode(random));
    }
    format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(path: &std::path::Path) -> Given {
        Given { variable: "GITHUB_STEP_SUMMARY", path: Some(path.into()), said: AtomicBool::new(false) }
    }

    #[test]
    fn a_value_of_several_lines_sets_nothing_else() {
        assert_eq!(assignment("run", "x=1 <<y"), "run=x=1 <<y\n");
        let text = assignment("message", "a\nrun=evil\nb");
        let (first, rest) = text.split_once('\n').unwrap();
        let delimiter = first.strip_prefix("message<<").unwrap();
        assert_eq!(rest, format!("a\nrun=evil\nb\n{delimiter}\n"));
        assert_ne!(assignment("a", "b\nc"), assignment("a", "b\nc"), "the delimiter cannot be guessed");
    }

    #[test]
    fn a_summary_never_grows_beyond_its_limit_and_always_has_room_for_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("summary");
        let actions = Actions { outputs: given(&path), summary: given(&path) };
        for _ in 0..10 {
            actions.summary(&"a line of many\n".repeat(100_000)).unwrap();
        }
        actions.summary("the end\n").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.len() as u64 <= MOST && text.ends_with("the end\n"), "{}", text.len());
    }

    #[test]
    fn what_cannot_be_written_is_said_once() {
        let directory = tempfile::tempdir().unwrap();
        let given = given(directory.path());
        let actions = Actions { outputs: Given::new("SNAPDEPLOY_NO_SUCH_VARIABLE"), summary: given };
        assert!(actions.summary("x").unwrap_err().unwrap().contains("GITHUB_STEP_SUMMARY"));
        assert_eq!(actions.summary("x"), Err(None));
        let said = actions.output(&[("a", "b".into())]).unwrap_err().unwrap();
        assert_eq!(said, "SNAPDEPLOY_NO_SUCH_VARIABLE is not set");
    }
}
