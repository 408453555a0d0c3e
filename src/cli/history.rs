//! `history`: who did what, when, why, and how it ended.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::core::Result;
use crate::core::plan::Plan;
use crate::core::run::{Note, Row, RunKind, RunRecord, RunStatus};

use super::context::{Context, Face};
use super::exit::Exit;
use super::output::{Grid, PlanReport, Report, moment, place_of};
use super::runs;
use super::ui::Ink;

/// Show who did what, when, why, and how it ended
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_long_help = "\
Examples:
  snapdeploy history --env prod --limit 5
  snapdeploy history show 20261121t024500123-7k2m9x")]
pub(super) struct HistoryArgs {
    /// Only this environment
    #[arg(long, value_name = "ENV")]
    env: Option<String>,
    /// How many runs of each environment, the newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    #[command(subcommand)]
    part: Option<HistoryPart>,
}

/// What of the history.
#[derive(Subcommand, Debug)]
enum HistoryPart {
    /// Show one run: how it began, each call, and how it ended
    #[command(after_long_help = "\
Examples:
  snapdeploy history show 20261121t024500123-7k2m9x
  snapdeploy history show 20261121t0245 --output json")]
    Show {
        /// The run's id, or enough of its beginning
        run: String,
    },
}

/// Runs the verb.
pub(super) async fn run(args: &HistoryArgs, face: &Face) -> Result<Exit> {
    let context = Context::open(face).await?;
    if let Some(HistoryPart::Show { run }) = &args.part {
        let record = runs::find(&context, run, face).await?;
        let rows = context.ledger().rows(&record.start.run).await?;
        let plan = context.repository().plan(&record.start.plan).await?;
        face.ui.result(&JournalReport { status: status(&record), record, rows, plan })?;
        return Ok(Exit::Done);
    }
    let mut records = Vec::new();
    for pin in runs::pins(&context, args.env.as_deref(), face).await?.keys() {
        records.extend(runs::newest(&context, pin, args.limit).await?);
    }
    records.sort_by(|a, b| b.start.run.cmp(&a.start.run));
    let runs = records.into_iter().map(|record| Line { status: status(&record), record }).collect();
    face.ui.result(&HistoryReport { runs })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct HistoryReport {
    /// The newest first.
    runs: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    status: &'static str,
    #[serde(flatten)]
    record: RunRecord,
}

fn status(record: &RunRecord) -> &'static str {
    match record.status() {
        _ if record.undone_by.is_some() => "undone",
        RunStatus::Open => "open",
        RunStatus::Succeeded => "succeeded",
        RunStatus::Failed => "failed",
        RunStatus::Turned => "rolled_back",
    }
}

fn verb(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Deploy => "deploy",
        RunKind::Rollback => "rollback",
    }
}

impl Report for HistoryReport {
    const SCHEMA: &'static str = "snapdeploy.history/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        if self.runs.is_empty() {
            return writeln!(out, "No runs yet");
        }
        let mut grid = Grid::new(["run", "began", "env", "what", "source", "status", "who", "reason"], ink);
        for line in &self.runs {
            let s = &line.record.start;
            grid.row([
                s.run.to_string(),
                moment(s.at),
                s.environment.clone(),
                verb(s.kind).into(),
                s.source.clone(),
                line.status.replace('_', " "),
                who(&s.actor.identity),
                s.reason.clone().unwrap_or_default(),
            ]);
        }
        grid.write(out)
    }
}

/// Returns the part of an identity's ARN that names somebody.
fn who(identity: &str) -> String {
    identity.rsplit(':').next().unwrap_or(identity).to_string()
}

#[derive(Serialize)]
struct JournalReport {
    status: &'static str,
    record: RunRecord,
    rows: Vec<Row>,
    plan: Plan,
}

impl Report for JournalReport {
    const SCHEMA: &'static str = "snapdeploy.journal/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        let s = &self.record.start;
        let field = |out: &mut dyn Write, name: &str, text: &str| match text {
            "" => Ok(()),
            _ => writeln!(out, "{name:<9} {text}"),
        };
        field(out, "run", s.run.as_str())?;
        field(
            out,
            "what",
            &match s.kind {
                RunKind::Deploy => {
                    format!("deploy of {} to {} ({})", s.source, s.environment, place_of(&s.pin))
                }
                RunKind::Rollback => {
                    format!(
                        "rollback of {} to what was there {} ({})",
                        s.environment,
                        s.source,
                        place_of(&s.pin)
                    )
                }
            },
        )?;
        field(out, "source", &s.source_digest)?;
        field(out, "began", &moment(s.at))?;
        field(out, "who", &format!("{} ({})", s.actor.identity, s.actor.host))?;
        field(out, "job", s.actor.ci.as_deref().unwrap_or_default())?;
        field(out, "reason", s.reason.as_deref().unwrap_or_default())?;
        field(out, "undoes", s.undoes.as_ref().map_or("", |r| r.as_str()))?;
        field(out, "undone by", self.record.undone_by.as_ref().map_or("", |r| r.as_str()))?;
        match &self.record.finish {
            Some(f) => {
                field(out, "ended", &format!("{}: {}", moment(f.at), f.message))?;
                field(out, "left", f.after.as_ref().map_or("", |s| s.as_str()))?;
                field(out, "goes on", f.turned_into.as_ref().map_or("", |r| r.as_str()))?;
            }
            None => field(out, "ended", "not yet")?,
        }
        writeln!(out)?;
        PlanReport(&self.plan).human(out, ink)?;
        writeln!(out)?;
        for row in &self.rows {
            writeln!(out, "{}  {}", moment(row.at), self.line(&row.what))?;
        }
        if self.record.finish.is_none() {
            writeln!(out, "Resume: snapdeploy deploy --resume {}", s.run)?;
            if s.kind == RunKind::Deploy || self.plan.restores() {
                writeln!(out, "Undo: snapdeploy rollback {} --run {}", s.environment, s.run)?;
            }
        }
        Ok(())
    }
}

impl JournalReport {
    fn line(&self, note: &Note) -> String {
        let call = |index: usize| match self.plan.moves.get(index) {
            Some(m) => format!("{} {}", m.call, m.address),
            None => format!("call {index}"),
        };
        match note {
            Note::Before { snapshot } => format!("kept what was there: snapshot {snapshot}"),
            Note::Intent { index } => format!("about to: {}", call(*index)),
            Note::Done { index, how, .. } => {
                let how = match how {
                    crate::core::run::How::Sent => "done",
                    crate::core::run::How::Found => "found to be done",
                    crate::core::run::How::Already => "was so already",
                };
                format!("{how}: {}", call(*index))
            }
            Note::Refused { index, error } => format!("refused: {}: {error}", call(*index)),
            Note::Unknown { index, error } => format!("no clear answer: {}: {error}", call(*index)),
            Note::Left { index, why } => format!("left as it is: {}: {why}", call(*index)),
            Note::Stopped { why } => format!("stopped: {why}"),
            Note::Resumed { actor } => format!("resumed by {} ({})", actor.identity, actor.host),
            Note::Verdict { good: true, .. } => "verified: all is as planned".into(),
            Note::Verdict { problems, .. } => format!("verified: {}", problems.join("; ")),
        }
    }
}
