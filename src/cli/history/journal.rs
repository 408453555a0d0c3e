//! `history show`: one run, how it began, each call, and how it ended.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::output::{PlanReport, Report, moment, place_of};
use crate::cli::runs;
use crate::cli::ui::Ink;
use crate::core::Result;
use crate::core::approval::{self, Approval};
use crate::core::plan::Plan;
use crate::core::run::{HookState, How, Note, Row, RunKind, RunRecord, Verdict};

use super::list::status;

/// Runs `history show`.
pub(super) async fn run(run: &str, face: &Face) -> Result<Exit> {
    let context = Context::open(face).await?;
    let record = runs::find(&context, run, face).await?;
    let rows = context.ledger().rows(&record.start.run).await?;
    let plan = context.repository().plan(&record.start.plan).await?;
    let status = status(&context, &record).await?;
    let approvals = match &plan.saving {
        Some(_) => {
            let (pin, digest) = (&record.start.pin, &record.start.plan);
            approval::of_plan(context.ledger(), pin, digest).await?
        }
        None => Vec::new(),
    };
    face.ui.result(&JournalReport { status, record, approvals, rows, plan })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct JournalReport {
    status: &'static str,
    record: RunRecord,
    /// Who approved its plan, the first before the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    approvals: Vec<Approval>,
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
                RunKind::Rollback => format!(
                    "rollback of {} to what was there {} ({})",
                    s.environment,
                    s.source,
                    place_of(&s.pin)
                ),
            },
        )?;
        field(out, "source", &s.source_digest)?;
        field(out, "began", &moment(s.at))?;
        field(out, "who", &format!("{} ({})", s.actor.identity, s.actor.host))?;
        field(out, "job", s.actor.ci.as_deref().unwrap_or_default())?;
        field(out, "by", s.actor.job.actor.as_deref().unwrap_or_default())?;
        field(out, "ci run", s.actor.job.run.as_deref().unwrap_or_default())?;
        field(out, "commit", s.actor.job.commit.as_deref().unwrap_or_default())?;
        field(out, "reason", s.reason.as_deref().unwrap_or_default())?;
        for approval in &self.approvals {
            let reason = approval.reason.as_ref().map(|r| format!(": {r}")).unwrap_or_default();
            let who = &approval.actor.identity;
            field(out, "approved", &format!("{} by {who}{reason}", moment(approval.at)))?;
        }
        let accepted: Vec<String> = s.accepted.iter().map(ToString::to_string).collect();
        field(out, "destroys", &accepted.join(", "))?;
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
        PlanReport::of(&self.plan).human(out, ink)?;
        writeln!(out)?;
        for row in &self.rows {
            writeln!(out, "{}  {}", moment(row.at), line(&self.plan, &row.what))?;
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

/// Returns what `note`, a line of the journal of a run that performs `plan`, says to a person.
pub(super) fn line(plan: &Plan, note: &Note) -> String {
    let call = |index: usize| match plan.moves.get(index) {
        Some(m) => format!("{} {}", m.call, m.address),
        None => format!("call {index}"),
    };
    match note {
        Note::Before { snapshot } => format!("kept what was there: snapshot {snapshot}"),
        Note::Intent { index, .. } => format!("about to: {}", call(*index)),
        Note::Done { index, how, .. } => {
            let how = match how {
                How::Sent => "done",
                How::Found => "found to be done",
                How::Already => "was so already",
            };
            format!("{how}: {}", call(*index))
        }
        Note::Started { index, ticket } => format!("started: {}: {ticket}", call(*index)),
        Note::Fell { index, verdict, why, explained } => {
            let word = match verdict {
                Verdict::Failed => "failed",
                Verdict::TakenBack => "failed, and was taken back by AWS",
                Verdict::Superseded => "superseded",
            };
            let lines: String = explained.iter().map(|line| format!("\n    {line}")).collect();
            format!("{word}: {}: {why}{lines}", call(*index))
        }
        Note::Rung { index, share, .. } => format!("{share} of the traffic: {}", call(*index)),
        Note::Gate { gate, index, decision, said, .. } => {
            let about = index.map(|i| format!(" ({})", call(i))).unwrap_or_default();
            format!("gate {gate} {decision}: {said}{about}")
        }
        Note::Hook { hook, at, state } => match state {
            HookState::Begins { process: Some(process), .. } => {
                format!("hook {hook} runs as the process group {}", process.pid)
            }
            HookState::Begins { .. } => format!("hook {hook} begins ({})", at.word()),
            HookState::Started { ticket } => format!("hook {hook} started: {ticket}"),
            HookState::Ended { good, said, output } => {
                let word = if *good { "is well" } else { "failed" };
                let lines: String = output.iter().map(|line| format!("\n    {line}")).collect();
                format!("hook {hook} {word}: {said}{lines}")
            }
            HookState::Skipped => format!("hook {hook} is not run: --skip-hook says so"),
        },
        Note::Refused { index, error } => format!("refused: {}: {error}", call(*index)),
        Note::Unknown { index, error } => format!("no clear answer: {}: {error}", call(*index)),
        Note::Skipped { index, actor, reason } => {
            let why = reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("left out: {}, by {} ({}){why}", call(*index), actor.identity, actor.host)
        }
        Note::Left { index, why } => format!("left as it is: {}: {why}", call(*index)),
        Note::Forgone { index, why } => format!("warning: not done: {}: {why}", call(*index)),
        Note::Stopped { why } => format!("stopped: {why}"),
        Note::Resumed { actor } => format!("resumed by {} ({})", actor.identity, actor.host),
        Note::Verdict { good: true, .. } => "verified: all is as planned".into(),
        Note::Verdict { problems, .. } => format!("verified: {}", problems.join("; ")),
    }
}
