//! `approve`: agrees to a plan that somebody else has saved.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::core::Result;
use crate::core::approval;
use crate::core::environment::Access;
use crate::core::means::Means;

use super::change;
use super::context::{Context, Face};
use super::exit::Exit;
use super::output::{PlanReport, Report, moment, place_of};
use super::progress;
use super::saved;
use super::ui::Ink;

/// Approve a plan that somebody else has saved
///
/// The plan is shown, a question asked, and the approval written into the audit, bound to the plan's digest: it is good for
/// this plan alone, until the plan ends. An environment with `approvals = 1` takes a deployment only from such a plan.
/// Neither who saved a plan nor who performs it counts. Sessions of a role are different people only in the roles of IAM
/// Identity Center, where the session's name is the user's; any other role is one person, however its sessions are called.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy approve p.json
  snapdeploy approve p.json --reason CHG-1042 --yes")]
pub(super) struct ApproveArgs {
    /// The plan, as --save-plan wrote it
    #[arg(value_name = "PLANFILE")]
    file: PathBuf,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Runs the verb.
pub(super) async fn run(args: &ApproveArgs, face: &Face) -> Result<Exit> {
    let saved = saved::read(&args.file)?;
    let plan = &saved.plan;
    let context = Context::open(face).await?;
    let site = context.site(&plan.environment, Access::Read).await?;
    progress::show(face, async |events| saved.fresh(&context.means(&site, events)).await).await?;
    face.ui.show(&PlanReport::of(plan));
    change::blocked(plan)?;
    face.ui.say(format!("Planned {} by {}", moment(saved.made_at), saved.made_by.identity));
    if !args.yes {
        let place = place_of(site.driver.pin());
        face.ui.ask(&format!("This approves the plan for {} ({place})", plan.environment), "--yes")?;
    }
    let entry = progress::show(face, async |events| {
        let means: Means<'_> = context.means(&site, events);
        approval::approve(&means, &saved, args.reason.clone()).await
    })
    .await?;
    face.ui.result(&ApprovalReport {
        environment: plan.environment.clone(),
        plan: plan.digest().to_string(),
        entry: entry.seq,
        at: entry.at,
        until: saved.expires_at,
    })?;
    face.ui.say(format!("Perform it: snapdeploy deploy --plan {}", args.file.display()));
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct ApprovalReport {
    environment: String,
    /// The digest of the plan.
    plan: String,
    /// The number of the audit entry.
    entry: u64,
    at: Timestamp,
    /// From when on the plan is not performed any more.
    until: Timestamp,
}

impl Report for ApprovalReport {
    const SCHEMA: &'static str = "snapdeploy.approval/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        let (environment, until) = (&self.environment, moment(self.until));
        writeln!(out, "Approved the plan {} for {environment}, good until {until}", self.plan)
    }
}
