//! The list of runs, and what they did to an address.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::output::{Grid, Report, moment};
use crate::cli::runs;
use crate::cli::ui::Ink;
use crate::core::Result;
use crate::core::deed::{Deed, Outcome};
use crate::core::history::{Forgotten, Refused, Search, Told, search_all};
use crate::core::id::RunId;
use crate::core::plan::Action;
use crate::core::process;
use crate::core::run::{Actor, RunKind, RunRecord, RunStatus, Verdict};
use crate::core::select::Selection;
use crate::core::stand::{Stand, look_at};

use super::verb::ListArgs;

/// Runs `history` without a part.
pub(super) async fn run(args: &ListArgs, face: &Face) -> Result<Exit> {
    let what = Search {
        since: args.since.map(|since| since.0),
        actor: args.actor.clone(),
        select: Selection::new(args.address.as_slice())?,
    };
    let context = Context::open(face).await?;
    let (mut told, mut refused): (Vec<Told>, Vec<Refused>) = Default::default();
    let mut forgotten = Vec::new();
    for (pin, environments) in runs::pins(&context, args.env.as_deref(), face).await? {
        let found = search_all(context.ledger(), context.repository(), &pin, &what, args.limit).await?;
        told.extend(found.runs);
        for entry in found.spoilt {
            face.ui.say(format!(
                "warning: entry {entry} of the audit of {pin} cannot be read: snapdeploy history verify"
            ));
        }
        refused.extend(found.refused);
        let named = |what| Forgot { environments: environments.clone(), what };
        forgotten.extend(found.forgotten.into_iter().map(named));
    }
    forgotten.sort_by_key(|forgot| std::cmp::Reverse(forgot.what.at));
    refused.sort_by_key(|refused| std::cmp::Reverse(refused.at));
    told.sort_by(|a, b| b.record.start.run.cmp(&a.record.start.run));
    let mut runs = Vec::new();
    for Told { record, deeds } in told {
        let did = (!what.select.is_all()).then_some(deeds);
        runs.push(Line { status: status(&context, &record).await?, record, did });
    }
    face.ui.result(&HistoryReport { runs, refused, forgotten })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct HistoryReport {
    /// The newest first.
    runs: Vec<Line>,
    /// What was asked for and never began; the newest first.
    refused: Vec<Refused>,
    /// What was forgotten; the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    forgotten: Vec<Forgot>,
}

#[derive(Serialize)]
struct Forgot {
    environments: Vec<String>,
    #[serde(flatten)]
    what: Forgotten,
}

#[derive(Serialize)]
struct Line {
    status: &'static str,
    #[serde(flatten)]
    record: RunRecord,
    /// What it did to the addresses that were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    did: Option<Vec<Deed>>,
}

/// Returns the word for how a run ended; of one that another undoes, how far that one is.
pub(super) async fn status(context: &Context, record: &RunRecord) -> Result<&'static str> {
    let back = record.finish.as_ref().and_then(|finish| finish.turned_into.as_ref());
    Ok(match (record.status(), back) {
        _ if record.undone_by.is_some() => "undone",
        (RunStatus::Open, _) => "open",
        (RunStatus::Succeeded, _) => "succeeded",
        (RunStatus::Failed, _) => "failed",
        (RunStatus::Turned, Some(back)) => undoing(context, back).await?,
        (RunStatus::Turned | RunStatus::TakenBack, _) => "rolled_back",
        (RunStatus::Superseded, _) => "superseded",
    })
}

/// Returns the word for a run that `back` undoes, and has not yet.
async fn undoing(context: &Context, back: &RunId) -> Result<&'static str> {
    let mut look = look_at(context.ledger(), back, &process::this()).await?;
    while let Some(next) = look.record.finish.as_ref().and_then(|finish| finish.turned_into.clone()) {
        look = look_at(context.ledger(), &next, &process::this()).await?;
    }
    Ok(match &look.stand {
        Stand::GoesOn(_) => "rolling_back",
        Stand::LetGo if look.failed() => "rollback_failed",
        Stand::LetGo => "rollback_stopped",
        Stand::Ended(finish) => match finish.status {
            RunStatus::Succeeded => "rolled_back",
            RunStatus::Superseded => "superseded",
            _ => "rollback_failed",
        },
    })
}

/// Returns the verb that began a run.
pub(super) fn verb(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Deploy => "deploy",
        RunKind::Rollback => "rollback",
    }
}

impl Report for HistoryReport {
    const SCHEMA: &'static str = "snapdeploy.history/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        if self.runs.is_empty() && self.refused.is_empty() && self.forgotten.is_empty() {
            return writeln!(out, "No runs");
        }
        if self.runs.iter().any(|line| line.did.is_some()) {
            return self.deeds(out, ink);
        }
        let mut grid = Grid::new(["run", "began", "env", "what", "source", "status", "who", "reason"], ink);
        let mut rows: Vec<(Timestamp, [String; 8])> = Vec::new();
        rows.extend(self.runs.iter().map(|line| (line.record.start.at, cells_of_run(line))));
        rows.extend(self.refused.iter().map(|refused| (refused.at, cells(refused))));
        rows.extend(self.forgotten.iter().map(|forgot| (forgot.what.at, cells_of_forgotten(forgot))));
        rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        rows.into_iter().for_each(|(_, row)| grid.row(row));
        grid.write(out)
    }
}

impl HistoryReport {
    /// Writes a line for each address that a run wrote, or was about to.
    fn deeds(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        let headings = ["run", "began", "env", "address", "did", "source", "status", "who", "reason"];
        let mut grid = Grid::new(headings, ink);
        for line in &self.runs {
            let s = &line.record.start;
            for deed in line.did.iter().flatten() {
                grid.row([
                    s.run.to_string(),
                    moment(s.at),
                    s.environment.clone(),
                    deed.address.to_string(),
                    did(deed),
                    format!("{} {}", verb(s.kind), s.source),
                    line.status.replace('_', " "),
                    who(&s.actor),
                    s.reason.clone().unwrap_or_default(),
                ]);
            }
        }
        grid.write(out)
    }
}

fn cells_of_run(line: &Line) -> [String; 8] {
    let s = &line.record.start;
    [
        s.run.to_string(),
        moment(s.at),
        s.environment.clone(),
        verb(s.kind).into(),
        s.source.clone(),
        line.status.replace('_', " "),
        who(&s.actor),
        s.reason.clone().unwrap_or_default(),
    ]
}

/// Returns the row of what was forgotten.
fn cells_of_forgotten(forgot: &Forgot) -> [String; 8] {
    let f = &forgot.what;
    [
        "-".to_string(),
        moment(f.at),
        forgot.environments.join(", "),
        "store forget".into(),
        f.policy.clone(),
        format!("forgot {} snapshots, {} packages", f.snapshots.len(), f.packages.len()),
        who(&f.actor),
        f.reason.clone().unwrap_or_default(),
    ]
}

/// Returns the row of what never became a run.
fn cells(refused: &Refused) -> [String; 8] {
    let r = &refused.refusal;
    let why = r.why.join("; ");
    [
        "-".to_string(),
        moment(refused.at),
        r.environment.clone(),
        verb(r.kind).into(),
        r.source.clone().unwrap_or_default(),
        "refused".to_string(),
        who(&r.actor),
        match &r.reason {
            Some(reason) => format!("{reason}: {why}"),
            None => why,
        },
    ]
}

/// Returns what was done to an address, in words.
fn did(deed: &Deed) -> String {
    let (done, undone) = match deed.action {
        Action::Create => ("created", "create"),
        Action::Update => ("updated", "update"),
        Action::Delete => ("deleted", "delete"),
    };
    let members = match deed.action {
        Action::Update if !deed.members.is_empty() => format!(" ({})", deed.members.join(", ")),
        _ => String::new(),
    };
    match &deed.outcome {
        Outcome::Done => format!("{done}{members}"),
        Outcome::Partly => format!("{done} in part{members}"),
        Outcome::NotReached => format!("did not come to {undone} it"),
        Outcome::Refused { why } => format!("was refused to {undone} it: {why}"),
        Outcome::Unknown { why } => format!("tried to {undone} it, with no clear answer: {why}"),
        Outcome::Going { ticket } => format!("began to {undone} it, and AWS goes on with it: {ticket}"),
        Outcome::Fell { verdict, why } => {
            let how = match verdict {
                Verdict::Failed => "failed to",
                Verdict::TakenBack => "failed, and AWS put back what was there: did not",
                Verdict::Superseded => "was superseded, and did not",
            };
            format!("{how} {undone} it: {why}")
        }
        Outcome::Left { why } => format!("left it as it is: {why}"),
    }
}

/// Returns who it was: as a CI says it, and the part of the identity's ARN that names somebody.
fn who(actor: &Actor) -> String {
    let identity = actor.identity.rsplit(':').next().unwrap_or(&actor.identity);
    match &actor.job.actor {
        Some(name) => format!("{name} ({identity})"),
        None => identity.to_string(),
    }
}
