//! How a run ended, as it is printed.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::exit::Exit;
use crate::cli::ui::Ink;
use crate::core::address::Address;
use crate::core::plan::Plan;
use crate::core::run::RunKind;
use crate::core::runs::Ended;
use crate::core::{Error, ErrorKind, Pin, RunId};

use super::markdown::{block, cell};
use super::report::Report;

/// How a run ended.
#[derive(Serialize)]
pub(in crate::cli) struct RunReport {
    run: Option<RunId>,
    kind: RunKind,
    ended: &'static str,
    exit: Exit,
    environment: String,
    pin: Pin,
    source: String,
    /// Whether it only began again what is there.
    #[serde(skip)]
    again: bool,
    changes: usize,
    seconds: u64,
    /// The run that undid it, or was to.
    rollback: Option<RunId>,
    why: Option<Why>,
    rollback_why: Option<Why>,
    /// What is not as planned, because somebody else had changed it, or because it was to be left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left: Vec<Address>,
    /// The command that follows it, where AWS goes on with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    watch: Option<String>,
    /// The command that goes on with it.
    resume: Option<String>,
    /// The command that undoes it.
    undo: Option<String>,
}

#[derive(Serialize)]
struct Why {
    kind: ErrorKind,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explained: Vec<String>,
    hint: Option<String>,
}

impl From<&Error> for Why {
    fn from(e: &Error) -> Why {
        Why { kind: e.kind, message: e.message.clone(), explained: e.explained.clone(), hint: e.hint.clone() }
    }
}

impl RunReport {
    /// Returns the report of a plan that had nothing to do.
    pub(in crate::cli) fn nothing(plan: &Plan) -> RunReport {
        RunReport {
            run: None,
            kind: plan.kind,
            ended: "nothing_to_do",
            exit: Exit::Done,
            environment: plan.environment.clone(),
            pin: plan.pin.clone(),
            source: plan.source.clone(),
            again: plan.begins_again(),
            changes: 0,
            seconds: 0,
            rollback: None,
            why: None,
            rollback_why: None,
            left: Vec::new(),
            watch: None,
            resume: None,
            undo: None,
        }
    }

    /// Returns the report of a run that performed `plan`. `redo` undoes it if it is a rollback.
    pub(in crate::cli) fn new(plan: &Plan, ended: &Ended, seconds: u64, redo: Option<String>) -> RunReport {
        let environment = &plan.environment;
        let resume = |run: &RunId| Some(format!("snapdeploy deploy --resume {run}"));
        // What put back a time is a change of its own, and undone as a deployment is.
        let own = plan.kind == RunKind::Deploy || plan.restores();
        let undo = |run: &RunId| match own {
            true => Some(format!("snapdeploy rollback {environment} --run {run}")),
            false => redo.clone(),
        };
        let mut report = RunReport {
            exit: Exit::of_run(ended),
            seconds,
            changes: plan.steps.len(),
            ..RunReport::nothing(plan)
        };
        match ended {
            Ended::Done { run } => {
                (report.ended, report.run) = ("done", Some(run.clone()));
                // What began again is as it was.
                report.undo = undo(run).filter(|_| !plan.begins_again());
            }
            Ended::Skipped { run, skipped } => {
                (report.ended, report.run, report.left) = ("done", Some(run.clone()), skipped.clone());
                report.undo = undo(run);
            }
            Ended::Left { run, left, why } => {
                (report.ended, report.run, report.left) = ("left", Some(run.clone()), left.clone());
                report.why = why.as_ref().map(Why::from);
            }
            Ended::Stopped { run, why } => {
                (report.ended, report.run, report.why) = ("stopped", Some(run.clone()), Some(why.into()));
                report.resume = resume(run);
                report.undo = undo(run).filter(|_| own);
            }
            Ended::RolledBack { run, by, why } => {
                (report.ended, report.run, report.why) = ("rolled_back", Some(run.clone()), Some(why.into()));
                report.rollback = Some(by.clone());
            }
            Ended::TakenBack { run, why } => {
                (report.ended, report.run, report.why) = ("rolled_back", Some(run.clone()), Some(why.into()));
            }
            Ended::Superseded { run, why } => {
                (report.ended, report.run, report.why) = ("superseded", Some(run.clone()), Some(why.into()));
            }
            Ended::InProgress { run, undoes, why } => {
                (report.ended, report.why) = ("in_progress", Some(why.into()));
                report.watch = Some(format!("snapdeploy history watch {run}"));
                report.resume = resume(run);
                match undoes {
                    Some(first) => (report.run, report.rollback) = (Some(first.clone()), Some(run.clone())),
                    None => {
                        report.run = Some(run.clone());
                        report.undo = undo(run).filter(|_| own);
                    }
                }
            }
            Ended::Fallen { run, why } => {
                (report.ended, report.run, report.why) =
                    ("rollback_failed", Some(run.clone()), Some(why.into()));
                report.resume = resume(run);
            }
            Ended::RollbackFailed { run, by, why, then } => {
                (report.ended, report.run, report.why) =
                    ("rollback_failed", Some(run.clone()), Some(why.into()));
                report.rollback_why = Some(then.into());
                report.rollback = by.clone();
                report.resume = resume(by.as_ref().unwrap_or(run));
            }
        }
        report
    }

    /// Returns the commands that lead out of it: the one that goes on, and the one that turns back.
    pub(in crate::cli) fn ways_out(&self) -> Vec<String> {
        self.resume.iter().chain(&self.undo).cloned().collect()
    }

    /// Returns the run, and the run that undid it.
    pub(in crate::cli) fn runs(&self) -> (Option<&RunId>, Option<&RunId>) {
        (self.run.as_ref(), self.rollback.as_ref())
    }
}

impl Report for RunReport {
    const SCHEMA: &'static str = "snapdeploy.run/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        let RunReport { environment, pin, source, seconds, .. } = self;
        let place = format!("{environment} ({})", pin.account);
        let run = self.run.as_ref().map(ToString::to_string).unwrap_or_default();
        let changes = if self.changes == 1 { "1 change".into() } else { format!("{} changes", self.changes) };
        match (self.ended, self.kind) {
            ("done", RunKind::Deploy) if self.again => {
                writeln!(out, "Done in {seconds} s: {source} in {place}.")?;
            }
            ("done", RunKind::Deploy) => writeln!(out, "Deployed {changes} to {place} in {seconds} s.")?,
            ("done", RunKind::Rollback) => {
                writeln!(out, "Rolled back {changes} in {place} in {seconds} s: as it was {source}.")?;
            }
            ("left", _) => {
                let left: Vec<String> = self.left.iter().map(ToString::to_string).collect();
                writeln!(out, "Rolled back what could be in {place}; it needs a person for the rest.")?;
                writeln!(out, "Left as they are, changed by somebody else since: {}", left.join(", "))?;
            }
            ("stopped", _) => writeln!(out, "Run {run} stopped part-way in {place}.")?,
            ("rolled_back", _) => writeln!(out, "The deployment failed; {place} is as it was before.")?,
            ("superseded", _) => writeln!(out, "Somebody else's deployment took its place in {place}.")?,
            ("in_progress", _) => writeln!(out, "Run {run} is still in progress in {place}.")?,
            ("rollback_failed", RunKind::Rollback) => {
                writeln!(out, "The rollback failed: {place} needs a person.")?;
            }
            ("rollback_failed", _) => {
                writeln!(out, "The deployment failed, and so did its rollback: {place} needs a person.")?;
                if let Some(why) = &self.rollback_why {
                    writeln!(out, "The rollback failed because {}", why.message)?;
                    if let Some(hint) = &why.hint {
                        writeln!(out, "{hint}")?;
                    }
                }
            }
            (_, RunKind::Deploy) => writeln!(out, "Nothing to do: {place} is as {source} has it.")?,
            (_, RunKind::Rollback) => writeln!(out, "Nothing to do: {place} is as it was {source}.")?,
        }
        if self.ended == "done" && !self.left.is_empty() {
            let left: Vec<String> = self.left.iter().map(ToString::to_string).collect();
            writeln!(out, "Left out, as it was said, and as they were found: {}", left.join(", "))?;
        }
        if let Some(watch) = &self.watch {
            writeln!(out, "Watch: {watch}")?;
        }
        if let Some(resume) = &self.resume {
            writeln!(out, "Resume: {resume}")?;
        }
        match (&self.undo, self.kind) {
            (Some(undo), _) => writeln!(out, "Undo: {undo}"),
            (None, _) if self.run.is_some() => writeln!(out, "More: snapdeploy history show {run}"),
            _ => Ok(()),
        }
    }

    fn markdown(&self) -> String {
        let mut text = Vec::new();
        if self.human(&mut text, Ink { colour: false, width: None }).is_err() {
            return String::new();
        }
        let text = String::from_utf8_lossy(&text);
        let is_command =
            |l: &&str| ["Watch: ", "Resume: ", "Undo: ", "More: "].iter().any(|w| l.starts_with(w));
        let (commands, told): (Vec<&str>, Vec<&str>) = text.lines().partition(is_command);
        let (first, rest) = told.split_first().map_or(("", &told[..]), |(first, rest)| (*first, rest));
        let mut out = format!("### {}\n\n", cell(first));
        rest.iter().for_each(|line| out.push_str(&format!("{}\n\n", cell(line))));
        if let Some(run) = &self.run {
            out.push_str(&format!("Run {run}, code {}: {}\n\n", self.exit as u8, self.exit.meaning()));
        }
        for command in commands {
            if let Some((word, command)) = command.split_once(": ") {
                out.push_str(&format!("{word}:\n\n{}", block("sh", command)));
            }
        }
        out
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        let mut values = vec![("changes", self.changes.to_string())];
        values.extend(self.run.iter().map(|run| ("run", run.to_string())));
        values.extend(self.rollback.iter().map(|run| ("rollback", run.to_string())));
        values.extend(self.resume.iter().map(|command| ("resume", command.clone())));
        values.extend(self.undo.iter().map(|command| ("undo", command.clone())));
        values
    }
}
