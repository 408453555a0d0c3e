//! Saved plans: written into a file, and performed from it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::{SignedDuration, Span};

use crate::core::environment::Access;
use crate::core::foreseen;
use crate::core::holder::not_held;
use crate::core::plan::Plan;
use crate::core::run::RunKind;
use crate::core::runs::{self, OnFailure};
use crate::core::saved::SavedPlan;
use crate::core::{Error, Result};

use super::bounded;
use super::change::{self, ChangeArgs, Next};
use super::context::{Context, Face, Site};
use super::exit::Exit;
use super::output::{PlanReport, moment};
use super::progress;
use super::signed;

/// What a verb takes that can save its plan.
#[derive(Args, Clone, Debug)]
pub(super) struct SavingArgs {
    /// Write the plan into this file and stop, to have it approved and performed later with --plan
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub(super) save_plan: Option<PathBuf>,
    /// How long the saved plan may be performed, such as 24h, 90m or 3d
    #[arg(long, value_name = "D", default_value = "24h", value_parser = lasting)]
    pub(super) expires: SignedDuration,
    /// Perform a plan that was saved, if what it writes and refers to is still as it was; once
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(super) plan: Option<PathBuf>,
}

impl SavingArgs {
    /// Returns what the command is to do in the environment: a plan that is only saved changes nothing.
    pub(super) fn access(&self, change: &ChangeArgs) -> Access {
        if self.save_plan.is_some() { Access::Read } else { change.access() }
    }
}

fn lasting(text: &str) -> Result<SignedDuration, String> {
    let bad = || "a length of time is written 24h, 90m or 3d".to_string();
    let span: Span = text.parse().map_err(|_| bad())?;
    let duration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map_err(|_| bad())?;
    if duration.is_positive() { Ok(duration) } else { Err(bad()) }
}

/// Shows the plan and writes it into `file`.
pub(super) async fn save(
    face: &Face,
    context: &Context,
    site: &Site,
    plan: &Plan,
    file: &Path,
    lasts: SignedDuration,
) -> Result<Exit> {
    face.ui.result(&PlanReport::of(plan))?;
    change::blocked(plan)?;
    if plan.is_empty() {
        face.ui.say("There is nothing to do, so nothing was saved");
        return Ok(Exit::Done);
    }
    let saved =
        progress::show(face, async |events| SavedPlan::of(&context.means(site, events), plan, lasts).await)
            .await?;
    write(file, &saved.to_bytes()?)?;
    let verb = verb(plan.kind);
    face.ui.say(format!("Saved, good until {}", moment(saved.expires_at)));
    if plan.kind == RunKind::Deploy && site.environment.values.approvals > 0 {
        face.ui.say(format!("Have it approved: snapdeploy approve {}", file.display()));
    }
    face.ui.say(format!("Perform it: snapdeploy {verb} --plan {}", file.display()));
    Ok(Exit::Done)
}

/// Writes the file, whole or not at all.
fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = file.with_file_name(name);
    std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, file)).map_err(|e| {
        let _ = std::fs::remove_file(&part);
        Error::failed(format!("cannot write {}: {e}", file.display()))
    })
}

/// Reads the plan in `file`.
pub(super) fn read(file: &Path) -> Result<SavedPlan> {
    let shown = file.display();
    let bytes = bounded::read(file, bounded::PART).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Error::input(format!("there is no file {shown}")),
        _ => Error::input(format!("cannot read {shown}: {e}")),
    })?;
    SavedPlan::from_bytes(&bytes).map_err(|e| e.context(shown))
}

/// Performs the plan in `file`, which has to be of `kind`: sees that it still holds, shows it, asks.
pub(super) async fn perform(
    file: &Path,
    kind: RunKind,
    on_failure: Option<OnFailure>,
    args: &ChangeArgs,
    face: &Face,
) -> Result<Exit> {
    let saved = read(file)?;
    let plan = &saved.plan;
    if plan.kind != kind {
        let other = verb(plan.kind);
        return Err(Error::input(format!("{} is the plan of a {other}", file.display()))
            .hint(format!("snapdeploy {other} --plan {}", file.display())));
    }
    face.asked.about(kind, &plan.environment, args.why().as_deref());
    face.asked.source(&plan.source);
    let mut context = Context::open_for(face, args).await?;
    context.config.skip_gates(&plan.environment, args.waived.waivers().gates);
    let site = context.site(&plan.environment, Access::Write).await?;
    if plan.kind == RunKind::Deploy {
        signed::plan(&context, &site, plan).await?;
    }
    args.waived.known(&plan.environment, plan.gates.iter().chain(&site.environment.values.gates))?;
    let (foreseen, guarded) = progress::show(face, async |events| {
        let means = args.means(&context, &site, events);
        foreseen::attended(&means, plan, &BTreeSet::new())?;
        not_held(&means, args.patience()).await?;
        saved.fresh(&means).await?;
        Ok::<_, Error>((foreseen::again(&means, plan).await, change::guarded(&means, plan, args).await?))
    })
    .await?;
    face.ui.say(format!("Planned {} by {}", moment(saved.made_at), saved.made_by.identity));
    // What is said now is of now: it is shown, and no part of the plan that was approved.
    let mut shown = guarded;
    shown.say(foreseen.into_iter().filter(|f| !plan.findings.contains(f)).collect());
    args.waived.shown(&mut shown);
    if let Next::Over(exit) = change::show(face, &site, &shown, args, Exit::Done)? {
        return Ok(exit);
    }
    change::consent(face, &context, &site, &change::amount(plan), args)?;
    let on_failure = match kind {
        RunKind::Deploy => on_failure.unwrap_or(site.environment.on_failure),
        RunKind::Rollback => OnFailure::Stop,
    };
    change::perform(face, plan, None, args, async |events| {
        let means = args.means(&context, &site, events);
        // Whoever was asked, or is waited for, may take long.
        not_held(&means, args.patience()).await?;
        if kind == RunKind::Deploy {
            signed::plan(&context, &site, plan).await?;
        }
        runs::begin_within(&means, plan, args.why(), on_failure, args.patience()).await
    })
    .await
}

fn verb(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Deploy => "deploy",
        RunKind::Rollback => "rollback",
    }
}
