//! What `history watch` says in the end.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::exit::Exit;
use crate::cli::output::Report;
use crate::cli::ui::Ink;
use crate::core::following::End;
use crate::core::plan::Plan;
use crate::core::run::{Note, RunKind, RunRecord};
use crate::core::stand::{Look, Stand};
use crate::core::{Address, RunId};

/// What AWS goes on with by itself.
#[derive(Serialize)]
pub(super) struct Going {
    pub(super) address: Address,
    /// What AWS calls it.
    pub(super) ticket: String,
    /// How far it is; empty where the service does not say.
    pub(super) progress: String,
    /// Whether it gets no further by itself.
    #[serde(skip)]
    pub(super) alone: bool,
    /// How it came out, once it has.
    #[serde(skip)]
    pub(super) end: Option<End>,
}

/// How a run that was watched has ended, or stands.
#[derive(Serialize)]
pub(super) struct WatchReport {
    run: RunId,
    environment: String,
    /// The word for the code.
    ended: &'static str,
    exit: Exit,
    /// The run that undid it, or was to.
    rollback: Option<RunId>,
    /// What its end says, or why it was let go of.
    message: Option<String>,
    /// What explains it, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explained: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    going: Vec<Going>,
    /// The command that looks on further, where somebody goes on with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    watch: Option<String>,
    /// The command that goes on with it.
    resume: Option<String>,
    /// The command that undoes it.
    undo: Option<String>,
}

impl WatchReport {
    /// Returns the report of the run `first`, watched through `chain`, whose last was seen as `look`.
    pub(super) fn new(
        first: &RunRecord,
        chain: &[RunId],
        look: &Look,
        plan: &Plan,
        exit: Exit,
        going: Vec<Going>,
    ) -> WatchReport {
        let s = &look.record.start;
        let own = s.kind == RunKind::Deploy || plan.restores();
        let resume = format!("snapdeploy deploy --resume {}", s.run);
        let undo = format!("snapdeploy rollback {} --run {}", s.environment, s.run);
        let stopped = look.rows.iter().rev().find_map(|row| match &row.what {
            Note::Stopped { why } => Some(why.clone()),
            _ => None,
        });
        let (message, watch, resume, undo) = match &look.stand {
            Stand::Ended(f) => {
                (Some(f.message.clone()), None, None, Some(undo).filter(|_| own && exit == Exit::Done))
            }
            Stand::LetGo if matches!(exit, Exit::Done | Exit::RolledBack | Exit::Superseded) => {
                let message = "AWS has come to the end of it by itself, and nobody has recorded that yet";
                (Some(message.to_string()), None, Some(resume), None)
            }
            Stand::LetGo
                if stopped.is_none() && exit == Exit::Stopped && going.iter().any(|one| one.alone) =>
            {
                let message = "nobody is at work on it: it stays where it is until somebody goes on with it or takes it back";
                (Some(message.to_string()), None, Some(resume), Some(undo).filter(|_| own))
            }
            Stand::LetGo => (stopped, None, Some(resume), Some(undo).filter(|_| own)),
            Stand::GoesOn(_) => {
                (None, Some(format!("snapdeploy history watch {}", first.start.run)), None, None)
            }
        };
        let explained = look.rows.iter().rev().find_map(|row| match &row.what {
            Note::Fell { explained, .. } => Some(explained.clone()),
            _ => None,
        });
        WatchReport {
            run: first.start.run.clone(),
            environment: s.environment.clone(),
            ended: exit.word(),
            exit,
            rollback: chain.get(1..).and_then(<[RunId]>::last).cloned(),
            message,
            explained: explained.unwrap_or_default(),
            going,
            watch,
            resume,
            undo,
        }
    }
}

impl Report for WatchReport {
    const SCHEMA: &'static str = "snapdeploy.watch/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        let WatchReport { run, environment, .. } = self;
        let how = match self.exit {
            Exit::Done => "is done",
            Exit::RolledBack => "failed, and was rolled back: all is as it was before it",
            Exit::RollbackFailed => "failed, and so did its rollback: it needs a person",
            Exit::Superseded => "was superseded by somebody else's deployment",
            Exit::Stopped => "stopped part-way, and nobody goes on with it",
            Exit::InProgress if self.watch.is_some() => "is still being worked on",
            Exit::InProgress => "is still in progress: AWS goes on with it, and nobody follows it",
            _ => "failed; nothing was changed",
        };
        writeln!(out, "Run {run} in {environment} {how}.")?;
        if let Some(message) = &self.message {
            writeln!(out, "{message}")?;
        }
        for line in &self.explained {
            writeln!(out, "  {line}")?;
        }
        for Going { address, ticket, progress, .. } in &self.going {
            match progress.as_str() {
                "" => writeln!(out, "{address}: {ticket}")?,
                progress => writeln!(out, "{address}: {progress} ({ticket})")?,
            }
        }
        let commands = [("Watch", &self.watch), ("Resume", &self.resume), ("Undo", &self.undo)];
        for (word, command) in commands {
            if let Some(command) = command {
                writeln!(out, "{word}: {command}")?;
            }
        }
        Ok(())
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        let mut values = vec![("run", self.run.to_string())];
        values.extend(self.rollback.iter().map(|run| ("rollback", run.to_string())));
        values.extend(self.resume.iter().map(|command| ("resume", command.clone())));
        values.extend(self.undo.iter().map(|command| ("undo", command.clone())));
        values
    }
}
