//! `rollback`: puts back what was there before a deployment.

use std::time::Duration;

use clap::Args;

use crate::core::back::{Past, newest, past, plan_back_to};
use crate::core::holder::{Freed, Manner, not_held};
use crate::core::means::Means;
use crate::core::plan::Plan;
use crate::core::run::{RunKind, RunRecord, RunStatus};
use crate::core::runs::{self, OnFailure};
use crate::core::select::Selection;
use crate::core::verified::Aim;
use crate::core::{Digest, Error, Result};

use super::artifact::is_made;
use super::change::{self, ChangeArgs, Next};
use super::context::{Context, Face};
use super::exit::Exit;
use super::notify::Subject;
use super::output::moment;
use super::resume::site_of;
use super::saved::{self, SavingArgs};
use super::time::TIMES;
use super::{pick, progress, restore, runs as known};

/// Put back what was there before a deployment
///
/// Without --run it undoes the newest deployment of the environment that changed something and is not yet undone;
/// with addresses, the newest one that wrote those. A second rollback goes further back. What somebody changed since
/// is named, and blocks.
///
/// With --to it puts back what was there at a time, in a snapshot or after a run, also where no run changed it: what is
/// overwritten is shown, what was not there then is left as it is. Such a run is itself a change: the next rollback undoes
/// it.
///
/// A service goes back to the last state that was verified good: what was there before the run if that was, else the
/// newest that was, which is named. For the address of one service, --to also takes a revision (41, :41, FAMILY:41) or an
/// image (TAG, REPOSITORY:TAG, sha256:..., or 8 digits or more of the digest), and without --to a list of its last ten
/// revisions is there to pick from at a terminal. What has to hold for it to work is asked before anything is touched: the
/// lines PASS, WARN and BLOCK in the plan.
#[derive(Args, Debug)]
#[command(after_long_help = format!("\
Examples:
  snapdeploy rollback prod --dry-run
  snapdeploy rollback prod 'connect/flow/Main IVR' --to yesterday --reason INC-77
  snapdeploy rollback prod ecs/service/shop/api --to 1.4.2

{TIMES}"))]
pub(super) struct RollbackArgs {
    /// Where
    #[arg(value_name = "ENV", required_unless_present = "plan", conflicts_with = "plan")]
    pub(super) environment: Option<String>,
    /// Which of it: addresses, or globs of addresses; everything if there are none
    #[arg(value_name = "ADDRESS")]
    pub(super) addresses: Vec<String>,
    /// Which run to undo
    #[arg(long, value_name = "RUN", conflicts_with = "plan")]
    run: Option<String>,
    /// What to go back to, whoever changed it since: a snapshot (NAME, ID, latest, good), a time or a run; of one service
    /// also a revision or an image
    #[arg(long, value_name = "SNAPSHOT|TIME|RUN|REVISION|IMAGE", conflicts_with_all = ["run", "plan"])]
    to: Option<String>,
    /// Do not wait long for the owner of an open run that gives no sign of life: take the run over as soon as that owner
    /// can send nothing more. With --to: end the open run where it is, and put that back in its place
    #[arg(long)]
    pub(super) take_over: bool,
    #[command(flatten)]
    pub(super) saving: SavingArgs,
    #[command(flatten)]
    pub(super) change: ChangeArgs,
}

/// Runs the verb.
pub(super) async fn run(args: &RollbackArgs, face: &Face) -> Result<Exit> {
    if let Some(file) = &args.saving.plan {
        return saved::perform(file, RunKind::Rollback, None, &args.change, face).await;
    }
    // clap sees to it that it is there.
    let Some(environment) = &args.environment else { return Ok(Exit::Usage) };
    if !args.change.dry_run {
        face.notice.about(Subject::Rollback, environment);
    }
    if !args.change.dry_run && args.saving.save_plan.is_none() {
        face.asked.about(RunKind::Rollback, environment, args.change.why().as_deref());
        args.to.iter().chain(&args.run).for_each(|text| face.asked.source(text));
    }
    if let Some(text) = &args.to {
        return restore::run(args, environment, text, face).await;
    }
    let select = Selection::new(&args.addresses)?;
    let context = match &args.run {
        Some(_) => Context::open_to_end(face, &args.change).await?,
        None => Context::open_for(face, &args.change).await?,
    };
    let named = match &args.run {
        Some(text) => Some(known::find(&context, text, face).await?),
        None => None,
    };
    let access = args.saving.access(&args.change);
    let site = match &named {
        Some(record) => site_of(&context, environment, record, access).await?,
        None => context.site(environment, access).await?,
    };
    if let Some(record) = &named {
        let plan = context.repository().plan(&record.start.plan).await?;
        undoable(record, &plan)?;
    }
    if let (None, Some(address)) = (&named, pick::only(&args.addresses))
        && site.driver.has_editions(address.kind())
    {
        match pick::pick(face, &context, &site, &address, args).await? {
            pick::Turn::Undo => {}
            picked => return restore::turn(args, face, &context, &site, picked).await,
        }
    }
    // Who names a run has named what was there before it.
    let aim = if named.is_some() { Aim::Before } else { Aim::Verified };
    let (found, plan) = progress::show(face, async |events| {
        let means = args.change.means(&context, &site, events);
        let patience = if args.change.dry_run { Duration::ZERO } else { args.change.patience() };
        let mut found = find(&means, named.as_ref(), &select, patience).await?;
        if found.record.finish.is_some() && !args.change.dry_run && args.saving.save_plan.is_none() {
            // Whoever was waited for may have made a newer one.
            if not_held(&means, patience).await? == Freed::ByWaiting {
                found = find(&means, named.as_ref(), &select, patience).await?;
            }
        }
        let plan = plan_back_to(&means, &found, &select, aim).await?;
        Ok::<_, Error>((found, plan))
    })
    .await?;
    let open = found.record.finish.is_none();
    if open && !select.is_all() {
        let run = &found.record.start.run;
        return Err(Error::input(format!("the run {run} has not ended, so it can only be undone whole"))
            .hint(format!("leave the addresses out, or finish it first: snapdeploy deploy --resume {run}")));
    }
    face.ui.say(about(&found));
    further_back(&context, &found, face).await?;
    if let Some(file) = &args.saving.save_plan {
        if open {
            let run = &found.record.start.run;
            return Err(Error::input(format!(
                "the run {run} has not ended, so what undoes it cannot be saved"
            ))
            .hint(format!("undo it now: snapdeploy rollback {environment} --run {run}")));
        }
        return saved::save(face, &context, &site, &plan, file, args.saving.expires).await;
    }
    let what = if open && plan.is_empty() && !args.change.dry_run {
        change::blocked(&plan)?;
        "This ends the run, which changed nothing,".to_string()
    } else {
        if let Next::Over(exit) = change::show(face, &site, &plan, &args.change, Exit::Done)? {
            return Ok(exit);
        }
        change::amount(&plan)
    };
    change::consent(face, &context, &site, &what, &args.change)?;
    let reason = args.change.why();
    let redo = redo(&found, &args.addresses);
    if open {
        face.signals.changed();
    }
    change::perform(face, &plan, redo, &args.change, async |events| {
        let means = args.change.means(&context, &site, events);
        if open {
            let manner = if args.take_over { Manner::GiveUpSoon } else { Manner::AskToStop };
            runs::undo_open(&means, &found, &plan, reason, manner).await
        } else {
            runs::begin_within(&means, &plan, reason, OnFailure::Stop, args.change.patience()).await
        }
    })
    .await
}

/// Returns the run to undo: `named`, or the newest that wrote what `select` picks. Another rollback that is under way is
/// waited for first, since it decides which that is.
async fn find(
    means: &Means<'_>,
    named: Option<&RunRecord>,
    select: &Selection,
    patience: Duration,
) -> Result<Past> {
    if let Some(record) = named {
        return past(means, &record.start.run).await;
    }
    let held = means.ledger.held(means.driver.pin()).await?;
    if !patience.is_zero() && held.is_some_and(|held| held.start.kind == RunKind::Rollback) {
        not_held(means, patience).await?;
    }
    newest(means, select).await
}

/// Fails unless the named run is one that can be undone.
fn undoable(record: &RunRecord, plan: &Plan) -> Result<()> {
    let run = &record.start.run;
    if record.start.kind == RunKind::Rollback && !plan.restores() {
        let error = Error::input(format!("the run {run} is a rollback"));
        return Err(match record.finish {
            None => error.hint(format!("finish it: snapdeploy deploy --resume {run}")),
            Some(_) => error.hint("to undo a rollback, deploy again what it undid"),
        });
    }
    if let Some(by) = &record.undone_by {
        return Err(Error::failed(format!("the run {run} has been undone by {by}"))
            .hint(format!("snapdeploy history show {by}")));
    }
    match record.finish.as_ref().and_then(|f| f.turned_into.as_ref()) {
        Some(next) if record.status() == RunStatus::Turned => {
            Err(Error::failed(format!("the run {run} failed, and {next} undoes it"))
                .hint(format!("snapdeploy history show {next}")))
        }
        _ if record.status() == RunStatus::TakenBack => {
            let message = format!("the run {run} failed, and AWS put back what was there before it");
            Err(Error::failed(message).hint(format!("snapdeploy history show {run}")))
        }
        _ => Ok(()),
    }
}

fn about(past: &Past) -> String {
    let s = &past.record.start;
    let state = if past.record.finish.is_none() { ", which has not ended" } else { "" };
    let did = if past.plan.restores() { "put back what was there" } else { "deployed" };
    format!("Undoing run {}{state}: {} {did} {} by {}", s.run, moment(s.at), s.source, s.actor.identity)
}

/// Says so if newer deployments than this one have been undone already.
async fn further_back(context: &Context, past: &Past, face: &Face) -> Result<()> {
    let start = &past.record.start;
    // What is only said must not stand in the way.
    let Ok(newer) = known::newest(context, &start.pin, 50).await else { return Ok(()) };
    let undone = newer.iter().filter(|r| r.start.run > start.run && r.undone_by.is_some()).count();
    if undone > 0 {
        let what = if undone == 1 { "1 newer deployment is" } else { "newer deployments are" };
        face.ui.say(format!("This goes further back: {what} undone already"));
    }
    Ok(())
}

/// Returns the command that does again what is undone.
fn redo(past: &Past, addresses: &[String]) -> Option<String> {
    let s = &past.record.start;
    let mut command = if past.plan.restores() {
        restore::again(&past.plan)
    } else {
        let source = if is_made(&s.source) {
            // What was built elsewhere is in no package: what the run left has it.
            let left = past.record.finish.as_ref().and_then(|f| f.after.as_ref())?;
            format!("{}@{left}", s.environment)
        } else if s.source_digest.parse::<Digest>().is_ok() {
            s.source_digest.clone()
        } else {
            let (environment, _) = s.source.split_once('@')?;
            format!("{environment}@{}", s.source_digest)
        };
        format!("snapdeploy deploy {source} --to {}", s.environment)
    };
    let touched = past.progress.touched(&past.plan);
    let patterns: Vec<String> = match (addresses.is_empty(), past.plan.steps.len()) {
        (false, _) => addresses.to_vec(),
        (true, steps) if touched.len() == steps && steps > 8 => Vec::new(),
        (true, _) => touched.into_iter().map(ToString::to_string).collect(),
    };
    for pattern in patterns {
        command.push_str(&format!(" '{}'", pattern.replace('\'', r"'\''")));
    }
    // What was undone is held.
    if past.record.start.kind == RunKind::Deploy && !past.plan.begins_again() {
        command.push_str(" --release-hold --reason TEXT");
    }
    Some(command)
}
